"""A stored model's manifest as a JSON file."""

import json
import os
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.stored_model import ModelOrigin, StoredFile, StoredModel
from inkcloud.models.disk import sync_folder

FORMAT = 1
FILE = "manifest.json"
MAXIMUM_BYTES = 8 * 1024 * 1024


def write_manifest(folder: Path, model: StoredModel) -> None:
    """Write a model's manifest into its folder: whole, or not at all.

    Raises:
        OSError: if the disk fails or is full; the earlier manifest stays then.
    """
    text = json.dumps(encode(model), indent=2, ensure_ascii=False) + "\n"
    temporary = folder / f".{FILE}.{secrets.token_hex(4)}"
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(folder)


def read_manifest(path: Path) -> StoredModel:
    """Read a manifest.

    Raises:
        FileNotFoundError: if there is none.
        CheckpointError: if it cannot be read, or a newer Inkcloud has written it.
    """
    name = path.parent.name
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise _damaged(name, path)
        data = json.loads(path.read_text(encoding="utf-8"))
        model = decode(data)
    except FileNotFoundError:
        raise
    except NewerManifest:
        raise CheckpointError(
            f"A newer version of Inkcloud has written the manifest of the model {name}.",
            field="model",
            value=name,
            allowed=f"manifests of format {FORMAT}; use that version of Inkcloud",
        ) from None
    except CheckpointError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(name, path) from error
    except Exception as error:  # a name that is none
        raise _damaged(name, path) from error
    if model.name != name:
        raise _damaged(name, path)
    return model


def encode(model: StoredModel) -> dict[str, Any]:
    """Return a manifest as plain JSON values."""
    return {
        "format": FORMAT,
        "name": model.name,
        "added": model.added.isoformat(),
        "licence": model.licence,
        "origin": asdict(model.origin),
        "facts": encode_facts(model.facts),
        "files": [asdict(file) for file in model.files],
    }


def decode(data: dict[str, Any]) -> StoredModel:
    """Read `encode`'s form.

    Raises:
        NewerManifest: if its format is not ours.
        KeyError, TypeError, ValueError: if it cannot be read.
        InvalidRequest: if its name is none.
    """
    if data["format"] != FORMAT:
        raise NewerManifest
    added = datetime.fromisoformat(_text(data["added"]))
    if added.tzinfo is None:
        raise ValueError
    return StoredModel(
        name=_text(data["name"]),
        origin=ModelOrigin(**{key: _text(value) for key, value in data["origin"].items()}),
        licence=_text(data["licence"]),
        facts=decode_facts(data["facts"]),
        files=tuple(_file(each) for each in data["files"]),
        added=added,
    )


class NewerManifest(Exception):
    """The manifest's format is not the one that this version writes."""


def encode_facts(facts: ModelFacts) -> dict[str, Any]:
    """Return facts as plain JSON values."""
    return {**asdict(facts), "native_size": list(facts.native_size)}


def decode_facts(data: dict[str, Any]) -> ModelFacts:
    """Read `encode_facts`' form.

    Raises:
        KeyError, TypeError, ValueError: if it cannot be read.
    """
    width, height = data["native_size"]
    return ModelFacts(
        layout=_text(data["layout"]),
        family=_text(data["family"]),
        prediction=Prediction(data["prediction"]),
        native_size=(int(width), int(height)),
        unet_parameters=int(data["unet_parameters"]),
        weight_bytes=int(data["weight_bytes"]),
        stored_dtype=_text(data["stored_dtype"]),
        memory_half=int(data.get("memory_half", 0)),
        memory_single=int(data.get("memory_single", 0)),
    )


def _file(data: dict[str, Any]) -> StoredFile:
    path = _text(data["path"])
    parts = PurePosixPath(path).parts
    # A manifest that was tampered with must not make anything outside its folder be removed.
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ValueError
    return StoredFile(
        path=path,
        size=int(data["size"]),
        sha256=_text(data["sha256"]),
        linked=_text(data["linked"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _damaged(name: str, path: Path) -> CheckpointError:
    return CheckpointError(
        f"The manifest of the model {name} is damaged.",
        field="model",
        value=name,
        allowed=f"a manifest as Inkcloud wrote it; remove the model with `inkcloud models remove "
        f"{name}` and add it again (the manifest is {path})",
    )
