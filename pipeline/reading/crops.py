"""Stage: what is cut out of the photo for the readers, box by box and bubble by bubble."""

from collections.abc import Mapping

import cv2
import numpy as np

from ocr import boxes as box_reader
from ocr import bubbles as bubble_reader
from ocr.arrays import Floats, Gray
from pipeline import geometry
from pipeline.forms.model import Bubbles, FormField, Rect
from pipeline.reading.model import FieldCrops, Located, Photo
from pipeline.reading.windows import around_ink, is_long

#: Where one crop px would skip over more photo px than this, the crop is made larger and averaged.
LARGEST_STEP = 1.3
#: A field's share inside the photo is counted on this many points across and down.
INSIDE_POINTS = (9, 4)


def cut(photo: Photo, located: Located) -> Mapping[str, FieldCrops]:
    """Cut out every field of the located form: field name -> crops."""
    return {field.name: _field_crops(photo.gray, located, field) for field in located.form.fields}


def _field_crops(gray: Gray, located: Located, field: FormField) -> FieldCrops:
    quad = located.to_px(geometry.rect_quad(field.boxes.hull))
    inner = box_reader.SIDE - 2 * box_reader.MARGIN
    margin = box_reader.MARGIN / inner
    boxes = [
        patch(
            gray,
            located,
            widened(_window(gray, located, rect), margin),
            (box_reader.SIDE, box_reader.SIDE),
        )
        for rect in field.boxes.boxes
    ]
    sides = [_sides(located.to_px(geometry.rect_quad(rect))) for rect in field.boxes.boxes]
    bubbles = None
    if field.bubbles is not None:
        columns = range(field.boxes.count)
        bubbles = np.stack([_column(gray, located, field.bubbles, c) for c in columns])
    return FieldCrops(
        boxes=np.stack(boxes),
        bubbles=bubbles,
        quad_px=quad,
        inside=_inside(gray, located, field.boxes.hull),
        px_per_box=float(np.min(sides)),
    )


def _window(gray: Gray, located: Located, rect: Rect) -> Rect:
    """The part of a box (mm) that is shown to the reader."""
    if not is_long(rect):
        return rect
    _, _, w, h = rect
    unit = (box_reader.SIDE - 2 * box_reader.MARGIN) / min(w, h)
    return around_ink(rect, patch(gray, located, rect, (round(w * unit), round(h * unit))))


def widened(rect: Rect, share: float) -> Rect:
    """A rectangle with so much of its width and height added on each side."""
    x, y, w, h = rect
    return (x - share * w, y - share * h, w * (1 + 2 * share), h * (1 + 2 * share))


def patch(image: Gray, located: Located, rect: Rect, size: tuple[int, int]) -> Gray:
    """A rectangle of the form (mm) as an upright picture of (width, height) px.

    Works for gray and colour pictures; beyond the photo its edge is repeated.
    """
    quad = located.to_px(geometry.rect_quad(rect))
    width, height = size
    step = max(_sides(quad) / [width, height])
    factor = max(1, round(step / LARGEST_STEP))
    w, h = width * factor, height * factor
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]]) - 0.5
    H = geometry.homography(quad, corners)
    out = cv2.warpPerspective(
        image, H, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if factor > 1:
        out = cv2.resize(out, size, interpolation=cv2.INTER_AREA)
    return np.asarray(out, dtype=np.uint8)


def _sides(quad: Floats) -> Floats:
    """Mean width and height (2,) of a quad (4, 2)."""
    edge = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return np.array([(edge[0] + edge[2]) / 2, (edge[1] + edge[3]) / 2])


def _column(gray: Gray, located: Located, bubbles: Bubbles, column: int) -> Gray:
    """The ten patches (10, B, B) of one column, cut from one strip."""
    side = bubble_reader.SIDE
    px_per_mm = bubble_reader.RADIUS / bubbles.radius_mm
    half = side / 2 / px_per_mm
    x = bubbles.first_mm[0] + column * bubbles.pitch_mm[0]
    y, step = bubbles.first_mm[1], bubbles.pitch_mm[1]
    length = round((9 * step + 2 * half) * px_per_mm)
    strip = patch(gray, located, (x - half, y - half, 2 * half, length / px_per_mm), (side, length))
    starts = [min(round(digit * step * px_per_mm), length - side) for digit in range(10)]
    return np.stack([strip[start : start + side] for start in starts])


def _inside(gray: Gray, located: Located, rect: Rect) -> float:
    x, y, w, h = rect
    across, down = INSIDE_POINTS
    xs, ys = np.meshgrid(np.linspace(x, x + w, across), np.linspace(y, y + h, down))
    px = located.to_px(np.stack([xs.ravel(), ys.ravel()], axis=1))
    height, width = gray.shape[:2]
    within = (px >= 0).all(1) & (px[:, 0] < width) & (px[:, 1] < height)
    return float(within.mean())
