"""From a model's folder to a checkpoint that is ready to run."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from inkcloud.checkpoints.checkpoint import Checkpoint
from inkcloud.checkpoints.dtype import AUTO, resolve_dtype
from inkcloud.checkpoints.fingerprint import fingerprint
from inkcloud.checkpoints.fit import check_fit
from inkcloud.checkpoints.folder import open_folder
from inkcloud.checkpoints.modules import read_part
from inkcloud.checkpoints.schedule import read_schedule
from inkcloud.checkpoints.tokenizer import load_tokenizer
from inkcloud.domain.noise_schedule import Prediction

BACKEND = "torch-cpu"


def load_checkpoint(
    folder: Path,
    *,
    dtype: str = AUTO,
    name: str | None = None,
    prediction: Prediction | None = None,
) -> Checkpoint:
    """Load a folder in diffusers' format: allow-listed classes, safetensors only.

    Everything small is read and checked first; weights are read last, each straight into
    the wanted dtype.

    Args:
        folder: the model's folder.
        dtype: "auto", "float32", "bfloat16" or "float16".
        name: what the model is called; the folder's name by default.
        prediction: what the UNet predicts, in place of what the model says.

    Raises:
        CheckpointError: for each way in which a folder can be wrong.
        InvalidRequest: for an unknown dtype.
    """
    number = resolve_dtype(dtype)
    model = open_folder(folder)
    schedule = read_schedule(model["scheduler"])
    if prediction is not None:
        schedule = replace(schedule, prediction=prediction)
    text_encoder, unet, vae = (read_part(model[part]) for part in ("text_encoder", "unet", "vae"))
    check_fit(text_encoder, unet, vae)
    tokenizer = load_tokenizer(
        model["tokenizer"],
        vocabulary=text_encoder.config["vocab_size"],
        positions=text_encoder.config["max_position_embeddings"],
    )
    # Hashing takes as long as reading: it runs beside it.
    with ThreadPoolExecutor(max_workers=1) as beside:
        sha256 = beside.submit(fingerprint, folder)
        modules = [part.build(number) for part in (text_encoder, unet, vae)]
        return Checkpoint(
            name=name or folder.resolve().name,
            sha256=sha256.result(),
            dtype=number,
            backend=BACKEND,
            tokenizer=tokenizer,
            text_encoder=modules[0],
            unet=modules[1],
            vae=modules[2],
            schedule=schedule,
        )
