"""Empty boxes as they are printed: frames, rulings, dotted guides, watermarks, neighbouring print.

Everything is drawn as reflectance (CANVAS, CANVAS) float32, 1 paper, 0 black. The box under
consideration lies PAD px inside the canvas and is BOX px wide and high.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np

from ocr.arrays import Floats32, Gray

#: Half as fine again as the reader's crops: 60 px a box, 20 px around it.
CANVAS, PAD, BOX = 100, 20, 60
SHIFT = 4
#: Dotted guides of the 2024 pages, as shares of the box: measured on the official PDF.
GUIDE_X, GUIDE_Y = (0.275, 0.722), (0.151, 0.849)
GUIDE_DOTS_X, GUIDE_DOTS_Y = 5, 9


@dataclass(frozen=True)
class Box:
    """An empty box.

    Attributes:
        print: (CANVAS, CANVAS) reflectance.
        pitch: from this box to the next one, in boxes: 1 where they share a ruling.
        guides: whether the dotted guides are printed.
    """

    print: Floats32
    pitch: float
    guides: bool


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << SHIFT)), round(y * (1 << SHIFT))


def _line(ink: Gray, a: tuple[float, float], b: tuple[float, float], dark: int, px: float) -> None:
    """A line on a canvas of ink, drawn at its true thickness even below a pixel (paler then)."""
    thick = max(1, round(px))
    cv2.line(
        ink, _fixed(*a), _fixed(*b), round(dark * min(1.0, px / thick)), thick, cv2.LINE_AA, SHIFT
    )


def _square(ink: Gray, left: float, dark: int, px: float) -> None:
    """A full box with its left side at ``left``, level with the middle one."""
    right, bottom = left + BOX, PAD + BOX
    corners = [(left, PAD), (right, PAD), (right, bottom), (left, bottom), (left, PAD)]
    for a, b in pairwise(corners):
        _line(ink, a, b, dark, px)


def _separate(ink: Gray, rng: np.random.Generator) -> float:
    """Full boxes with gaps, their neighbours at the crop's edge."""
    pitch = float(rng.uniform(1.05, 1.35))
    dark, px = int(rng.integers(110, 250)), rng.uniform(1.0, 4.5)
    for i in (-1, 0, 1):
        _square(ink, PAD + i * pitch * BOX, dark, px)
    return pitch


def _table(ink: Gray, rng: np.random.Generator) -> float:
    """A cell of a ruled table: lines run on; the outer ones may be thicker or missing."""
    dark = int(rng.integers(60, 250))
    px = rng.uniform(0.5, 3.0)
    inner_dashed = rng.random() < 0.15
    ends = [(x0 * BOX + PAD) for x0 in (-1.0, 0.0, 1.0, 2.0)]
    first, last = rng.choice([0, 1]), rng.choice([2, 3])
    for i in range(first, last + 1):
        heavy = rng.random() < 0.2
        if inner_dashed and not heavy:
            for y in range(PAD, PAD + BOX, 6):
                _line(ink, (ends[i], y), (ends[i], y + 3), dark, px)
        else:
            top = -5 if rng.random() < 0.6 else PAD
            bottom = CANVAS + 5 if rng.random() < 0.6 else PAD + BOX
            _line(ink, (ends[i], top), (ends[i], bottom), dark, px * (2 if heavy else 1))
    for y in (PAD, PAD + BOX):
        heavy = rng.random() < 0.2
        left = -5.0 if first == 0 or rng.random() < 0.5 else ends[1]
        right = CANVAS + 5.0 if last == 3 or rng.random() < 0.5 else ends[2]
        _line(ink, (left, y), (right, y), dark, px * (2 if heavy else 1))
    return 1.0


