import os
from dataclasses import replace

import numpy as np
import pytest
from desk_fakes import CLEAR, DOUBTFUL, NO_FORM, PAGE_2, SCAN_2019, WRONG_SUM, fake_reader
from records_databases import DATABASES, database_url
from sqlalchemy import select

from pipeline.forms.load import default_catalogue
from pipeline.reading.decode import Limits
from pipeline.reading.refusal import Refused
from pipeline.records import intake, sheets
from pipeline.records.derive import rebuild
from pipeline.records.ledger import verify
from pipeline.records.photos import MissingPhotoError
from pipeline.records.placed import placed_from_json, placed_to_json
from pipeline.records.store import open_records
from pipeline.records.submit import (
    AlreadySubmittedError,
    Answer,
    BadNumbersError,
    ChangedMeanwhileError,
    NamelessError,
    NotSubmittableError,
    SubmitError,
    SumsFailError,
    reopen,
    submit,
)
from pipeline.records.tables import DERIVED, Event

READER = fake_reader(DOUBTFUL, WRONG_SUM, CLEAR, NO_FORM)
PAGE = default_catalogue().page(SCAN_2019)
LIMITS = Limits()


@pytest.fixture(params=DATABASES)
def records(request, tmp_path):
    with database_url(request.param) as url:
        opened = open_records(tmp_path / "data", url)
        yield opened
        opened.engine.dispose()


def take(records, sheet, reader=READER):
    received = intake.receive(records, sheet.photo(), name="a.jpg", who="Ani", limits=LIMITS)
    if received.new:
        intake.read_sheet(records, received.sheet, reader)
    return received.sheet


def sheet_of(records, sheet_id):
    with records.read() as session:
        return sheets.whole_sheet(session, sheet_id)


def answer(records, sheet_id, sheet, **typed):
    with records.read() as session:
        revision = sheets.find_sheet(session, sheet_id).revision
    return Answer(typed={**sheet.written, **typed}, revision=revision, who="Budi")


def kinds(records):
    with records.read() as session:
        return list(session.scalars(select(Event.kind).order_by(Event.id)))


def snapshot(records):
    with records.read() as session:
        return {
            table.__tablename__: sorted(
                repr([getattr(row, column.key) for column in table.__table__.columns])
                for row in session.scalars(select(table))
            )
            for table in DERIVED
        }


def test_one_photo_uploaded_twice_is_one_photo(records):
    sheet_id = take(records, CLEAR)
    before = kinds(records)
    again = intake.receive(records, CLEAR.photo(), name="other.jpg", who="Edi", limits=LIMITS)
    assert again == intake.Received(sheet_id, new=False)
    assert kinds(records) == before
    assert len(list(records.photos.folder.glob("*/*"))) == 1


def test_the_original_bytes_are_kept_untouched(records):
    sheet_id = take(records, CLEAR)
    assert records.photos.get(sheet_id) == CLEAR.photo()
    assert sheet_of(records, sheet_id).photo.size == len(CLEAR.photo())


def test_a_photo_that_changed_on_the_disk_is_not_passed_off_as_the_original(records):
    sheet_id = take(records, CLEAR)
    path = records.photos.path(sheet_id)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(MissingPhotoError, match="has changed"):
        records.photos.get(sheet_id)
    path.unlink()
    with pytest.raises(MissingPhotoError, match="is gone"):
        records.photos.get(sheet_id)


def test_a_photo_is_on_the_disk_before_the_ledger_says_so(records, monkeypatch):
    order = []
    real_fsync, real_put = os.fsync, records.photos.put
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), real_fsync(fd))[1])
    sha256 = real_put(CLEAR.photo())
    assert order.count("fsync") >= 2  # the file and its folder
    assert kinds(records) == []
    assert not list(records.photos.folder.glob("*/.incoming-*"))
    assert records.photos.get(sha256) == CLEAR.photo()


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (b"", LIMITS, "empty_file"),
        (b"%PDF-1.7 and so on", LIMITS, "not_an_image"),
        (CLEAR.photo()[:2000], LIMITS, "truncated"),
        (CLEAR.photo(), Limits(max_bytes=1000), "too_large"),
        (CLEAR.photo(), Limits(max_pixels=1000), "too_large"),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_kept(records, data, limits, reason):
    with pytest.raises(Refused) as refused:
        intake.receive(records, data, name="a.jpg", who="Ani", limits=limits)
    assert refused.value.reason == reason
    assert kinds(records) == []
    assert not list(records.photos.folder.iterdir())


def test_what_was_received_but_not_read_is_found_again(records):
    received = intake.receive(records, CLEAR.photo(), name="a.jpg", who="", limits=LIMITS)
    assert intake.unread(records) == [received.sheet]
    intake.read_sheet(records, received.sheet, READER)
    assert intake.unread(records) == []
    assert sheet_of(records, received.sheet).sheet.state == "accepted"


