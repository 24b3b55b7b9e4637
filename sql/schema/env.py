"""Alembic's environment: runs on the connection that include.warehouse.migrate.migrate() hands in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="public")
with context.begin_transaction():
    context.run_migrations()
