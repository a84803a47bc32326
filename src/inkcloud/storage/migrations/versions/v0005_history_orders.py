"""One index of the pictures for each order, wide enough to answer every filter."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_REPLACED = ("scheduler", "steps", "guidance", "seconds", "favourite", "kind", "endpoint")
_FILTERED = (
    *("kind", "favourite", "scheduler", "steps", "guidance"),
    *("endpoint", "shown_to", "deleted"),
)


def upgrade() -> None:
    """Replace the indexes of single columns, whose rows had to be read one by one."""
    for what in _REPLACED:
        op.drop_index(f"pictures_by_{what}", "pictures")
    undeleted = sa.text("deleted IS NULL")
    for order in ("sequence", "steps", "guidance", "seconds"):
        op.create_index(
            f"pictures_in_order_of_{order}",
            "pictures",
            list(dict.fromkeys([order, "sequence", *_FILTERED])),
            sqlite_where=undeleted,
            postgresql_where=undeleted,
        )
