"""Alembic's entry: always on a connection given by `store.migrate`, inside its transaction."""

from alembic import context

from emergency_kepu.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
