"""What the engine says while it works on one generation.

The order is

Queued* → Started → (Progress | Preview | Frame)* → Finished | Failed

where a `Frame` comes for each call of the network that is kept, if the request asks for them.
"""

from dataclasses import dataclass

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.frame import Frame
from inkcloud.domain.picture import Picture


@dataclass(frozen=True)
class Queued:
    """Waiting; `position` generations are ahead of it."""

    position: int


@dataclass(frozen=True)
class Started:
    """Admitted; `total` UNet calls lie ahead for each of its pictures."""

    total: int


@dataclass(frozen=True)
class Progress:
    """`done` of `total` UNet calls, over all its pictures.

    `seconds_left` is an estimate, None until there is something to go by.
    """

    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True)
class Preview:
    """What picture number `index` would be if it stopped after `done` calls: a small PNG."""

    index: int
    done: int
    png: bytes


@dataclass(frozen=True)
class Finished:
    """All pictures, and the seconds from admission to the last PNG."""

    pictures: tuple[Picture, ...]
    seconds: float


@dataclass(frozen=True)
class Failed:
    """It ended without pictures: cancelled, out of time, or an error."""

    error: InkcloudError


Event = Queued | Started | Progress | Preview | Frame | Finished | Failed
