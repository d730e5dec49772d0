"""What the box reader's training draws: digits that are digits, the same for the same seed."""

import numpy as np
import pytest

from ocr.boxes import CLASSES, SIDE, read_boxes
from ocr.training import boxes_strokes as strokes
from ocr.training.boxes_ink import Digits, Hands, drawn, ink_masks, lift, random_pen
from ocr.training.boxes_paper import BOX, CANVAS, random_box
from ocr.training.boxes_synth import NOTHING, draw, shoot
from ocr.training.cells import WIDE_BOX, WIDE_SIDE


@pytest.fixture(scope="module")
def hands() -> Hands:
    """Sources of digits made here, so that no data set is needed."""
    rng = np.random.default_rng(0)
    pictures = []
    for digit in range(10):
        mask = drawn(strokes.curved_digit(str(digit), rng), 0.1, 0.7)
        picture = np.zeros((56, 56), np.uint8)
        h, w = min(mask.shape[0], 50), min(mask.shape[1], 50)
        picture[3 : 3 + h, 3 : 3 + w] = mask[:h, :w] * 255
        pictures.append(picture)
    digits = Digits(np.stack(pictures), tuple(np.array([c]) for c in range(10)))
    return Hands(digits, digits)


@pytest.mark.parametrize("digit", "0123456789")
def test_every_way_of_writing_stays_near_the_unit_square(digit: str) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        for part in [*strokes.curved_digit(digit, rng), *strokes.guided_digit(digit, rng)]:
            assert part.shape[1] == 2
            assert part.min() > -0.3
            assert part.max() < 1.3


def test_the_same_seed_draws_the_same_crop(hands: Hands) -> None:
    one, two = (shoot(draw(4, hands, r), BOX, 30.0, r) for r in map(np.random.default_rng, (7, 7)))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (SIDE, SIDE)


def test_a_drawn_digit_darkens_its_box(hands: Hands) -> None:
    inner = slice((CANVAS - BOX) // 2 + 6, (CANVAS + BOX) // 2 - 6)
    empty, filled = [], []
    for seed in range(30):
        empty.append(draw(NOTHING, hands, np.random.default_rng(seed))[inner, inner].mean())
        filled.append(draw(8, hands, np.random.default_rng(seed))[inner, inner].mean())
    assert np.mean(filled) < np.mean(empty) - 0.02


def test_the_reader_reads_most_of_what_is_drawn_cleanly() -> None:
    right = 0
    for seed, label in enumerate(c for c in "0123456789" for _ in range(6)):
        rng = np.random.default_rng(seed)
        canvas = np.full((CANVAS, CANVAS), 1.0, np.float32)
        mask = drawn(strokes.curved_digit(label, rng), 0.09, 0.65)
        top, left = (CANVAS - mask.shape[0]) // 2, (CANVAS - mask.shape[1]) // 2
        canvas[top : top + mask.shape[0], left : left + mask.shape[1]] -= 0.7 * mask
        crop = shoot(canvas, BOX, 40.0, rng)
        right += CLASSES[read_boxes(crop[None])[0].argmax()] == label
    assert right >= 54  # of 60; some of the shots are dark and blurred


def test_printed_boxes_differ() -> None:
    rng = np.random.default_rng(3)
    boxes = [random_box(rng).print for _ in range(10)]
    assert len({box.tobytes() for box in boxes}) == 10
    assert all(box.min() >= 0 and box.max() <= 1 for box in boxes)


def test_pens_are_visible() -> None:
    pens = [random_pen(np.random.default_rng(seed)) for seed in range(200)]
    assert min(pen.darkness for pen in pens) >= 0.2


def test_ink_is_lifted_out_of_a_box() -> None:
    image = np.full((WIDE_SIDE, WIDE_SIDE), 200, np.uint8)
    image[30:66, 46:50] = 60  # a 1
    mask = lift(image, WIDE_BOX)
    assert mask is not None
    assert mask.shape[0] > 3 * mask.shape[1]


def test_no_ink_is_lifted_out_of_an_empty_box() -> None:
    assert lift(np.full((WIDE_SIDE, WIDE_SIDE), 200, np.uint8), WIDE_BOX) is None


def test_blue_ink_counts_as_dark() -> None:
    rgb = np.full((1, 20, 20, 3), 255, np.uint8)
    rgb[0, 8:12, 2:18] = (60, 80, 230)
    assert ink_masks(rgb)[0, 10, 10] > 200
    assert ink_masks(rgb)[0, 0, 0] == 0
