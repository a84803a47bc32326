"""The UNet as a torch module: any shape, on the processor, CUDA or MPS."""

import threading
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class TorchBackend:
    """Runs the module; reads its weights when it first has to.

    Args:
        build: returns the module, with its weights, on the device.
        dtype: the module's arithmetic.
        device: where it computes.
    """

    def __init__(self, build: Callable[[], Any], dtype: torch.dtype, device: torch.device) -> None:
        self._build = build
        self._dtype = dtype
        self._device = device
        self._lock = threading.Lock()
        self._module: Any = None

    @property
    def name(self) -> str:
        """For example "torch-cpu"."""
        return f"torch-{self._device.type}"

    @property
    def module(self) -> Any:  # noqa: ANN401
        """The UNet2DConditionModel; its weights are read now if they were not before."""
        with self._lock:
            if self._module is None:
                self._module = self._build()
            return self._module

    def load(self) -> None:
        """Read the weights.

        Raises:
            CheckpointError: if the files cannot be read or were changed.
        """
        _ = self.module

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