def test_a_reader_that_breaks_down_is_a_fact_and_stops_nothing(records):
    def broken(data, name):
        raise ZeroDivisionError("a bug")

    sheet_id = take(records, CLEAR, replace(READER, read=broken))
    assert sheet_of(records, sheet_id).sheet.state == "failed"
    assert sheet_of(records, sheet_id).history[-1].payload["error"] == "ZeroDivisionError: a bug"
    assert sheet_of(records, take(records, DOUBTFUL)).sheet.state == "review"


def test_names_of_files_and_people_cannot_carry_control_characters(records):
    received = intake.receive(
        records, CLEAR.photo(), name="a\x00\x1b[31m\ud800.jpg", who=" Ani\n Yu ", limits=LIMITS
    )
    photo = sheet_of(records, received.sheet).photo
    assert (photo.name, photo.received_by) == ("a [31m?.jpg", "Ani Yu")


def test_a_submission_keeps_what_was_read_and_what_was_corrected_by_whom(records):
    sheet_id = take(records, DOUBTFUL)
    given = answer(records, sheet_id, DOUBTFUL, suara_2="x39", suara_sah="145", suara_total="149")
    submit(records, sheet_id, PAGE, replace(given, note="3 dibaca 8"))
    whole = sheet_of(records, sheet_id)
    assert whole.sheet.state == "submitted"
    assert (whole.sheet.submitted_by, whole.sheet.corrections) == ("Budi", 3)
    field = whole.fields["suara_2"]
    assert (field.read_written, field.read_value) == ("x89", 89)
    assert (field.written, field.value, field.seen_by) == ("x39", 39, "Budi")
    correction = next(e for e in whole.history if e.payload.get("field") == "suara_2")
    assert correction.kind == "field_corrected"
    assert correction.payload["read"] == {"written": "x89", "value": 89}
    assert correction.payload["after"] == {"written": "x39", "value": 39}
    assert (correction.who, correction.payload["why"]) == ("Budi", "3 dibaca 8")
    assert whole.history[-1].payload["numbers"]["suara_2"]["value"] == 39


def test_a_doubtful_field_found_right_is_a_confirmation(records):
    sheet_id = take(records, DOUBTFUL)
    submit(records, sheet_id, PAGE, answer(records, sheet_id, DOUBTFUL, suara_2="89"))
    whole = sheet_of(records, sheet_id)
    assert [e.kind for e in whole.history[2:]] == ["field_confirmed", "sheet_submitted"]
    assert whole.history[-1].payload["numbers"]["suara_2"] == {"written": "x89", "value": 89}
    assert whole.sheet.corrections == 0


def test_a_reading_is_never_overwritten_by_corrections_or_a_second_reading(records):
    sheet_id = take(records, DOUBTFUL)
    first = sheet_of(records, sheet_id).reading
    given = answer(records, sheet_id, DOUBTFUL, suara_1="105", suara_sah="194", suara_total="198")
    submit(records, sheet_id, PAGE, given)
    intake.read_sheet(records, sheet_id, replace(READER, version="fake 2"))
    whole = sheet_of(records, sheet_id)
    assert whole.reading.id == first.id
    assert whole.reading.contract == first.contract
    assert whole.sheet.state == "submitted"
    assert whole.fields["suara_1"].value == 105
    assert kinds(records).count("sheet_read") == 2


def test_sums_that_fail_need_a_word_that_the_paper_says_so(records):
    sheet_id = take(records, WRONG_SUM)
    given = answer(records, sheet_id, WRONG_SUM)
    before = kinds(records)
    with pytest.raises(SumsFailError) as failed:
        submit(records, sheet_id, PAGE, given)
    assert [(r.rule, r.difference) for r in failed.value.rules] == [
        ("suara_1 + suara_2 = suara_sah", -10)
    ]
    assert kinds(records) == before
    submit(records, sheet_id, PAGE, replace(given, paper_wrong=True))
    whole = sheet_of(records, sheet_id)
    assert whole.history[-1].payload["paper_wrong"] is True
    assert (whole.sheet.state, whole.sheet.adds_up) == ("submitted", False)


def test_a_number_beyond_its_bound_counts_as_a_sum_that_fails(records):
    bounded = [f for f in default_catalogue().page(PAGE_2).fields if f.max is not None]
    if not bounded:
        pytest.skip("no field of that page has a bound")
    sheet_id = take(records, CLEAR)
    given = answer(records, sheet_id, CLEAR, **{bounded[0].name: "999"})
    with pytest.raises(SumsFailError):
        submit(records, sheet_id, default_catalogue().page(PAGE_2), given)


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "12a", "1234", "-5", "x1", "1_2", "½", "0x10", "١٢٣", "+12", "1.5", "<b>", "'--"],
)
def test_a_bad_number_is_named_and_changes_nothing(records, typed):
    sheet_id = take(records, DOUBTFUL)
    before = kinds(records)
    with pytest.raises(BadNumbersError) as bad:
        submit(records, sheet_id, PAGE, answer(records, sheet_id, DOUBTFUL, suara_2=typed))
    assert list(bad.value.fields) == ["suara_2"]
    assert kinds(records) == before


