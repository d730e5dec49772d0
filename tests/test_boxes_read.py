"""The box reader: what it promises about shapes, order, light and place."""

import cv2
import numpy as np
import pytest

from ocr.arrays import Gray
from ocr.boxes import CLASSES, MARGIN, SIDE, read_boxes

FINE = 4


def crop(mark: str, *, paper: int = 225, ink: int = 60, frame: bool = True) -> Gray:
    """A box with a mark in it as a reader's crop (SIDE, SIDE)."""
    side = SIDE * FINE
    image = np.full((side, side), paper, np.uint8)
    first, last = MARGIN * FINE, (SIDE - MARGIN) * FINE
    if frame:
        cv2.rectangle(image, (first, first), (last, last), ink - 20, 5, cv2.LINE_AA)
    if mark == "x":
        cv2.line(image, (first + 30, first + 25), (last - 30, last - 25), ink, 7, cv2.LINE_AA)
        cv2.line(image, (last - 30, first + 25), (first + 30, last - 25), ink, 7, cv2.LINE_AA)
    elif mark == "-":
        cv2.line(image, (first + 35, side // 2), (last - 35, side // 2 - 3), ink, 7, cv2.LINE_AA)
    elif mark != "_":
        face = cv2.FONT_HERSHEY_DUPLEX
        (width, height), _ = cv2.getTextSize(mark, face, 3.2, 7)
        corner = ((side - width) // 2, (side + height) // 2)
        cv2.putText(image, mark, corner, face, 3.2, ink, 7, cv2.LINE_AA)
    return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.uint8)


def read(crops: list[Gray]) -> str:
    return "".join(CLASSES[k] for k in read_boxes(np.stack(crops)).argmax(axis=1))


def test_the_order_of_the_classes_is_fixed() -> None:
    assert CLASSES == "0123456789x-_"


def test_every_class_is_named_in_the_order_of_the_classes() -> None:
    assert read([crop(c) for c in CLASSES]) == CLASSES


def test_digits_without_a_frame_are_read_too() -> None:
    assert read([crop(c, frame=False) for c in "0123456789"]) == "0123456789"


def test_white_paper_holds_nothing() -> None:
    p = np.exp(read_boxes(np.full((1, SIDE, SIDE), 255, np.uint8))[0])
    assert p[CLASSES.index("_")] > 0.9


def test_black_holds_nothing_that_is_claimed_surely() -> None:
    p = np.exp(read_boxes(np.zeros((1, SIDE, SIDE), np.uint8))[0])
    assert p[:10].max() < 0.9


def test_the_scores_are_probabilities() -> None:
    log_p = read_boxes(np.stack([crop("3"), crop("x"), crop("_")]))
    assert log_p.shape == (3, len(CLASSES))
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("gain", [0.2, 0.5, 0.8])
def test_darker_light_changes_nothing_that_is_read(gain: float) -> None:
    assert read([(crop(c) * gain).astype(np.uint8) for c in "0123456789x"]) == "0123456789x"


@pytest.mark.parametrize(("dx", "dy"), [(3, 0), (-3, 0), (0, 3), (0, -3)])
def test_a_tenth_of_a_box_off_is_borne(dx: int, dy: int) -> None:
    shifted = [np.roll(crop(c), (dy, dx), axis=(0, 1)) for c in "0123456789x"]
    assert read(shifted) == "0123456789x"


def test_one_crop_reads_the_same_alone_and_in_a_batch() -> None:
    crops = np.stack([crop(c) for c in CLASSES])
    alone = np.concatenate([read_boxes(crops[i : i + 1]) for i in range(len(crops))])
    np.testing.assert_allclose(read_boxes(crops), alone, atol=1e-4)


def test_no_crops_give_no_rows() -> None:
    assert read_boxes(np.zeros((0, SIDE, SIDE), np.uint8)).shape == (0, len(CLASSES))


@pytest.mark.parametrize("shape", [(SIDE, SIDE), (1, SIDE, SIDE - 1), (1, SIDE, SIDE, 1)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_boxes(np.zeros(shape, np.uint8))


def test_floats_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        read_boxes(np.zeros((1, SIDE, SIDE), np.float64))  # type: ignore[arg-type]
