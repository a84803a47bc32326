"""What all backends can do."""

from typing import Protocol

from torch import Tensor


class Backend(Protocol):
    """Computes the UNet."""

    @property
    def name(self) -> str:
        """The library and the device, for example "torch-cpu"."""

    def load(self) -> None:
        """Get ready now; otherwise the first call does it.

        Raises:
            CheckpointError: if what it needs cannot be read.
        """

    def predict(self, latents: Tensor, timesteps: Tensor, text: Tensor) -> Tensor:
        """Run the UNet once.

        Args:
            latents: (R, C, h, w) float32.
            timesteps: (R,) float32, in training steps.
            text: (R, L, D) in any float dtype.

        Returns:
            (R, C, h, w) float32, on the CPU.
        """
