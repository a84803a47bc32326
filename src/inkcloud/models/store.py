"""The models that are kept in the data folder."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inkcloud.domain.errors import CheckpointError, Conflict, InkcloudError, NotFound
from inkcloud.domain.stored_model import StoredModel, check_model_name, is_model_name
from inkcloud.models.builtin import BUILTIN, builtin_folder, builtin_model
from inkcloud.models.disk import sync_folder, told
from inkcloud.models.manifest import FILE, read_manifest, write_manifest
from inkcloud.models.names import name_for
from inkcloud.models.places import PREPARED
from inkcloud.models.prepared_files import remove_prepared
from inkcloud.models.staging import Staging

_INCOMING = ".incoming"


@dataclass(frozen=True)
class Unfinished:
    """A model whose files are not all there yet.

    Attributes:
        name: what it is to be called.
        size: bytes of it that are there.
    """

    name: str
    size: int


class ModelStore:
    """Models by name: `NAME/manifest.json`, and beside it a folder with the copied files.

    New files of a model go into a new folder, and the manifest, renamed into place, says
    which one counts: a reader finds the old model or the new one, never a mixture.

    Args:
        folder: the store's own folder; made when something is put in.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names that are taken, the built-in model's first."""
        return [BUILTIN, *sorted(self._folders())]

    def all(self) -> list[StoredModel]:
        """Return every model that can be read, the built-in one first."""
        return [model for model in map(self._readable, self.names()) if model is not None]

    def damaged(self) -> list[CheckpointError]:
        """Return why some models cannot be read."""
        errors = []
        for name in self._folders():
            try:
                self.get(name)
            except CheckpointError as error:
                errors.append(error)
            except NotFound:
                continue
        return errors

    def unfinished(self) -> list[Unfinished]:
        """Return the pulls that were interrupted, by name."""
        with contextlib.suppress(OSError):
            return [
                Unfinished(path.name, Staging(path).size())
                for path in sorted((self.folder / _INCOMING).iterdir())
                if is_model_name(path.name)
            ]
        return []

    def has(self, name: str) -> bool:
        """Say whether there is a model of that name, readable or not."""
        return name == BUILTIN or (is_model_name(name) and self._manifest(name).is_file())

    def get(self, name: str) -> StoredModel:
        """Return a model.

        Raises:
            NotFound: if there is none of that name.
            CheckpointError: if its manifest is damaged.
        """
        if name == BUILTIN:
            return builtin_model()
        if not is_model_name(name):
            raise self._missing(name)
        try:
            return read_manifest(self._manifest(name))
        except (FileNotFoundError, NotADirectoryError):
            raise self._missing(name) from None

    def name_for(self, kind: str, id: str) -> str:
        """Return a model's name: the one that it has if it came from there before, or a new one.

        Args:
            kind: as `ModelOrigin` has it.
            id: likewise.
        """
        for model in self.all():
            if (model.origin.kind, model.origin.id) == (kind, id):
                return model.name
        return name_for(id, self.names())

    def revision(self, name: str) -> str:
        """Return what names a model's present files, or "" if there is no such model."""
        model = self._readable(name)
        return "" if model is None else model.revision

    def path(self, model: StoredModel) -> Path:
        """Return the folder, or the one file, that a model is loaded from."""
        if model.name == BUILTIN:
            return builtin_folder()
        first = model.files[0]
        place = self.place(model, first.path)
        if model.facts.layout == "file":
            return place
        return place.parents[len(Path(first.path).parts) - 1]

    def place(self, model: StoredModel, path: str) -> Path:
        """Return where one of a model's files lies."""
        file = next(each for each in model.files if each.path == path)
        return Path(file.linked) if file.linked else self._copies(model) / path

    def check_sizes(self, model: StoredModel) -> None:
        """Check that every file of a model is there and as long as it was.

        Raises:
            CheckpointError: names the first that is not.
        """
        for file in model.files:
            place = self.place(model, file.path)
            try:
                found: int | None = place.stat().st_size
            except OSError:
                found = None
            if found != file.size:
                is_now = "is missing" if found is None else f"is {found} bytes long"
                raise CheckpointError(
                    f"{file.path} of the model {model.name} {is_now}. See what else is wrong with "
                    f"`inkcloud models verify {model.name}`, then pull or add the model again.",
                    field=file.path,
                    value=found,
                    allowed=f"{file.size} bytes at {place}",
                )

    @contextlib.contextmanager
    def incoming(self, name: str) -> Iterator[Staging]:
        """Hold the place where a model's files gather.

        Raises:
            InvalidRequest: if the name is none.
            Conflict: if it is the built-in model's, or another process holds the place.
        """
        check_model_name(name)
        if name == BUILTIN:
            raise Conflict(
                f"{BUILTIN} is the name of the built-in model.",
                field="name",
                value=name,
                allowed="any other name",
            )
        with Staging(self.folder / _INCOMING / name).held(name) as staging:
            yield staging

    def put(self, model: StoredModel, files: Path | None) -> None:
        """Keep a model, in place of one of the same name; on return it is on the disk.

        Args:
            model: its manifest.
            files: the folder with its copied files, which is moved into the store; None for
                a model that is a link.

        Raises:
            StorageFull, StorageUnavailable, Conflict: if the disk does not let us.
        """
        home = self.folder / model.name
        with told(f"The model {model.name} cannot be kept"):
            home.mkdir(parents=True, exist_ok=True)
            copies = self._copies(model)
            if files is not None:
                _replace_folder(files, copies)
                sync_folder(home)
            write_manifest(home, model)
            sync_folder(self.folder)
        # What is read just now stays readable: its readers have the files open.
        self._sweep(home, keep={FILE, copies.name} if files is not None else {FILE})

    def remove(self, name: str) -> int:
        """Remove a model with what was prepared for it, or what is there of an unfinished one.

        Linked files stay.

        Returns:
            How many bytes were freed.

        Raises:
            NotFound: if there is none of that name.
            Conflict: if it is the built-in one, or is being added just now.
        """
        if name == BUILTIN:
            raise Conflict(
                f"The model {BUILTIN} comes with Inkcloud and cannot be removed.",
                field="name",
                value=name,
                allowed="a model that was pulled or added",
            )
        home, staging = self.folder / name, Staging(self.folder / _INCOMING / name)
        if not is_model_name(name) or not (home.is_dir() or staging.folder.is_dir()):
            raise self._missing(name)
        freed = 0
        with staging.held(name), told(f"The model {name} cannot be removed"):
            freed = staging.size()
            if home.is_dir():
                freed += sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
                # The manifest first: half a model is no model.
                self._manifest(name).unlink(missing_ok=True)
                shutil.rmtree(home)
                sync_folder(self.folder)
                freed += remove_prepared(self.folder.parent / PREPARED, name)
            staging.remove()
        return freed

    def _copies(self, model: StoredModel) -> Path:
        return self.folder / model.name / model.revision

    def _manifest(self, name: str) -> Path:
        return self.folder / name / FILE

    def _folders(self) -> list[str]:
        with contextlib.suppress(OSError):
            return sorted(
                path.name
                for path in self.folder.iterdir()
                if is_model_name(path.name) and path.name != BUILTIN and (path / FILE).is_file()
            )
        return []

    def _readable(self, name: str) -> StoredModel | None:
        with contextlib.suppress(InkcloudError):
            return self.get(name)
        return None

    def _missing(self, name: str) -> NotFound:
        return NotFound(
            "There is no model of that name.",
            field="name",
            value=name,
            allowed="one of " + ", ".join(self.names()),
        )

    @staticmethod
    def _sweep(home: Path, keep: set[str]) -> None:
        """Remove the files of earlier revisions; what cannot be removed stays for next time."""
        for path in list(home.iterdir()):
            if path.name not in keep:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def _replace_folder(new: Path, place: Path) -> None:
    """Move a folder to where another may be."""
    try:
        new.rename(place)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        # The same files, which were perhaps damaged since.
        aside = place.with_name(f"old-{secrets.token_hex(4)}")
        place.rename(aside)
        new.rename(place)
        shutil.rmtree(aside, ignore_errors=True)
    for folder, _, _ in os.walk(place):
        sync_folder(Path(folder))
