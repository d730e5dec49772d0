"""Print letters as strokes: an own, plain sans-serif alphabet, the same in pictures and in PDF.

Fonts are left out on purpose: OpenCV 4 and 5 draw text differently, and a PDF would have to carry
a font. A glyph is a text: its width, then strokes parted by ``|``, each a list of points ``x,y``.
Capitals stand between y = 0 (top) and y = 10 (baseline), descenders reach down to y = 13. A stroke
that starts with ``~`` is a smooth curve through its points.
"""

from functools import cache, lru_cache

import numpy as np

from ocr.arrays import Floats

#: Height of capitals in glyph units.
CAP = 10.0
#: Free space after a glyph, in glyph units.
SPACING = 2.4
#: Points that a smooth curve gets between two of its given points.
CURVE_STEPS = 4

_BOWL = "~{r},3.2 {m},2.8 0,6.4 {m},10 {r},9.6"

_GLYPHS: dict[str, str] = {
    "A": "8 0,10 4,0 8,10|1.4,6.7 6.6,6.7",
    "B": "6.4 3.5,10 0,10 0,0 3.4,0|~3.4,0 5.8,2.4 3.4,4.8|0,4.8 3.5,4.8|~3.5,4.8 6.4,7.4 3.5,10",
    "C": "7 ~7,1.3 4.4,0 1.2,1.4 0,5 1.2,8.6 4.4,10 7,8.7",
    "D": "7.4 0,0 0,10 3,10|~3,10 6.2,8.6 7.4,5 6.2,1.4 3,0|3,0 0,0",
    "E": "5.4 5.4,0 0,0 0,10 5.4,10|0,4.8 4.8,4.8",
    "F": "5.2 5.2,0 0,0 0,10|0,4.9 4.6,4.9",
    "G": "7.4 ~7.2,1.2 4.4,0 1.2,1.4 0,5 1.2,8.6 4.4,10 7.4,9|7.4,9 7.4,5.4 4.6,5.4",
    "H": "7 0,0 0,10|7,0 7,10|0,4.8 7,4.8",
    "I": "0.4 0.2,0 0.2,10",
    "J": "3 3,0 3,9|~3,9 2.2,11.2 0,11.4",
    "K": "6.4 0,0 0,10|6.2,0 0.2,5 6.4,10",
    "L": "5 0,0 0,10 5,10",
    "M": "9 0,10 0,0 4.5,8 9,0 9,10",
    "N": "7 0,10 0,0 7,10 7,0",
    "O": "8.4 ~4.2,0 1.2,1.4 0,5 1.2,8.6 4.2,10 7.2,8.6 8.4,5 7.2,1.4 4.2,0",
    "P": "6 0,10 0,0 3,0|~3,0 6,2.8 3,5.6|3,5.6 0,5.6",
    "Q": "8.4 ~4.2,0 1.2,1.4 0,5 1.2,8.6 4.2,10 7.2,8.6 8.4,5 7.2,1.4 4.2,0|5,8 8.2,11.4",
    "R": "6.4 0,10 0,0 3,0|~3,0 5.8,2.6 3,5.2|3,5.2 0,5.2|3,5.2 6.4,10",
    "S": "6 ~5.6,1.1 3,0 0.4,2.4 3,4.8 6,7.4 3,10 0,8.7",
    "T": "7 0,0 7,0|3.5,0 3.5,10",
    "U": "7 0,0 0,6|~0,6 0.9,9 3.5,10 6.1,9 7,6|7,6 7,0",
    "V": "7.6 0,0 3.8,10 7.6,0",
    "W": "11 0,0 2.7,10 5.5,0 8.3,10 11,0",
    "X": "7 0,0 7,10|7,0 0,10",
    "Y": "7 0,0 3.5,5 7,0|3.5,5 3.5,10",
    "Z": "6.4 0,0 6.4,0 0,10 6.4,10",
    "a": "5 ~0.4,3.6 2.6,2.8 5,5|5,5 5,10|~5,6 2,6 0,8 1.6,10 4,9.4 5,7.6",
    "b": "5.6 0,0 0,10|~0,5 2.8,2.8 5.6,6.4 2.8,10 0,7.8",
    "c": "4.6 " + _BOWL.format(r="4.6", m="3"),
    "d": "5.6 5.6,0 5.6,10|~5.6,5 2.8,2.8 0,6.4 2.8,10 5.6,7.8",
    "e": "5.4 0,6.2 5.4,6.2|~5.4,6.2 2.8,2.8 0,6.4 2.8,10 5.2,9.2",
    "f": "3.4 ~3.4,0.2 1.4,0.4 1,2.4|1,2.4 1,10|0,3 3.2,3",
    "g": "5.6 ~5.6,5 2.8,2.8 0,6.2 2.8,9.6 5.6,7.4|5.6,3 5.6,10|~5.6,10 4.6,12.6 0.6,12.4",
    "h": "5.2 0,0 0,10|~0,5.4 2.6,2.8 5.2,5.4|5.2,5.4 5.2,10",
    "i": "0.4 0.2,3 0.2,10|0.2,0.2 0.2,0.7",
    "j": "1.4 1.4,3 1.4,11|~1.4,11 1,12.6 -0.4,12.8|1.4,0.2 1.4,0.7",
    "k": "4.8 0,0 0,10|4.6,3 0.2,6.4 4.8,10",
    "l": "0.4 0.2,0 0.2,10",
    "m": "8.8 0,3 0,10|~0,5 2.2,2.8 4.4,5|4.4,5 4.4,10|~4.4,5 6.6,2.8 8.8,5|8.8,5 8.8,10",
    "n": "5.2 0,3 0,10|~0,5.4 2.6,2.8 5.2,5.4|5.2,5.4 5.2,10",
    "o": "5.8 ~2.9,2.8 0,6.4 2.9,10 5.8,6.4 2.9,2.8",
    "p": "5.6 0,3 0,13|~0,5 2.8,2.8 5.6,6.4 2.8,10 0,7.8",
    "q": "5.6 5.6,3 5.6,13|~5.6,5 2.8,2.8 0,6.4 2.8,10 5.6,7.8",
    "r": "3.2 0,3 0,10|~0,5.6 1.2,3.2 3.2,2.9",
    "s": "4.4 ~4.2,3.4 2.2,2.8 0.4,4.4 2.2,6.3 4.4,8.2 2.2,10 0,9.2",
    "t": "3.4 1,1 1,8.6|~1,8.6 1.6,10 3.4,9.8|0,3 3.2,3",
    "u": "5.2 0,3 0,7.4|~0,7.4 2.6,10 5.2,7.4|5.2,3 5.2,10",
    "v": "5.2 0,3 2.6,10 5.2,3",
    "w": "8 0,3 2,10 4,3 6,10 8,3",
    "x": "5 0,3 5,10|5,3 0,10",
    "y": "5.2 0,3 2.6,10|5.2,3 2.6,10 1,13",
    "z": "4.6 0,3 4.6,3 0,10 4.6,10",
    "0": "5.8 ~2.9,0 0.7,1.6 0,5 0.7,8.4 2.9,10 5.1,8.4 5.8,5 5.1,1.6 2.9,0",
    "1": "3.6 0,2 2.2,0 2.2,10|0.4,10 4,10",
    "2": "5.6 ~0.2,1.4 2.6,0 5.2,2.2 4,5.4 0,10|0,10 5.6,10",
    "3": "5.4 ~0.2,1 2.6,0 5,2.2 2.4,4.8|~2.4,4.8 5.4,7.2 2.6,10 0,9",
    "4": "6.2 4.6,10 4.6,0 0,7 6.2,7",
    "5": "5.4 5,0 0.6,0 0.6,4.4|~0.6,4.4 3,4 5.4,6.8 3,10 0,9.2",
    "6": "5.8 ~5.2,0.4 3,0.2 0.6,3 0,6.8 2.9,10 5.8,7 2.9,4.2 0,6.8",
    "7": "5.6 0,0 5.6,0 1.8,10",
    "8": "5.8 ~2.9,4.7 0.5,2.4 2.9,0 5.3,2.4 2.9,4.7 0,7.3 2.9,10 5.8,7.3 2.9,4.7",
    "9": "5.8 ~0.6,9.6 2.8,9.8 5.2,7 5.8,3.2 2.9,0 0,3 2.9,5.8 5.8,3.2",
    ".": "0.4 0.2,9.6 0.2,10",
    ",": "0.6 0.5,9.4 0.1,11.6",
    ":": "0.4 0.2,4 0.2,4.4|0.2,9.6 0.2,10",
    ";": "0.6 0.4,4 0.4,4.4|0.5,9.4 0.1,11.6",
    "(": "2.2 ~2.2,-1 0,5 2.2,11.4",
    ")": "2.2 ~0,-1 2.2,5 0,11.4",
    "/": "3.8 0,11 3.8,-0.6",
    "+": "5.6 0,5.4 5.6,5.4|2.8,2.6 2.8,8.2",
    "-": "3.2 0,6 3.2,6",
    "=": "5.6 0,4.2 5.6,4.2|0,7 5.6,7",
    "*": "3.6 1.8,0 1.8,4|0.1,1 3.5,3|0.1,3 3.5,1",
    "%": "8 6.6,0 1.4,10|~1.7,0 0,2.2 1.7,4.4 3.4,2.2 1.7,0|~6.3,5.6 4.6,7.8 6.3,10 8,7.8 6.3,5.6",
    "'": "0.4 0.2,0 0.2,2.4",
    '"': "2 0.2,0 0.2,2.4|1.8,0 1.8,2.4",
    "_": "5 0,10.6 5,10.6",
    "|": "0.4 0.2,-1 0.2,12",
    "[": "2 2,-1 0,-1 0,11.4 2,11.4",
    "]": "2 0,-1 2,-1 2,11.4 0,11.4",
    "?": "4.8 ~0,1.6 2.4,0 4.8,2.4 2.6,5 2.4,7|2.4,9.6 2.4,10",
    "!": "0.4 0.2,0 0.2,7|0.2,9.6 0.2,10",
    "#": "6.4 2,0.6 1.2,9.6|5.2,0.6 4.4,9.6|0,3.6 6.4,3.6|0,6.8 6.2,6.8",
    "<": "5 5,1.6 0,5.4 5,9.2",
    ">": "5 0,1.6 5,5.4 0,9.2",
    "\N{EN DASH}": "5 0,6 5,6",
    "\N{RIGHT SINGLE QUOTATION MARK}": "0.8 0.7,0 0.2,2.4",
    "&": "7 ~7,10 1.2,2.6 3,0 4.6,2 0.2,7 2.4,10 6.6,6",
    " ": "2.2 ",
}
#: What stands for a letter that the alphabet does not have.
_UNKNOWN = "5 0,0 5,0 5,10 0,10 0,0"


