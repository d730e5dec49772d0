"""Brings a database to the newest schema; runs at every start and does nothing when it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from pipeline.records.database import WRITES

SCRIPTS = Path(__file__).parent / "migrations"

#: Key of the PostgreSQL lock that keeps two starting nodes from migrating at the same time;
#: any fixed number, this one spells "cermat" in ASCII.
_LOCK = 0x6365726D6174


def config() -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return made


def upgrade(engine: Engine) -> None:
    """Run all migrations that this database has not had, in one transaction."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