def test_a_missing_field_is_a_bad_number_and_a_foreign_one_is_ignored(records):
    sheet_id = take(records, DOUBTFUL)
    given = answer(records, sheet_id, DOUBTFUL, nonsense="1")
    with pytest.raises(BadNumbersError):
        submit(records, sheet_id, PAGE, replace(given, typed={"suara_1": "106"}))
    submit(records, sheet_id, PAGE, given)


def test_submitting_twice_changes_nothing_and_says_whether_it_was_the_same(records):
    sheet_id = take(records, DOUBTFUL)
    given = answer(records, sheet_id, DOUBTFUL)
    submit(records, sheet_id, PAGE, given)
    before = kinds(records)
    with pytest.raises(AlreadySubmittedError) as same:
        submit(records, sheet_id, PAGE, given)
    assert same.value.same
    with pytest.raises(AlreadySubmittedError) as other:
        submit(records, sheet_id, PAGE, replace(given, typed={**given.typed, "suara_1": "7"}))
    assert not other.value.same
    assert kinds(records) == before


def test_a_page_opened_before_somebody_else_changed_the_sheet_is_not_taken(records):
    sheet_id = take(records, DOUBTFUL)
    given = answer(records, sheet_id, DOUBTFUL)
    intake.read_sheet(records, sheet_id, READER)
    with pytest.raises(ChangedMeanwhileError):
        submit(records, sheet_id, PAGE, given)


def test_a_submission_needs_a_name_and_numbers(records):
    sheet_id = take(records, DOUBTFUL)
    with pytest.raises(NamelessError):
        submit(records, sheet_id, PAGE, replace(answer(records, sheet_id, DOUBTFUL), who=" \n"))
    nothing = take(records, NO_FORM)
    with pytest.raises(NotSubmittableError):
        submit(records, nothing, PAGE, answer(records, nothing, NO_FORM))


def test_a_submission_can_be_taken_back_with_a_reason_and_corrected(records):
    sheet_id = take(records, DOUBTFUL)
    submit(records, sheet_id, PAGE, answer(records, sheet_id, DOUBTFUL))
    revision = sheet_of(records, sheet_id).sheet.revision
    with pytest.raises(SubmitError):
        reopen(records, sheet_id, who="Citra", why=" ", revision=revision)
    reopen(records, sheet_id, who="Citra", why="salah ketik", revision=revision)
    assert sheet_of(records, sheet_id).sheet.state == "review"
    given = answer(records, sheet_id, DOUBTFUL, suara_tidak_sah="xx5", suara_total="200")
    submit(records, sheet_id, PAGE, given)
    whole = sheet_of(records, sheet_id)
    assert whole.sheet.state == "submitted"
    assert [e.kind for e in whole.history].count("sheet_submitted") == 2
    with pytest.raises(ChangedMeanwhileError):
        reopen(records, sheet_id, who="Citra", why="lagi", revision=revision)


def test_rebuilding_gives_equal_tables(records):
    ids = [take(records, sheet) for sheet in (DOUBTFUL, WRONG_SUM, CLEAR, NO_FORM)]
    given = answer(records, ids[0], DOUBTFUL, suara_1="105", suara_sah="194", suara_total="198")
    submit(records, ids[0], PAGE, given)
    revision = sheet_of(records, ids[0]).sheet.revision
    reopen(records, ids[0], who="Citra", why="periksa ulang", revision=revision)
    given = answer(records, ids[1], WRONG_SUM)
    submit(records, ids[1], PAGE, replace(given, paper_wrong=True))
    before = snapshot(records)
    with records.write() as session:
        assert rebuild(session) == len(kinds(records))
    assert snapshot(records) == before
    with records.read() as session:
        assert list(verify(session)) == []


def test_the_list_narrows_and_counts(records):
    ids = {sheet.seed: take(records, sheet) for sheet in (DOUBTFUL, WRONG_SUM, CLEAR, NO_FORM)}
    with records.read() as session:
        counts = sheets.count_sheets(session)
        shown = {
            show: [s.id for s, _ in sheets.list_sheets(session, show, limit=10)]
            for show in sheets.SHOWS
        }
        following = [
            sheets.next_to_look_at(session, sheets.find_sheet(session, ids[seed]))
            for seed in (0, 1, 2)
        ]
    assert counts == {name: len(found) for name, found in shown.items()}
    assert shown["look"] == [ids[1], ids[0]]
    assert (shown["sums"], shown["accepted"], shown["rejected"]) == ([ids[1]], [ids[2]], [ids[3]])
    assert following == [ids[1], ids[0], ids[0]]  # after the newest the oldest again


def test_an_unknown_sheet_is_said_to_be_unknown(records):
    with pytest.raises(sheets.UnknownSheetError), records.read() as session:
        sheets.whole_sheet(session, "0" * 64)


def test_where_a_form_lies_survives_being_kept():
    located = DOUBTFUL.located()
    again = placed_from_json(placed_to_json(located), default_catalogue())
    assert again.form is located.form
    corners = located.form.fields[0].boxes.hull[:2]
    points = [[float(corners[0]), float(corners[1])]]
    assert np.allclose(again.to_px(np.array(points)), located.to_px(np.array(points)))
