"""What the characters in boxes mean."""

import pytest

from pipeline.reading.numbers import is_blank, is_misaligned, value_of


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x89", 89), ("_05", 5), ("-12", 12), ("012", 12), ("xxx", 0), ("---", 0), ("___", 0),
        ("1xx", 100), ("1--", 100), ("83_", 83), ("_1_", 1), ("4", 4), ("x-_7", 7), ("1_2", None),
    ],
)  # fmt: skip
def test_written_characters_mean_a_number(written, value):
    assert value_of(written) == value


@pytest.mark.parametrize("written", ["", "12a", "1 2", "٣"])
def test_other_characters_are_an_error(written):
    with pytest.raises(ValueError, match="boxes"):
        value_of(written)


def test_an_empty_box_after_a_digit_is_misaligned_and_one_before_is_not():
    assert is_misaligned("83_")
    assert is_misaligned("_1_")
    assert not is_misaligned("_83")
    assert not is_misaligned("8x-")


def test_only_empty_boxes_are_blank():
    assert is_blank("___")
    assert not is_blank("__x")
