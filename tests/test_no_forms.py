"""Pictures that are no forms: none is ever accepted, and they are rejected with the reason."""

import pytest
from pictures import NO_FORMS, as_jpeg

from pipeline.forms.load import default_catalogue
from pipeline.reading.model import Reading
from pipeline.reading.read import read_bytes
from pipeline.reading.reasons import Reason

#: How many are rejected outright; the others, ruled tables with digits in boxes for the most part,
#: are taken for some form and sent to a person. This number may only grow.
REJECTED_AT_LEAST = 40

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    catalogue = default_catalogue()
    return {name: read_bytes(as_jpeg(draw()), catalogue).reading for name, draw in NO_FORMS.items()}


def test_no_picture_without_a_form_is_accepted(readings: dict[str, Reading]):
    assert [name for name, reading in readings.items() if reading.status == "accepted"] == []


def test_no_number_is_accepted_from_a_picture_without_a_form(readings: dict[str, Reading]):
    accepted = [
        (picture, name, field.written)
        for picture, reading in readings.items()
        for name, field in reading.fields.items()
        if field.status == "accepted" and field.value
    ]
    assert accepted == []


def test_most_are_rejected_because_there_is_no_form(readings: dict[str, Reading]):
    rejected = {name: r for name, r in readings.items() if r.status == "rejected"}
    assert len(rejected) >= REJECTED_AT_LEAST, sorted(set(readings) - set(rejected))
    for reading in rejected.values():
        assert reading.reasons == (Reason.NO_FORM,)
        assert reading.form is None
        assert reading.fields == {}


@pytest.mark.parametrize("name", ["white", "black", "noise", "text_page", "qr_code", "tag_alone"])
def test_what_looks_like_no_form_at_all_is_rejected(readings: dict[str, Reading], name: str):
    assert readings[name].status == "rejected"
