"""The ledger, and the tables derived from it."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

SHA256 = sa.String(64)
TIME = sa.String(32)
NAME = sa.String(80)

#: The ledger only grows: the database itself refuses changes, whichever program asks.
SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
    "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    "CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$",
    "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
    "FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change()",
)


def upgrade() -> None:
    """Make everything."""
    _ledger()
    _photos_and_readings()
    _sheets()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_GUARDS if postgresql else SQLITE_GUARDS:
        op.execute(statement)


def _ledger() -> None:
    op.create_table(
        "chains",
        sa.Column("node", SHA256, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", SHA256, nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_chains"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("node", SHA256, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", SHA256, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("previous", SHA256, nullable=False),
        sa.Column("hash", SHA256, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("hash", name="uq_events_hash"),
        sa.UniqueConstraint("node", "seq", name="uq_events_node"),
    )
    op.create_index("ix_events_subject", "events", ["subject"])


def _photos_and_readings() -> None:
    op.create_table(
        "photos",
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("received_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_photos"),
    )
    op.create_table(
        "readings",
        sa.Column("id", SHA256, nullable=False),
        sa.Column("photo", SHA256, nullable=False),
        sa.Column("reader", NAME, nullable=False),
        sa.Column("read_at", TIME, nullable=False),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("located", sa.Text),
        sa.ForeignKeyConstraint(["photo"], ["photos.sha256"], name="fk_readings_photo"),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
    )
    op.create_index("ix_readings_photo", "readings", ["photo"])


def _sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("id", SHA256, nullable=False),
        sa.Column("photo", SHA256, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("revision", SHA256, nullable=False),
        sa.Column("reading", SHA256),
        sa.Column("form", NAME),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("doubtful", sa.Integer, nullable=False),
        sa.Column("adds_up", sa.Boolean),
        sa.Column("corrections", sa.Integer, nullable=False),
        sa.Column("submitted_at", TIME),
        sa.Column("submitted_by", NAME),
        sa.ForeignKeyConstraint(["photo"], ["photos.sha256"], name="fk_sheets_photo"),
        sa.ForeignKeyConstraint(["reading"], ["readings.id"], name="fk_sheets_reading"),
        sa.PrimaryKeyConstraint("id", name="pk_sheets"),
    )
    op.create_index("ix_sheets_state_received", "sheets", ["state", "received_at"])
    op.create_index("ix_sheets_adds_up_received", "sheets", ["adds_up", "received_at"])
    op.create_index("ix_sheets_received", "sheets", ["received_at"])
    op.create_table(
        "sheet_fields",
        sa.Column("sheet", SHA256, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("read_written", sa.String(8), nullable=False),
        sa.Column("read_value", sa.Integer),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("written", sa.String(8), nullable=False),
        sa.Column("value", sa.Integer),
        sa.Column("seen_by", NAME),
        sa.Column("seen_at", TIME),
        sa.ForeignKeyConstraint(["sheet"], ["sheets.id"], name="fk_sheet_fields_sheet"),
        sa.PrimaryKeyConstraint("sheet", "name", name="pk_sheet_fields"),
    )
