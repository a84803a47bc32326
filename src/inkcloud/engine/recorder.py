"""What a picture's record says about the program that drew it."""

from importlib.metadata import version

import torch

import inkcloud
from inkcloud.checkpoints.backends.openvino_backend import NAME as OPENVINO
from inkcloud.checkpoints.backends.openvino_library import openvino_version
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import dtype_name
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.record import Record


class Recorder:
    """Writes the records of the pictures of one checkpoint.

    Args:
        checkpoint: the model.
        rows_per_call: rows in every UNet call; None if a call has one picture's rows.
    """

    def __init__(self, checkpoint: Checkpoint, rows_per_call: int | None) -> None:
        self._checkpoint = checkpoint
        self._rows_per_call = rows_per_call
        self._versions = {
            "inkcloud": inkcloud.__version__,
            "torch": torch.__version__,
            # Not from the packages themselves: to import them takes seconds.
            "diffusers": version("diffusers"),
            "transformers": version("transformers"),
        }

    def record(self, request: GenerationRequest, seed: int) -> Record:
        """Return the record of one picture of a request whose size is filled in."""
        native = self._checkpoint.native_size
        width, height = request.width or native[0], request.height or native[1]
        rows = self._rows_per_call or (2 if request.guided else 1)
        backend = self._checkpoint.backend(rows, width, height)
        return Record(
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            num_inference_steps=request.num_inference_steps,
            scheduler=request.scheduler,
            guidance_scale=request.guidance_scale,
            seed=seed,
            width=width,
            height=height,
            checkpoint=self._checkpoint.name,
            checkpoint_hash=self._checkpoint.sha256,
            dtype=dtype_name(self._checkpoint.dtype),
            backend=backend,
            versions=self._versions | _library(backend),
            strength=None if request.image is None else request.strength,
            image_sha256=request.image_sha256,
            prediction=self._checkpoint.told_prediction,
            variation_seed=request.variation_seed if request.varied else None,
            variation_strength=float(request.variation_strength) if request.varied else None,
        )


def _library(backend: str) -> dict[str, str]:
    return {"openvino": openvino_version() or "unknown"} if backend == OPENVINO else {}
