"""The database: SQLite in the data folder, or any that SQLAlchemy reaches by its URL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL

from inkcloud.storage.schema import METADATA

BUSY_TIMEOUT_MS = 10_000


class Database:
    """Connections, with one writer at a time; safe to use from several threads.

    SQLite keeps its rollback journal and waits for the disk at every commit: before 3.51.3
    the write-ahead log can damage a database that several connections write, and a job
    that was accepted must survive a power cut.

    Args:
        url: a SQLAlchemy URL.
    """

    def __init__(self, url: str | URL) -> None:
        self._engine = create_engine(url)
        self._writing = Lock()
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        METADATA.create_all(self._engine)

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """Open (or make) the SQLite database `inkcloud.sqlite3` of a data folder."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(URL.create("sqlite", database=str(folder / "inkcloud.sqlite3")))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection for reading."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend a connection in a transaction, committed at the end unless something is raised."""
        with self._writing, self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=DELETE")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()
