"""Opens the database: SQLite with WAL by default, PostgreSQL where there is one."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

#: Seconds that a writer waits for another one.
BUSY_SECONDS = 20

#: Execution option of transactions that will write: SQLite must take its lock at the start,
#: since a reader that turns writer halfway fails at once when another one wrote in between.
WRITES = "cermat_writes"


def open_engine(url: str) -> Engine:
    """An engine for a URL; ``postgresql://`` means the psycopg driver."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN comes late and never IMMEDIATE; see _begin_sqlite.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a receipt must survive a power cut
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
