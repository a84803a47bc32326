"""The history: a row for each finished picture, which outlives its job, and a search by words."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from inkcloud.domain.job import Job, JobImage
from inkcloud.storage.picture_rows import picture_rows
from inkcloud.storage.utc_date_time import UtcDateTime

revision = "0003"
down_revision = "0002"

_TAG = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
# SQLite's own index of words; the triggers keep it in step with the texts.
_SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE pictures_search USING fts5(words, content='picture_texts', "
    "content_rowid='sequence', tokenize='unicode61 remove_diacritics 0', prefix='1 2 3', "
    "detail=none, columnsize=0)",
    "CREATE TRIGGER picture_texts_added AFTER INSERT ON picture_texts BEGIN "
    "INSERT INTO pictures_search(rowid, words) VALUES (new.sequence, new.words); END",
    "CREATE TRIGGER picture_texts_removed AFTER DELETE ON picture_texts BEGIN "
    "INSERT INTO pictures_search(pictures_search, rowid, words) "
    "VALUES ('delete', old.sequence, old.words); END",
    "CREATE TRIGGER picture_texts_changed AFTER UPDATE OF words ON picture_texts BEGIN "
    "INSERT INTO pictures_search(pictures_search, rowid, words) "
    "VALUES ('delete', old.sequence, old.words); "
    "INSERT INTO pictures_search(rowid, words) VALUES (new.sequence, new.words); END",
)
_POSTGRES_SEARCH = (
    "CREATE INDEX pictures_search ON picture_texts USING gin (to_tsvector('simple', words))",
)


def upgrade() -> None:
    """Make the tables and take the pictures of the jobs that are still known into them."""
    pictures, texts = _make_pictures(), _make_texts()
    bind = op.get_bind()
    for statement in _SQLITE_SEARCH if bind.dialect.name == "sqlite" else _POSTGRES_SEARCH:
        op.execute(statement)
    jobs = sa.table(
        "jobs",
        *map(sa.column, ("sequence", "id", "endpoint", "tag", "state", "kind", "seconds")),
        sa.column("created", UtcDateTime),
        sa.column("request", sa.JSON),
        sa.column("images", sa.JSON),
    )
    done = jobs.c.state == "succeeded", jobs.c.kind == "generation"
    for row in bind.execute(sa.select(jobs).where(*done).order_by(jobs.c.sequence)).all():
        job = Job(
            id=row.id,
            endpoint=row.endpoint,
            tag=row.tag,
            request=row.request,
            seconds=row.seconds,
            images=tuple(JobImage(**image) for image in row.images),
        )
        for index in range(len(job.images)):
            picture, told = picture_rows(job, index, row.created)
            key = bind.execute(sa.insert(pictures).values(_known(pictures, picture)))
            sequence = (key.inserted_primary_key or (None,))[0]
            bind.execute(sa.insert(texts).values(_known(texts, told) | {"sequence": sequence}))


def _known(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that the table has at this step; later steps may add more."""
    return {name: value for name, value in row.items() if name in table.c}


def _make_pictures() -> sa.Table:
    table = op.create_table(
        "pictures",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(80), nullable=False, unique=True),
        sa.Column("generation", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("endpoint", sa.String(63), nullable=False),
        sa.Column("shown_to", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("scheduler", sa.String(64), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("guidance", sa.Float, nullable=False),
        sa.Column("seed", sa.String(20), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("start_sha256", sa.String(64)),
        sa.Column("favourite", sa.Boolean, nullable=False),
        sa.Column("deleted", UtcDateTime),
        sqlite_autoincrement=True,
    )
    for what in ("scheduler", "steps", "guidance", "seconds", "favourite", "kind", "endpoint"):
        op.create_index(f"pictures_by_{what}", "pictures", [what, "sequence"])
    deleted = sa.text("deleted IS NOT NULL")
    op.create_index(
        "pictures_by_deletion",
        "pictures",
        ["deleted"],
        sqlite_where=deleted,
        postgresql_where=deleted,
    )
    return table


def _make_texts() -> sa.Table:
    return op.create_table(
        "picture_texts",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tag", _TAG, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("negative_prompt", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
    )
