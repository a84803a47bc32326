"""The frames of a generation: what every step saw and predicted."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FrameLink:
    """One call of the network, and where its two pictures are.

    Attributes:
        number: counts the frames that are kept, from 0.
        call: which call of the network, from 1.
        calls: how many calls there were.
        step: which of the steps asked for it belongs to, from 1.
        timestep: what the network was told, in training steps.
        sigma: the noise level, sqrt(1 - alpha_bar) / sqrt(alpha_bar).
        alpha_bar: the picture's share of the latent's variance.
        seconds: since the picture was begun.
        predicted: the address of the predicted clean picture.
        noisy: the address of the noisy latent's picture.
    """

    number: int
    call: int
    calls: int
    step: int
    timestep: float
    sigma: float
    alpha_bar: float
    seconds: float
    predicted: str
    noisy: str


@dataclass(frozen=True, kw_only=True)
class GenerationFrames:
    """All frames of one generation.

    Attributes:
        id: the generation's.
        scheduler: its sampler's name.
        num_inference_steps: the steps asked for.
        frames: in order.
    """

    id: str
    scheduler: str
    num_inference_steps: int
    frames: tuple[FrameLink, ...]

    @classmethod
    def from_mapping(cls, data: dict[str, Any]) -> "GenerationFrames":
        """Read the gateway's JSON; fields of a newer gateway are passed over.

        Raises:
            KeyError: if a field is missing.
            TypeError, ValueError: if a value is of the wrong kind.
        """
        names = FrameLink.__dataclass_fields__
        return cls(
            id=str(data["id"]),
            scheduler=str(data["scheduler"]),
            num_inference_steps=int(data["num_inference_steps"]),
            frames=tuple(FrameLink(**{n: view[n] for n in names}) for view in data["frames"]),
        )
