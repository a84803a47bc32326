"""The tables."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no time zone, so it is dropped and put back."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any time zone into UTC and drop it."""
        return value if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put UTC back."""
        return value if value is None else value.replace(tzinfo=UTC)


METADATA = MetaData()

JOBS = Table(
    "jobs",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("endpoint", String(63), nullable=False),
    Column("tag", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attached", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("request", JSON, nullable=False),
    Column("seconds", Float),
    Column("images", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Index("jobs_by_endpoint", "endpoint", "sequence"),
    Index("jobs_by_tag", "endpoint", "tag", "sequence"),
    Index("jobs_by_state", "state", "sequence"),
    sqlite_autoincrement=True,
)

TOKENS = Table(
    "tokens",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

ENDPOINTS = Table(
    "endpoints",
    METADATA,
    Column("name", String(63), primary_key=True),
    Column("service", Text, nullable=False),
    Column("code_folder", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("min_replicas", Integer, nullable=False),
    Column("max_replicas", Integer, nullable=False),
    Column("timeout_seconds", Integer, nullable=False),
    Column("concurrency_per_replica", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("environment", JSON, nullable=False),
    Column("health_check_path", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)
