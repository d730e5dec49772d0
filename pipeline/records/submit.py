"""A person answers for a sheet: corrections, confirmations and the submission, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.errors import CermatError
from pipeline.forms.model import FormPage
from pipeline.forms.rules import parse_rule
from pipeline.records.derive import record
from pipeline.records.events import (
    FieldConfirmed,
    FieldCorrected,
    Number,
    RuleChecked,
    SheetReopened,
    SheetSubmitted,
)
from pipeline.records.numbers import BadNumberError, understood
from pipeline.records.sheets import find_sheet
from pipeline.records.store import Records
from pipeline.records.tables import FieldRow, SheetRow
from pipeline.records.text import clean

NOTE_CHARACTERS = 500


class SubmitError(CermatError):
    """A submission that changed nothing."""

    code: ClassVar[str] = "not_submitted"


class NotSubmittableError(SubmitError):
    """A sheet without a form or without numbers."""


class NamelessError(SubmitError):
    """Nobody said who submits."""


class ChangedMeanwhileError(SubmitError):
    """Somebody else changed the sheet after this person opened it."""


class AlreadySubmittedError(SubmitError):
    """The sheet has been submitted before.

    Attributes:
        same: these very numbers stand there: the same form sent twice.
    """

    def __init__(self, by: str, at: datetime, *, same: bool) -> None:
        super().__init__(
            message_id=f"Lembar ini sudah dikirim oleh {by}. Tidak ada yang diubah. "
            "Untuk mengoreksi, buka kembali lembar ini dengan alasan.",
            message_en=f"This sheet has already been submitted by {by}. Nothing was changed. "
            "To correct it, reopen it and say why.",
        )
        self.same = same
        self.by = by
        self.at = at


class BadNumbersError(SubmitError):
    """Numbers that cannot be.

    Attributes:
        fields: field name -> what is wrong.
    """

    def __init__(self, fields: Mapping[str, BadNumberError]) -> None:
        super().__init__(
            message_id=f"{len(fields)} angka belum benar; perbaiki yang ditandai. "
            "Belum ada yang disimpan.",
            message_en=f"{len(fields)} numbers are not right yet; mend those marked. "
            "Nothing has been kept so far.",
        )
        self.fields = fields


class SumsFailError(SubmitError):
    """The numbers do not add up, and the person has not said that the paper says so.

    Attributes:
        rules: those that fail.
    """

    def __init__(self, rules: tuple[RuleChecked, ...]) -> None:
        super().__init__(
            message_id="Jumlahnya tidak cocok. Periksa angka yang ditandai; bila di kertas "
            "memang tertulis begitu, centang pernyataan di bawah, lalu kirim.",
            message_en="The numbers do not add up. Check those marked; if the paper really "
            "says so, tick the statement below, then submit.",
        )
        self.rules = rules


@dataclass(frozen=True)
class Answer:
    """What a person sends.

    Attributes:
        typed: field name -> what stands in its input.
        revision: of the sheet when the person opened it.
        paper_wrong: the person says that the paper itself does not add up.
    """

    typed: Mapping[str, str]
    revision: str
    who: str
    note: str = ""
    paper_wrong: bool = False


def submit(records: Records, sheet_id: str, page: FormPage, answer: Answer) -> None:
    """Keep corrections, confirmations and the submission of a sheet.

    Raises:
        SubmitError: one of its kinds; nothing was changed then.
    """
    who, note = clean(answer.who), clean(answer.note, NOTE_CHARACTERS)
    with records.write() as session:
        sheet = find_sheet(session, sheet_id)
        fields = _fields(session, sheet)
        if sheet.state == "submitted":
            same = _same(answer, fields, page)
            raise AlreadySubmittedError(
                sheet.submitted_by or "?", sheet.submitted_at or sheet.received_at, same=same
            )
        if sheet.reading is None or not fields:
            raise _not_submittable()
        if sheet.revision != answer.revision:
            raise _changed_meanwhile()
        numbers = _numbers(answer, fields, page)
        if not who:
            raise _nameless()
        rules = checked(page, {name: number.value for name, number in numbers.items()})
        failing = tuple(rule for rule in rules if rule.holds is False)
        if failing and not answer.paper_wrong:
            raise SumsFailError(failing)
        for name, number in numbers.items():
            fact = _seen(fields[name], number, sheet.reading, note)
            if fact is not None:
                record(session, records.node, fact, subject=sheet_id, who=who)
        submitted = SheetSubmitted(
            form=page.key,
            reading=sheet.reading,
            numbers=numbers,
            rules=rules,
            paper_wrong=bool(failing),
            note=note,
        )
        record(session, records.node, submitted, subject=sheet_id, who=who)


def reopen(records: Records, sheet_id: str, *, who: str, why: str, revision: str) -> None:
    """Take a submission back so that the sheet can be corrected.

    Raises:
        SubmitError: when the sheet is not submitted, or name or reason is missing.
    """
    who, why = clean(who), clean(why, NOTE_CHARACTERS)
    with records.write() as session:
        sheet = find_sheet(session, sheet_id)
        if sheet.state != "submitted" or sheet.revision != revision:
            raise _changed_meanwhile()
        if not who:
            raise _nameless()
        if not why:
            raise SubmitError(
                message_id="Tulis alasannya: mengapa lembar ini dibuka kembali?",
                message_en="Say why: what is the reason to reopen this sheet?",
            )
        record(session, records.node, SheetReopened(why=why), subject=sheet_id, who=who)


def checked(page: FormPage, values: Mapping[str, int | None]) -> tuple[RuleChecked, ...]:
    """Every rule of the page, and every upper bound that is broken."""
    broken = [
        parse_rule(f"{field.name} <= {field.max}")
        for field in page.fields
        if field.max is not None and (values.get(field.name) or 0) > field.max
    ]
    checks = []
    for rule in [*page.parsed_rules, *broken]:
        difference = rule.difference(values)
        checks.append(
            RuleChecked(rule=rule.text, holds=rule.holds(difference), difference=difference)
        )
    return tuple(checks)


def _fields(session: Session, sheet: SheetRow) -> dict[str, FieldRow]:
    rows = session.scalars(select(FieldRow).where(FieldRow.sheet == sheet.id))
    return {row.name: row for row in rows}


def _numbers(answer: Answer, fields: Mapping[str, FieldRow], page: FormPage) -> dict[str, Number]:
    numbers: dict[str, Number] = {}
    wrong: dict[str, BadNumberError] = {}
    for field in page.fields:
        if field.name not in fields:
            continue
        row = fields[field.name]
        typed = answer.typed.get(field.name, "")
        try:
            number = understood(typed, field.boxes.count, row.written)
        except BadNumberError as error:
            wrong[field.name] = error
            continue
        # The same number typed another way is no statement about the boxes: they stay.
        same = number.value == row.value
        numbers[field.name] = Number(written=row.written, value=row.value) if same else number
    if wrong:
        raise BadNumbersError(wrong)
    return numbers


def _same(answer: Answer, fields: Mapping[str, FieldRow], page: FormPage) -> bool:
    try:
        numbers = _numbers(answer, fields, page)
    except BadNumbersError:
        return False
    return all(fields[name].value == number.value for name, number in numbers.items())


def _seen(
    field: FieldRow, number: Number, reading: str, why: str
) -> FieldCorrected | FieldConfirmed | None:
    """A correction when the number is another one, a confirmation of a doubtful one."""
    before = Number(written=field.written, value=field.value)
    if number.value != before.value:
        read = Number(written=field.read_written, value=field.read_value)
        return FieldCorrected(
            field=field.name, reading=reading, read=read, before=before, after=number, why=why
        )
    if field.doubtful:
        return FieldConfirmed(field=field.name, reading=reading, number=number)
    return None


def _not_submittable() -> NotSubmittableError:
    return NotSubmittableError(
        message_id="Tidak ada angka yang terbaca di lembar ini, jadi tidak ada yang dikirim. "
        "Foto ulang seluruh halaman lalu unggah.",
        message_en="No numbers were read on this sheet, so there is nothing to submit. "
        "Photograph the whole page again and upload it.",
    )


def _nameless() -> NamelessError:
    return NamelessError(
        message_id="Isi nama Anda dulu: setiap kiriman dicatat atas nama orang.",
        message_en="Enter your name first: every submission is kept under a person's name.",
    )


def _changed_meanwhile() -> ChangedMeanwhileError:
    return ChangedMeanwhileError(
        message_id="Lembar ini berubah sejak Anda membukanya. Isian Anda belum disimpan; "
        "periksa keadaan terbaru di bawah ini.",
        message_en="This sheet has changed since you opened it. What you typed was not kept; "
        "check the newest state below.",
    )
