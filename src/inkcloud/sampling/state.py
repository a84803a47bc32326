"""Where a picture stands between two ticks."""

from dataclasses import dataclass

from torch import Tensor

from inkcloud.sampling.plan import Plan

HISTORY_LENGTH = 3


@dataclass(frozen=True, eq=False)
class SamplerState:
    """The running state of one picture; `advance` returns the next one.

    Attributes:
        latent: (C, H, W) float32.
        history: what the multistep samplers keep of older ticks, newest first, at most 3.
        anchor: the latent that a tick remembered, if one did.
        position: index of the plan's next tick; the number of ticks when all are done.
    """

    latent: Tensor
    history: tuple[Tensor, ...] = ()
    anchor: Tensor | None = None
    position: int = 0

    @classmethod
    def begin(cls, plan: Plan, noise: Tensor, image: Tensor | None = None) -> "SamplerState":
        """Return the state before the first tick.

        Args:
            plan: the plan to follow.
            noise: (C, H, W) standard normal float32, as `RequestNoise.initial` draws it.
            image: (C, H, W) float32, the latent of the image that the picture begins as.
        """
        if image is None:
            return cls(latent=noise * plan.start_scale)
        return cls(latent=plan.image_scale * image + plan.noise_scale * noise)
