"""Derives the tables from the events: one function a kind, and a rebuild from nothing."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pipeline.records.events import Fact
from pipeline.records.ledger import append
from pipeline.records.tables import DERIVED, Event, FieldRow, PhotoRow, ReadingRow, SheetRow


def record(session: Session, node: str, fact: Fact, *, subject: str, who: str) -> Event:
    """Append a fact and bring the derived tables up to date, in the caller's transaction."""
    event = append(session, node, fact, subject=subject, who=who)
    apply(session, event)
    return event


def rebuild(session: Session) -> int:
    """Empty the derived tables and make them again from the events; returns how many events."""
    for table in DERIVED:
        session.execute(delete(table))
    session.expire_all()
    count = 0
    for event in session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=200)):
        apply(session, event)
        count += 1
    return count


def apply(session: Session, event: Event) -> None:
    """Let one event change the derived tables."""
    _APPLY[event.kind](session, event, event.payload)
    session.flush()


def _photo_received(session: Session, event: Event, said: dict[str, Any]) -> None:
    if session.get(PhotoRow, event.subject) is not None:
        return
    session.add(
        PhotoRow(
            sha256=event.subject,
            size=said["size"],
            kind=said["image"],
            name=said["name"],
            received_at=event.at,
            received_by=event.who,
        )
    )
    session.flush()
    session.add(
        SheetRow(
            id=event.subject,
            photo=event.subject,
            received_at=event.at,
            state="waiting",
            revision=event.hash,
            reasons=[],
            doubtful=0,
            corrections=0,
        )
    )


def _sheet_read(session: Session, event: Event, said: dict[str, Any]) -> None:
    contract = said["contract"]
    session.add(
        ReadingRow(
            id=event.hash,
            photo=event.subject,
            reader=said["reader"],
            read_at=event.at,
            contract=contract,
            located=said["located"],
        )
    )
    session.flush()
    sheet = _sheet(session, event)
    if sheet.state == "submitted":
        return  # a person answers for it; a newer reading stands beside that, not over it
    sheet.reading = event.hash
    sheet.state = contract["status"]
    sheet.form = said["located"]["form"] if said["located"] else contract["form"]
    sheet.reasons = contract["reasons"]
    sheet.adds_up = _adds_up(contract["rules"])
    sheet.corrections = 0
    session.execute(delete(FieldRow).where(FieldRow.sheet == sheet.id))
    for name, field in contract["fields"].items():
        session.add(
            FieldRow(
                sheet=sheet.id,
                name=name,
                read_written=field["written"],
                read_value=field["value"],
                confidence=field["confidence"],
                doubtful=field["status"] == "review",
                reasons=field["reasons"],
                written=field["written"],
                value=field["value"],
            )
        )
    sheet.doubtful = sum(field["status"] == "review" for field in contract["fields"].values())


def _reading_failed(session: Session, event: Event, _said: dict[str, Any]) -> None:
    sheet = _sheet(session, event)
    if sheet.state == "waiting":
        sheet.state = "failed"


def _field_corrected(session: Session, event: Event, said: dict[str, Any]) -> None:
    sheet = _sheet(session, event)
    sheet.corrections += 1
    field = _field(session, event, said["field"])
    field.written, field.value = said["after"]["written"], said["after"]["value"]


def _field_confirmed(session: Session, event: Event, said: dict[str, Any]) -> None:
    _sheet(session, event)
    _field(session, event, said["field"])


def _sheet_submitted(session: Session, event: Event, said: dict[str, Any]) -> None:
    sheet = _sheet(session, event)
    sheet.state = "submitted"
    sheet.submitted_at, sheet.submitted_by = event.at, event.who
    sheet.adds_up = _adds_up(said["rules"])


def _sheet_reopened(session: Session, event: Event, _said: dict[str, Any]) -> None:
    sheet = _sheet(session, event)
    sheet.state = "review"
    sheet.submitted_at = sheet.submitted_by = None


def _sheet(session: Session, event: Event) -> SheetRow:
    """The sheet that an event speaks of, its revision moved on to that event."""
    sheet = session.get_one(SheetRow, event.subject)
    sheet.revision = event.hash
    return sheet


def _field(session: Session, event: Event, name: str) -> FieldRow:
    field = session.get_one(FieldRow, (event.subject, name))
    field.seen_by, field.seen_at = event.who, event.at
    return field


def _adds_up(rules: list[dict[str, Any]]) -> bool | None:
    known = [rule["holds"] for rule in rules if rule["holds"] is not None]
    return all(known) if known else None


_APPLY: dict[str, Callable[[Session, Event, dict[str, Any]], None]] = {
    "photo_received": _photo_received,
    "sheet_read": _sheet_read,
    "reading_failed": _reading_failed,
    "field_corrected": _field_corrected,
    "field_confirmed": _field_confirmed,
    "sheet_submitted": _sheet_submitted,
    "sheet_reopened": _sheet_reopened,
}
