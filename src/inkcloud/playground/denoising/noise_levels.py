"""At which noise levels each scheduler asks the network: asked of the endpoint, or of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inkcloud.client import InkcloudClient
from inkcloud.domain.errors import InkcloudError
from inkcloud.playground.denoising.film import Film

PATH = "noise-levels"


@dataclass(frozen=True)
class Curve:
    """The noise level of each call of the network, in order.

    Attributes:
        name: whose: a scheduler's name.
        steps: for how many steps.
        sigmas: the levels, sqrt(1 - alpha-bar) / sqrt(alpha-bar).
    """

    name: str
    steps: int
    sigmas: tuple[float, ...]


def asked(client: InkcloudClient, steps: int) -> tuple[Curve, ...]:
    """Return every scheduler's curve; none if the endpoint cannot tell now."""
    try:
        answer = client.infer({"num_inference_steps": steps}, path=PATH)
        return curves(answer["output"]["schedulers"], steps)
    except (InkcloudError, KeyError, TypeError, ValueError):
        return ()


def curves(schedulers: Mapping[str, Sequence[Mapping[str, Any]]], steps: int) -> tuple[Curve, ...]:
    """Read what the endpoint tells.

    Raises:
        KeyError, TypeError, ValueError: if it is something else.
    """
    return tuple(
        Curve(name, steps, tuple(float(level["sigma"]) for level in levels))
        for name, levels in schedulers.items()
    )


def of_film(film: Film) -> Curve:
    """Return the curve of what was drawn; of more than 100 calls, of those that were kept."""
    return Curve(film.scheduler, film.steps, tuple(frame.sigma for frame in film.frames))
