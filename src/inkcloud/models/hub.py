"""A hub of models, asked through huggingface_hub.

Its `hf_hub_download` cannot do one thing that is asked here: it writes to a file of a random
name and throws that away when it is interrupted, so a second run begins anew. What it is made
of can: `http_get` continues at a byte, tries again when the line
breaks, and follows redirects without taking the token to another host.
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, BinaryIO

import httpx2

from inkcloud.domain.errors import HubError, InvalidRequest
from inkcloud.models.hub_settings import HubSettings
from inkcloud.models.tally import Tally

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_SECONDS = 20.0
_PIECE = 256 * 1024


@dataclass(frozen=True)
class HubFile:
    """One file of a repository.

    Attributes:
        path: its name inside the repository.
        size: in bytes; None if the hub does not say.
        sha256: of a large file, 64 hex digits; "" if the hub does not say.
        blob: of a small file, git's hash; "" if the hub does not say.
    """

    path: str
    size: int | None
    sha256: str = ""
    blob: str = ""


@dataclass(frozen=True)
class Repository:
    """A repository at one commit.

    Attributes:
        id: its id.
        commit: 40 hex digits.
        files: what is in it.
        licence: what its card says, or "".
        endpoint: the hub's address.
    """

    id: str
    commit: str
    files: tuple[HubFile, ...]
    licence: str
    endpoint: str


class Hub:
    """Looks repositories up and fetches files.

    Args:
        settings: where it is, and as whom to ask.
    """

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings

    def find(self, id: str, revision: str = "") -> Repository:
        """Return a repository at the commit that a revision stands for now.

        Args:
            id: such as "someone/some-model".
            revision: a branch, a tag or a commit; "" is the main branch.

        Raises:
            InvalidRequest: if the id or the revision cannot be one.
            HubError: if there is none, it is not for us, or the hub does not answer.
        """
        check_id(id, revision)
        with self._told(id, revision):
            found = self._api.model_info(
                id, revision=revision or None, files_metadata=True, timeout=_SECONDS
            )
        if not _COMMIT.fullmatch(str(found.sha)):
            raise HubError(
                f"The hub at {self.address} does not say which commit of {id} it has.",
                field="endpoint",
                value=self.address,
                allowed="a hub that speaks the Hugging Face Hub's protocol",
            )
        files = tuple(_file(each) for each in found.siblings or ())
        return Repository(id, str(found.sha), files, _licence(found), self.address)

    def size(self, repository: Repository, path: str) -> tuple[int, str]:
        """Ask for a file's size and SHA-256 ("" if there is none), where the listing is silent.

        Raises:
            HubError: as `find` does.
        """
        from huggingface_hub import get_hf_file_metadata

        with self._told(repository.id, repository.commit):
            found = get_hf_file_metadata(
                self._url(repository, path), token=self._token, timeout=_SECONDS
            )
        if found.size is None:
            raise HubError(f"The hub at {self.address} does not say how large {path} is.")
        etag = found.etag or ""
        return found.size, etag if re.fullmatch("[0-9a-f]{64}", etag) else ""

    def fetch(
        self, repository: Repository, path: str, size: int, part: BinaryIO, begin: int, tally: Tally
    ) -> None:
        """Write the rest of a file.

        Args:
            repository: whose it is.
            path: its name there.
            size: how long it is as a whole.
            part: where to write, at its end.
            begin: how many bytes of it are there already.
            tally: told of each piece.

        Raises:
            HubError: as `find` does, or if the line breaks again and again.
            OSError: if the disk fails.
        """
        from huggingface_hub import errors
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        bar: Any = partial(_Bar, tally, begin)
        with self._told(repository.id, repository.commit):
            try:
                http_get(
                    self._url(repository, path),
                    part,
                    resume_size=begin,
                    headers=build_hf_headers(token=self._token, library_name="inkcloud"),
                    expected_size=size,
                    displayed_filename=path,
                    tqdm_class=bar,
                )
            except errors.HfHubHTTPError as error:
                if error.response.status_code == httpx2.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    part.truncate(0)  # there is less of it than we have
                raise
            except errors.OfflineModeIsEnabled:
                raise
            except OSError as error:
                if error.errno is not None:  # the disk's own
                    raise
                part.truncate(0)
                raise HubError(
                    f"The hub at {self.address} sent {path} in another length than it announced. "
                    "Pull again to fetch it anew.",
                    field=path,
                    allowed=f"{size} bytes",
                ) from error

    @property
    def address(self) -> str:
        """The hub's address."""
        return str(self._api.endpoint).rstrip("/")

    @property
    def _token(self) -> str | bool:
        # False: without it, a token that lies on this machine for another hub would be sent.
        return self._settings.token or False

    @cached_property
    def _api(self) -> "HfApi":
        _prepare_library()
        from huggingface_hub import HfApi

        return HfApi(
            endpoint=self._settings.endpoint or None, token=self._token, library_name="inkcloud"
        )

    def _url(self, repository: Repository, path: str) -> str:
        from huggingface_hub import hf_hub_url

        return str(
            hf_hub_url(
                repository.id, path, revision=repository.commit, endpoint=repository.endpoint
            )
        )

    @contextmanager
    def _told(self, id: str, revision: str) -> Iterator[None]:
        """Turn the library's errors into sentences that say what to do."""
        from huggingface_hub import errors

        try:
            yield
        except errors.HfHubHTTPError as error:
            raise self._refused(error, id, revision) from error
        except errors.OfflineModeIsEnabled as error:
            raise HubError(
                "Nothing can be pulled: HF_HUB_OFFLINE is set, which forbids the network.",
                allowed="unset HF_HUB_OFFLINE, or add a model from this machine with "
                "`inkcloud models add PATH`",
            ) from error
        except (errors.HFValidationError, ValueError) as error:
            raise HubError(f"The hub at {self.address} cannot be asked: {error}") from error
        except httpx2.HTTPError as error:
            raise HubError(
                f"The hub at {self.address} cannot be reached "
                f"({str(error) or type(error).__name__}). What was fetched is kept: the same "
                "command goes on where it stopped.",
                field="endpoint",
                value=self.address,
                allowed="a hub that can be reached; --endpoint or INKCLOUD_HUB_URL names a mirror",
            ) from error

    def _refused(self, error: Any, id: str, revision: str) -> HubError:  # noqa: ANN401
        from huggingface_hub import errors

        status = error.response.status_code
        at = f"at {self.address}"
        if isinstance(error, errors.GatedRepoError):
            return HubError(
                f"{id} {at} is gated: its owner asks everybody to agree to conditions first. Agree "
                f"on its page, {self.address}/{id}, then pull with a token of that account.",
                field="id",
                value=id,
                allowed="a token with access, in --token or INKCLOUD_HUB_TOKEN",
            )
        if isinstance(error, errors.RevisionNotFoundError):
            return HubError(
                f"{id} {at} has no such revision.",
                field="--revision",
                value=revision,
                allowed="a branch, a tag or a commit of that repository",
            )
        if isinstance(error, errors.EntryNotFoundError):
            return HubError(f"A file of {id} {at} is gone, though the hub lists it. Pull again.")
        message = str(error.response.headers.get("X-Error-Message", ""))
        if status == httpx2.codes.UNAUTHORIZED and (
            self._settings.token or message.startswith("Invalid credentials")
        ):
            return HubError(
                f"The hub {at} does not accept the token.",
                field="--token",
                allowed="a valid token of that hub in --token or INKCLOUD_HUB_TOKEN, or none for "
                "what is public",
            )
        if isinstance(error, errors.RepositoryNotFoundError):
            more = "" if self._settings.token else " If it is private, a token is needed."
            return HubError(
                f"There is no repository {id} {at}.{more}",
                field="id",
                value=id,
                allowed="the id of a repository on that hub, such as someone/some-model; the "
                "publisher may have removed it, and a mirror may have it",
            )
        if status == httpx2.codes.FORBIDDEN:
            return HubError(
                f"The hub {at} does not let this token read {id}.",
                field="--token",
                allowed="a token that may read the repository",
            )
        return HubError(
            f"The hub {at} answered {status} for {id}. What was fetched is kept: try again later.",
            field="endpoint",
            value=self.address,
        )


