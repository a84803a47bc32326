"""Pull a model from a hub into the store."""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from inkcloud.domain.errors import CheckpointError, HubError
from inkcloud.domain.model_facts import ModelFacts
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.domain.stored_model import ModelOrigin, StoredFile, StoredModel, check_model_name
from inkcloud.models.choose_files import INDEX, ChosenFiles, check_pipeline, choose_files
from inkcloud.models.digest import CHUNK, digest
from inkcloud.models.disk import check_room, told
from inkcloud.models.hub import Hub, HubFile, Repository
from inkcloud.models.inspection import Inspect, inspect
from inkcloud.models.staging import Staging
from inkcloud.models.store import ModelStore
from inkcloud.models.tally import Tally, Watch, unwatched


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """What to pull.

    Attributes:
        id: the repository's id.
        revision: a branch, a tag or a commit; "" is the main branch.
        name: what to call the model; "" makes a name from the id.
        file: the one safetensors file to take; "" chooses.
        prediction: what the UNet predicts, where the model does not say it.
    """

    id: str
    revision: str = ""
    name: str = ""
    file: str = ""
    prediction: Prediction | None = None

    def __post_init__(self) -> None:
        """Check the name.

        Raises:
            InvalidRequest: if it is none.
        """
        if self.name:
            check_model_name(self.name)


def pull_model(
    store: ModelStore,
    hub: Hub,
    request: PullRequest,
    *,
    watch: Watch = unwatched,
    inspection: Inspect = inspect,
) -> StoredModel:
    """Fetch a model's files and put it into the store.

    Interrupted at any moment, it leaves what it has where the same request goes on; nothing
    is registered unless every file is there and is what the hub says.

    Args:
        store: where to put it.
        hub: where it comes from.
        request: which one.
        watch: told how far it is.
        inspection: finds the model's facts.

    Raises:
        HubError: if the hub refuses, is not there, or sends something else than it announced.
        CheckpointError: if it is no model that can be loaded.
        InvalidRequest: if the request cannot be meant.
        Conflict: if a model of that name is being added just now.
        StorageFull, StorageUnavailable: if the disk does not let us.
    """
    watch(ModelProgress(stage="looking"))
    repository = hub.find(request.id, request.revision)
    where = f"{request.id} at {repository.commit[:12]}"
    offered = {file.path: file for file in repository.files}
    chosen = choose_files(offered, file=request.file, prefer_half=True, where=where)
    if chosen.half:
        watch(ModelProgress(stage="looking", note=_half_note(chosen)))
    files = [_sized(hub, repository, offered[path]) for path in chosen.paths]
    name = request.name or store.name_for("hub", request.id)
    with store.incoming(name) as staging:
        _keep_what_fits(repository, files, staging)
        kept = _fetch_all(hub, repository, files, staging, watch)
        watch(ModelProgress(stage="inspecting"))
        single = staging.files / chosen.paths[0] if chosen.layout == "file" else None
        facts = _facts(inspection, single or staging.files, request.prediction)
        model = StoredModel(
            name=name,
            origin=ModelOrigin(
                kind="hub",
                id=request.id,
                endpoint=repository.endpoint,
                revision=repository.commit,
            ),
            licence=repository.licence,
            facts=facts,
            files=tuple(sorted(kept, key=lambda file: file.path)),
            added=datetime.now(UTC),
        )
        store.put(model, staging.files)
        staging.remove()
    return model


def _facts(inspection: Inspect, path: Path, prediction: Prediction | None) -> ModelFacts:
    try:
        return inspection(path, prediction)
    except CheckpointError as error:
        if error.field == "prediction":
            error.message += " What was fetched is kept: a pull that says it goes on at once."
        raise


def _half_note(chosen: ChosenFiles) -> str:
    return (
        f"Taking the half-precision weights (fp16) of {', '.join(chosen.half)}: half the bytes "
        "of the full ones."
    )


