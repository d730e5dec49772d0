import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.numbers import value_of
from pipeline.records.numbers import BadNumberError, understood


@pytest.mark.parametrize(
    ("typed", "written", "value"),
    [
        ("106", "106", 106),
        ("89", "_89", 89),
        ("0", "__0", 0),
        ("x89", "x89", 89),
        ("X89", "x89", 89),
        ("×89", "x89", 89),
        (" 106 ", "106", 106),
        ("1xx", "1xx", 100),
        ("-12", "-12", 12),
        ("___", "___", 0),
        ("xxx", "xxx", 0),
        ("83_", "83_", 83),
    ],
)
def test_what_people_type_for_three_boxes(typed, written, value):
    number = understood(typed, 3)
    assert (number.written, number.value) == (written, value)


@pytest.mark.parametrize(
    ("typed", "before", "written"),
    [("89", "x39", "x89"), ("9", "x39", "__9"), ("9", "-x3", "-x9"), ("89", "139", "_89")],
)
def test_marks_in_front_stay_where_fewer_digits_are_typed(typed, before, written):
    assert understood(typed, 3, before).written == written


@pytest.mark.parametrize("typed", ["", "1234", "12a", "-5", "1_2", "1.5", "+12", "½", "١٢٣"])
def test_what_cannot_stand_in_three_boxes_is_refused_in_both_languages(typed):
    with pytest.raises(BadNumberError) as refused:
        understood(typed, 3)
    assert refused.value.message("id") != refused.value.message("en")


@given(st.text("0123456789x-_", min_size=3, max_size=3))
def test_boxes_typed_whole_mean_what_they_mean_on_paper(text):
    try:
        number = understood(text, 3)
    except BadNumberError:
        assert value_of(text) is None
    else:
        assert (number.written, number.value) == (text, value_of(text))


@given(st.integers(0, 999))
def test_every_number_that_fits_can_be_typed(number):
    assert understood(str(number), 3).value == number
