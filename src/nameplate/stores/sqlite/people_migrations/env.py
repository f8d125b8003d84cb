"""Run by Alembic: migrate over the connection that `schema.upgrade` hands in, within its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
