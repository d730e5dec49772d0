"""What is drawn lies where the template says, and the same every time."""

import cv2
import numpy as np
import pytest

from pipeline.forms.draw import draw_page, draw_shape
from pipeline.forms.lettering import glyph, text_strokes
from pipeline.forms.load import default_catalogue
from pipeline.forms.model import BoxRow, FormField, FormPage, Mark, Print, Tag, Text
from pipeline.forms.shapes import Bar, Disc

NAME = Text(id="satu", en="one")
FIELD = FormField(
    name="suara_1",
    title=NAME,
    boxes=BoxRow(at_mm=(20, 30), size_mm=(10, 12), pitch_mm=14, stroke_mm=0.5),
)


def page(**parts) -> FormPage:
    return FormPage(
        id="drawn", title=NAME, set="drawn", size_mm=(80, 60), source="", fields=(FIELD,), **parts
    )


def test_the_picture_has_the_size_of_the_page():
    assert draw_page(page(), 2.5).shape == (150, 200)


def test_the_middle_of_a_box_line_is_its_edge():
    drawn = draw_page(page(), 10).astype(float)
    row = 255 - drawn[365, 180:340]
    left = np.average(np.arange(180, 220) + 0.5, weights=row[:40])
    right = np.average(np.arange(280, 320) + 0.5, weights=row[100:140])
    assert left == pytest.approx(200, abs=0.01)
    assert right == pytest.approx(300, abs=0.01)


def test_boxes_are_drawn_from_left_to_right_by_the_pitch():
    drawn = draw_page(page(), 10)
    dark = np.flatnonzero(drawn[360] < 128)
    starts = dark[np.flatnonzero(np.diff(dark, prepend=-9) > 1)] / 10
    assert starts == pytest.approx([19.75, 29.75, 33.75, 43.75, 47.75, 57.75], abs=0.1)


@pytest.mark.parametrize("scale", [0.8, 1.5, 3.7])
def test_ink_does_not_depend_on_the_scale(scale):
    blank = page(prints=(Print(at_mm=(10, 20), cap_mm=4, text="TERBILANG"),))
    ink = (255 - draw_page(blank, scale).astype(float)).sum() / 255 / scale**2
    fine = (255 - draw_page(blank, 12).astype(float)).sum() / 255 / 144
    assert ink == pytest.approx(fine, rel=0.05)


def test_two_drawings_are_equal():
    form = default_catalogue().page("c-hasil-ppwp-2024-p2")
    assert np.array_equal(draw_page(form, 1.5), draw_page(form, 1.5))


@pytest.mark.parametrize(("turned", "first"), [(0, (50, 10)), (180, (70, 30)), (90, (70, 10))])
def test_the_tag_is_read_as_its_number_and_tells_the_turn(turned, first):
    drawn = draw_page(page(tag=Tag(id=102, at_mm=(50, 10, 20, 20), turned=turned)), 5)
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    corners, ids, _ = cv2.aruco.ArucoDetector(dictionary).detectMarkers(drawn)
    assert ids.ravel().tolist() == [102]
    assert corners[0].reshape(4, 2)[0] / 5 == pytest.approx(first, abs=0.5)


def test_the_two_diagonal_pairs_are_mirrored():
    pairs = (
        Mark(kind="diagonal_pair", at_mm=(5, 5, 8, 8)),
        Mark(kind="diagonal_pair_mirrored", at_mm=(60, 5, 8, 8)),
    )
    drawn = draw_page(page(marks=pairs), 5)
    assert drawn[35, 35] == 0 == drawn[35, 330]
    assert drawn[35, 55] == 255 == drawn[35, 310]


def test_what_lies_beyond_the_page_is_cut():
    canvas = np.full((10, 10), 255, np.uint8)
    draw_shape(canvas, Bar((-5, -5, 6, 6)), 1)
    draw_shape(canvas, Disc((30, 30), 4), 1)
    assert canvas[0, 0] == 0
    assert (canvas == 0).sum() == 1


def test_a_measured_line_of_print_has_its_length():
    strokes, width = text_strokes("JUMLAH SUARA SAH", 3, 44)
    reach = np.vstack(strokes)
    assert width == 44
    assert np.ptp(reach[:, 0]) == pytest.approx(44, rel=0.03)
    # Capitals reach from the baseline up; the J goes a little below.
    assert reach[:, 1].min() == pytest.approx(-3, abs=0.1)


def test_letters_of_the_catalogue_are_all_in_the_alphabet():
    unknown = glyph("\N{SNOWMAN}")[1]
    letters = {c for p in default_catalogue().pages for line in p.prints for c in line.text}
    assert [c for c in sorted(letters) if np.array_equal(glyph(c)[1][:1], unknown)] == []
