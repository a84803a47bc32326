"""Run by Alembic, with the connection that `upgrade` lends; the caller commits."""

from alembic import context

from inkcloud.storage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes a column by copying the table
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
