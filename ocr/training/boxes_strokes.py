"""Digits, crosses and dashes as pen strokes in the unit square (x right, y down).

Prototypes of the ways people write, jittered and smoothed: MNIST has neither the 1 with a flag
and a foot, nor the 7 with a bar, nor digits joined along the dotted guides of the 2024 pages.
"""

from collections.abc import Sequence

import numpy as np

from ocr.arrays import Floats

Stroke = Sequence[tuple[float, float]]

#: Control points in hundredths, by digit: ways of writing, their strokes parted by a bar.
CURVES: dict[str, list[str]] = {
    "0": [
        "55,2 20,15 10,50 20,88 50,100 80,85 90,50 80,15 50,1",
        "60,5 25,10 8,45 15,85 50,100 85,85 95,40 75,5 40,8",
        "50,0 20,20 10,50 20,85 50,100 80,80 90,50 80,20 50,0 | 95,-2 5,102",
    ],
    "1": [
        "50,0 50,50 50,100",
        "60,0 50,50 40,100",
        "25,28 42,14 55,0 | 55,0 54,50 53,100",
        "20,35 42,17 58,0 | 58,0 55,50 52,100 | 25,100 52,100 82,99",
        "32,20 44,8 55,0 53,40 50,100",
    ],
    "2": [
        "12,25 30,3 70,3 85,30 60,62 10,98 | 10,98 50,97 92,98",
        "10,22 40,0 80,12 78,40 45,75 15,95 12,82 30,82 60,96 95,92",
        "10,4 50,2 85,4 | 85,4 50,50 10,98 | 10,98 50,98 90,98",
    ],
    "3": [
        "12,15 40,0 80,10 78,36 42,48 80,58 88,82 50,100 10,85",
        "15,3 50,2 85,3 | 85,3 62,25 42,42 | 42,42 80,52 88,78 50,100 12,88",
        "15,10 60,0 85,20 65,42 35,47 | 35,47 75,50 90,75 60,98 10,92",
    ],
    "4": [
        "60,0 32,35 8,65 | 8,65 50,64 95,65 | 68,30 68,65 67,100",
        "70,0 40,35 8,70 | 8,70 50,69 95,68 | 70,0 70,50 70,100",
        "18,0 15,30 16,52 | 16,52 50,53 82,50 | 82,2 80,50 78,100",
        "20,2 12,35 30,52 60,50 82,40 | 84,2 80,50 74,100",
    ],
    "5": [
        "20,2 18,20 16,42 | 16,42 50,36 85,55 82,85 45,100 10,90 | 20,2 50,2 88,0",
        "90,2 50,3 22,3 | 22,3 20,20 17,44 | 17,44 60,40 88,65 65,97 10,95",
        "88,0 50,3 25,5 20,30 30,42 75,50 82,80 50,100 12,94",
        "85,3 20,3 | 20,3 20,48 | 20,48 82,48 | 82,48 84,75 82,97 | 82,97 15,97",
    ],
    "6": [
        "72,0 35,20 12,60 25,95 65,98 85,72 60,50 20,62 15,75",
        "60,0 25,30 10,65 30,97 70,95 82,68 50,55 14,75",
        "85,8 50,0 18,30 12,70 40,100 80,88 80,58 45,48 14,60",
    ],
    "7": [
        "8,5 50,3 90,3 | 90,3 60,45 42,100",
        "8,5 50,3 90,3 | 90,3 60,45 42,100 | 30,50 55,49 85,47",
        "10,22 12,10 12,3 | 12,3 50,4 88,3 | 88,3 70,50 60,100",
        "8,20 18,4 50,10 90,3 | 90,3 62,40 45,100 | 32,52 80,46",
        "15,3 85,3 | 85,3 85,50 84,100",
    ],
    "8": [
        "80,12 50,0 20,15 30,40 70,58 85,82 50,100 15,82 30,58 70,40 82,15",
        "50,0 22,12 25,36 50,46 76,35 78,12 50,0 | 50,46 15,60 15,88 50,100 85,88 85,60 50,46",
        "85,5 40,2 20,25 50,48 82,75 55,100 18,85 40,55 90,8",
        "78,30 70,2 35,8 30,35 65,55 72,85 40,100 15,80 40,50 85,15 95,0",
        "90,12 60,0 30,18 45,45 65,65 45,98 12,88 25,60 60,42 88,14",
    ],
    "9": [
        "85,20 50,0 15,20 20,45 55,50 84,30 | 85,5 83,50 78,100",
        "80,15 45,0 15,25 30,50 70,45 85,15 83,60 70,95 25,97",
        "82,10 45,0 12,20 25,45 60,45 83,15 | 83,10 82,60 60,98 20,92",
        "78,30 50,48 18,35 25,6 65,2 80,25 70,65 45,100",
    ],
}


def _parse(text: str) -> list[Stroke]:
    pairs = [[pair.split(",") for pair in stroke.split()] for stroke in text.split("|")]
    return [[(int(x) / 100, int(y) / 100) for x, y in stroke] for stroke in pairs]


PARSED = {digit: [_parse(text) for text in texts] for digit, texts in CURVES.items()}

