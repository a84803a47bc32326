"""Access tokens: made once, shown once, kept as hashes."""

import os
import secrets
from pathlib import Path

from inkcloud.domain.token import is_well_formed, new_token, token_hash
from inkcloud.storage.tokens import TokenTable

_OWNER_ONLY = 0o600


class Tokens:
    """Makes and verifies tokens.

    Args:
        table: where their hashes are kept.
    """

    def __init__(self, table: TokenTable) -> None:
        self._table = table

    def create(self, name: str = "") -> str:
        """Make a token and return it; nobody can read it again."""
        token = new_token()
        self._table.add(token_hash(token), name)
        return token

    def verify(self, token: str) -> bool:
        """Say whether a token is one of ours, without telling how nearly it is."""
        if not is_well_formed(token):
            return False
        wanted = token_hash(token)
        found = self._table.find(wanted)
        return found is not None and secrets.compare_digest(found, wanted)

    def first(self, path: Path) -> str:
        """Return the owner's token, kept in a file that only the owner can read.

        The first start makes it. If the file is deleted, a new one is made and the old
        one stays valid.

        Raises:
            OSError: if the file cannot be read or written.
        """
        token = _read(path)
        if token is None:
            token = self.create("first")
            _write(path, token)
        elif not self.verify(token):  # the database is a new one
            self._table.add(token_hash(token), "first")
        return token


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
