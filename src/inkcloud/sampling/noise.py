"""The random numbers of one request."""

import torch
from torch import Tensor

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.limits import MAXIMUM_SEED


class RequestNoise:
    """One seeded generator, drawn from in a fixed order.

    The order is: the sample of an image's latent, if the picture begins as an image and its
    autoencoder gives a distribution; the initial latent; the noise of each step that draws some.

    Drawn on the CPU in float32 with shape (1, C, H, W), as diffusers draws with a CPU generator;
    so it depends on the seed and the shape, not on device, model type or batch.

    Args:
        seed: 0 to 2**64 - 1.

    Raises:
        InvalidRequest: if the seed is not such a number.
    """

    def __init__(self, seed: int) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAXIMUM_SEED:
            raise InvalidRequest(
                "The seed is not allowed.",
                field="seed",
                value=seed,
                allowed=f"a whole number from 0 to {MAXIMUM_SEED}",
            )
        self._generator = torch.Generator("cpu").manual_seed(seed)

    def image(self, shape: tuple[int, int, int]) -> Tensor:
        """Return standard normal noise (C, H, W) for the sample of an image's latent."""
        return self._draw(shape)

    def initial(self, shape: tuple[int, int, int]) -> Tensor:
        """Return standard normal noise (C, H, W) for the initial latent; not yet scaled."""
        return self._draw(shape)

    def step(self, shape: tuple[int, int, int]) -> Tensor:
        """Return standard normal noise (C, H, W) for one step, next in the same stream."""
        return self._draw(shape)

    def _draw(self, shape: tuple[int, int, int]) -> Tensor:
        drawn = torch.randn((1, *shape), generator=self._generator, dtype=torch.float32)
        return drawn[0]
