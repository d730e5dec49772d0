"""What is written ends up in the right boxes and bubbles, and the camera keeps the truth."""

import cv2
import numpy as np
import pytest

from pipeline import geometry
from pipeline.forms.camera import SCAN, Shot, photograph
from pipeline.forms.draw import draw_page
from pipeline.forms.fill import draw_filled, draw_filled_colour, fill_page, random_written
from pipeline.forms.handwriting import Hand, random_hand, write_character
from pipeline.forms.load import default_catalogue
from pipeline.forms.shapes import Disc
from pipeline.forms.style import Style, random_style, written

PAGE_2 = default_catalogue().page("c-hasil-ppwp-2024-p2")
HAND = Hand(
    shape=0, slant=0, wobble=0.01, pen_mm=0.9, gray=30, tint=(90, 10, -10), fill=0.7, fullness=0.6
)
SCALE = 1.5


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def ink_in(rect, filled) -> float:
    """Share of a rectangle's area that is covered by ink."""
    added = draw_page(PAGE_2, SCALE).astype(float) - draw_filled(filled, SCALE)
    x, y, w, h = (round(side * SCALE) for side in rect)
    return float(np.clip(added[y : y + h, x : x + w], 0, None).mean() / 255)


def test_ink_stands_in_the_boxes_that_have_characters_and_in_no_others():
    filled = fill_page(PAGE_2, {"suara_2": "_7-"}, rng(), style=Style(HAND))
    boxes = PAGE_2.by_name["suara_2"].boxes.boxes
    assert [ink_in(box, filled) > 0.01 for box in boxes] == [False, True, True]
    assert all(ink_in(box, filled) == 0 for box in PAGE_2.by_name["suara_1"].boxes.boxes)


@pytest.mark.parametrize("zero_bubble", [True, False])
def test_bubbles_are_blackened_from_left_to_right(zero_bubble):
    filled = fill_page(
        PAGE_2, {"suara_1": "x09"}, rng(), style=Style(HAND, zero_bubble=zero_bubble)
    )
    bubbles = PAGE_2.by_name["suara_1"].bubbles
    discs = [shape for shape in filled.ink if isinstance(shape, Disc)]
    found = {
        (
            round((disc.at_mm[0] - bubbles.first_mm[0]) / bubbles.pitch_mm[0]),
            round((disc.at_mm[1] - bubbles.first_mm[1]) / bubbles.pitch_mm[1]),
        )
        for disc in discs
    }
    assert found == ({(0, 0)} if zero_bubble else set()) | {(1, 0), (2, 9)}


def test_tally_marks_fill_the_rows_from_the_top():
    quiet = Style(HAND, rest="none", words=False, signed=False)
    tally = PAGE_2.by_name["suara_1"].tally
    (x, y), (w, h) = tally.at_mm, tally.cell_mm

    def rows(value: str) -> list[float]:
        filled = fill_page(PAGE_2, {"suara_1": value}, rng(), style=quiet)
        return [ink_in((x, y + row * h, 12 * w, h), filled) for row in range(5)]

    full = rows("300")
    some = rows("090")
    assert min(full) > 0.05
    assert some[0] == pytest.approx(full[0], rel=0.2)
    assert some[1] == pytest.approx(full[1] / 2, rel=0.2)
    assert some[2:] == [0, 0, 0]


def test_what_was_written_first_lies_below():
    style = Style(HAND, bubbles=False, tally=False, words=False, signed=False)
    one = fill_page(PAGE_2, {"suara_1": "008"}, rng(), style=style)
    two = fill_page(PAGE_2, {"suara_1": "008"}, rng(), style=style, overwritten={"suara_1": "__3"})
    assert len(two.ink) == len(one.ink) + 1
    last = PAGE_2.by_name["suara_1"].boxes.boxes[2]
    assert ink_in(last, two) > 1.2 * ink_in(last, one)


def test_the_same_seed_writes_the_same_page():
    pages = []
    for _ in range(2):
        source = rng(9)
        style = random_style(PAGE_2, source)
        texts = random_written(PAGE_2, source, leading=style.leading)
        pages.append(draw_filled_colour(fill_page(PAGE_2, texts, source, style=style), 0.8))
    assert np.array_equal(*pages)


def test_blue_ink_is_blue_and_print_stays_gray():
    filled = fill_page(PAGE_2, {"suara_1": "888"}, rng(), style=Style(HAND))
    colour = draw_filled_colour(filled, SCALE).astype(int)
    blue = colour[..., 0] - colour[..., 2]
    x, y, w, h = (round(side * SCALE) for side in PAGE_2.by_name["suara_1"].boxes.hull)
    assert blue[y : y + h, x : x + w].max() > 60
    assert blue[: round(150 * SCALE)].max() == 0
    assert blue.min() >= -1


