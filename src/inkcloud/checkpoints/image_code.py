"""What an encoder makes of an image: one latent, or a distribution of them."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class ImageCode:
    """An encoded image; a latent is drawn from it with noise that the caller seeds.

    Attributes:
        mean: (C, h, w) float32.
        deviation: (C, h, w) float32, or None from an encoder that gives one latent
            (AutoencoderTiny).
        scale: from the autoencoder's latents to the UNet's.
    """

    mean: Tensor
    deviation: Tensor | None
    scale: float

    @property
    def draws_noise(self) -> bool:
        """Whether a latent is a sample."""
        return self.deviation is not None

    def latent(self, noise: Tensor | None) -> Tensor:
        """Return a latent for the UNet, (C, h, w) float32.

        Args:
            noise: (C, h, w) standard normal float32 if `draws_noise`, else ignored.

        Raises:
            ValueError: if noise is needed and missing.
        """
        if self.deviation is None:
            return self.scale * self.mean
        if noise is None:
            raise ValueError("this image's latent is a sample: noise is needed")
        return self.scale * (self.mean + self.deviation * noise)
