"""Synthetic and varied real crops: writing into a printed box, the camera, the cut."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr.arrays import Floats32, Gray
from ocr.boxes import CLASSES, MARGIN, SIDE
from ocr.training import boxes_strokes as strokes
from ocr.training.boxes_degrade import photograph
from ocr.training.boxes_ink import CANVAS as STROKE_CANVAS
from ocr.training.boxes_ink import PAD as STROKE_PAD
from ocr.training.boxes_ink import Hands, Pen, drawn, random_pen
from ocr.training.boxes_paper import BOX, CANVAS, PAD, random_box

CROSS, DASH, NOTHING = (CLASSES.index(c) for c in "x-_")
#: How often each class is drawn: digits evenly, crosses and dashes and nothing more often.
DRAW_SHARE = np.array([1.2] * 10 + [1.6, 1.2, 1.2])
#: The pipeline's crops are off by up to a tenth of a box and a few degrees.
OFF_BOX, OFF_DEGREES, OFF_SCALE = 0.055, 2.0, 0.045


#: Length of the unit square's side on the strokes' canvas.
DRAWN_PX = STROKE_CANVAS - 2 * STROKE_PAD
#: No digit is lower than this share of its box.
LEAST_HEIGHT = 0.2
#: Share of boxes in which something else was written first.
OVERWRITTEN = 0.012


@dataclass(frozen=True)
class Cell:
    """What all marks of one crop share: hands, pen, the box's width over its height, guides."""

    hands: Hands
    pen: Pen
    aspect: float
    guides: bool


def _place(
    canvas: Floats32,
    mask: Floats32,
    centre: tuple[float, float],
    size: tuple[float, float],
    *,
    degrees: float,
    darkness: float,
    slant: float = 0.0,
) -> None:
    """Multiply ink onto the canvas: the mask scaled to ``size`` px, turned about ``centre``.

    ``slant`` is how far its top leans to the right, as a share of its height.
    """
    h, w = mask.shape
    sx, sy = size[0] / w, size[1] / h
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    A = np.array([[c * sx, -(s + slant) * sy, 0], [s * sx, c * sy, 0]])
    A[:, 2] = np.array(centre) - A[:, :2] @ [(w - 1) / 2, (h - 1) / 2]
    shrink = min(sx, sy)
    if shrink < 0.6:
        mask = cv2.GaussianBlur(mask, (0, 0), 0.4 / shrink)
    ink = cv2.warpAffine(mask, A, canvas.shape[::-1], flags=cv2.INTER_LINEAR)
    canvas *= 1 - darkness * ink


def _mark(
    label: int, hands: Hands, pen: Pen, rng: np.random.Generator
) -> tuple[Floats32, float, float]:
    """A mark with its height and width as shares of a square box."""
    if label == CROSS:
        lifted = hands.lifted
        if lifted is not None and rng.random() < 0.3:
            mask = lifted.masks[lifted.by_class[CROSS][rng.integers(len(lifted.by_class[CROSS]))]]
        else:
            mask = drawn(strokes.cross(rng), pen.thickness * 1.2, rng.uniform(0.65, 1.4))
        height = rng.uniform(0.25, 0.9) if rng.random() < 0.65 else rng.uniform(0.85, 1.3)
        return mask, height, height * mask.shape[1] / mask.shape[0]
    if label == DASH:
        width = rng.uniform(0.25, 0.85) if rng.random() < 0.9 else rng.uniform(0.85, 1.2)
        mask = drawn(strokes.dash(rng), pen.thickness / width * 0.8, 1.0)
        return mask, width * mask.shape[0] / DRAWN_PX, width * mask.shape[1] / DRAWN_PX
    mask = hands.digit(label, pen, rng)
    height = rng.uniform(0.5, 0.95) if rng.random() < 0.75 else rng.uniform(0.3, 0.5)
    if rng.random() < 0.04:
        height = rng.uniform(0.95, 1.15)
    ratio = mask.shape[1] / mask.shape[0] * rng.uniform(0.8, 1.25)
    return mask, height, min(height * ratio, 1.1)


def _write(
    canvas: Floats32, label: int, offset: float, cell: Cell, rng: np.random.Generator
) -> None:
    """Write a mark into the box that lies ``offset`` boxes to the right of the middle one."""
    mask, height, width = _mark(label, cell.hands, cell.pen, rng)
    # In a narrow cell a mark is as large as the width lets it and looks squat in the square crop;
    # in a flat one it fills the height and looks thin.
    size = min(1.0, cell.aspect * rng.uniform(1.1, 1.9))
    height = max(height * size, LEAST_HEIGHT if label < DASH else 0.0)
    width = min(width * size / cell.aspect, 1.15)
    if cell.guides and label < CROSS and rng.random() < 0.4:  # kept to the guides' size
        height, width = rng.normal(0.7, 0.05), min(width * 0.7 / height, rng.normal(0.45, 0.05))
    spread = 0.07 if offset == 0 else 0.12
    limit = 0.5 if offset else 0.2
    dx, dy = np.clip(rng.normal(0, spread, 2), -limit, limit)
    if offset == 0 and height < 0.5 and rng.random() < 0.4:  # small marks lie anywhere
        dx, dy = rng.uniform(-0.2, 0.2, 2)
    centre = (PAD + BOX * (0.5 + offset + dx), PAD + BOX * (0.5 + dy))
    pen = cell.pen
    if pen.skips:
        noise = cv2.resize(rng.random((6, 6)).astype(np.float32), mask.shape[::-1])
        mask = mask * (1 - pen.skips * noise)
    px = (max(width * BOX, 2.0), max(height * BOX, 2.0))
    slant = rng.normal(0.08, 0.2) if label < CROSS else 0.0
    turn = rng.normal(0, 5)
    _place(canvas, mask, centre, px, degrees=turn, darkness=pen.darkness, slant=slant)


