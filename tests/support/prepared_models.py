"""A model prepared for OpenVINO, whoever would have won the race."""

from dataclasses import replace
from pathlib import Path

from inkcloud.checkpoints.backends.call_shape import CallShape
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.openvino_backend import NAME
from inkcloud.checkpoints.backends.openvino_compile import compile_unet
from inkcloud.checkpoints.backends.prepared_folder import PreparedFolder
from inkcloud.checkpoints.backends.prepared_shape import PreparedShape
from inkcloud.checkpoints.backends.unet_facts import UnetFacts
from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import dtype_name, resolve_dtype
from inkcloud.checkpoints.load import load_checkpoint
from inkcloud.checkpoints.opened_model import open_model


def prepare_without_race(
    path: Path, root: Path, dtype: str, shapes: list[CallShape], threads: int = 1
) -> None:
    """Compile a model for each shape and write down that OpenVINO won."""
    number = resolve_dtype(dtype)
    model = open_model(path)
    tokens = model.tokenizer.model_max_length
    folder = PreparedFolder(root, model.fingerprint(), dtype_name(number))
    folder.path.mkdir(parents=True, exist_ok=True)
    for shape in shapes:
        file = folder.path / folder.file(shape)
        compile_unet(
            lambda: model.unet.build(number),
            UnetFacts.of(model.unet),
            shape,
            tokens,
            threads,
            file,
        )
        size = file.stat().st_size
        folder.keep(PreparedShape(shape, Machine.this(), threads, NAME, (), file.name, size))


def load_prepared(
    path: Path, root: Path, dtype: str, shapes: list[CallShape] | None = None
) -> Checkpoint:
    """Return a model that OpenVINO computes in these shapes (its native one), four rows each."""
    prepare_without_race(path, root, dtype, shapes or [CallShape(4, 8, 8)])
    return load_checkpoint(path, dtype=dtype, backend="openvino", prepared=root)


def without_files(checkpoint: Checkpoint) -> Checkpoint:
    """Return the same checkpoint with torch in place of every other backend."""
    return replace(checkpoint, backends=replace(checkpoint.backends, prepared={}))