def _sized(hub: Hub, repository: Repository, file: HubFile) -> HubFile:
    if file.size is not None:
        return file
    size, sha256 = hub.size(repository, file.path)
    return replace(file, size=size, sha256=file.sha256 or sha256)


def _keep_what_fits(repository: Repository, files: list[HubFile], staging: Staging) -> None:
    """Remove what an earlier pull of another commit left and this one does not want."""
    staging.keep_only({file.path for file in files})
    if staging.commit == repository.commit:
        return
    with told("What an earlier pull left cannot be read"):
        for file in files:
            place = staging.files / file.path
            if place.is_file() and _known_hash(file) not in {_sha256(place), _git_blob(place)}:
                place.unlink()
        staging.commit = repository.commit


def _fetch_all(
    hub: Hub, repository: Repository, files: list[HubFile], staging: Staging, watch: Watch
) -> list[StoredFile]:
    """Fetch what is missing, small files first, and check all of it."""
    files = sorted(files, key=lambda file: (file.path != INDEX, file.size or 0, file.path))
    total = sum(file.size or 0 for file in files)
    with told("The model cannot be kept"):
        check_room(staging.folder, max(0, total - staging.size()))
    tally = Tally("downloading", total, watch)
    for file in files:
        with told(f"{file.path} cannot be kept"):
            _fetch(hub, repository, file, staging, tally)
        if file.path == INDEX:
            check_pipeline(_json(staging.files / INDEX))
    checking = Tally("hashing", total, watch)
    kept = []
    for file in files:
        with told(f"{file.path} cannot be read"):
            kept.append(_checked(file, staging, checking))
    return kept


def _fetch(hub: Hub, repository: Repository, file: HubFile, staging: Staging, tally: Tally) -> None:
    """Have a file whole in the staging's files, whatever of it was there before."""
    size = file.size or 0
    place = staging.files / file.path
    if place.is_file() and place.stat().st_size == size and not place.is_symlink():
        tally.begin(file.path, size, size)
        return
    part = staging.parts / _part_name(repository, file)
    with part.open("ab") as opened:
        begin = opened.tell()
        if begin > size:
            opened.truncate(0)
            opened.seek(0)
            begin = 0
        tally.begin(file.path, size, begin)
        if begin < size:
            hub.fetch(repository, file.path, size, opened, begin, tally)
        opened.flush()
        os.fsync(opened.fileno())
    place.parent.mkdir(parents=True, exist_ok=True)
    part.replace(place)


def _part_name(repository: Repository, file: HubFile) -> str:
    """Return a name that only bytes of the same file can have."""
    known = _known_hash(file) or repository.commit
    return hashlib.sha256(f"{known}\0{file.path}".encode()).hexdigest()


def _checked(file: HubFile, staging: Staging, tally: Tally) -> StoredFile:
    """Hash a fetched file and compare it with what the hub says; a wrong one is removed.

    Raises:
        HubError: if it is another one.
    """
    place = staging.files / file.path
    sha256 = digest(place, file.path, tally)
    wanted = _known_hash(file)
    found = sha256 if file.sha256 else _git_blob(place)
    if wanted and wanted != found:
        place.unlink()
        raise HubError(
            f"{file.path} is not what the hub announced: it was damaged on its way, or the hub or "
            "the mirror is not to be trusted. The file is removed and nothing is registered.",
            field=file.path,
            value=found,
            allowed=f"the hash {wanted}; pull again to fetch the file anew",
        )
    return StoredFile(path=file.path, size=place.stat().st_size, sha256=sha256)


def _known_hash(file: HubFile) -> str:
    """Return the hash that the hub has told of a file; "" if it has told none."""
    return file.sha256 or file.blob


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _git_blob(path: Path) -> str:
    """Return git's hash of a file, by which the hub knows its small files."""
    total = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            total.update(piece)
    return total.hexdigest()


def _json(path: Path) -> object:
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return found
