"""What a picture's record says about the program that drew it."""

import diffusers
import torch
import transformers

import inkcloud
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.domain.record import Record


class Recorder:
    """Writes the records of the pictures of one checkpoint."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._versions = {
            "inkcloud": inkcloud.__version__,
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
        }

    def record(self, request: GenerationRequest, seed: int) -> Record:
        """Return the record of one picture of a request whose size is filled in."""
        width, height = self._checkpoint.native_size
        return Record(
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            num_inference_steps=request.num_inference_steps,
            scheduler=request.scheduler,
            guidance_scale=request.guidance_scale,
            seed=seed,
            width=request.width or width,
            height=request.height or height,
            checkpoint=self._checkpoint.name,
            checkpoint_hash=self._checkpoint.sha256,
            dtype=str(self._checkpoint.dtype).removeprefix("torch."),
            backend=self._checkpoint.backend,
            versions=self._versions,
            strength=None if request.image is None else request.strength,
            image_sha256=request.image_sha256,
            prediction=self._checkpoint.told_prediction,
        )
