"""Labelled cells in an npz, and the reader's crops out of wider ones."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.boxes import MARGIN, SIDE
from ocr.training.cells import WIDE_BOX, WIDE_SIDE, Cells, cut, cut_exact, load_cells, save_cells


def wide_frame() -> np.ndarray:
    """A wide crop with a black frame exactly where the box is."""
    image = np.full((WIDE_SIDE, WIDE_SIDE), 255, np.uint8)
    first = (WIDE_SIDE - WIDE_BOX) // 2
    image[first : first + WIDE_BOX, first : first + WIDE_BOX] = 0
    return image


def cells(crops: np.ndarray, box: float) -> Cells:
    n = len(crops)
    return Cells(crops, box, np.arange(n), np.array([f"photo_{i}/a/0" for i in range(n)]))


def test_cells_come_back_from_the_file_as_they_went_in(tmp_path: Path) -> None:
    kept = cells(np.stack([wide_frame()] * 2), float(WIDE_BOX))
    save_cells(tmp_path / "cells.npz", kept)
    back = load_cells(tmp_path / "cells.npz")
    np.testing.assert_array_equal(back.crops, kept.crops)
    assert back.box == WIDE_BOX
    assert list(back.source) == list(kept.source)


def test_crops_without_a_box_size_are_in_the_readers_own_convention(tmp_path: Path) -> None:
    crops = np.zeros((1, SIDE, SIDE), np.uint8)
    np.savez(tmp_path / "c.npz", crops=crops, label=np.array([3]), source=np.array(["a/b/0"]))
    assert load_cells(tmp_path / "c.npz").box == SIDE - 2 * MARGIN


def test_the_frame_lies_a_margin_inside_the_exact_crop() -> None:
    crop = cut_exact(cells(wide_frame()[None], float(WIDE_BOX)))[0]
    dark = np.flatnonzero(crop[SIDE // 2] < 128)
    assert (dark[0], dark[-1]) == (MARGIN, SIDE - MARGIN - 1)


def test_a_rectangle_is_cut_where_it_lies() -> None:
    image = np.full((200, 300), 255, np.uint8)
    cv2.rectangle(image, (100, 50), (139, 89), 0, -1)
    crop = cut(image, np.eye(3), (99.5, 49.5, 40.0, 40.0), 20)
    assert crop.max() < 30


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        Cells(np.zeros((2, 4, 4), np.uint8), 3.0, np.zeros(1, np.int64), np.array(["a", "b"]))
