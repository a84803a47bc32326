"""Add a model that lies on this machine."""

import json
from datetime import UTC, datetime
from pathlib import Path

from inkcloud.domain.errors import CheckpointError
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.stored_model import ModelOrigin, StoredFile, StoredModel, check_model_name
from inkcloud.models.choose_files import INDEX, ChosenFiles, check_pipeline, choose_files
from inkcloud.models.digest import copy, digest, plain_size
from inkcloud.models.disk import check_room, told
from inkcloud.models.inspection import Inspect, inspect
from inkcloud.models.staging import Staging
from inkcloud.models.store import ModelStore
from inkcloud.models.tally import Tally, Watch, unwatched

MOST_ENTRIES = 10_000


def add_model(
    store: ModelStore,
    path: Path,
    *,
    name: str = "",
    link: bool = False,
    prediction: Prediction | None = None,
    watch: Watch = unwatched,
    inspection: Inspect = inspect,
) -> StoredModel:
    """Put a folder in diffusers' format, or one safetensors file, into the store.

    Nothing is registered unless all of it succeeds; a model of the same name stays until then.

    Args:
        store: where to put it.
        path: the folder or file.
        name: what to call it; made from the path by default. A name that is taken replaces
            that model.
        link: whether the files stay where they lie, and only their places are kept.
        prediction: what the UNet predicts, where the model does not say it.
        watch: told how far it is.
        inspection: finds the model's facts.

    Raises:
        CheckpointError: if it is no model that can be loaded.
        InvalidRequest: if the name is none.
        Conflict: if the name is the built-in model's, or is being added just now.
        StorageFull, StorageUnavailable: if the disk does not let us.
    """
    source = path.expanduser().absolute()
    with told(f"{path} cannot be read"):
        root, chosen = _chosen(source)
        wanted = sum(plain_size(root / each, each) for each in chosen.paths)
    called = check_model_name(name) if name else store.name_for("path", str(source))
    with store.incoming(called) as staging:
        try:
            if link:
                watch(ModelProgress(stage="inspecting"))
                facts = inspection(source, prediction)
                files = _hash_all(root, chosen, Tally("hashing", wanted, watch))
            else:
                staging.clear()
                with told("The model cannot be copied"):
                    staging.files.mkdir(parents=True)
                    check_room(staging.folder, wanted)
                    files = _copy_all(root, chosen, staging, Tally("copying", wanted, watch))
                watch(ModelProgress(stage="inspecting"))
                copied = staging.files / chosen.paths[0] if chosen.layout == "file" else None
                facts = inspection(copied or staging.files, prediction)
            model = StoredModel(
                name=called,
                origin=ModelOrigin(kind="path", id=str(source)),
                licence="",
                facts=facts,
                files=files,
                added=datetime.now(UTC),
            )
            store.put(model, None if link else staging.files)
        finally:
            # A copy is quickly made anew: unlike a download, half of one is not worth keeping.
            staging.remove()
    return model


def _chosen(source: Path) -> tuple[Path, ChosenFiles]:
    """Return the folder that the files are in, and which of them are needed."""
    if source.is_file():
        return source.parent, choose_files([source.name], file=source.name, where=str(source))
    if not source.is_dir():
        raise CheckpointError(
            "There is no such folder or file.",
            field="path",
            value=str(source),
            allowed="a model's folder in diffusers' format, or one safetensors file",
        )
    offered: list[str] = []
    for found in source.rglob("*"):
        if len(offered) > MOST_ENTRIES:
            raise CheckpointError(
                "The folder holds too many files to be one model.",
                field="path",
                value=str(source),
                allowed=f"at most {MOST_ENTRIES} files",
            )
        if not found.is_dir():
            offered.append(found.relative_to(source).as_posix())
    chosen = choose_files(offered, where=str(source))
    if chosen.layout == "folder":
        plain_size(source / INDEX, INDEX)
        check_pipeline(_json(source / INDEX))
    return source, chosen


def _copy_all(
    root: Path, chosen: ChosenFiles, staging: Staging, tally: Tally
) -> tuple[StoredFile, ...]:
    files = []
    for path in sorted(chosen.paths):
        sha256, size = copy(root / path, staging.files / path, path, tally)
        files.append(StoredFile(path=path, size=size, sha256=sha256))
    return tuple(files)


def _hash_all(root: Path, chosen: ChosenFiles, tally: Tally) -> tuple[StoredFile, ...]:
    files = []
    with told("The model cannot be read"):
        for path in sorted(chosen.paths):
            place = root / path
            sha256 = digest(place, path, tally)
            size = place.stat().st_size
            files.append(StoredFile(path=path, size=size, sha256=sha256, linked=str(place)))
    return tuple(files)


def _json(path: Path) -> object:
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return found
