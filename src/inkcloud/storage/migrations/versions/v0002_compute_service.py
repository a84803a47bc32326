"""The compute service: jobs of any service, scopes of tokens, scaling of endpoints, events."""

import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEPT_AFTER_THE_END = timedelta(hours=24)
_SCOPES = ["deploy-code", "manage", "predict", "read"]


def upgrade() -> None:
    """Change the tables and keep what is in them."""
    now = datetime.now(UTC).replace(tzinfo=None)
    _change_jobs(now)
    _list_job_images()
    _change_tokens()
    _change_endpoints(now)
    op.create_table(
        "events",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("endpoint", sa.String(63), nullable=False),
        sa.Column("replica", sa.Text, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_by_endpoint", "events", ["endpoint", "sequence"])
    op.create_index("events_by_time", "events", ["at"])


def _change_jobs(now: datetime) -> None:
    for column in (
        sa.Column("kind", sa.String(16), nullable=False, server_default="generation"),
        sa.Column("path", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("output", sa.JSON),
        sa.Column("token_id", sa.String(64), nullable=False, server_default=sa.text("''")),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("expires", sa.DateTime),
    ):
        op.add_column("jobs", column)
    op.drop_index("jobs_by_endpoint", "jobs")
    op.drop_index("jobs_by_tag", "jobs")
    op.create_index("jobs_by_endpoint", "jobs", ["endpoint", "kind", "sequence"])
    op.create_index("jobs_by_tag", "jobs", ["endpoint", "kind", "tag", "sequence"])
    keys = ["endpoint", "token_id", "idempotency_key"]
    op.create_index("jobs_by_key", "jobs", keys, unique=True)
    op.create_index("jobs_by_expiry", "jobs", ["expires"])
    jobs = sa.table("jobs", sa.column("state", sa.String), sa.column("expires", sa.DateTime))
    # When a job ended was not kept: its time begins with the upgrade.
    ended = jobs.c.state.in_(["succeeded", "failed", "cancelled"])
    op.execute(sa.update(jobs).where(ended).values(expires=now + _KEPT_AFTER_THE_END))


def _list_job_images() -> None:
    op.create_table(
        "job_images",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("job_id", sa.String(64), primary_key=True),
    )
    op.create_index("job_images_by_job", "job_images", ["job_id"])
    jobs = sa.table("jobs", sa.column("id", sa.String), sa.column("images", sa.JSON))
    job_images = sa.table("job_images", sa.column("sha256"), sa.column("job_id"))
    bind = op.get_bind()
    for job_id, images in bind.execute(sa.select(jobs.c.id, jobs.c.images)).all():
        for sha256 in {image["sha256"] for image in images}:
            bind.execute(sa.insert(job_images).values(sha256=sha256, job_id=job_id))


def _change_tokens() -> None:
    old = sa.table("tokens", *map(sa.column, ("hash", "name")), sa.column("created", sa.DateTime))
    bind = op.get_bind()
    rows = bind.execute(sa.select(old)).mappings().all()
    op.drop_table("tokens")
    tokens = op.create_table(
        "tokens",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("endpoint", sa.String(63), nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("expires", sa.DateTime),
        sa.Column("revoked", sa.DateTime),
        sa.Column("last_used", sa.DateTime),
    )
    for row in rows:
        added = {"id": "tok_" + secrets.token_hex(8), "scopes": _SCOPES, "endpoint": ""}
        bind.execute(sa.insert(tokens).values({**row, **added}))


def _change_endpoints(now: datetime) -> None:
    old = sa.table(
        "endpoints",
        *map(sa.column, ("name", "service")),
        sa.column("public", sa.Boolean),
        sa.column("replicas", sa.Integer),
        sa.column("environment", sa.JSON),
    )
    bind = op.get_bind()
    rows = [dict(row) for row in bind.execute(sa.select(old)).mappings()]
    op.drop_table("endpoints")
    endpoints = op.create_table(
        "endpoints",
        sa.Column("name", sa.String(63), primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("code_folder", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("min_replicas", sa.Integer, nullable=False),
        sa.Column("max_replicas", sa.Integer, nullable=False),
        sa.Column("timeout_seconds", sa.Integer, nullable=False),
        sa.Column("concurrency_per_replica", sa.Integer, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("environment", sa.JSON, nullable=False),
        sa.Column("health_check_path", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    for row in rows:
        replicas = row.pop("replicas")
        added = {
            **dict.fromkeys(("code_folder", "template", "display_name", "description"), ""),
            "min_replicas": replicas,  # the first version ran a fixed number
            "max_replicas": max(replicas, 1),
            "timeout_seconds": 300,
            "concurrency_per_replica": 8,
            "paused": False,
            "health_check_path": "/healthcheck",
            "created": now,
        }
        bind.execute(sa.insert(endpoints).values(row | added))