def _stray(canvas: Floats32, pen: Pen, rng: np.random.Generator) -> None:
    """Ink that is no digit: from the rows above and below, a speck, a first touch of the pen."""
    if rng.random() < 0.12:
        x = PAD + BOX * rng.uniform(-0.2, 1.2)
        y = rng.choice([rng.uniform(-4, PAD * 0.7), rng.uniform(PAD * 1.3 + BOX, CANVAS + 4)])
        mask = drawn([rng.uniform(0, 1, (3, 2))], 0.12, 1.0)
        size = (rng.uniform(8, 30), rng.uniform(6, 14))
        _place(canvas, mask, (x, y), size, degrees=0, darkness=pen.darkness)
    if rng.random() < 0.1:
        x, y = PAD + BOX * rng.uniform(0.08, 0.92, 2)
        paler = 1 - pen.darkness * rng.uniform(0.3, 1.0)
        cv2.circle(canvas, (round(x), round(y)), int(rng.integers(0, 3)), paler, -1, cv2.LINE_AA)


def draw(label: int, hands: Hands, rng: np.random.Generator) -> Floats32:
    """A clean filled box with what its neighbours leak into it: (CANVAS, CANVAS) reflectance."""
    box = random_box(rng)
    canvas = box.print.copy()
    # Boxes of the forms are 0.5 to 2 times as wide as high (one even 3), but the crop is square.
    square = box.guides or rng.random() < 0.35
    aspect = 1.0 if square else float(np.exp(rng.uniform(np.log(0.45), np.log(2.2))))
    cell = Cell(hands, random_pen(rng), aspect, box.guides)
    for side in (-1, 1):
        if rng.random() < 0.7:
            _write(canvas, int(rng.integers(0, NOTHING)), side * box.pitch, cell, rng)
    _stray(canvas, cell.pen, rng)
    if label == NOTHING:
        return canvas
    if label <= CROSS and rng.random() < OVERWRITTEN:  # the last, thicker one counts
        _write(canvas, int(rng.integers(0, CROSS)), 0.0, cell, rng)
        bold = replace(cell.pen, thickness=cell.pen.thickness * 1.7, darkness=0.95, skips=0.0)
        cell = replace(cell, pen=bold)
    _write(canvas, label, 0.0, cell, rng)
    return canvas


def _off(rng: np.random.Generator) -> Floats32:
    """A random misplacement in units of a box around its middle (2, 3)."""
    turn = np.radians(rng.normal(0, OFF_DEGREES))
    shear = rng.normal(0, 0.03)
    sx, sy = 1 + rng.normal(0, OFF_SCALE, 2)
    A = np.array([[sx * np.cos(turn), -np.sin(turn) + shear], [np.sin(turn), sy * np.cos(turn)]])
    move = np.clip(rng.normal(0, OFF_BOX, 2), -0.14, 0.14)
    return np.hstack([A, move[:, None]]).astype(np.float32)


def shoot(image: Floats32, box: float, px: float, rng: np.random.Generator) -> Gray:
    """Photograph a wide image and cut the reader's crop.

    Args:
        image: (S, S) float32 reflectance with the box centred, ``box`` px wide.
        box: see above.
        px: width of the box in the photo.
        rng: random numbers.

    Returns:
        (SIDE, SIDE) uint8, the box misplaced as in the product.
    """
    scale = px / box
    n = max(8, round(image.shape[0] * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    photo = photograph(cv2.resize(image, (n, n), interpolation=interpolation), rng)
    # The crop's px -> units of the box around its middle -> misplaced -> px of the photo.
    A = _off(rng)
    inner = SIDE - 2 * MARGIN
    to_px = n / image.shape[0] * box
    L = A[:, :2] * (to_px / inner)
    t = A[:, 2] * to_px + (n - 1) / 2 - L @ np.full(2, (SIDE - 1) / 2)
    fine = 2 if px > inner * 1.2 and rng.random() < 0.7 else 1
    if fine == 2:  # the pipeline may average where it shrinks, or not
        L2 = L / 2
        t2 = A[:, 2] * to_px + (n - 1) / 2 - L2 @ np.full(2, (2 * SIDE - 1) / 2)
        big = cv2.warpAffine(
            photo,
            np.column_stack([L2, t2]),
            (2 * SIDE, 2 * SIDE),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return cv2.resize(big, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_CUBIC if rng.random() < 0.3 else cv2.INTER_LINEAR
    return cv2.warpAffine(
        photo,
        np.column_stack([L, t]),
        (SIDE, SIDE),
        flags=how | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def box_px(rng: np.random.Generator) -> float:
    """Width of a box in the photo: from 10 px, mostly 16 to 50."""
    return float(rng.uniform(16, 50) if rng.random() < 0.8 else rng.uniform(10, 20))


def varied(crop: Gray, box: float, seed: tuple[int, ...]) -> Gray:
    """One real wide crop (S, S), seen again by another camera, misplaced otherwise."""
    rng = np.random.default_rng(seed)
    image = crop.astype(np.float32) / 255
    # The photo's own light stays, but the brightest paper becomes 1 so that exposure can vary.
    image = np.clip(image / max(float(np.percentile(image, 95)), 0.05), 0, 1)
    if rng.random() < 0.3:
        image = image ** rng.uniform(0.5, 2.0)
    return shoot(image, box, box_px(rng), rng)
