"""Brings a database's tables to the form that this version of Inkcloud knows."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from inkcloud.domain.errors import Conflict
from inkcloud.storage.failures import damaged
from inkcloud.storage.schema import METADATA

FIRST = "0001"
_FIRST_TABLES = {
    "jobs": {
        *("sequence", "id", "endpoint", "tag", "state", "attached", "created"),
        *("request", "seconds", "images", "error"),
    },
    "tokens": {"hash", "name", "created"},
    "endpoints": {"name", "service", "public", "replicas", "environment"},
}
_FOLDER = Path(__file__).parent
# Any number will do, as long as nothing else in the same database locks it.
_POSTGRES_LOCK = 0x1_4B_C1_0D


def upgrade(connection: Connection) -> None:
    """Make or upgrade the tables, unless they are as they should be.

    All steps happen in the caller's transaction, so a step that fails leaves the database
    as it was. Two processes that start at once go one after the other.

    Args:
        connection: in a transaction that may write; on SQLite one that began as immediate.

    Raises:
        Conflict: if a newer version of Inkcloud has upgraded the database, or if it holds
            tables of the same names that are not Inkcloud's.
        StorageUnavailable: if its tables are not those that its form says.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
    config = _config(connection)
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in known:
        raise Conflict(
            f"The database's tables are of the form {present!r}, which this version of Inkcloud "
            "does not know. A newer version has used this database: install that version, or "
            "choose another database or data folder."
        )
    if present is None and _holds_tables(connection):
        command.stamp(config, FIRST)  # the first version kept no note of its form
    if present != script.get_current_head():
        command.upgrade(config, "head")
    _check_tables(connection)


def _check_tables(connection: Connection) -> None:
    inspector = inspect(connection)
    for table in METADATA.sorted_tables:
        present = inspector.has_table(table.name) and {
            column["name"] for column in inspector.get_columns(table.name)
        }
        if present != set(table.columns.keys()):
            raise damaged()


def _holds_tables(connection: Connection) -> bool:
    inspector = inspect(connection)
    found = {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in _FIRST_TABLES
        if inspector.has_table(table)
    }
    if found and found != _FIRST_TABLES:
        raise Conflict(
            f"The database holds tables named {', '.join(found)} that Inkcloud did not make. "
            "Choose another database or data folder."
        )
    return bool(found)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
