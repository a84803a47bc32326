"""A sampler for one step count, as a table of coefficients."""

from collections.abc import Sequence
from dataclasses import dataclass

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.sampling.noise_level import NoiseLevel

History = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """One call of the network and the update that follows it.

    With the latent x, the network's raw output, the older entries h1, h2, h3 (newest first),
    the remembered anchor and fresh noise, all float32:

        network's input = input_scale * x
        h0              = to_x * x + to_output * output
        x0 estimate     = den_x * x + den_output * output
        next x          = c_x * x + c_h . (h0, h1, h2, h3) + c_anchor * anchor + c_noise * noise

    Attributes:
        timestep: what the network is told; whole for some samplers, fractional for others.
        input_scale: from latent to network's input.
        to_x: see above; h is epsilon, or x0 for DPM-Solver++.
        to_output: see above.
        den_x: see above.
        den_output: see above.
        c_x: see above.
        c_h: see above.
        c_anchor: see above.
        c_noise: see above.
        draws_noise: take noise from the request's generator, even where c_noise is 0.
        keeps_history: h0 joins the history.
        sets_anchor: x, as it was before the update, becomes the anchor.
    """

    timestep: float
    input_scale: float
    to_x: float
    to_output: float
    den_x: float
    den_output: float
    c_x: float
    c_h: History
    c_anchor: float = 0.0
    c_noise: float = 0.0
    draws_noise: bool = False
    keeps_history: bool = False
    sets_anchor: bool = False


@dataclass(frozen=True)
class Plan:
    """All that a sampler does for one step count.

    Without an image the initial latent is start_scale * noise; with one it is
    image_scale * image + noise_scale * noise, the image's latent at the first tick's level.

    Attributes:
        sampler: whose table this is.
        steps: the step count asked for, skipped ones included.
        start_scale: see above.
        image_scale: see above.
        noise_scale: see above.
        ticks: in order; how many they are says `SamplerName.network_calls`.
    """

    sampler: SamplerName
    steps: int
    start_scale: float
    image_scale: float
    noise_scale: float
    ticks: tuple[Tick, ...]

    @classmethod
    def preserving(
        cls, sampler: SamplerName, steps: int, start: NoiseLevel, ticks: Sequence[Tick]
    ) -> "Plan":
        """Return the plan of a sampler whose latents are variance preserving.

        Args:
            sampler: whose table this is.
            steps: the step count asked for.
            start: the noise level of the first tick.
            ticks: in order.
        """
        return cls(sampler, steps, 1.0, start.signal, start.noise, tuple(ticks))

    @classmethod
    def in_sigma_space(
        cls, sampler: SamplerName, steps: int, start: NoiseLevel, ticks: Sequence[Tick]
    ) -> "Plan":
        """Return the plan of a sampler whose latents are x0 + sigma * epsilon.

        Args:
            sampler: whose table this is.
            steps: the step count asked for.
            start: the noise level of the first tick.
            ticks: in order.
        """
        return cls(sampler, steps, start.sigma, 1.0, start.sigma, tuple(ticks))
