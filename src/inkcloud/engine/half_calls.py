"""Calls of half the rows, where they give the very same bytes.

A lone picture fills only half of a small model's call. On a backend that computes each row alike in
both, which is found out by comparing bits when the model is prepared, it need not pay for
the other half; see docs/decisions/0013.
"""

import os
import statistics
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from inkcloud.checkpoints.backends.backend import Backend
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.measurement import Measurement
from inkcloud.checkpoints.backends.openvino_backend import OpenVinoBackend
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.backends.prepared_shape import PreparedShape
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.engine.race import race
from inkcloud.engine.trial import TIMESTEPS, Trial

SEEDS = range(8)


def prepare_half(
    folder: PreparedFolder,
    whole: PreparedShape,
    trial: Trial,
    facts: UnetFacts,
    dtype: torch.dtype,
    compile_to: Callable[[CallShape, Path], None],
    model: str | None = None,
) -> PreparedShape | None:
    """Prepare calls of half the rows beside a prepared one, if they may be used.

    Args:
        folder: of what is prepared of the model.
        whole: the shape that OpenVINO has won.
        trial: the sample of the whole shape.
        facts: the UNet's.
        dtype: the arithmetic.
        compile_to: compiles the model for a shape into a file.
        model: its name, if it is one of the store.

    Returns:
        What was kept, or None if a bit differs or it is no faster.
    """
    shape = half_of(whole.shape)
    place = folder.path / folder.file(shape)
    written = folder.path / f".{place.name}.{os.getpid()}"
    try:
        compile_to(shape, written)
        full = OpenVinoBackend(facts, folder.path / whole.file, dtype, whole.threads)
        half = OpenVinoBackend(facts, written, dtype, whole.threads)
        for backend in (full, half):
            backend.load()
        times = race(
            {
                "whole": partial(_call, full, trial, whole.shape.rows),
                "half": partial(_call, half, trial, shape.rows),
            }
        )
        ours = times["half"]
        faster = statistics.median(ours) < statistics.median(times["whole"])
        if not faster or not same_bits(full, half, trial):
            folder.forget(shape, model)
            return None
        measured = Measurement(
            half.name, statistics.median(ours), min(ours), max(ours), error=0.0, psnr=None
        )
        size = written.stat().st_size
        written.replace(place)
        kept = PreparedShape(
            shape, whole.machine, whole.threads, whole.winner, (measured,), place.name, size
        )
        folder.keep(kept, model)
        return kept
    finally:
        written.unlink(missing_ok=True)


def half_of(shape: CallShape) -> CallShape:
    """Return the shape of calls with half the rows."""
    return replace(shape, rows=shape.rows // 2)


def same_bits(full: Backend, half: Backend, trial: Trial) -> bool:
    """Say whether all rows of several calls are equal, bit for bit, in both kinds of call."""
    rows = trial.shape.rows // 2
    for seed in SEEDS:
        generator = torch.Generator().manual_seed(seed)
        latents = torch.randn(trial.latents.shape, generator=generator)
        for timestep in TIMESTEPS:
            times = torch.full((2 * rows,), timestep)
            whole = full.predict(latents, times, trial.text)
            for part in (slice(0, rows), slice(rows, 2 * rows)):
                alone = half.predict(latents[part], times[part], trial.text[part])
                if not torch.equal(alone, whole[part]):
                    return False
    return True


def _call(backend: Backend, trial: Trial, rows: int) -> None:
    timesteps = torch.full((rows,), TIMESTEPS[0])
    backend.predict(trial.latents[:rows], timesteps, trial.text[:rows])
