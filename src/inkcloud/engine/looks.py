"""Looks at pictures in work: previews, and the frames that are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.frame import Frame
from inkcloud.engine.framed_calls import framed_calls
from inkcloud.engine.picture_file import write_preview, write_small
from inkcloud.engine.sample import Sample
from inkcloud.engine.task import Task
from inkcloud.sampling.compile import noise_levels
from inkcloud.sampling.update import denoised, model_input

FRAME_SIDE = 192


@dataclass(frozen=True)
class Look:
    """What there is to see of one picture after a call of the network.

    Attributes:
        preview: the predicted picture as a PNG file, if it is wanted now.
        frame: the call, if it is kept.
    """

    preview: bytes | None = None
    frame: Frame | None = None


class Looks:
    """Looks at the pictures of one checkpoint.

    Each picture is decoded by itself, so that a look is the same whoever shares the batch.

    Args:
        checkpoint: the model.
        most_frames: how many frames a picture may have.
    """

    def __init__(self, checkpoint: Checkpoint, most_frames: int) -> None:
        self._checkpoint = checkpoint
        self._levels = noise_levels(checkpoint.schedule)
        self._most_frames = most_frames

    def after(
        self, tasks: Sequence[Task], samples: Sequence[Sample], outputs: Tensor
    ) -> dict[Task, Look]:
        """Return the looks that are wanted, between a call of the network and its update.

        Args:
            tasks: the pictures.
            samples: their tensors, before the update.
            outputs: (N, C, h, w) float32, the network's guided outputs.
        """
        wanted = [task for task in tasks if self._wants_frame(task) or _wants_preview(task)]
        if not wanted:
            return {}
        plans = [sample.plan for sample in samples]
        states = [sample.state for sample in samples]
        predicted = denoised(plans, states, outputs)
        noisy = model_input(plans, states)
        looks = {}
        for row, (task, sample) in enumerate(zip(tasks, samples, strict=True)):
            preview = frame = None
            if _wants_preview(task):
                preview = write_preview(self._checkpoint.preview(predicted[row]))
            if self._wants_frame(task):
                frame = self._frame(task, sample, predicted[row], noisy[row])
            looks[task] = Look(preview, frame)
        return looks

    def _wants_frame(self, task: Task) -> bool:
        if not task.generation.request.frames:
            return False
        return task.position + 1 in framed_calls(task.total, self._most_frames)

    def _frame(self, task: Task, sample: Sample, predicted: Tensor, noisy: Tensor) -> Frame | None:
        request, tick = task.generation.request, sample.plan.ticks[task.position]
        level = self._levels.at(tick.timestep)
        call, skipped = task.position + 1, request.skipped_steps
        extra = task.total - (request.num_inference_steps - skipped)
        try:
            pictures = [self._small(latent) for latent in (predicted, noisy)]
        except CheckpointError:  # no picture can be shown, and none will come of it
            return None
        return Frame(
            call=call,
            calls=task.total,
            step=skipped + max(call - extra, 1),
            timestep=tick.timestep,
            sigma=level.sigma,
            alpha_bar=level.signal**2,
            seconds=task.generation.seconds,
            predicted=pictures[0],
            noisy=pictures[1],
        )

    def _small(self, latent: Tensor) -> bytes:
        finite = torch.nan_to_num(latent, nan=0.0, posinf=0.0, neginf=0.0)
        return write_small(self._checkpoint.preview(finite), FRAME_SIDE)


def _wants_preview(task: Task) -> bool:
    every = task.generation.request.preview_every
    done = task.position + 1
    return every > 0 and done % every == 0 and done < task.total
