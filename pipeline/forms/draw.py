"""Draws a blank page as a picture, from its template alone."""

from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Floats, Gray
from pipeline.forms.model import FormPage, Rect
from pipeline.forms.shapes import Bar, Disc, Shape, Strokes, shapes

#: Strokes are drawn this many times larger and averaged down; OpenCV's lines have whole widths.
SUPERSAMPLING = 4
#: From so many pixels on the rounding of a line's width does not show.
THICK = 6
#: Fixed-point bits of OpenCV's drawing coordinates.
SHIFT = 4
#: The watermark: waves of this period, and how much darker than the paper.
WATERMARK_MM, WATERMARK_DEPTH = 9.0, 14


def draw_page(form: FormPage, px_per_mm: float) -> Gray:
    """Draw a blank page, antialiased.

    Args:
        form: the page.
        px_per_mm: scale; the pixel (0, 0) covers the page from (0, 0) mm on.

    Returns:
        (H, W) uint8, H and W the page's size rounded to whole pixels.
    """
    width, height = (max(1, round(side * px_per_mm)) for side in form.size_mm)
    page = np.full((height, width), 255, np.uint8)
    if form.watermark:
        page -= watermark(form.size_mm, page.shape[:2])
    for shape in shapes(form):
        draw_shape(page, shape, px_per_mm)
    return page


def draw_shape(page: Gray, shape: Shape, px_per_mm: float) -> None:
    """Draw one shape on a page (H, W) in place."""
    if isinstance(shape, Bar):
        _draw_bar(page, shape.at_mm, shape.gray, px_per_mm)
    elif isinstance(shape, Disc):
        _draw_disc(page, shape, px_per_mm)
    else:
        draw_strokes(page, shape, px_per_mm)


def draw_strokes(page: Gray, strokes: Strokes, px_per_mm: float) -> None:
    """Draw lines of one width with round ends, in place."""
    if not strokes.lines:
        return
    width = strokes.width_mm * px_per_mm
    points = np.vstack(strokes.lines) * px_per_mm
    reach = width / 2 + 1
    x0, y0 = (int(v) for v in np.floor(points.min(axis=0) - reach))
    x1, y1 = (int(v) for v in np.ceil(points.max(axis=0) + reach))
    # All points at once, then parted again: a page has thousands of strokes.
    starts = np.cumsum([len(line) for line in strokes.lines])[:-1]
    cover = _strokes_cover(points - (x0, y0), starts, width, (y1 - y0, x1 - x0))
    _blend(page, cover, x0, y0, strokes.gray)


@lru_cache(maxsize=32)
def _wave(count: int, length_mm: float) -> Floats:
    return np.asarray(np.arange(count) * (2 * np.pi * length_mm / count / WATERMARK_MM))


def watermark(size_mm: tuple[float, float], shape: tuple[int, ...]) -> Gray:
    """How much a light pattern of crossing waves darkens the paper, (H, W) uint8.

    Real sheets carry emblems and micro-lettering; this only gives the readers something faint and
    repeated to look past.
    """
    x = _wave(shape[1], size_mm[0]).astype(np.float32)[None, :]
    y = _wave(shape[0], size_mm[1]).astype(np.float32)[:, None]
    pattern = np.sin(x + 2 * np.sin(0.31 * y)) * np.sin(y + 2 * np.sin(0.23 * x))
    depth: Gray = ((pattern > 0.35) * WATERMARK_DEPTH).astype(np.uint8)
    return depth


def _strokes_cover(
    points: Floats, starts: NDArray[np.intp], width: float, shape: tuple[int, int]
) -> Floats:
    """Share of each pixel (H, W) that lines cover, [0, 1].

    The points (n, 2) of all lines follow each other; the lines after the first begin at ``starts``.
    """
    # Thin lines need finer averaging, as a drawn line is at least one pixel wide.
    factor = SUPERSAMPLING if width * SUPERSAMPLING >= 2 else 2 * SUPERSAMPLING
    large = np.zeros((shape[0] * factor, shape[1] * factor), np.uint8)
    scale = factor * (1 << SHIFT)
    # A pixel's centre is its coordinate in OpenCV, its corner here.
    fixed = np.round(points * scale - (1 << SHIFT) / 2).astype(np.int32)
    # OpenCV draws an even thickness one pixel wider, and a 1 as 1 (measured).
    even = 2 * max(0, round((width * factor - 1) / 2))
    bounds = [0, *starts.tolist(), len(fixed)]
    lines = [fixed[start:end] for start, end in pairwise(bounds)]
    cv2.polylines(large, lines, False, 255, max(1, even), cv2.LINE_8, SHIFT)
    # What rounding adds to a thin line is taken from its darkness.
    weight = min(1.0, width * factor / (even + 1)) / 255 if even < THICK else 1 / 255
    small = cv2.resize(large, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small * weight, dtype=np.float64)


def _draw_disc(page: Gray, disc: Disc, px_per_mm: float) -> None:
    x, y = disc.at_mm[0] * px_per_mm, disc.at_mm[1] * px_per_mm
    radius = disc.radius_mm * px_per_mm
    half = 0.0 if disc.stroke_mm is None else disc.stroke_mm * px_per_mm / 2
    x0, y0 = int(np.floor(x - radius - half - 1)), int(np.floor(y - radius - half - 1))
    side = int(np.ceil(2 * (radius + half) + 3))
    across = np.arange(side) + 0.5
    distance = np.hypot(across[None, :] + x0 - x, across[:, None] + y0 - y) - radius
    if disc.stroke_mm is None:
        cover = np.clip(0.5 - distance, 0, 1)
    else:
        cover = np.clip(0.5 + half - distance, 0, 1) - np.clip(0.5 - half - distance, 0, 1)
    _blend(page, cover, x0, y0, disc.gray)


def _draw_bar(page: Gray, rect: Rect, gray: int, px_per_mm: float) -> None:
    x, y, w, h = (side * px_per_mm for side in rect)
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    across, down = _overlap(x - x0, w), _overlap(y - y0, h)
    _blend(page, down[:, None] * across[None, :], x0, y0, gray)


def _overlap(start: float, length: float) -> Floats:
    """How much of each pixel from 0 on lies between ``start`` and ``start + length``, (n,)."""
    edges = np.arange(int(np.ceil(start + length)) + 1, dtype=np.float64)
    return np.diff(np.clip(edges, start, start + length))


def _blend(page: Gray, cover: Floats, x0: int, y0: int, gray: int) -> None:
    """Lay ink of a gray over a part of the page, in place; what is off the page is cut."""
    top, left = max(0, -y0), max(0, -x0)
    bottom = min(cover.shape[0], page.shape[0] - y0)
    right = min(cover.shape[1], page.shape[1] - x0)
    if bottom <= top or right <= left:
        return
    part = page[y0 + top : y0 + bottom, x0 + left : x0 + right]
    mixed = part + cover[top:bottom, left:right] * (float(gray) - part)
    part[:] = np.rint(mixed).astype(np.uint8)
