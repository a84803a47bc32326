"""What a failure of the database or the disk means to the caller."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from inkcloud.domain.errors import InkcloudError, StorageFull, StorageUnavailable

FAILURES = (DBAPIError, NoConnectionError)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_FULL = "53100"  # PostgreSQL's SQLSTATE
_SQLITE_PRIMARY = 0xFF  # the rest of SQLite's code is detail


def of_database(error: DBAPIError | NoConnectionError) -> InkcloudError | None:
    """Return the error for people; None when the database works and refused a statement.

    What the driver says stays out of it: it can hold values and addresses.
    """
    if isinstance(error, NoConnectionError):
        return StorageUnavailable("The database has no connection to spare. Try again later.")
    cause = error.orig
    if _sqlite_code(cause) == sqlite3.SQLITE_ERROR:  # a statement that is wrong
        return None
    if _sqlite_code(cause) == sqlite3.SQLITE_FULL or _sqlstate(cause) == _DISK_FULL:
        return StorageFull("The database's disk is full. Free some space and try again.")
    if _damaged(cause):
        return damaged()
    if error.connection_invalidated or isinstance(
        error, OperationalError | InterfaceError | InternalError
    ):
        return StorageUnavailable("The database does not answer. The log says why.")
    return None


def damaged() -> InkcloudError:
    """Return the error for people that unreadable tables mean."""
    return StorageUnavailable("The database is damaged. Restore it from a backup.")


def of_disk(error: OSError) -> InkcloudError:
    """Return the error for people that a failed write or read of a file means."""
    if error.errno in _FULL:
        return StorageFull("The disk is full. Free some space and try again.")
    return StorageUnavailable("A file could not be written or read. The log says why.")


def _damaged(cause: BaseException | None) -> bool:
    return _sqlite_code(cause) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _sqlite_code(cause: BaseException | None) -> int | None:
    code = getattr(cause, "sqlite_errorcode", None)
    return code & _SQLITE_PRIMARY if isinstance(code, int) else None


def _sqlstate(cause: BaseException | None) -> str | None:
    state = getattr(cause, "sqlstate", None)
    return state if isinstance(state, str) else None
