"""What one call of the network saw and predicted, on the way to a picture."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One call of the network, as two small pictures and where it stood.

    The latent that the network sees is a mixture, sqrt(alpha-bar) * x0 + sqrt(1 - alpha-bar) *
    noise. From it the network's (guided) output says what x0, the clean latent, would be.

    Attributes:
        call: which call, counted from 1.
        calls: how many there are.
        step: which of the steps asked for it belongs to, counted from 1. PNDM calls the network
            twice for its first step, if there are ten or more.
        timestep: what the network is told, in training steps.
        sigma: the noise level, sqrt(1 - alpha-bar) / sqrt(alpha-bar): noise to one part picture.
        alpha_bar: the picture's share of the mixture's variance, above 0 and up to 1.
        seconds: since the picture was begun.
        predicted: x0 as a PNG file.
        noisy: the mixture as a PNG file.
    """

    call: int
    calls: int
    step: int
    timestep: float
    sigma: float
    alpha_bar: float
    seconds: float
    predicted: bytes = field(repr=False)
    noisy: bytes = field(repr=False)
