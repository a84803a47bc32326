"""The UNet as a torch module: any shape, on the processor, CUDA or MPS."""

from typing import Any

import torch
from torch import Tensor

from inkcloud.checkpoints.late_module import LateModule


class TorchBackend:
    """Runs the module; reads its weights when it first has to.

    Args:
        late: the module.
        dtype: the module's arithmetic.
        device: where it computes.
    """

    def __init__(self, late: LateModule, dtype: torch.dtype, device: torch.device) -> None:
        self.late = late
        self._dtype = dtype
        self._device = device

    @property
    def name(self) -> str:
        """For example "torch-cpu"."""
        return f"torch-{self._device.type}"

    @property
    def module(self) -> Any:  # noqa: ANN401
        """The UNet2DConditionModel; its weights are read now if they were not before."""
        return self.late.get()

    def load(self) -> None:
        """Read the weights.

        Raises:
            CheckpointError: if the files cannot be read or were changed.
        """
        self.late.get()

    @torch.inference_mode()
    def predict(self, latents: Tensor, timesteps: Tensor, text: Tensor) -> Tensor:
        """Run the UNet once; see `Backend.predict`."""
        output: Tensor = self.module(
            latents.to(self._device, self._dtype),
            timesteps.to(self._device),
            encoder_hidden_states=text.to(self._device, self._dtype),
            return_dict=False,
        )[0]
        return output.to("cpu", torch.float32)
