"""The bubble reader: what it promises about shapes, order, light and doubt."""

import cv2
import numpy as np
import pytest

from ocr.arrays import Gray
from ocr.bubbles import CLASSES, RADIUS, SIDE, read_bubbles

PITCH_PX = 17.0


def column(*filled: int, paper: int = 220, ink: int = 40) -> Gray:
    """A printed column with some bubbles blackened, as patches (10, SIDE, SIDE)."""
    fine = 4
    side = SIDE * fine
    patches = []
    for digit in range(10):
        patch = np.full((side, side), paper, np.uint8)
        for near in (-1, 0, 1):  # a patch shows a little of the bubbles above and below
            if not 0 <= digit + near < 10:
                continue
            centre = (side // 2, round(side / 2 + near * PITCH_PX * fine))
            if digit + near in filled:
                cv2.circle(patch, centre, round(RADIUS * fine), ink, -1, cv2.LINE_AA)
                continue
            cv2.circle(patch, centre, round(RADIUS * fine), ink + 40, 2, cv2.LINE_AA)
            corner = (centre[0] - 9, centre[1] + 10)
            cv2.putText(patch, str(digit + near), corner, 0, 0.9, ink + 40, 2, cv2.LINE_AA)
        patches.append(cv2.resize(patch, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    return np.stack(patches).astype(np.uint8)


def test_every_filled_digit_is_named_in_the_order_of_the_classes() -> None:
    columns = np.stack([column(d) for d in range(10)])
    log_p = read_bubbles(columns)
    assert log_p.shape == (10, len(CLASSES))
    assert "".join(CLASSES[k] for k in log_p.argmax(axis=1)) == "0123456789"


def test_an_empty_column_says_nothing() -> None:
    assert CLASSES[read_bubbles(column()[None])[0].argmax()] == "_"


def test_the_scores_are_probabilities() -> None:
    p = np.exp(read_bubbles(np.stack([column(3), column(), column(1, 8)])))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)


def test_two_fills_share_the_probability() -> None:
    p = np.exp(read_bubbles(column(2, 7)[None])[0])
    assert p[2] + p[7] > 0.8
    assert max(p[2], p[7]) < 0.95


@pytest.mark.parametrize("gain", [0.25, 0.5, 0.8])
def test_darker_light_changes_nothing_that_is_read(gain: float) -> None:
    columns = np.stack([column(d) for d in (0, 4, 9)])
    dark = (columns * gain).astype(np.uint8)
    assert list(read_bubbles(dark).argmax(axis=1)) == [0, 4, 9]


def test_a_shift_of_two_pixels_is_borne() -> None:
    shifted = np.roll(column(5), (2, -2), axis=(1, 2))[None]
    assert read_bubbles(shifted)[0].argmax() == 5


def test_no_columns_give_no_rows() -> None:
    assert read_bubbles(np.zeros((0, 10, SIDE, SIDE), np.uint8)).shape == (0, len(CLASSES))


@pytest.mark.parametrize("shape", [(10, SIDE, SIDE), (1, 9, SIDE, SIDE), (1, 10, SIDE, SIDE + 1)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_bubbles(np.zeros(shape, np.uint8))


def test_floats_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        read_bubbles(np.zeros((1, 10, SIDE, SIDE), np.float64))  # type: ignore[arg-type]
