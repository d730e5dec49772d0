"""The crops stage on drawn pages whose place is known."""

from dataclasses import replace

import numpy as np
import pytest

from ocr.boxes import MARGIN, SIDE
from pipeline import geometry
from pipeline.forms.draw import draw_page
from pipeline.forms.fill import draw_filled, fill_page
from pipeline.forms.handwriting import random_hand
from pipeline.forms.load import default_catalogue
from pipeline.forms.style import Style
from pipeline.reading.crops import cut
from pipeline.reading.model import Located, Mesh, Photo

FORM = default_catalogue().page("c-hasil-ppwp-2024-p2")
PX_PER_MM = 2.0


def located(form=FORM, scale=PX_PER_MM):
    # The pixel i covers i to i + 1.
    H = geometry.shift(-0.5, -0.5) @ geometry.scale(scale)
    return Located(form, H, None, 1.0, np.zeros(len(form.fields)))


def page(written=None):
    if written is None:
        return Photo(draw_page(FORM, PX_PER_MM), "")
    rng = np.random.default_rng(3)
    style = Style(hand=random_hand(rng), leading="_")
    return Photo(draw_filled(fill_page(FORM, written, rng, style=style), PX_PER_MM), "")


def test_the_frame_of_a_box_lies_at_the_margin():
    crops = cut(page(), located())
    for box in crops["suara_1"].boxes:
        assert box.shape == (SIDE, SIDE)
        columns = box[MARGIN + 4 : -MARGIN - 4].mean(axis=0)
        assert abs(int(columns[: SIDE // 2].argmin()) - MARGIN) <= 1
        assert abs(int(columns[SIDE // 2 :].argmin()) + SIDE // 2 - (SIDE - MARGIN)) <= 1


def test_boxes_come_from_left_to_right():
    boxes = cut(page({"suara_1": "1__", "suara_2": "__1", "suara_3": "_1_"}), located())
    blank = cut(page(), located())

    def inked(name):
        return [
            np.abs(a.astype(int) - b).mean()
            for a, b in zip(boxes[name].boxes, blank[name].boxes, strict=True)
        ]

    assert int(np.argmax(inked("suara_1"))) == 0
    assert int(np.argmax(inked("suara_2"))) == 2
    assert int(np.argmax(inked("suara_3"))) == 1


def test_bubbles_come_column_by_column_with_zero_on_top():
    crops = cut(page({"suara_1": "409"}), located())["suara_1"]
    darkness = 255 - crops.bubbles[..., 6:14, 6:14].mean(axis=(2, 3))
    assert darkness.argmax(axis=1).tolist() == [4, 0, 9]


def test_a_field_outside_the_photo_says_so():
    photo = page()
    cropped = replace(photo, gray=photo.gray[:700])
    crops = cut(cropped, located())
    assert crops["suara_1"].inside == 1.0
    assert crops["suara_3"].inside == 0.0


def test_the_quad_is_in_photo_pixels_clockwise_from_the_top_left():
    x, y, w, h = FORM.by_name["suara_2"].boxes.hull
    quad = cut(page(), located())["suara_2"].quad_px
    expected = np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]) * PX_PER_MM - 0.5
    assert quad == pytest.approx(expected, abs=1e-6)
    assert geometry.is_convex(quad)


def test_a_mesh_moves_the_crops():
    w, h = FORM.size_mm
    mesh = Mesh(np.array([0.0, w]), np.array([0.0, h]), np.full((2, 2, 2), 4.0))
    straight = cut(page(), located())["suara_1"].quad_px
    bent = cut(page(), replace(located(), mesh=mesh))["suara_1"].quad_px
    assert bent - straight == pytest.approx(np.full((4, 2), 4.0 * PX_PER_MM))
