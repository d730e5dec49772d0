from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from records_databases import DATABASES, database_url
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from pipeline.records.derive import rebuild, record
from pipeline.records.events import PhotoReceived, SheetReopened
from pipeline.records.ledger import Fault, verify
from pipeline.records.store import open_records
from pipeline.records.tables import DERIVED, Base, Event


@pytest.fixture(params=DATABASES)
def records(request, tmp_path):
    with database_url(request.param) as url:
        opened = open_records(tmp_path / "data", url)
        yield opened
        opened.engine.dispose()


def fill(records, count=3):
    with records.write() as session:
        for number in range(count):
            fact = PhotoReceived(size=number, image="jpeg", name=f"{number}.jpg")
            record(session, records.node, fact, subject=f"{number:064x}", who="Budi")


def tamper(records, *statements):
    """As somebody would who has the database in hand: the guard against slips is taken off."""
    with records.write() as session:
        if records.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER events_no_update"))
            session.execute(text("DROP TRIGGER events_no_delete"))
        else:
            session.execute(text("DROP TRIGGER events_no_change ON events"))
        for statement in statements:
            session.execute(text(statement))


def faults(records):
    with records.read() as session:
        return list(verify(session))


def test_an_untouched_ledger_has_no_faults(records):
    fill(records)
    assert faults(records) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE events SET payload = replace(payload, '1', '7') WHERE seq = 2", "changed"),
        ("UPDATE events SET payload = 'no json' WHERE seq = 2", "changed"),
        ("UPDATE events SET who = 'Badu' WHERE seq = 2", "changed"),
        ("UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 2", "changed"),
        ("UPDATE events SET hash = 'f' WHERE seq = 2", "changed"),
        ("DELETE FROM events WHERE seq = 2", "missing"),
        ("DELETE FROM events WHERE seq = 1", "missing"),
    ],
)
def test_a_tampered_event_is_found_and_named(records, statement, what):
    fill(records)
    tamper(records, statement)
    seq = 1 if "seq = 1" in statement else 2
    assert Fault(records.node, seq, what) in faults(records)


def test_a_cut_off_end_is_found(records):
    fill(records)
    tamper(records, "DELETE FROM events WHERE seq = 3")
    assert faults(records) == [Fault(records.node, 3, "cut")]


def test_swapped_events_are_found(records):
    fill(records)
    tamper(
        records,
        "UPDATE events SET seq = 9 WHERE seq = 2",
        "UPDATE events SET seq = 2 WHERE seq = 3",
        "UPDATE events SET seq = 3 WHERE seq = 9",
    )
    assert Fault(records.node, 2, "reordered") in faults(records)


@pytest.mark.parametrize("statement", ["UPDATE events SET who = 'x'", "DELETE FROM events"])
def test_the_database_itself_refuses_to_change_events(records, statement):
    fill(records)
    with pytest.raises(DBAPIError, match="never changed"), records.write() as session:
        session.execute(text(statement))
    assert faults(records) == []


def test_a_failed_transaction_leaves_nothing_behind(records):
    fill(records, 1)
    with pytest.raises(LookupError), records.write() as session:
        fact = SheetReopened(why="?")
        record(session, records.node, fact, subject=f"{0:064x}", who="Budi")
        raise LookupError
    with records.read() as session:
        assert len(session.scalars(select(Event)).all()) == 1
    assert faults(records) == []


def test_chains_of_two_nodes_stand_beside_each_other(records):
    fill(records, 2)
    with records.write() as session:
        fact = PhotoReceived(size=1, image="png", name="b.png")
        event = record(session, "other", fact, subject="e" * 64, who="Ani")
        assert event.seq == 1
    assert faults(records) == []


def test_the_schema_that_migrations_make_is_the_one_of_the_models(records):
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_table_but_the_ledger_is_derived(records):
    names = set(inspect(records.engine).get_table_names())
    derived = {table.__tablename__ for table in DERIVED}
    assert names == derived | {"events", "chains", "alembic_version"}


def test_opening_again_changes_nothing(records, tmp_path):
    fill(records)
    url = records.engine.url.render_as_string(hide_password=False)
    again = open_records(tmp_path / "data", url)
    assert again.node == records.node
    assert faults(again) == []
    again.engine.dispose()


def test_rebuilding_an_empty_ledger_is_empty(records):
    with records.write() as session:
        assert rebuild(session) == 0


def test_sqlite_keeps_a_write_ahead_log_and_flushes_every_commit(tmp_path):
    records = open_records(tmp_path / "data")
    with records.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
    records.engine.dispose()


def test_writers_at_the_same_time_make_one_unbroken_chain(records):
    def write(worker):
        for number in range(5):
            fact = PhotoReceived(size=number, image="jpeg", name="a.jpg")
            with records.write() as session:
                subject = f"{worker * 100 + number:064x}"
                record(session, records.node, fact, subject=subject, who=str(worker))

    fill(records, 1)
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(write, range(1, 5)))
    with records.read() as session:
        assert session.scalars(select(Event.seq).order_by(Event.id)).all() == list(range(1, 22))
    assert faults(records) == []
