"""Find the fastest backend of a model on this machine, and remember it."""

import gc
import logging
import os
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from inkcloud.checkpoints.backends.backend import Backend
from inkcloud.checkpoints.backends.backends import Backends
from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.choice import BackendChoice
from inkcloud.checkpoints.backends.device import CPU, best_device
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.measurement import Measurement
from inkcloud.checkpoints.backends.openvino_backend import HINTS, NAME, OpenVinoBackend
from inkcloud.checkpoints.backends.openvino_compile import compile_unet
from inkcloud.checkpoints.backends.openvino_library import openvino_version
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.backends.prepared_shape import PreparedShape
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import dtype_name, resolve_dtype
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.opened_model import open_model
from inkcloud.checkpoints.pixels import Pixels
from inkcloud.domain.errors import InkcloudError, InvalidRequest
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.engine.agreement import call_error, disagreement, psnr
from inkcloud.engine.half_calls import half_of, prepare_half
from inkcloud.engine.preparation import Stage
from inkcloud.engine.race import ROUNDS, race
from inkcloud.engine.settings import EngineSettings
from inkcloud.engine.trial import STEPS, TIMESTEPS, Trial

Watch = Callable[[Stage], None]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """What to prepare.

    Attributes:
        path: the model's folder or file.
        root: the folder of prepared models.
        name: what the model is called; by default as its folder.
        prediction: what its UNet predicts, if it does not say it.
        dtype: "auto", "float32", "bfloat16" or "float16".
        width: of pictures, in pixels; None is the native one.
        height: the same.
        rows: UNet inputs in a call: 2 for a guided picture, 1 for one without guidance; None
            is what a guided picture needs.
    """

    path: Path
    root: Path
    name: str | None = None
    prediction: Prediction | None = None
    dtype: str = "auto"
    width: int | None = None
    height: int | None = None
    rows: int | None = None


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a backend made of the sample: outputs (T, R, C, h, w), and a picture."""

    calls: torch.Tensor
    picture: Pixels


def prepare_model(
    wanted: Wanted, watch: Watch = lambda stage: None, settings: EngineSettings | None = None
) -> PreparedShape:
    """Race the backends, compare each with float32, and remember the winner.

    It can be interrupted between two UNet calls, and leaves nothing half done.

    Args:
        wanted: what to prepare.
        watch: told how far it is.
        settings: the engine's.

    Raises:
        CheckpointError: if the model cannot be loaded.
        InvalidRequest: if the dtype, the size or the number of rows is not possible.
    """
    settings = settings or EngineSettings()
    dtype = resolve_dtype(wanted.dtype, best_device())
    watch(Stage("Loading the model in float32"))
    exact = _load(wanted, "float32")
    small = exact.parameters < settings.solo_parameters
    shape = _shape(wanted, exact, settings.rows_per_call if small else None)
    threads = settings.small_model_threads if small else torch.get_num_threads()
    compiled_for = settings.small_openvino_threads if small else threads
    folder = PreparedFolder(wanted.root, exact.sha256, dtype_name(dtype))
    written = folder.path / f".{folder.file(shape)}.{os.getpid()}"
    trial = Trial.of(exact, shape, guided=small or shape.rows > 1)
    with _threads(threads):
        seen = _see(exact, trial, settings, "Drawing the sample in float32", watch)
        if dtype == torch.float32:
            ours = exact
        else:
            # Only one of the two is in memory at a time.
            del exact
            gc.collect()
            watch(Stage("Loading the model"))
            ours = _load(wanted, wanted.dtype)
        try:
            for winograd in (True, False):
                compile_to = partial(_compile, wanted, ours, trial, compiled_for, winograd)
                rivals, failures = _compiled(ours, trial, compiled_for, compile_to, written, watch)
                measured = (*_measure(ours, rivals, trial, seen, settings, watch), *failures)
                # Fewer multiplications round more: a model that is too sensitive does without.
                if not any(each.refused for each in measured):
                    break
                _forget(rivals, written)
            outcome = keep_winner(folder, shape, compiled_for, measured, written, model=wanted.name)
        finally:
            written.unlink(missing_ok=True)
        if small and outcome.file:
            _add_half(wanted, folder, outcome, trial, ours, compile_to, watch)
        elif small:
            folder.forget(half_of(shape), wanted.name)
        return outcome


def _add_half(
    wanted: Wanted,
    folder: PreparedFolder,
    outcome: PreparedShape,
    trial: Trial,
    ours: Checkpoint,
    compile_to: Callable[[CallShape, Path], None],
    watch: Watch,
) -> None:
    """Let a lone picture's calls take half the time, where that changes no bit of it."""
    watch(Stage("Compiling for a lone picture"))
    try:
        prepare_half(
            folder, outcome, trial, ours.unet_facts, ours.dtype, compile_to, model=wanted.name
        )
    except Exception as error:  # without it everything is drawn as before, only more slowly
        _logger.warning("Calls for a lone picture cannot be compiled: %s", error)


def _load(wanted: Wanted, dtype: str) -> Checkpoint:
    return load_checkpoint(
        wanted.path,
        dtype=dtype,
        name=wanted.name,
        prediction=wanted.prediction,
        backend=BackendChoice.TORCH,
    )


