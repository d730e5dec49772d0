"""Handwritten characters as strokes: own shapes, several for each digit, varied by a writer's hand.

Shapes are in the language of ``pipeline.forms.lettering``: 10 units high, top left at (0, 0). Some
follow the dotted guides of the 2024 boxes and look like seven-segment digits, as on real sheets.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ocr.arrays import Floats
from pipeline.forms.lettering import CAP, glyph, parse_strokes

#: Several shapes of every character that goes into a digit box.
_SHAPES: dict[str, tuple[str, ...]] = {
    "0": (
        "~3,0 1,1.5 0,5 1,8.6 3,10 5,8.6 6,5 5,1.5 3,0",
        "~3.6,0.2 1.2,1 0,5 0.8,9 3,10 5.4,8.4 6,4.6 4.8,0.8 3,0.3 2.4,0.9",
        "0,0 0,10 6,10 6,0 0,0",
        "~0.3,0.4 0.1,5 0.3,9.7 3,9.9 5.7,9.7 5.9,5 5.7,0.4 3,0.1 0.3,0.4",
    ),
    "1": (
        "3,0 3,10",
        "3.1,0 2.8,5 3,10",
        "1,2.6 3,0 3,10",
        "0.6,3 3.2,0 3.2,10|1,10 5.2,10",
        "0.8,1.6 3,0 3,10|0.8,9.9 5,9.9",
    ),
    "2": (
        "~0.3,2 2.6,0 5.4,2 4.6,5 0.4,9.9|0.4,9.9 6,9.8",
        "~0.3,2.2 2.6,0 5.2,2.4 3.6,6.4 1,9.2 0.4,8.6 2.4,8.8 4.4,9.8 6,9",
        "0,0 6,0 6,5 0,5 0,10 6,10",
        "0,0.3 5.6,0 5.6,4.4 0.2,9.8 6,10",
    ),
    "3": (
        "~0.4,1 3,0 5.2,2.2 2.4,4.8|~2.4,4.8 5.8,7 3,10 0.2,9",
        "0.2,0 5.4,0 2.4,4.2|~2.4,4.2 5.8,6.6 3.4,9.9 0,9.2",
        "0,0 6,0 6,10 0,10|0.6,5 6,5",
        "~0.2,0.6 4.6,0.4 4.8,3.6 1.8,4.8 5.4,6 5.2,9.4 0.2,9.6",
    ),
    "4": (
        "4.4,10 4.4,0 0,6.6 6.2,6.6",
        "0.4,0 0.2,5.4 5.6,5.2|4.4,1.6 4.2,10",
        "0,0 0,5 6,5|6,0 6,10",
        "~1.2,0 0.4,3.4 0.2,5.8|0.2,5.8 6,5.4|4.6,0.4 4.2,10",
        "4.6,0.4 0.2,6.4 6.2,6.2|4.8,3.4 4.4,10",
    ),
    "5": (
        "5.4,0 0.9,0.2 0.6,4.4|~0.6,4.4 3.2,4 5.6,6.8 3.4,9.9 0,9.2",
        "0.8,0.2 0.6,4.6|~0.6,4.6 3.4,3.8 5.8,6.8 3,10 0,8.8|0.8,0.3 5.6,0",
        "6,0 0,0 0,5 6,5 6,10 0,10",
        "~5.6,0 1,0.3 0.6,4.2 4.6,4.6 5.4,8.6 2.4,10 0,9.4",
    ),
    "6": (
        "~5,0.2 1.6,2.6 0.2,6.6 2.8,10 5.6,7.4 3,4.8 0.6,7",
        "~4,0 1.4,3.6 0.4,8 3,10 5.6,7.6 3.4,5.4 0.6,7.6",
        "6,0 0,0 0,10 6,10 6,5 0,5",
        "0.3,0 0.1,10 5.8,10 5.9,5.2 0.2,5.2",
    ),
    "7": (
        "0,0.2 5.8,0 2.4,10",
        "0,0.2 5.8,0 2.6,10|1.6,5.2 5.4,4.8",
        "0,0 6,0 6,10",
        "0.1,1.8 0.2,0.2 5.8,0 3.4,5 2.8,10",
        "~0.2,1 1.4,0 3.4,0.8 5.8,0|5.8,0 2.6,10|1.4,5 5,4.8",
    ),
    "8": (
        "~5,1.2 3,0 0.8,2.2 3,4.8 5.6,7.6 3,10 0.4,7.6 3,4.8 5.2,2.4 5,1",
        "~3,4.8 0.9,2.4 3,0 5.1,2.4 3,4.8 0.4,7.4 3,10 5.6,7.4 3,4.8",
        "0,0 6,0 6,10 0,10 0,0|0,5 6,5",
        "~3,0 1,2.2 3,4.6 5,2.2 3,0|~3,4.6 0.6,7.2 3,10 5.4,7.2 3,4.6",
    ),
    "9": (
        "~5.4,3 2.8,0 0.4,2.8 2.8,5.4 5.4,2.6 5.2,6.6 4,10",
        "~5.2,2.4 2.6,0 0.3,2.8 2.6,5.2 5.2,2.4|5.2,2 5,10",
        "6,5 0,5 0,0 6,0 6,10 0,10",
        "~5.4,3 2.8,0 0.4,2.8 2.8,5.4 5.4,2.6 5.2,7.4 3.4,9.9 0.6,9.2",
        "5.8,4.8 0.2,4.8 0.2,0.1 5.8,0.1 5.9,10",
    ),
    "x": ("0,0 6,10|6,0 0,10", "0.4,0.6 5.6,9.4|5.8,0.2 0.2,9.8"),
    "-": ("0,5 6,5", "0.4,5.4 5.6,4.8"),
}
#: How many shapes exist of the character that has most.
SHAPES_MOST = max(len(shapes) for shapes in _SHAPES.values())
#: Width of a shape in its own units: shapes of 6 x 10.
_WIDTH = 6.0


@dataclass(frozen=True)
class Hand:
    """How one person writes; lengths are shares of the height of the characters.

    Attributes:
        shape: which shape of each character, by ``shape % number of shapes``.
        slant: how far the top leans right.
        wobble: standard deviation by which points miss.
        pen_mm: width of the pen's line.
        gray: darkness of its ink, 0 black.
        tint: what colour adds to blue, green and red of the ink.
        fill: share of the box's height that a character takes.
        fullness: share of that height which its width may take.
    """

    shape: int
    slant: float
    wobble: float
    pen_mm: float
    gray: int
    tint: tuple[int, int, int]
    fill: float
    fullness: float


def random_hand(rng: np.random.Generator, *, box_mm: float = 20.0) -> Hand:
    """A person with a pen, for boxes of that height; spreads as seen on sheets of 2024."""
    blue = rng.random() < 0.7
    return Hand(
        shape=int(rng.integers(0, 60)),
        slant=float(rng.normal(0.03, 0.06)),
        wobble=float(rng.uniform(0.006, 0.022)),
        # A plano is written with a marker or a ball pen; on A4 the pen is relatively thick.
        pen_mm=float(max(0.35, box_mm * rng.uniform(0.03, 0.075))),
        gray=int(rng.integers(15, 95)),
        tint=(int(rng.integers(60, 120)), int(rng.integers(-5, 25)), -12) if blue else (4, 2, 0),
        fill=float(rng.uniform(0.52, 0.82)),
        fullness=float(rng.uniform(0.5, 0.68)),
    )


@cache
def _shape(char: str, number: int) -> tuple[Floats, ...]:
    if char in _SHAPES:
        shapes = _SHAPES[char]
        return tuple(line / [_WIDTH, CAP] for line in parse_strokes(shapes[number % len(shapes)]))
    width, lines = glyph(char)
    return tuple(line / [max(width, 1.0), CAP] for line in lines)


def write_character(char: str, hand: Hand, rng: np.random.Generator) -> tuple[Floats, ...]:
    """Strokes of one character in the unit square, (n, 2) each, y down; jittered, so never equal.

    Args:
        char: a digit, ``x``, ``-``, or a letter of the print alphabet.
        hand: who writes.
        rng: where the jitter comes from.
    """
    # People mostly repeat their own shape, not always.
    number = hand.shape if rng.random() < 0.85 else int(rng.integers(0, 60))
    lean = hand.slant + rng.normal(0, 0.03)
    turn = rng.normal(0, 0.03)
    stretch = np.array([1 + rng.normal(0, 0.06), 1 + rng.normal(0, 0.05)])
    lines = []
    for line in _shape(char, number):
        points = line + rng.normal(0, hand.wobble, line.shape)
        points = (points - 0.5) * stretch
        points = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        points[:, 0] -= lean * points[:, 1]
        lines.append(points + 0.5)
    return tuple(lines)


def scribble(rng: np.random.Generator, loops: int = 5) -> Floats:
    """A signature that is nobody's: loops from left to right in the unit square, (n, 2)."""
    count = 14 * loops
    t = np.linspace(0, 1, count)
    phase, height = rng.uniform(0, 6.28), rng.uniform(0.25, 0.45)
    x = t + 0.09 * np.cos(2 * np.pi * loops * t + phase) + 0.03 * np.sin(5 * t + phase)
    sway = height * (0.4 + 0.6 * rng.random()) * np.sin(2 * np.pi * loops * t + 1.3 * phase)
    y = 0.5 + sway * (1 - 0.6 * t) + 0.15 * np.sin(2 * np.pi * t * rng.uniform(0.5, 1.5))
    return np.column_stack([np.clip(x, 0, 1), np.clip(y, 0, 1)])