class _Bar:
    """Stands where http_get wants a progress bar, and counts instead of drawing.

    Args:
        tally: told of each piece.
        begin: how many bytes it was told of already.
        initial: where http_get really begins: at 0 if the server cannot continue.
    """

    def __init__(self, tally: Tally, begin: int, *, initial: int = 0, **_: Any) -> None:
        self._tally = tally
        if initial != begin:
            tally.add(initial - begin)

    def __enter__(self) -> "_Bar":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: it draws nothing."""

    def update(self, count: int) -> None:
        """Count bytes; fewer than none when the server begins anew."""
        self._tally.add(count)


def _prepare_library() -> None:
    # Without it, the library asks its own hub, beside the mirror, which program runs it.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import constants

    # What matters of what it logs comes out as an error of ours.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    # Its own is 10 MiB, which a slow line takes long for, and which an interruption loses.
    constants.DOWNLOAD_CHUNK_SIZE = _PIECE


def check_id(id: str, revision: str = "") -> None:
    """Check that an id and a revision can be a repository's.

    Raises:
        InvalidRequest: if not.
    """
    if not _ID.fullmatch(id) or ".." in id or "--" in id:
        raise InvalidRequest(
            "This cannot be a repository's id.",
            field="id",
            value=id,
            allowed="an id such as someone/some-model, as the hub's pages show it",
        )
    if revision and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise InvalidRequest(
            "This cannot be a revision.",
            field="revision",
            value=revision,
            allowed="a branch, a tag or a commit",
        )


def _file(sibling: Any) -> HubFile:  # noqa: ANN401
    large = sibling.lfs
    sha256 = str(getattr(large, "sha256", "") or "") if large is not None else ""
    size = sibling.size if sibling.size is not None else getattr(large, "size", None)
    blob = "" if sha256 else str(sibling.blob_id or "")
    return HubFile(str(sibling.rfilename), None if size is None else int(size), sha256, blob)


def _licence(found: Any) -> str:  # noqa: ANN401
    card = found.card_data
    named = card.get("license") if card is not None else None
    if isinstance(named, list):
        named = ", ".join(map(str, named))
    if not named:
        tags = [str(tag) for tag in found.tags or ()]
        named = next((t.partition(":")[2] for t in tags if t.startswith("license:")), "")
    if named == "other" and card is not None:
        named = card.get("license_name") or named
    return " ".join(str(named).split())[:100] if str(named).isprintable() else ""
