"""Access tokens: made once, shown once, kept as hashes."""

import logging
import os
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inkcloud.domain.access import ALL_SCOPES, Access, Scope
from inkcloud.domain.errors import InvalidRequest, NotFound, StorageFull, StorageUnavailable
from inkcloud.domain.token import is_well_formed, new_token, token_hash
from inkcloud.storage.tokens import TokenTable

NAME_LENGTH = 100
LONGEST_LIFE = timedelta(days=3650)
_OWNER_ONLY = 0o600
_LOG = logging.getLogger(__name__)


class Tokens:
    """Makes, verifies and revokes tokens.

    Nothing is remembered between two calls, so a revoked token is worthless at once.

    Args:
        table: where their hashes are kept.
    """

    def __init__(self, table: TokenTable) -> None:
        self._table = table

    def create(
        self,
        name: str = "",
        scopes: Iterable[Scope | str] = ALL_SCOPES,
        endpoint: str = "",
        expires_seconds: int | None = None,
    ) -> tuple[str, Access]:
        """Make a token and return it with what it permits; nobody can read it again.

        Args:
            name: a label for people.
            scopes: what it permits.
            endpoint: the only endpoint that it opens, or "" for all.
            expires_seconds: how long it is valid; None is for ever.

        Raises:
            InvalidRequest: names the field, its value and what is allowed.
        """
        access = _access(_checked_text("name", name, NAME_LENGTH), _checked_scopes(scopes))
        life = None if expires_seconds is None else _checked_life(expires_seconds)
        access = replace(
            access,
            endpoint=_checked_text("endpoint", endpoint, 63),
            expires=None if life is None else access.created + life,
        )
        token = new_token()
        self._table.add(token_hash(token), access)
        return token, access

    def verify(self, token: str) -> Access | None:
        """Return what a token permits now; None for a wrong, expired or revoked one."""
        if not is_well_formed(token):
            return None
        access = self._table.find(token_hash(token))
        now = datetime.now(UTC)
        if access is None or not access.valid(now):
            return None
        self._note_use(access, now.replace(second=0, microsecond=0))
        return access

    def list(self) -> list[Access]:
        """Return every token, newest first, the expired and revoked ones too."""
        return self._table.all()

    def revoke(self, token_id: str) -> Access:
        """Make a token worthless at once; one that is revoked already stays as it is.

        Raises:
            NotFound: if there is none of that id.
        """
        if token_id.isprintable():
            self._table.revoke(token_id, datetime.now(UTC))
            access = self._table.get(token_id)
            if access is not None:
                return access
        raise NotFound("There is no token of that id.")

    def kept(self, path: Path, name: str = "first", scopes: Iterable[Scope] = ALL_SCOPES) -> str:
        """Return a token of this machine's own, kept in a file that only its owner can read.

        The first start makes it. If the file is deleted, a new one is made and the old
        one stays valid. One that was revoked is replaced.

        Args:
            path: the file.
            name: a label for people.
            scopes: what it permits.

        Raises:
            OSError: if the file cannot be read or written.
        """
        token = _read(path)
        known = None if token is None else self._table.find(token_hash(token))
        if token is not None and known is not None and not known.valid():
            path.unlink()
            token = None
        if token is None:
            token, _ = self.create(name, scopes)
            _write(path, token)
        elif known is None:  # the database is a new one
            access = _access(name, frozenset(scopes))
            self._table.add(token_hash(token), access)
        return token

    def _note_use(self, access: Access, minute: datetime) -> None:
        if access.last_used is not None and access.last_used >= minute:
            return
        try:
            self._table.use(access.id, minute)
        except (StorageFull, StorageUnavailable) as error:  # no reason to turn anyone away
            _LOG.warning("The last use of token %s was not kept: %s", access.id, error)


def _access(name: str, scopes: frozenset[Scope]) -> Access:
    return Access(
        id="tok_" + secrets.token_hex(8), name=name, scopes=scopes, created=datetime.now(UTC)
    )


def _checked_text(field: str, value: object, longest: int) -> str:
    if isinstance(value, str) and len(value) <= longest and value.isprintable():
        return value
    raise InvalidRequest(
        f"The token's {field} is not allowed.",
        field=field,
        value=value,
        allowed=f"a text of at most {longest} printable characters",
    )


def _checked_scopes(values: Iterable[Scope | str]) -> frozenset[Scope]:
    several = isinstance(values, Iterable) and not isinstance(values, str)
    wanted: list[object] = list(values) if several else [values]
    known = {scope.value: scope for scope in Scope}
    found = {known[value] for value in wanted if isinstance(value, str) and value in known}
    if found and len(found) == len(wanted):
        return frozenset(found)
    raise InvalidRequest(
        "The token's scopes are not allowed.",
        field="scopes",
        value=wanted,
        allowed="one or more of " + ", ".join(Scope) + ", each once",
    )


def _checked_life(seconds: object) -> timedelta:
    longest = int(LONGEST_LIFE.total_seconds())
    whole = isinstance(seconds, int) and not isinstance(seconds, bool)
    if whole and isinstance(seconds, int) and 1 <= seconds <= longest:
        return timedelta(seconds=seconds)
    raise InvalidRequest(
        "The token's time is not allowed.",
        field="expires_seconds",
        value=seconds,
        allowed=f"a whole number of seconds from 1 to {longest}, or none for ever",
    )


def _read(path: Path) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor) as file:
        os.fchmod(file.fileno(), _OWNER_ONLY)
        token = file.read().strip()
    if is_well_formed(token):
        return token
    path.unlink()  # a start that was killed half-way left it behind
    return None


def _write(path: Path, token: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), _OWNER_ONLY)
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
