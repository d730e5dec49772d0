"""The located page or a part of it as an upright picture, for people to look at."""

import cv2
import numpy as np

from ocr.arrays import Gray
from pipeline import geometry
from pipeline.forms.model import FormField, Rect
from pipeline.reading.crops import patch
from pipeline.reading.model import Located

#: The picture shows what lies inside the photo and at most this much around the page (mm).
AROUND_MM = 4.0
#: Around a field's boxes so much is shown, in shares of a box's height.
FIELD_MARGIN = 0.6


def page_image(photo: Gray, located: Located, px_per_mm: float) -> tuple[Gray, Rect]:
    """The part of the page that is in the photo, upright.

    Args:
        photo: (H, W) or (H, W, 3) uint8.
        located: where the form lies.
        px_per_mm: scale of the result.

    Returns:
        The picture, and the rectangle of the form (mm) that it shows.
    """
    rect = seen_rect(photo.shape[:2], located)
    size = (max(1, round(rect[2] * px_per_mm)), max(1, round(rect[3] * px_per_mm)))
    if located.mesh is None:
        return patch(photo, located, rect, size), rect
    return _bent(photo, located, rect, size), rect


def field_image(photo: Gray, located: Located, field: FormField, height_px: int) -> Gray:
    """The boxes of a field with their surroundings, upright, so many px high."""
    x, y, w, h = field.boxes.hull
    margin = FIELD_MARGIN * h
    rect = (x - margin, y - margin, w + 2 * margin, h + 2 * margin)
    return patch(photo, located, rect, (round(height_px * rect[2] / rect[3]), height_px))


def seen_rect(shape: tuple[int, int], located: Located) -> Rect:
    """The smallest rectangle of the form (mm) with all of the page that is in the photo."""
    width, height = located.form.size_mm
    xs, ys = np.meshgrid(np.linspace(0, width, 41), np.linspace(0, height, 41))
    mm = np.stack([xs.ravel(), ys.ravel()], axis=1)
    px = located.to_px(mm)
    depth = mm @ located.mm_to_px[2, :2] + located.mm_to_px[2, 2]
    seen = (px >= 0).all(1) & (px[:, 0] < shape[1]) & (px[:, 1] < shape[0]) & (depth > 0)
    if not seen.any():
        return (0.0, 0.0, width, height)
    low = np.maximum(mm[seen].min(0) - AROUND_MM, -AROUND_MM)
    high = np.minimum(mm[seen].max(0) + AROUND_MM, [width + AROUND_MM, height + AROUND_MM])
    return (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _bent(photo: Gray, located: Located, rect: Rect, size: tuple[int, int]) -> Gray:
    """As ``patch``, through the mesh at every pixel."""
    x, y, w, h = rect
    xs = x + (np.arange(size[0]) + 0.5) * w / size[0]
    ys = y + (np.arange(size[1]) + 0.5) * h / size[1]
    grid = np.stack([v.ravel() for v in np.meshgrid(xs, ys)], axis=1)
    px = located.to_px(grid).astype(np.float32).reshape(size[1], size[0], 2)
    quad = located.to_px(geometry.rect_quad(rect))
    step = float(np.linalg.norm(quad[1] - quad[0])) / size[0]
    if step > 1.5:
        photo = np.asarray(cv2.blur(photo, (round(step), round(step))), dtype=np.uint8)
    out = cv2.remap(photo, px[..., 0], px[..., 1], cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return np.asarray(out, dtype=np.uint8)