def _shape(wanted: Wanted, checkpoint: Checkpoint, fixed_rows: int | None) -> CallShape:
    native = checkpoint.native_size
    width, height = wanted.width or native[0], wanted.height or native[1]
    checkpoint.check_size(width, height)
    allowed = (fixed_rows,) if fixed_rows is not None else (1, 2)
    rows = wanted.rows or allowed[-1]
    if rows not in allowed:
        raise InvalidRequest(
            "This model's UNet is never called with so many rows.",
            field="rows",
            value=rows,
            allowed=" or ".join(map(str, allowed)),
        )
    return CallShape(rows, height // checkpoint.factor, width // checkpoint.factor)


def _compiled(
    ours: Checkpoint,
    trial: Trial,
    threads: int,
    compile_to: Callable[[CallShape, Path], None],
    file: Path,
    watch: Watch,
) -> tuple[dict[str, Backend], list[Measurement]]:
    """Return what there is beside torch, and for what cannot be used a line that says why."""
    if ours.device != CPU or ours.dtype not in HINTS or openvino_version() is None:
        return {}, []
    watch(Stage("Compiling with OpenVINO"))
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        compile_to(trial.shape, file)
        backend = OpenVinoBackend(ours.unet_facts, file, ours.dtype, threads)
        backend.load()
    except KeyboardInterrupt:
        file.unlink(missing_ok=True)
        raise
    except Exception as error:  # whatever OpenVINO cannot do, torch can
        return {}, [_refused(NAME, f"it cannot be compiled: {error}")]
    return {NAME: backend}, []


def _compile(
    wanted: Wanted,
    ours: Checkpoint,
    trial: Trial,
    threads: int,
    winograd: bool,
    shape: CallShape,
    file: Path,
) -> None:
    unet, tokens = open_model(wanted.path, wanted.prediction).unet, trial.text.shape[1]
    compile_unet(
        lambda: unet.build(ours.dtype), ours.unet_facts, shape, tokens, threads, file, winograd
    )


def _forget(rivals: dict[str, Backend], file: Path) -> None:
    """Let go of what was compiled before anything else is: of a mapped file nothing may change."""
    rivals.clear()
    gc.collect()
    file.unlink(missing_ok=True)


def _measure(
    ours: Checkpoint,
    rivals: Mapping[str, Backend],
    trial: Trial,
    exact: _Seen,
    settings: EngineSettings,
    watch: Watch,
) -> list[Measurement]:
    torch_only = Backends(ours.backends.torch)
    variants = {ours.backends.torch.name: ours} | {
        name: replace(ours, backends=replace(torch_only, prepared={trial.shape: backend}))
        for name, backend in rivals.items()
    }
    compared, failures = {}, []
    for name, variant in list(variants.items()):
        try:
            seen = _see(variant, trial, settings, f"Drawing the sample with {name}", watch)
        except InkcloudError as error:
            if variant is ours:
                raise
            failures.append(_refused(name, error.message))
            del variants[name]
            continue
        likeness = psnr(seen.picture, exact.picture)
        compared[name] = call_error(seen.calls, exact.calls), likeness
    times = race(
        {name: partial(trial.call, variant) for name, variant in variants.items()},
        lambda done: watch(Stage("Racing", done, ROUNDS)),
    )
    first = compared[ours.backends.torch.name]
    return failures + [
        Measurement(
            backend=name,
            seconds=statistics.median(times[name]),
            fastest=min(times[name]),
            slowest=max(times[name]),
            error=error,
            psnr=likeness,
            refused=""
            if name == ours.backends.torch.name
            else disagreement(ours.dtype, error, likeness, *first),
        )
        for name, (error, likeness) in compared.items()
    ]


def _see(
    checkpoint: Checkpoint, trial: Trial, settings: EngineSettings, text: str, watch: Watch
) -> _Seen:
    total, done = len(TIMESTEPS) + STEPS, 0
    watch(Stage(text, 0, total))

    def count() -> None:
        nonlocal done
        done += 1
        watch(Stage(text, done, total))

    return _Seen(
        trial.calls(checkpoint, count),
        trial.picture(checkpoint, settings, count),
    )


def keep_winner(
    folder: PreparedFolder,
    shape: CallShape,
    threads: int,
    measured: tuple[Measurement, ...],
    written: Path,
    model: str | None = None,
) -> PreparedShape:
    """Remember the quickest backend that may be used.

    Args:
        folder: where.
        shape: what was measured.
        threads: on how many the compiled file computes.
        measured: of each backend.
        written: the compiled file; it is moved to its place if its backend wins.
        model: its name, if it is one of the store.
    """
    winner = min((each for each in measured if not each.refused), key=lambda each: each.seconds)
    place = folder.path / folder.file(shape)
    file, size = "", 0
    if winner.backend == NAME:
        file, size = place.name, written.stat().st_size
        written.replace(place)
    outcome = PreparedShape(shape, Machine.this(), threads, winner.backend, measured, file, size)
    folder.keep(outcome, model)
    if not file:
        place.unlink(missing_ok=True)
    return outcome


def _refused(name: str, why: str) -> Measurement:
    return Measurement(name, 0.0, 0.0, 0.0, 0.0, None, " ".join(why.split())[:300])


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
