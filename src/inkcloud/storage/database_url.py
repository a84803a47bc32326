"""Where a database is: a URL that may hold a password and is never shown as it is."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from inkcloud.domain.errors import InvalidRequest

_DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
_ALLOWED = "sqlite:////FOLDER/FILE or postgresql://USER:PASSWORD@HOST/DATABASE"


def database_url(text: str) -> URL:
    """Read a database's URL and name its driver.

    Args:
        text: such as "postgresql://user:password@host/inkcloud" or "sqlite:////data/ink.db".

    Raises:
        InvalidRequest: if it cannot be read or is of another kind; the text is not repeated.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError, TypeError):  # these may repeat it: not passed on
        raise _refusal("cannot be read") from None
    dialect = url.drivername.partition("+")[0]
    if dialect not in _DRIVERS or url.drivername not in {dialect, _DRIVERS[dialect]}:
        raise _refusal("is of a kind that is not supported")
    if dialect == "sqlite" and url.database in {None, "", ":memory:"}:
        raise _refusal("names no file")
    if dialect != "sqlite" and not _is_whole(url):
        raise _refusal("cannot be read; write @, : and / inside a password as %40, %3A and %2F")
    return url.set(drivername=_DRIVERS[dialect])


def file_url(path: Path) -> URL:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(path))


def shown(url: URL) -> str:
    """Return what may be shown and logged of a URL: kind, host and database only."""
    kind = url.get_backend_name()
    if kind == "sqlite":
        return f"sqlite:///{url.database}"
    port = f":{url.port}" if url.port else ""
    return f"{kind}://{url.host or ''}{port}/{url.database or ''}"


def _is_whole(url: URL) -> bool:
    # A password with these characters in it ends too early, and its rest would be shown.
    return bool(url.database) and "@" not in f"{url.host}{url.database}"


def _refusal(problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"The database's URL {problem}.", field="database", value="(not shown)", allowed=_ALLOWED
    )
