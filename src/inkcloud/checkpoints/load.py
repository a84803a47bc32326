"""From a model's files to a checkpoint that is ready to run."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import AUTO, resolve_dtype
from inkcloud.checkpoints.opened_model import open_model
from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.noise_schedule import Prediction

BACKEND = "torch-cpu"


def load_checkpoint(
    path: Path,
    *,
    dtype: str = AUTO,
    name: str | None = None,
    prediction: Prediction | None = None,
    expected_sha256: str | None = None,
) -> Checkpoint:
    """Load a folder in diffusers' format or a single file, from safetensors only.

    Everything small is read and checked first; weights are read last, each straight into
    the wanted dtype.

    Args:
        path: the model's folder, or one .safetensors file in the original layout.
        dtype: "auto", "float32", "bfloat16" or "float16".
        name: what the model is called; the folder's or file's name by default.
        prediction: what the UNet predicts, for a model that does not say it; it also
            overrides what the model says.
        expected_sha256: the fingerprint that the model must have, if it is known.

    Raises:
        CheckpointError: for each way in which a model can be wrong.
        InvalidRequest: for an unknown dtype.
    """
    number = resolve_dtype(dtype)
    model = open_model(path, prediction)
    skeletons = [part.skeleton() for part in model.parts]
    # Hashing takes as long as reading: it runs beside it.
    with ThreadPoolExecutor(max_workers=1) as beside:
        hashing = beside.submit(model.fingerprint)
        modules = [
            part.fill(skeleton, number)
            for part, skeleton in zip(model.parts, skeletons, strict=True)
        ]
        sha256 = hashing.result()
    _check_fingerprint(sha256, expected_sha256)
    return Checkpoint(
        name=name or path.resolve().name,
        sha256=sha256,
        dtype=number,
        backend=BACKEND,
        tokenizer=model.tokenizer,
        text_encoder=modules[0],
        unet=modules[1],
        vae=modules[2],
        schedule=model.schedule,
        told_prediction=prediction,
    )


def _check_fingerprint(found: str, expected: str | None) -> None:
    if expected is not None and found != expected.lower():
        raise CheckpointError(
            "The model's files are not those that were recorded: they are damaged or were "
            "changed. Fetch or add the model again.",
            field="sha256",
            value=found,
            allowed=expected,
        )
