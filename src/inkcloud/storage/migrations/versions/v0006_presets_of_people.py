"""Presets that belong to a person; those that there were are everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add whose each preset is, and let everybody have every name once."""
    op.add_column(
        "presets", sa.Column("owner", sa.String(320), nullable=False, server_default=sa.text("''"))
    )
    op.drop_index("presets_by_name", "presets")
    op.create_index("presets_by_name", "presets", ["owner", "kind", "name"], unique=True)
