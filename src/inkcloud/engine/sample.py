"""The tensors of one running picture."""

from dataclasses import dataclass

from torch import Tensor

from inkcloud.sampling.noise import RequestNoise
from inkcloud.sampling.plan import Plan
from inkcloud.sampling.state import SamplerState


@dataclass(eq=False)
class Sample:
    """What the runner keeps for a task between two calls.

    Attributes:
        plan: the sampler's table.
        state: latent, history and anchor.
        noise: the picture's own generator.
        text: the rows' encodings (L, D): the prompt's, with guidance after the negative's.
        guidance_scale: weight of the prompt.
    """

    plan: Plan
    state: SamplerState
    noise: RequestNoise
    text: tuple[Tensor, ...]
    guidance_scale: float
