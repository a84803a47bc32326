"""One noise level, and how a latent is read and moved at it."""

import math
from dataclasses import dataclass

from inkcloud.domain.noise_schedule import Prediction


@dataclass(frozen=True)
class NoiseLevel:
    """A mixture of picture and noise: `x = signal * x0 + noise * epsilon`.

    `signal**2 + noise**2 = 1` ("variance preserving", alpha-bar = signal**2). The sigma-space
    samplers hold the same latent divided by `signal`: `x0 + sigma * epsilon`.

    Attributes:
        sigma: noise / signal; 0 is the clean picture.
    """

    sigma: float

    @property
    def signal(self) -> float:
        """The weight of the picture: sqrt(alpha-bar)."""
        return 1.0 / math.sqrt(self.sigma**2 + 1.0)

    @property
    def noise(self) -> float:
        """The weight of the noise: sqrt(1 - alpha-bar)."""
        return self.sigma * self.signal

    def epsilon_from(self, prediction: Prediction) -> tuple[float, float]:
        """Return (a, b) so that `epsilon = a * x + b * output` for the network's input x."""
        if prediction is Prediction.V:
            return self.noise, self.signal
        return 0.0, 1.0

    def data_from(self, prediction: Prediction) -> tuple[float, float]:
        """Return (a, b) so that `x0 = a * x + b * output` for the network's input x."""
        if prediction is Prediction.V:
            return self.signal, -self.noise
        return 1.0 / self.signal, -self.sigma

    def move_to(self, target: "NoiseLevel") -> tuple[float, float]:
        """Return (a, b) so that `a * x + b * epsilon` is x at another level, epsilon unchanged.

        This is DDIM's step with eta 0 (equation 12, https://arxiv.org/abs/2010.02502) and,
        rearranged, PNDM's transfer (equation 9, https://arxiv.org/abs/2202.09778).
        """
        ratio = target.signal / self.signal
        return ratio, target.noise - ratio * self.noise
