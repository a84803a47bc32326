"""The database: SQLite in the data folder, or PostgreSQL by its URL."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, create_engine, event, func, select
from sqlalchemy.engine import URL

from inkcloud.domain.errors import Conflict
from inkcloud.storage import failures
from inkcloud.storage.database_url import database_url, file_url, shown
from inkcloud.storage.fetch import Value, fetch
from inkcloud.storage.migrations.upgrade import upgrade

BUSY_TIMEOUT_MS = 10_000
RESERVE_SECONDS = 10.0
_GATEWAY_KEY = 0x696E6B636C6F7564  # "inkcloud"
_WRITES = "inkcloud_writes"
_LOG = logging.getLogger(__name__)


class Database:
    """Connections, with one writer at a time; safe to use from several threads.

    Opening it brings its tables to the present form. A failure of the database or its disk
    comes out as a domain error; the next call tries again.

    SQLite keeps its rollback journal and waits for the disk at every commit: before 3.51.3
    the write-ahead log can damage a database that several connections write, and a job
    that was accepted must survive a power cut.

    Args:
        url: a URL as `database_url` takes it, or gives it.

    Raises:
        InvalidRequest: if the URL cannot be read.
        Conflict: if a newer version of Inkcloud has used the database.
        StorageFull, StorageUnavailable: if it cannot be opened.
    """

    def __init__(self, url: str | URL) -> None:
        self._url = database_url(url) if isinstance(url, str) else url
        self._engine = _engine(self._url)
        self._writing = Lock()
        self._reservation: Connection | None = None
        try:
            with self.write() as connection:
                upgrade(connection)
        except UnicodeDecodeError:  # in a table's definition
            self.close()
            raise failures.damaged() from None
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"Database({shown(self._url)!r})"

    @property
    def dialect(self) -> str:
        """What kind it is: "sqlite" or "postgresql"."""
        return self._engine.dialect.name

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """Open (or make) the SQLite database `inkcloud.sqlite3` of a data folder."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(file_url(folder / "inkcloud.sqlite3"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection for reading.

        Raises:
            StorageFull, StorageUnavailable: if the database or its disk fails.
        """
        with self._told(), self._engine.connect() as connection:
            yield connection

    def fetch(self, query: Select[Any], decode: Callable[[Row[Any]], Value]) -> list[Value]:
        """Return what the rows of a query stand for, in their order.

        Raises:
            StorageFull, StorageUnavailable: if the database or its disk fails, or a row
                holds what nothing here has written.
        """
        with self.read() as connection:
            return fetch(connection, query, decode)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend a connection in a transaction, committed at the end unless something is raised.

        Raises:
            StorageFull, StorageUnavailable: if the database or its disk fails; nothing is
                kept then.
        """
        with (
            self._told(),
            self._writing,
            self._engine.connect() as connection,
            connection.execution_options(**{_WRITES: True}).begin(),
        ):
            yield connection

    def reserve(self, wait_seconds: float = RESERVE_SECONDS) -> None:
        """Keep other gateways out until this one closes the database, or dies.

        Two gateways on one database would each do the other's jobs. SQLite's file lies in a
        data folder, which has a lock of its own.

        Args:
            wait_seconds: how long a gateway that has just died may take to be noticed.

        Raises:
            Conflict: if another gateway works on it.
            StorageUnavailable: if the database fails.
        """
        if self.dialect == "sqlite":
            return
        with self._told():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            deadline = time.monotonic() + wait_seconds
            while not connection.scalar(select(func.pg_try_advisory_lock(_GATEWAY_KEY))):
                if time.monotonic() > deadline:
                    connection.close()
                    raise Conflict(
                        f"Another gateway works on the database {shown(self._url)}. Stop it "
                        "first, or use a database of your own."
                    )
                time.sleep(0.1)
            self._reservation = connection

    def close(self) -> None:
        """Close every connection."""
        if self._reservation is not None:
            self._reservation.close()
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the failures that are not the caller's into domain errors."""
        try:
            yield
        except failures.FAILURES as error:
            meaning = failures.of_database(error)
            if meaning is None:
                raise
            _LOG.exception("The database %s failed.", shown(self._url))
            raise meaning from None


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # A connection that the server has closed in the meantime is replaced before its use.
    return create_engine(url, hide_parameters=True, pool_pre_ping=True)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, DDL's too
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=DELETE")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes its lock at once: one that took it later would be
    # refused, without waiting, if another had written in between.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