def curve(points: Floats, steps: int = CURVE_STEPS) -> Floats:
    """A smooth (Catmull-Rom) curve through points (n, 2) -> ((n - 1) * steps + 1, 2)."""
    if len(points) < 3:
        return points
    closed = bool(np.allclose(points[0], points[-1]))
    before = points[-2] if closed else 2 * points[0] - points[1]
    after = points[1] if closed else 2 * points[-1] - points[-2]
    p = np.vstack([before, points, after])
    t = (np.arange(steps) / steps)[:, None, None]
    p0, p1, p2, p3 = p[:-3], p[1:-2], p[2:-1], p[3:]
    through = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    smooth = np.vstack([through.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])
    return np.asarray(smooth, dtype=np.float64)


def parse_strokes(text: str) -> tuple[Floats, ...]:
    """Strokes from their text, ``~`` ones made smooth; each (n, 2) in glyph units."""
    strokes = []
    for part in filter(None, (stroke.strip() for stroke in text.split("|"))):
        pairs = [pair.split(",") for pair in part.lstrip("~").split()]
        points = np.array([[float(x), float(y)] for x, y in pairs])
        strokes.append(curve(points) if part.startswith("~") else points)
    return tuple(strokes)


@cache
def glyph(letter: str) -> tuple[float, tuple[Floats, ...]]:
    """Width and strokes of a printed letter, in glyph units."""
    width, _, strokes = _GLYPHS.get(letter, _UNKNOWN).partition(" ")
    return float(width), parse_strokes(strokes)


@lru_cache(maxsize=4096)
def text_strokes(
    text: str, cap: float, width: float | None = None
) -> tuple[tuple[Floats, ...], float]:
    """A line of print as strokes from (0, 0), the left end of its baseline, y down.

    Args:
        text: the line.
        cap: height of its capitals, in the unit of the result.
        width: its length where that is known; letters are made narrower or wider to fit.

    Returns:
        The strokes, each (n, 2), and the length of the line.
    """
    strokes: list[Floats] = []
    x = 0.0
    for letter in text:
        advance, parts = glyph(letter)
        at = np.array([x, -CAP])
        strokes += [part + at for part in parts]
        x += advance + SPACING
    natural = max(x - SPACING, 0.1) * cap / CAP
    scale_y = cap / CAP
    scale_x = scale_y if width is None else scale_y * width / natural
    scale = np.array([scale_x, scale_y])
    return tuple(part * scale for part in strokes), natural if width is None else width
