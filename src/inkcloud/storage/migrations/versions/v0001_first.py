"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "jobs",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("endpoint", sa.String(63), nullable=False),
        sa.Column("tag", sa.String(200, collation="C" if postgres else None), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attached", sa.Boolean, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("images", sa.JSON, nullable=False),
        sa.Column("error", sa.JSON),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_by_endpoint", "jobs", ["endpoint", "sequence"])
    op.create_index("jobs_by_tag", "jobs", ["endpoint", "tag", "sequence"])
    op.create_index("jobs_by_state", "jobs", ["state", "sequence"])
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
    )
    op.create_table(
        "endpoints",
        sa.Column("name", sa.String(63), primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("replicas", sa.Integer, nullable=False),
        sa.Column("environment", sa.JSON, nullable=False),
    )
