"""Which backend computes which call."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from torch import Tensor

from inkcloud.checkpoints.backends.backend import Backend
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.torch_backend import TorchBackend


@dataclass(frozen=True, eq=False)
class Backends:
    """Torch for every shape, and others for the shapes that they were prepared for.

    The choice depends on the call's shape alone and never changes while a checkpoint lives:
    the same request gives the same bytes. Where there are two shapes to choose from for the
    same rows, both give the same.

    Attributes:
        torch: for every shape that nothing else was prepared for.
        prepared: by shape.
    """

    torch: TorchBackend
    prepared: Mapping[CallShape, Backend] = field(default_factory=dict)

    def of(self, shape: CallShape) -> Backend:
        """Return the backend that computes calls of a shape."""
        return self.prepared.get(shape, self.torch)

    def rows_of_call(self, rows: int, whole: CallShape) -> int:
        """Return to how many rows a call is filled up.

        Args:
            rows: how many there are to compute.
            whole: the usual shape. A smaller one is prepared beside it only if it gives the same
                bits (`engine/half_calls.py`).
        """
        if whole not in self.prepared:
            return whole.rows
        smaller = (replace(whole, rows=count) for count in range(rows, whole.rows))
        return next((shape.rows for shape in smaller if shape in self.prepared), whole.rows)

    def predict(self, latents: Tensor, timesteps: Tensor, text: Tensor) -> Tensor:
        """Run the UNet once; see `Backend.predict`."""
        rows, _, height, width = latents.shape
        return self.of(CallShape(rows, height, width)).predict(latents, timesteps, text)
