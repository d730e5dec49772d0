"""SQLite and PostgreSQL for the tests of records and desk: the same tests on both."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

#: Used where CERMAT_TEST_POSTGRES is not set and a server answers there.
LOCAL = "postgresql+psycopg://127.0.0.1:5432/test"
DATABASES = ("sqlite", "postgresql")


@contextmanager
def database_url(kind: str) -> Iterator[str | None]:
    """A URL for an empty database, or None for the default SQLite; skips with a reason."""
    if kind == "sqlite":
        yield None
        return
    url = os.environ.get("CERMAT_TEST_POSTGRES", LOCAL).replace(
        "postgresql://", "postgresql+psycopg://"
    )
    missing = _why_not(url)
    if missing:
        if "CERMAT_TEST_POSTGRES" in os.environ:
            pytest.fail(f"CERMAT_TEST_POSTGRES is set, but: {missing}")
        pytest.skip(f"NOT TESTED on PostgreSQL: {missing} Set CERMAT_TEST_POSTGRES to a URL.")
    schema = f"cermat_test_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


@cache
def _why_not(url: str) -> str | None:
    engine = create_engine(url, connect_args={"connect_timeout": 2})
    try:
        with engine.connect():
            return None
    except (OperationalError, ImportError) as error:
        return f"no PostgreSQL at {make_url(url).host}: {str(error).splitlines()[0]}"
    finally:
        engine.dispose()