#: Ends of the seven segments a-g on the guides.
SEGMENTS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "a": ((0, 0), (1, 0)),
    "b": ((1, 0), (1, 0.5)),
    "c": ((1, 0.5), (1, 1)),
    "d": ((0, 1), (1, 1)),
    "e": ((0, 0.5), (0, 1)),
    "f": ((0, 0), (0, 0.5)),
    "g": ((0, 0.5), (1, 0.5)),
}
SEVEN = {
    "0": ["abcdef"],
    "1": ["bc", "M"],
    "2": ["abged"],
    "3": ["abgcd"],
    "4": ["fgbc"],
    "5": ["afgcd"],
    "6": ["afgedc", "fgedc"],
    "7": ["abc", "fabc"],
    "8": ["abcdefg"],
    "9": ["gfabcd", "gfabc"],
}
#: Samples a control point pair in a smoothed stroke.
SMOOTH = 6


#: Catmull-Rom: four control points -> SMOOTH points between the middle two.
_T = np.linspace(0, 1, SMOOTH, endpoint=False)[:, None]
_BASIS = 0.5 * np.hstack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, _T**3 - _T**2]
)


def smooth(points: Floats) -> Floats:
    """A Catmull-Rom curve through control points (k, 2) -> (m, 2)."""
    if len(points) < 3:
        return points
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    fours = np.stack([padded[:-3], padded[1:-2], padded[2:-1], padded[3:]], axis=1)
    curve = (_BASIS @ fours).reshape(-1, 2)
    return np.vstack([curve, points[-1:]])


def _jitter(strokes: Sequence[Stroke], amount: float, rng: np.random.Generator) -> list[Floats]:
    # Joined ends move together: the same control point gets the same push.
    pushes: dict[tuple[float, float], Floats] = {}
    result = []
    for stroke in strokes:
        moved = []
        for point in stroke:
            push = pushes.setdefault(point, rng.normal(0, amount, 2))
            moved.append(np.asarray(point, float) + push)
        result.append(np.array(moved))
    return result


def curved_digit(digit: str, rng: np.random.Generator) -> list[Floats]:
    """A free-hand digit: strokes (m, 2) in the unit square, a little beyond it."""
    variants = PARSED[digit]
    strokes = _jitter(variants[rng.integers(len(variants))], rng.uniform(0.01, 0.05), rng)
    return [smooth(s) for s in strokes]


def guided_digit(digit: str, rng: np.random.Generator) -> list[Floats]:
    """A digit joined along the guides: straight, slightly overshooting segments."""
    names = SEVEN[digit][rng.integers(len(SEVEN[digit]))]
    if names == "M":  # the 1 on the middle line of the guides
        return _jitter([[(0.5, 0.0), (0.5, 1.0)]], 0.03, rng)
    loose = rng.uniform(0.01, 0.04)
    return [s for name in names for s in _jitter([SEGMENTS[name]], loose, rng)]


#: Crosses in one go: an hourglass, standing or lying, and one whose sides were closed as well.
CLOSED_CROSSES: list[list[Stroke]] = [
    [[(0, 0), (1, 0), (0, 1), (1, 1), (0, 0)]],
    [[(0, 0), (0, 1), (1, 0), (1, 1), (0, 0)]],
    [[(0, 0), (1, 1), (1, 0), (0, 1)]],
    [[(0, 0), (1, 1), (0, 1), (1, 0)]],
    [[(0, 0), (1, 1)], [(1, 0), (0, 1)], [(0, 0), (1, 0)], [(0, 1), (1, 1)]],
    [[(0, 0), (1, 1)], [(1, 0), (0, 1)], [(0, 0), (0, 1)], [(1, 0), (1, 1)]],
    [[(0, 0), (1, 1)], [(1, 0), (0, 1)], [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
]


def cross(rng: np.random.Generator) -> list[Floats]:
    """A cross, sometimes curved, sometimes drawn in one go or closed to an hourglass."""
    kind = rng.random()
    if kind < 0.15:
        return _jitter(CLOSED_CROSSES[rng.integers(len(CLOSED_CROSSES))], 0.04, rng)
    ends = _jitter([[(0, 0), (0.5, 0.5), (1, 1)], [(1, 0), (0.5, 0.5), (0, 1)]], 0.06, rng)
    if kind < 0.25:  # one go: over the second end without lifting the pen
        return [smooth(np.vstack([ends[0], ends[1][::-1] if kind < 0.2 else ends[1]]))]
    if kind < 0.5:
        return [smooth(s + rng.normal(0, 0.03, s.shape)) for s in ends]
    return [s[[0, -1]] for s in ends]


def dash(rng: np.random.Generator) -> list[Floats]:
    """A dash: level, slightly tilted or wavy; seldom a double or a slanted one."""
    y = rng.normal(0.5, 0.06)
    tilt = rng.normal(0, 0.06)
    if rng.random() < 0.08:
        tilt = -rng.uniform(0.3, 0.9)  # a slash from bottom left to top right
    line = np.array([[0.0, y - tilt / 2], [0.5, y + rng.normal(0, 0.02)], [1.0, y + tilt / 2]])
    strokes = [smooth(line)]
    if rng.random() < 0.06:
        strokes.append(smooth(line + np.array([0, rng.uniform(0.12, 0.22)])))
    return strokes
