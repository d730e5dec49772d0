"""Finds sheets: one, a list, how many, and the history of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session

from pipeline.errors import CermatError
from pipeline.records.tables import Event, FieldRow, IsoTime, PhotoRow, ReadingRow, SheetRow

#: What the list can be narrowed to.
Show = Literal["all", "look", "sums", "accepted", "rejected", "submitted"]
SHOWS: tuple[Show, ...] = ("all", "look", "sums", "accepted", "rejected", "submitted")

_WHERE: dict[Show, ColumnElement[bool]] = {
    "look": SheetRow.state.in_(("review", "failed", "waiting")),
    "sums": SheetRow.adds_up.is_(False),
    "accepted": SheetRow.state == "accepted",
    "rejected": SheetRow.state == "rejected",
    "submitted": SheetRow.state == "submitted",
}


class UnknownSheetError(CermatError):
    """A sheet that is not kept here."""

    code: ClassVar[str] = "unknown_sheet"


@dataclass(frozen=True)
class WholeSheet:
    """A sheet with all that belongs to it."""

    sheet: SheetRow
    photo: PhotoRow
    reading: ReadingRow | None
    fields: dict[str, FieldRow]
    history: Sequence[Event]


def find_sheet(session: Session, sheet_id: str) -> SheetRow:
    """The sheet of that id.

    Raises:
        UnknownSheetError: when there is none.
    """
    sheet = session.get(SheetRow, sheet_id)
    if sheet is None:
        raise UnknownSheetError(
            message_id="Lembar ini tidak ada di sini. Lihat daftar lembar.",
            message_en="There is no such sheet here. See the list of sheets.",
        )
    return sheet


def whole_sheet(session: Session, sheet_id: str) -> WholeSheet:
    """The sheet of that id with photo, reading, fields and history.

    Raises:
        UnknownSheetError: when there is none.
    """
    sheet = find_sheet(session, sheet_id)
    fields = session.scalars(select(FieldRow).where(FieldRow.sheet == sheet_id))
    return WholeSheet(
        sheet=sheet,
        photo=session.get_one(PhotoRow, sheet.photo),
        reading=None if sheet.reading is None else session.get_one(ReadingRow, sheet.reading),
        fields={field.name: field for field in fields},
        history=session.scalars(
            select(Event).where(Event.subject == sheet_id).order_by(Event.id)
        ).all(),
    )


def list_sheets(
    session: Session, show: Show, *, limit: int, offset: int = 0
) -> Sequence[tuple[SheetRow, PhotoRow]]:
    """Sheets with their photos, newest first."""
    query = select(SheetRow, PhotoRow).join(PhotoRow, PhotoRow.sha256 == SheetRow.photo)
    if show != "all":
        query = query.where(_WHERE[show])
    query = query.order_by(SheetRow.received_at.desc(), SheetRow.id).limit(limit).offset(offset)
    return [(sheet, photo) for sheet, photo in session.execute(query)]


def count_sheets(session: Session) -> dict[Show, int]:
    """How many sheets each way to narrow the list shows."""
    counts: dict[Show, int] = {}
    for show in SHOWS:
        query = select(func.count()).select_from(SheetRow)
        counts[show] = session.scalar(query if show == "all" else query.where(_WHERE[show])) or 0
    return counts


def next_to_look_at(session: Session, after: SheetRow) -> str | None:
    """The sheet to look at after this one: in the order received, then from the oldest again."""
    place = tuple_(SheetRow.received_at, SheetRow.id)
    here = tuple_(literal(after.received_at, IsoTime), literal(after.id))
    query = (
        select(SheetRow.id)
        .where(SheetRow.state == "review", SheetRow.id != after.id)
        .order_by((place <= here), SheetRow.received_at, SheetRow.id)
    )
    return session.scalars(query.limit(1)).first()
