"""The model that comes with the package."""

import json
import math
import struct
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.picture_work import picture_work
from inkcloud.domain.stored_model import ModelOrigin, StoredFile, StoredModel

BUILTIN = "inkling"
LICENCE = "Apache-2.0"
_WEIGHTS = "diffusion_pytorch_model.safetensors"
_NUMBERS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def builtin_folder() -> Path:
    """Return the folder of the built-in model."""
    return Path(__file__).resolve().parents[1] / "builtin" / BUILTIN


@cache
def builtin_model() -> StoredModel:
    """Return the built-in model's entry.

    It has no manifest: its facts are read from its own files, which are ours and need no
    checks here, and its files' hashes are the package's business.
    """
    folder = builtin_folder()
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return StoredModel(
        name=BUILTIN,
        origin=ModelOrigin(kind="builtin", id="comes with Inkcloud"),
        licence=LICENCE,
        facts=_facts(folder),
        files=tuple(
            StoredFile(
                path=path.relative_to(folder).as_posix(),
                size=path.stat().st_size,
                sha256="",
                linked=str(path),
            )
            for path in paths
        ),
        added=datetime.fromtimestamp((folder / "model_index.json").stat().st_mtime, UTC),
    )


def _facts(folder: Path) -> ModelFacts:
    unet = _json(folder / "unet" / "config.json")
    schedule = _json(folder / "scheduler" / "scheduler_config.json")
    vae = _json(folder / "vae" / "config.json")
    side = unet["sample_size"] * 2 ** (len(vae["block_out_channels"]) - 1)
    tensors = {
        path: _tensors(path)
        for path in folder.rglob("*.safetensors")  # the three modules' files
    }
    of_unet = tensors[folder / "unet" / _WEIGHTS]
    numbers = sum(math.prod(each["shape"]) for found in tensors.values() for each in found)
    numbers += picture_work(unet, vae)
    return ModelFacts(
        layout="folder",
        family="Inkling",
        prediction=Prediction(schedule["prediction_type"]),
        native_size=(side, side),
        unet_parameters=sum(math.prod(each["shape"]) for each in of_unet),
        weight_bytes=sum(
            each["data_offsets"][1] - each["data_offsets"][0]
            for found in tensors.values()
            for each in found
        ),
        stored_dtype=_NUMBERS[of_unet[0]["dtype"]],
        memory_half=2 * numbers,
        memory_single=4 * numbers,
    )


def _json(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _tensors(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return [value for name, value in header.items() if name != "__metadata__"]
