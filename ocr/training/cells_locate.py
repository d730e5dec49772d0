"""Where boxes and bubbles lie on the labelled crops of C.HASIL-PPWP page 2.

The hand-drawn rectangles of the labels are loose and axis-aligned. They start an alignment
(enhanced correlation coefficient, Evangelidis & Psarakis 2008, as in OpenCV) of a drawing of the
printed column (frames, rings, rulings) with the photo: first the whole column, then each field
by itself, because paper bends. Used for training only; the product has its own locator.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats, Gray

# Measured on the official PDF (page 2), in mm from the page's top left; the middle of the lines.
BOX_MM = 20.0
BOX_X_MM = (455.0, 478.5, 502.0)
BOX_Y_MM = (184.56, 336.56, 488.56)
BOX_STROKE_MM = 1.06
RING_RADIUS_MM = 4.0
RING_STROKE_MM = 0.35
RING_X_MM = (465.0, 488.5, 512.0)
#: Centre of bubble 0 below the top edge of the field's boxes, and from one digit to the next.
RING_DOWN_MM = 29.5
RING_PITCH_MM = 10.5
RULING_X_MM = (450.0, 527.0)
RULING_Y_MM = (158.0, 178.0, 320.0, 330.0, 472.0, 482.0, 624.0, 634.0)
RULING_STROKE_MM = 0.9
#: The part of the page that is drawn: left, top, right, bottom.
COLUMN_MM = (446.0, 160.0, 531.0, 636.0)
#: One field with its boxes and bubbles, relative to the top edge of its boxes.
FIELD_MM = (446.0, -9.0, 531.0, 136.0)
#: Pixels a mm: coarse catches the error of the rectangles, fine is about the photos' own scale.
SCALES = (1.0, 2.4)
ECC_STEPS = 60
ECC_EPS = 1e-4
#: Correlation above which no second start is tried; nearly all photos reach it.
SURE = 0.75


@dataclass(frozen=True)
class Placed:
    """One field found: ``mm_to_px`` (3, 3) and the correlation with the drawing, up to 1."""

    mm_to_px: Floats
    agreement: float


def draw_column(rect_mm: tuple[float, float, float, float], scale: float) -> tuple[Gray, Gray]:
    """The print inside a rectangle, white 255, and a mask of what people do not write on."""
    left, top, right, bottom = rect_mm
    size = (round((bottom - top) * scale), round((right - left) * scale))
    fine = 4
    image = np.full((size[0] * fine, size[1] * fine), 255, np.uint8)
    mask = np.full_like(image, 255)

    def at(x: float, y: float) -> tuple[int, int]:
        return round((x - left) * scale * fine), round((y - top) * scale * fine)

    def stroke(mm: float) -> int:
        return max(1, round(mm * scale * fine))

    for x in RULING_X_MM:
        cv2.line(image, at(x, RULING_Y_MM[0]), at(x, RULING_Y_MM[-1]), 60, stroke(RULING_STROKE_MM))
    for y in RULING_Y_MM:
        cv2.line(image, at(0, y), at(RULING_X_MM[1], y), 60, stroke(RULING_STROKE_MM))
    inner = 2.0
    for y in BOX_Y_MM:
        for x in BOX_X_MM:
            end = at(x + BOX_MM, y + BOX_MM)
            cv2.rectangle(image, at(x, y), end, 30, stroke(BOX_STROKE_MM))
            end = at(x + BOX_MM - inner, y + BOX_MM - inner)
            cv2.rectangle(mask, at(x + inner, y + inner), end, 0, -1)
        for x in RING_X_MM:
            for digit in range(10):
                centre = at(x, y + RING_DOWN_MM + digit * RING_PITCH_MM)
                cv2.circle(image, centre, stroke(RING_RADIUS_MM), 60, stroke(RING_STROKE_MM))
                cv2.circle(mask, centre, stroke(RING_RADIUS_MM - 0.6), 0, -1)
    shape = (size[1], size[0])
    image = cv2.resize(image, shape, interpolation=cv2.INTER_AREA)
    return image, cv2.resize(mask, shape, interpolation=cv2.INTER_NEAREST)


def even_light(gray: Gray, window: int) -> Gray:
    """The photo divided by its own paper brightness (a wide blur of the local maximum)."""
    kernel = np.ones((window // 2, window // 2), np.uint8)
    paper = cv2.blur(cv2.dilate(gray, kernel), (window, window)).astype(np.float32)
    flat = np.clip(gray / np.maximum(paper, 1.0) * 255, 0, 255)
    return flat.astype(np.uint8)


def _refine(
    gray: Gray, mm_to_px: Floats, rect_mm: tuple[float, float, float, float], scale: float
) -> Placed:
    left, top, _, _ = rect_mm
    drawing, mask = draw_column(rect_mm, scale)
    to_mm = np.array([[1 / scale, 0, left], [0, 1 / scale, top], [0, 0, 1.0]])
    view = cv2.warpPerspective(
        gray,
        mm_to_px @ to_mm,
        (drawing.shape[1], drawing.shape[0]),
        flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    view = even_light(view, round(14 * scale) | 1)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ECC_STEPS, ECC_EPS)
    warp = np.eye(3, dtype=np.float32)
    # Photo as template, drawing as input: OpenCV's mask belongs to the input.
    agreement, warp = cv2.findTransformECC(
        view, drawing, warp, cv2.MOTION_HOMOGRAPHY, criteria, mask, 5
    )
    return Placed(
        mm_to_px @ to_mm @ np.linalg.inv(warp.astype(np.float64)) @ np.linalg.inv(to_mm),
        float(agreement),
    )


def _start(rects: list[tuple[float, float, float, float]]) -> Floats:
    """Affine start (3, 3) from the three loose rectangles, suara_1 first."""
    loose = 1.0
    mm, px = [], []
    for y, (rx, ry, rw, rh) in zip(BOX_Y_MM, rects, strict=True):
        x0, x1 = BOX_X_MM[0] - loose, BOX_X_MM[-1] + BOX_MM + loose
        y0, y1 = y - loose, y + BOX_MM + loose
        mm += [(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)]
        px += [(rx, ry), (rx + rw, ry), (rx + rw, ry + rh), (rx, ry + rh)]
    solved, *_ = np.linalg.lstsq(np.array(mm, float), np.array(px, float), rcond=None)
    H = np.eye(3)
    H[:2] = solved.T
    return H


def place_fields(gray: Gray, rects: list[tuple[float, float, float, float]]) -> list[Placed]:
    """Place the three fields on an upright photo.

    Args:
        gray: (H, W) uint8, upright.
        rects: the three loose rectangles (x, y, w, h) in px, suara_1 first.

    Returns:
        One homography a field; an agreement of 0 where the alignment did not converge.
    """
    H = _start(rects)
    try:
        for scale in SCALES:
            H = _refine(gray, H, COLUMN_MM, scale).mm_to_px
    except cv2.error:
        return [Placed(H, 0.0)] * len(rects)
    return [_place_field(gray, H, y, rect) for y, rect in zip(BOX_Y_MM, rects, strict=True)]


def _place_field(
    gray: Gray, H: Floats, y_mm: float, rect: tuple[float, float, float, float]
) -> Placed:
    """The best of two starts: where the column says, and moved to the field's own rectangle."""
    field_mm = (FIELD_MM[0], y_mm + FIELD_MM[1], FIELD_MM[2], y_mm + FIELD_MM[3])
    middle = np.array([BOX_X_MM[1] + BOX_MM / 2, y_mm + BOX_MM / 2, 1.0])
    x, y, _ = H @ middle / (H @ middle)[2]
    move = np.array(
        [[1, 0, rect[0] + rect[2] / 2 - x], [0, 1, rect[1] + rect[3] / 2 - y], [0, 0, 1]]
    )
    best = Placed(H, 0.0)
    for start in (H, move @ H):
        try:
            found = _refine(gray, start, field_mm, SCALES[-1])
        except cv2.error:
            continue
        if found.agreement > best.agreement:
            best = found
        if best.agreement > SURE:
            break
    return best
