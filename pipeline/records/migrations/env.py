"""Alembic's entry: runs migrations on the connection that ``pipeline.records.migrate`` gives."""

from alembic import context

from pipeline.records.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