def test_what_was_written_first_leaves_its_bubble_black():
    style = Style(HAND, tally=False, words=False, signed=False)
    filled = fill_page(
        PAGE_2, {"suara_1": "065"}, rng(), style=style, overwritten={"suara_1": "__7"}
    )
    (x, y), (dx, dy), r = PAGE_2.by_name["suara_1"].bubbles.first_mm, (23.5, 10.5), 4

    def black(column: int, digit: int) -> bool:
        return ink_in((x + column * dx - r / 2, y + digit * dy - r / 2, r, r), filled) > 0.5

    found = [[d for d in range(10) if black(column, d)] for column in range(3)]
    assert found == [[0], [6], [5, 7]]


@pytest.mark.parametrize(
    ("texts", "message"),
    [({"suara_9": "001"}, "suara_9"), ({"suara_1": "01"}, "one character a box")],
)
def test_what_does_not_fit_the_form_is_refused(texts, message):
    with pytest.raises(ValueError, match=message):
        fill_page(PAGE_2, texts, rng(), style=Style(HAND))


def test_leading_boxes_are_filled_to_the_left():
    assert written(89, 3, "x") == "x89"
    assert written(0, 3, "_") == "__0"
    with pytest.raises(ValueError, match="does not fit"):
        written(1000, 3, "0")


@pytest.mark.parametrize("character", "0123456789x-AZ")
def test_characters_stay_about_in_their_box_and_are_never_equal(character):
    hand = random_hand(rng(3))
    drawn = [np.vstack(write_character(character, hand, rng(seed))) for seed in range(20)]
    assert all(points.min() > -0.35 and points.max() < 1.35 for points in drawn)
    assert not np.array_equal(drawn[0], drawn[1])


def test_the_homography_leads_from_the_form_into_the_photo():
    mark = PAGE_2.marks[0].at_mm
    page = draw_page(PAGE_2, SCALE)
    for seed in range(4):
        shot = Shot(size_px=(900, 1200), turn_deg=20.0 * seed, tilt=0.04, noise=0, blur_px=0)
        photo, H = photograph(page, SCALE, rng(seed), shot)
        assert photo.shape == (1200, 900)
        inside = np.array([[mark[0] + 3.6, mark[1] + 3.6], [mark[0] + 10.8, mark[1] + 10.8]])
        beside = np.array([[mark[0] + 10.8, mark[1] + 3.6], [mark[0] + 3.6, mark[1] + 10.8]])
        for points, dark in ((inside, True), (beside, False)):
            for x, y in geometry.apply(H, points):
                assert (photo[round(y), round(x)] < 100) == dark


def test_the_homography_is_true_to_a_tenth_of_a_pixel():
    (x, y, w, h), stroke = PAGE_2.by_name["suara_2"].boxes.boxes[1], 1.06
    shot = Shot(size_px=(1800, 2700), tilt=0, noise=0, blur_px=0, light=1, gradient=0, quality=100)
    photo, H = photograph(draw_page(PAGE_2, 3), 3, rng(), shot)
    (left, top), (right, _) = geometry.apply(H, np.array([[x, y + 0.9 * h], [x + w, y]]))
    reach = round(1.5 * stroke * (right - left) / w)
    row = 255.0 - photo[round(top)]
    for edge in (left, right):
        columns = np.arange(round(edge) - reach, round(edge) + reach + 1)
        assert np.average(columns, weights=row[columns]) == pytest.approx(edge, abs=0.1)


def test_a_positive_turn_is_clockwise():
    shot = Shot(turn_deg=30, tilt=0, gradient=0)
    _, H = photograph(draw_page(PAGE_2, 0.5), 0.5, rng(), shot)
    (x0, y0), (x1, y1) = geometry.apply(H, np.array([[0.0, 0.0], [600.0, 0.0]]))
    assert x1 > x0
    assert y1 > y0


def test_a_scan_is_straight_and_white():
    photo, H = photograph(draw_page(PAGE_2, 2), 2, rng(), SCAN)
    assert np.median(photo) > 240
    assert H[0, 1] == pytest.approx(0, abs=1e-3)
    assert H[1, 0] == pytest.approx(0, abs=1e-3)


def test_a_colour_page_gives_a_colour_photo():
    page = cv2.cvtColor(draw_page(PAGE_2, 0.5), cv2.COLOR_GRAY2BGR)
    photo, _ = photograph(page, 0.5, rng(), Shot(size_px=(300, 400)))
    assert photo.shape == (400, 300, 3)
