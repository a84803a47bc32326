"""Where a model is: a name in the store, or a path."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inkcloud.domain.errors import CheckpointError, NotFound
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.builtin import BUILTIN as BUILTIN
from inkcloud.models.builtin import builtin_folder
from inkcloud.models.places import models_dir
from inkcloud.models.store import ModelStore


@dataclass(frozen=True)
class LocatedModel:
    """A model that is there.

    Attributes:
        path: its folder or its one file.
        name: its name in the store; None for a path.
        prediction: what its UNet predicts, if the store knows it.
        digests: the recorded SHA-256 of each of its files, if the store knows them.
    """

    path: Path
    name: str | None = None
    prediction: Prediction | None = None
    digests: Mapping[str, str] | None = None


def locate(model: str) -> Path:
    """Return the folder, or the one file, of a model.

    Args:
        model: "inkling" for the built-in model, another model's name in the store, or a path.

    Raises:
        CheckpointError: if there is no such model and no such path, or a stored model's files
            are not as long as they were.
    """
    return find_model(model).path


def find_model(model: str, store: ModelStore | None = None) -> LocatedModel:
    """Find a model; a name goes before a path, which "./" in front makes plain.

    Args:
        model: as `locate` takes it.
        store: where names are looked up; by default the store that the environment names.

    Raises:
        CheckpointError: as `locate` does.
    """
    known = store or ModelStore(models_dir(os.environ))
    if model == BUILTIN:
        return LocatedModel(builtin_folder())
    try:
        stored = known.get(model)
    except NotFound:
        return LocatedModel(_existing(model, known))
    known.check_sizes(stored)
    digests = {file.path: file.sha256 for file in stored.files}
    return LocatedModel(known.path(stored), stored.name, stored.facts.prediction, digests)


def _existing(model: str, store: ModelStore) -> Path:
    try:
        path = Path(model).expanduser().absolute()
        found = path.exists()
    # An unknown user's home, a NUL, or a name that is longer than names can be.
    except (RuntimeError, ValueError, OSError):
        found = False
    if not model.strip() or not found:
        raise CheckpointError(
            "There is no model, folder or file of that name.",
            field="model",
            value=model,
            allowed=f"one of {', '.join(store.names())}, or the path of a folder in diffusers' "
            "format or of a safetensors file; `inkcloud models pull` gets more models",
        )
    return path
