"""What the bubble reader's training makes: fills that go where the target says."""

import numpy as np

from ocr.arrays import Gray
from ocr.training.bubbles_rule import NOTHING, darkest, expected
from ocr.training.bubbles_strips import STRIP_H, STRIP_W, pull
from ocr.training.bubbles_synth import Trio, drawn_column, emptied, refilled, sample


def filled_strip(digit: int) -> Gray:
    """A drawn column with one bubble blackened."""
    rng = np.random.default_rng(5)
    empty = drawn_column(rng)
    while True:
        strip, target = refilled(empty, 20.0, rng)
        if target[digit] == 1 and darkest(strip.astype(np.uint8)) == digit:
            return np.asarray(strip.astype(np.uint8))


def test_the_plain_rule_finds_a_fill_and_an_empty_column() -> None:
    assert darkest(filled_strip(6)) == 6
    assert darkest(drawn_column(np.random.default_rng(1)).astype(np.uint8)) == NOTHING


def test_a_fill_is_taken_out_with_a_neighbours_print() -> None:
    trio = Trio(np.stack([filled_strip(2), filled_strip(8)]), (2, 8))
    column = emptied(trio, 0)
    assert column is not None
    assert darkest(column.astype(np.uint8)) == NOTHING


def test_nothing_can_be_taken_out_where_all_fill_the_same() -> None:
    assert emptied(Trio(np.stack([filled_strip(2)] * 2), (2, 2)), 0) is None


def test_targets_are_distributions() -> None:
    trios = [Trio(np.stack([filled_strip(2), filled_strip(8)]), (2, 8))]
    for seed in range(40):
        patches, target = sample(trios, np.random.default_rng(seed))
        assert patches.shape == (10, 20, 20)
        assert np.isclose(target.sum(), 1)


def test_patches_are_pulled_digit_by_digit() -> None:
    strip = np.tile(np.linspace(0, 255, STRIP_H).astype(np.uint8)[:, None], (1, STRIP_W))
    means = pull(strip, np.zeros((10, 2))).mean(axis=(1, 2))
    assert np.all(np.diff(means) > 15)


def test_a_cross_belongs_to_zero_or_to_nothing() -> None:
    assert expected("x") == (0, NOTHING)
    assert expected("7") == (7,)
    assert expected("_") == (NOTHING,)
