"""Alembic's entry: runs revisions on the connection that the caller opened and locked."""

from alembic import context

from backend.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