@lru_cache(maxsize=64)
def _guide_dots(variant: int) -> Floats32:
    """The guides' dots at full strength, in one of 64 variants of size and place."""
    rng = np.random.default_rng(variant)
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    px = rng.uniform(0.8, 1.8)
    (x0, x1), (y0, y1) = GUIDE_X, GUIDE_Y
    dx, dy = rng.normal(0, 0.015, 2)
    for i in range(GUIDE_DOTS_X):
        for j in range(GUIDE_DOTS_Y):
            if i % (GUIDE_DOTS_X // 2) and j % (GUIDE_DOTS_Y // 2):
                continue
            x = PAD + BOX * (x0 + dx + (x1 - x0) * i / (GUIDE_DOTS_X - 1))
            y = PAD + BOX * (y0 + dy + (y1 - y0) * j / (GUIDE_DOTS_Y - 1))
            _line(ink, (x - px / 2, y), (x + px / 2, y), 255, px)
    return ink.astype(np.float32)


def _guides(ink: Gray, rng: np.random.Generator) -> None:
    dots = _guide_dots(int(rng.integers(64))) * rng.uniform(0.12, 0.6)
    np.maximum(ink, dots.astype(np.uint8), out=ink)


def _watermark(ink: Gray, rng: np.random.Generator) -> None:
    """Rings, letters and a bird's worth of curves, pale."""
    dark = int(rng.integers(15, 90))
    for _ in range(rng.integers(1, 4)):
        centre = tuple(int(v) for v in rng.integers(-40, CANVAS + 40, 2))
        kind = rng.random()
        if kind < 0.4:
            cv2.circle(ink, centre, int(rng.integers(15, 80)), dark, int(rng.integers(1, 9)))
        elif kind < 0.7:
            letter = "KPUSIMOLHAN"[rng.integers(11)]
            place = tuple(int(v) for v in rng.integers(0, CANVAS - 20, 2) + np.array([0, 20]))
            cv2.putText(
                ink,
                letter,
                place,
                cv2.FONT_HERSHEY_DUPLEX,
                rng.uniform(0.8, 2.5),
                dark,
                int(rng.integers(1, 6)),
                cv2.LINE_AA,
            )
        else:
            points = rng.integers(-20, CANVAS + 20, (rng.integers(3, 7), 2)).astype(np.int32)
            cv2.polylines(ink, [points], False, dark, int(rng.integers(2, 10)), cv2.LINE_AA)


def _surroundings(ink: Gray, rng: np.random.Generator) -> None:
    """Small print above or below, or a solid bar against one side of the box."""
    if rng.random() < 0.12:
        text = "".join(rng.choice(list("abdeghilmnoprstu ")) for _ in range(12))
        y = rng.uniform(4, PAD - 6) if rng.random() < 0.5 else PAD + BOX + rng.uniform(10, 16)
        cv2.putText(
            ink,
            text,
            (int(rng.integers(-10, 20)), round(y)),
            cv2.FONT_HERSHEY_SIMPLEX,
            rng.uniform(0.25, 0.45),
            int(rng.integers(90, 230)),
            1,
            cv2.LINE_AA,
        )
    if rng.random() < 0.06:
        dark = int(rng.integers(80, 255))
        gap = int(rng.integers(0, 8))
        bars = [
            (0, 0, CANVAS, PAD - gap),
            (0, PAD + BOX + gap, CANVAS, CANVAS),
            (0, 0, PAD - gap, CANVAS),
        ]
        x0, y0, x1, y1 = bars[rng.integers(3)]
        cv2.rectangle(ink, (x0, y0), (x1, y1), dark, -1)


def random_box(rng: np.random.Generator) -> Box:
    """An empty box of any kind."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    watermarked = rng.random() < 0.28
    if watermarked:
        _watermark(ink, rng)
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.5))
    guides = rng.random() < 0.4
    if guides:
        _guides(ink, rng)
    kind = rng.random()
    if kind < 0.5:
        pitch = _separate(ink, rng)
    elif kind < 0.97:
        pitch = _table(ink, rng)
    else:
        pitch = 1.1
    _surroundings(ink, rng)
    return Box(1 - ink.astype(np.float32) / 255, pitch, guides)
