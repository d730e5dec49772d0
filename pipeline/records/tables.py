"""The tables. ``events`` is the truth and only ever grows; all others are derived from it."""

import json
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Dialect, Double, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from pipeline.records.canonical import canonical

#: Names of constraints must not depend on the database, or migrations could not name them.
_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

SHA256_DIGITS = 64
#: ``2024-02-14T20:15:07.123456+00:00``
TIME_CHARACTERS = 32
NAME_CHARACTERS = 80

#: Where a sheet stands: photo received; the reader broke down; nothing could be read; a person
#: must look; the software answers for it; a person has submitted it.
SheetState = Literal["waiting", "failed", "rejected", "review", "accepted", "submitted"]


class IsoTime(TypeDecorator[datetime]):
    """A point in time as text in UTC: the same, and sortable, in every database."""

    impl = String(TIME_CHARACTERS)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else self.text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """From text."""
        return None if value is None else datetime.fromisoformat(value)

    @staticmethod
    def text(moment: datetime) -> str:
        """Always UTC with microseconds, so that text order is time order."""
        return moment.astimezone(UTC).isoformat(timespec="microseconds")


class JsonText(TypeDecorator[Any]):
    """A JSON value as canonical text: databases must not reorder or round what was hashed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """To text; None is SQL's NULL."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From text."""
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=_NAMING)


class Event(Base):
    """One fact, never changed. Each node has its own chain: ``hash`` covers ``previous``."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("node", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # order of arrival here
    node: Mapped[str] = mapped_column(String(SHA256_DIGITS))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(IsoTime)
    who: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(SHA256_DIGITS), index=True)
    payload: Mapped[Any] = mapped_column(JsonText)
    previous: Mapped[str] = mapped_column(String(SHA256_DIGITS))
    hash: Mapped[str] = mapped_column(String(SHA256_DIGITS), unique=True)


class Chain(Base):
    """The last event of each node's chain; its row is locked while one is appended."""

    __tablename__ = "chains"

    node: Mapped[str] = mapped_column(String(SHA256_DIGITS), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(SHA256_DIGITS))


class PhotoRow(Base):
    """A photo whose original bytes lie in the photo folder."""

    __tablename__ = "photos"

    sha256: Mapped[str] = mapped_column(String(SHA256_DIGITS), primary_key=True)
    size: Mapped[int]  # bytes
    kind: Mapped[str] = mapped_column(String(8))  # jpeg, png, webp
    name: Mapped[str] = mapped_column(String(255))  # as the sender called it
    received_at: Mapped[datetime] = mapped_column(IsoTime)
    received_by: Mapped[str] = mapped_column(String(NAME_CHARACTERS))


class ReadingRow(Base):
    """One reading of a photo by one version of the reader; all are kept."""

    __tablename__ = "readings"

    id: Mapped[str] = mapped_column(String(SHA256_DIGITS), primary_key=True)  # its event's hash
    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256"), index=True)
    reader: Mapped[str] = mapped_column(String(80))
    read_at: Mapped[datetime] = mapped_column(IsoTime)
    contract: Mapped[Any] = mapped_column(JsonText)  # as docs/contract.md has it
    located: Mapped[Any | None] = mapped_column(JsonText)  # see pipeline.records.placed


class SheetRow(Base):
    """A sheet as it stands now."""

    __tablename__ = "sheets"
    __table_args__ = (
        Index("ix_sheets_state_received", "state", "received_at"),
        Index("ix_sheets_adds_up_received", "adds_up", "received_at"),
        Index("ix_sheets_received", "received_at"),
    )

    id: Mapped[str] = mapped_column(String(SHA256_DIGITS), primary_key=True)
    photo: Mapped[str] = mapped_column(ForeignKey("photos.sha256"))
    received_at: Mapped[datetime] = mapped_column(IsoTime)
    state: Mapped[SheetState] = mapped_column(String(12))
    revision: Mapped[str] = mapped_column(String(SHA256_DIGITS))  # hash of the last event of it
    reading: Mapped[str | None] = mapped_column(ForeignKey("readings.id"))
    form: Mapped[str | None] = mapped_column(String(80))
    reasons: Mapped[Any] = mapped_column(JsonText)  # codes of the reading
    doubtful: Mapped[int] = mapped_column(default=0)  # fields that a person must look at
    adds_up: Mapped[bool | None]  # None where no rule could be checked
    corrections: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None] = mapped_column(IsoTime)
    submitted_by: Mapped[str | None] = mapped_column(String(NAME_CHARACTERS))


class FieldRow(Base):
    """One field of a sheet: what was read, and what holds now."""

    __tablename__ = "sheet_fields"

    sheet: Mapped[str] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    read_written: Mapped[str] = mapped_column(String(8))
    read_value: Mapped[int | None]
    confidence: Mapped[float] = mapped_column(Double)
    doubtful: Mapped[bool]
    reasons: Mapped[Any] = mapped_column(JsonText)
    written: Mapped[str] = mapped_column(String(8))
    value: Mapped[int | None]
    seen_by: Mapped[str | None] = mapped_column(String(NAME_CHARACTERS))
    seen_at: Mapped[datetime | None] = mapped_column(IsoTime)


#: What ``rebuild`` empties and fills again, children first.
DERIVED: tuple[type[Base], ...] = (FieldRow, SheetRow, ReadingRow, PhotoRow)
