"""The tables as they are now; `migrations` says how an older database gets there."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from inkcloud.storage.utc_date_time import UtcDateTime

# Compared byte by byte, so that a range of an index holds all tags of a prefix.
_TAG = String(200).with_variant(String(200, collation="C"), "postgresql")

METADATA = MetaData()

JOBS = Table(
    "jobs",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("endpoint", String(63), nullable=False),
    Column("tag", _TAG, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attached", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("request", JSON, nullable=False),
    Column("seconds", Float),
    Column("images", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("kind", String(16), nullable=False, server_default="generation"),
    Column("path", Text, nullable=False, server_default=text("''")),
    Column("output", JSON(none_as_null=True)),
    Column("token_id", String(64), nullable=False, server_default=text("''")),
    Column("idempotency_key", Text),
    Column("expires", UtcDateTime),
    Index("jobs_by_endpoint", "endpoint", "kind", "sequence"),
    Index("jobs_by_tag", "endpoint", "kind", "tag", "sequence"),
    Index("jobs_by_state", "state", "sequence"),
    Index("jobs_by_key", "endpoint", "token_id", "idempotency_key", unique=True),
    Index("jobs_by_expiry", "expires"),
    sqlite_autoincrement=True,
)

# Which pictures the jobs refer to: a picture's file goes when no row names it.
JOB_IMAGES = Table(
    "job_images",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("job_id", String(64), primary_key=True),
    Index("job_images_by_job", "job_id"),
)

_UNDELETED = text("deleted IS NULL")
_FILTERED = (
    *("kind", "favourite", "scheduler", "steps", "guidance"),
    *("endpoint", "shown_to", "deleted"),
)


def _in_order_of(name: str) -> Index:
    columns = dict.fromkeys((name, "sequence", *_FILTERED))  # in this order, each once
    return Index(
        f"pictures_in_order_of_{name}",
        *columns,
        sqlite_where=_UNDELETED,
        postgresql_where=_UNDELETED,
    )


# The history: a row for each finished picture.
PICTURES = Table(
    "pictures",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(80), nullable=False, unique=True),
    Column("generation", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("endpoint", String(63), nullable=False),
    Column("shown_to", String(63), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("scheduler", String(64), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("guidance", Float, nullable=False),
    Column("seed", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("model", String(200), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("start_sha256", String(64)),
    Column("favourite", Boolean, nullable=False),
    Column("deleted", UtcDateTime),
    # One for each order, with all that filters look at: a page is found without reading a row.
    *map(_in_order_of, ("sequence", "steps", "guidance", "seconds")),
    # Only what is deleted: as an index of all rows it would be taken for every question.
    Index(
        "pictures_by_deletion",
        "deleted",
        sqlite_where=text("deleted IS NOT NULL"),
        postgresql_where=text("deleted IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

# What is searched by its words, and what is only shown.
PICTURE_TEXTS = Table(
    "picture_texts",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("tag", _TAG, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("negative_prompt", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("request", JSON, nullable=False),
    Column("record", JSON, nullable=False),
)
# Made by the migrations alone: SQLite's is a virtual table, PostgreSQL's an index.
PICTURES_SEARCH = "pictures_search"

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("endpoint", String(63), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime),
    Column("revoked", UtcDateTime),
    Column("last_used", UtcDateTime),
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

PRESETS = Table(
    "presets",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("owner", String(320), nullable=False, server_default=text("''")),
    Index("presets_by_name", "owner", "kind", "name", unique=True),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("endpoint", String(63), nullable=False),
    Column("replica", Text, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("events_by_endpoint", "endpoint", "sequence"),
    Index("events_by_time", "at"),
    sqlite_autoincrement=True,
)
