"""The decision: what is written stays, what is not sure goes to a person, sums help and accuse."""

import numpy as np
import pytest

from ocr.boxes import CLASSES
from pipeline.forms.load import default_catalogue
from pipeline.reading.decide import Acceptance, decide
from pipeline.reading.model import FieldCrops, FieldEvidence, Located
from pipeline.reading.reasons import Reason

P2 = default_catalogue().page("c-hasil-ppwp-2024-p2")
P3 = default_catalogue().page("c-hasil-ppwp-2024-p3")


def boxes(text, sure=0.9999):
    """Scores that say ``text``; a pair such as ``(3/8)`` is undecided between two."""
    rows, i = [], 0
    while i < len(text):
        row = np.full(len(CLASSES), (1 - sure) / (len(CLASSES) - 1))
        if text[i] == "(":
            first, second = text[i + 1], text[i + 3]
            row[:] = 1e-6
            row[CLASSES.index(first)], row[CLASSES.index(second)] = 0.6, 0.4
            i += 5
        else:
            row[CLASSES.index(text[i])] = sure
            i += 1
        rows.append(row / row.sum())
    return np.log(np.array(rows))


def bubbles(text, sure=0.999):
    scores = np.full((len(text), 11), (1 - sure) / 10)
    for i, character in enumerate(text):
        scores[i, "0123456789_".index(character)] = sure
    return np.log(scores)


def reading(form, texts, bubble_texts=None, **places):
    located = Located(form, np.eye(3), None, 1.0, np.zeros(len(form.fields)))
    gray = np.full((3, 40, 40), 255, np.uint8)
    gray[:, :, 20] = 0
    inside, px = places.get("inside", 1.0), places.get("px", 40.0)
    crops = {f.name: FieldCrops(gray, None, np.zeros((4, 2)), inside, px) for f in form.fields}
    evidence = {
        name: FieldEvidence(boxes(text), bubbles(bubble_texts[name]) if bubble_texts else None)
        for name, text in texts.items()
    }
    return decide(located, crops, evidence, Acceptance())


def p3(valid, invalid, total):
    return reading(P3, {"suara_sah": valid, "suara_tidak_sah": invalid, "suara_total": total})


def test_clear_numbers_that_add_up_are_accepted():
    result = p3("217", "xx6", "223")
    assert result.status == "accepted"
    assert [f.value for f in result.fields.values()] == [217, 6, 223]
    assert all(rule.holds for rule in result.rules)


def test_a_clear_number_that_breaks_a_sum_stays_and_all_of_the_sum_are_reviewed():
    result = p3("217", "xx6", "233")
    assert result.fields["suara_total"].value == 233
    assert result.status == "review"
    assert {name for name, f in result.fields.items() if Reason.RULE_FAILS in f.reasons} == {
        "suara_sah", "suara_tidak_sah", "suara_total",
    }  # fmt: skip
    assert [r.difference for r in result.rules if r.holds is False] == [-10]


def test_a_smudged_digit_is_helped_by_the_sum():
    result = p3("217", "xx6", "22(8/3)")
    assert result.fields["suara_total"].value == 223
    assert result.fields["suara_total"].confidence > 0.99


def test_a_smudged_digit_without_help_goes_to_a_person():
    result = reading(
        P2, {"suara_1": "22(8/3)", "suara_2": "x10", "suara_3": "xx1"},
        {"suara_1": "___", "suara_2": "010", "suara_3": "001"},
    )  # fmt: skip
    assert result.fields["suara_1"].status == "review"
    assert Reason.LOW_CONFIDENCE in result.fields["suara_1"].reasons


def test_bubbles_that_differ_from_clear_boxes_do_not_change_the_value():
    result = reading(
        P2, {"suara_1": "112", "suara_2": "x10", "suara_3": "xx1"},
        {"suara_1": "117", "suara_2": "010", "suara_3": "001"},
    )  # fmt: skip
    assert result.fields["suara_1"].value == 112
    assert Reason.EVIDENCE_DISAGREES in result.fields["suara_1"].reasons
    assert result.fields["suara_2"].status == "accepted"


@pytest.mark.parametrize("leading", ["x", "0", "-", "_"])
def test_a_leading_box_may_have_its_bubble_at_zero_or_none(leading):
    texts = dict.fromkeys(("suara_1", "suara_2", "suara_3"), f"{leading}10")
    for column in "0_":
        result = reading(P2, texts, dict.fromkeys(texts, f"{column}10"))
        assert result.status == "accepted"


def test_an_empty_sheet_is_never_accepted():
    result = p3("___", "___", "___")
    assert all(Reason.BLANK in f.reasons for f in result.fields.values())
    assert result.status == "review"


def test_an_empty_field_is_zero_when_a_sum_confirms_it():
    result = p3("217", "___", "217")
    assert result.fields["suara_tidak_sah"].value == 0
    assert result.fields["suara_tidak_sah"].status == "accepted"


def test_a_number_that_is_not_at_the_right_is_reviewed():
    result = p3("83_", "xx6", "x89")
    assert result.fields["suara_sah"].value == 83
    assert Reason.MISALIGNED in result.fields["suara_sah"].reasons


def test_what_is_probably_no_number_is_not_answered_for():
    rows = boxes("1_2", sure=0.9)
    result = reading(P3, {"suara_sah": "112", "suara_tidak_sah": "xx6", "suara_total": "118"})
    assert result.status == "accepted"
    located = Located(P3, np.eye(3), None, 1.0, np.zeros(3))
    gray = np.zeros((3, 40, 40), np.uint8)
    crops = {f.name: FieldCrops(gray, None, np.zeros((4, 2)), 1.0, 40.0) for f in P3.fields}
    evidence = {
        "suara_sah": FieldEvidence(rows, None),
        "suara_tidak_sah": FieldEvidence(boxes("xx6"), None),
        "suara_total": FieldEvidence(boxes("118"), None),
    }
    field = decide(located, crops, evidence, Acceptance()).fields["suara_sah"]
    assert field.status == "review"


def test_more_than_a_polling_station_can_have_is_out_of_bounds():
    result = p3("917", "xx6", "923")
    assert Reason.OUT_OF_BOUNDS in result.fields["suara_sah"].reasons


def test_a_field_outside_the_photo_has_no_value():
    result = reading(
        P3, {"suara_sah": "217", "suara_tidak_sah": "xx6", "suara_total": "223"}, inside=0.4
    )
    assert all(f.value is None and Reason.CUT_OFF in f.reasons for f in result.fields.values())
    assert all(rule.holds is None for rule in result.rules)


def test_tiny_boxes_are_read_but_not_answered_for():
    result = reading(
        P3, {"suara_sah": "217", "suara_tidak_sah": "xx6", "suara_total": "223"}, px=5.0
    )
    assert result.fields["suara_sah"].value == 217
    assert Reason.TOO_SMALL in result.fields["suara_sah"].reasons
