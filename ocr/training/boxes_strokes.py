"""Digits, crosses and dashes as pen strokes in the unit square (x right, y down).

Prototypes of the ways people write, jittered and smoothed: MNIST has neither the 1 with a flag
and a foot, nor the 7 with a bar, nor digits joined along the dotted guides of the 2024 pages.
"""

from collections.abc import Sequence

import numpy as np

from ocr.arrays import Floats

Stroke = Sequence[tuple[float, float]]

#: Control points by digit: variants, each a list of strokes, each smoothed unless it is straight.
CURVES: dict[str, list[list[Stroke]]] = {
    "0": [
        [
            [
                (0.55, 0.02),
                (0.2, 0.15),
                (0.1, 0.5),
                (0.2, 0.88),
                (0.5, 1.0),
                (0.8, 0.85),
                (0.9, 0.5),
                (0.8, 0.15),
                (0.5, 0.01),
            ]
        ],
        [
            [
                (0.6, 0.05),
                (0.25, 0.1),
                (0.08, 0.45),
                (0.15, 0.85),
                (0.5, 1.0),
                (0.85, 0.85),
                (0.95, 0.4),
                (0.75, 0.05),
                (0.4, 0.08),
            ]
        ],
        [
            [
                (0.5, 0.0),
                (0.2, 0.2),
                (0.1, 0.5),
                (0.2, 0.85),
                (0.5, 1.0),
                (0.8, 0.8),
                (0.9, 0.5),
                (0.8, 0.2),
                (0.5, 0.0),
            ],
            [(0.95, -0.02), (0.05, 1.02)],
        ],
    ],
    "1": [
        [[(0.5, 0.0), (0.5, 0.5), (0.5, 1.0)]],
        [[(0.6, 0.0), (0.5, 0.5), (0.4, 1.0)]],
        [[(0.25, 0.28), (0.42, 0.14), (0.55, 0.0)], [(0.55, 0.0), (0.54, 0.5), (0.53, 1.0)]],
        [
            [(0.2, 0.35), (0.42, 0.17), (0.58, 0.0)],
            [(0.58, 0.0), (0.55, 0.5), (0.52, 1.0)],
            [(0.25, 1.0), (0.52, 1.0), (0.82, 0.99)],
        ],
        [[(0.32, 0.2), (0.44, 0.08), (0.55, 0.0), (0.53, 0.4), (0.5, 1.0)]],
    ],
    "2": [
        [
            [(0.12, 0.25), (0.3, 0.03), (0.7, 0.03), (0.85, 0.3), (0.6, 0.62), (0.1, 0.98)],
            [(0.1, 0.98), (0.5, 0.97), (0.92, 0.98)],
        ],
        [
            [
                (0.1, 0.22),
                (0.4, 0.0),
                (0.8, 0.12),
                (0.78, 0.4),
                (0.45, 0.75),
                (0.15, 0.95),
                (0.12, 0.82),
                (0.3, 0.82),
                (0.6, 0.96),
                (0.95, 0.92),
            ]
        ],
        [
            [(0.1, 0.04), (0.5, 0.02), (0.85, 0.04)],
            [(0.85, 0.04), (0.5, 0.5), (0.1, 0.98)],
            [(0.1, 0.98), (0.5, 0.98), (0.9, 0.98)],
        ],
    ],
    "3": [
        [
            [
                (0.12, 0.15),
                (0.4, 0.0),
                (0.8, 0.1),
                (0.78, 0.36),
                (0.42, 0.48),
                (0.8, 0.58),
                (0.88, 0.82),
                (0.5, 1.0),
                (0.1, 0.85),
            ]
        ],
        [
            [(0.15, 0.03), (0.5, 0.02), (0.85, 0.03)],
            [(0.85, 0.03), (0.62, 0.25), (0.42, 0.42)],
            [(0.42, 0.42), (0.8, 0.52), (0.88, 0.78), (0.5, 1.0), (0.12, 0.88)],
        ],
        [
            [(0.15, 0.1), (0.6, 0.0), (0.85, 0.2), (0.65, 0.42), (0.35, 0.47)],
            [(0.35, 0.47), (0.75, 0.5), (0.9, 0.75), (0.6, 0.98), (0.1, 0.92)],
        ],
    ],
    "4": [
        [
            [(0.6, 0.0), (0.32, 0.35), (0.08, 0.65)],
            [(0.08, 0.65), (0.5, 0.64), (0.95, 0.65)],
            [(0.68, 0.3), (0.68, 0.65), (0.67, 1.0)],
        ],
        [
            [(0.7, 0.0), (0.4, 0.35), (0.08, 0.7)],
            [(0.08, 0.7), (0.5, 0.69), (0.95, 0.68)],
            [(0.7, 0.0), (0.7, 0.5), (0.7, 1.0)],
        ],
        [
            [(0.18, 0.0), (0.15, 0.3), (0.16, 0.52)],
            [(0.16, 0.52), (0.5, 0.53), (0.82, 0.5)],
            [(0.82, 0.02), (0.8, 0.5), (0.78, 1.0)],
        ],
        [
            [(0.2, 0.02), (0.12, 0.35), (0.3, 0.52), (0.6, 0.5), (0.82, 0.4)],
            [(0.84, 0.02), (0.8, 0.5), (0.74, 1.0)],
        ],
    ],
    "5": [
        [
            [(0.2, 0.02), (0.18, 0.2), (0.16, 0.42)],
            [(0.16, 0.42), (0.5, 0.36), (0.85, 0.55), (0.82, 0.85), (0.45, 1.0), (0.1, 0.9)],
            [(0.2, 0.02), (0.5, 0.02), (0.88, 0.0)],
        ],
        [
            [(0.9, 0.02), (0.5, 0.03), (0.22, 0.03)],
            [(0.22, 0.03), (0.2, 0.2), (0.17, 0.44)],
            [(0.17, 0.44), (0.6, 0.4), (0.88, 0.65), (0.65, 0.97), (0.1, 0.95)],
        ],
        [
            [
                (0.88, 0.0),
                (0.5, 0.03),
                (0.25, 0.05),
                (0.2, 0.3),
                (0.3, 0.42),
                (0.75, 0.5),
                (0.82, 0.8),
                (0.5, 1.0),
                (0.12, 0.94),
            ]
        ],
        [
            [(0.85, 0.03), (0.2, 0.03)],
            [(0.2, 0.03), (0.2, 0.48)],
            [(0.2, 0.48), (0.82, 0.48)],
            [(0.82, 0.48), (0.84, 0.75), (0.82, 0.97)],
            [(0.82, 0.97), (0.15, 0.97)],
        ],
    ],
    "6": [
        [
            [
                (0.72, 0.0),
                (0.35, 0.2),
                (0.12, 0.6),
                (0.25, 0.95),
                (0.65, 0.98),
                (0.85, 0.72),
                (0.6, 0.5),
                (0.2, 0.62),
                (0.15, 0.75),
            ]
        ],
        [
            [
                (0.6, 0.0),
                (0.25, 0.3),
                (0.1, 0.65),
                (0.3, 0.97),
                (0.7, 0.95),
                (0.82, 0.68),
                (0.5, 0.55),
                (0.14, 0.75),
            ]
        ],
        [
            [
                (0.85, 0.08),
                (0.5, 0.0),
                (0.18, 0.3),
                (0.12, 0.7),
                (0.4, 1.0),
                (0.8, 0.88),
                (0.8, 0.58),
                (0.45, 0.48),
                (0.14, 0.6),
            ]
        ],
    ],
    "7": [
        [[(0.08, 0.05), (0.5, 0.03), (0.9, 0.03)], [(0.9, 0.03), (0.6, 0.45), (0.42, 1.0)]],
        [
            [(0.08, 0.05), (0.5, 0.03), (0.9, 0.03)],
            [(0.9, 0.03), (0.6, 0.45), (0.42, 1.0)],
            [(0.3, 0.5), (0.55, 0.49), (0.85, 0.47)],
        ],
        [
            [(0.1, 0.22), (0.12, 0.1), (0.12, 0.03)],
            [(0.12, 0.03), (0.5, 0.04), (0.88, 0.03)],
            [(0.88, 0.03), (0.7, 0.5), (0.6, 1.0)],
        ],
        [
            [(0.08, 0.2), (0.18, 0.04), (0.5, 0.1), (0.9, 0.03)],
            [(0.9, 0.03), (0.62, 0.4), (0.45, 1.0)],
            [(0.32, 0.52), (0.8, 0.46)],
        ],
        [[(0.15, 0.03), (0.85, 0.03)], [(0.85, 0.03), (0.85, 0.5), (0.84, 1.0)]],
    ],
    "8": [
        [
            [
                (0.8, 0.12),
                (0.5, 0.0),
                (0.2, 0.15),
                (0.3, 0.4),
                (0.7, 0.58),
                (0.85, 0.82),
                (0.5, 1.0),
                (0.15, 0.82),
                (0.3, 0.58),
                (0.7, 0.4),
                (0.82, 0.15),
            ]
        ],
        [
            [
                (0.5, 0.0),
                (0.22, 0.12),
                (0.25, 0.36),
                (0.5, 0.46),
                (0.76, 0.35),
                (0.78, 0.12),
                (0.5, 0.0),
            ],
            [
                (0.5, 0.46),
                (0.15, 0.6),
                (0.15, 0.88),
                (0.5, 1.0),
                (0.85, 0.88),
                (0.85, 0.6),
                (0.5, 0.46),
            ],
        ],
        [
            [
                (0.85, 0.05),
                (0.4, 0.02),
                (0.2, 0.25),
                (0.5, 0.48),
                (0.82, 0.75),
                (0.55, 1.0),
                (0.18, 0.85),
                (0.4, 0.55),
                (0.9, 0.08),
            ]
        ],
    ],
    "9": [
        [
            [(0.85, 0.2), (0.5, 0.0), (0.15, 0.2), (0.2, 0.45), (0.55, 0.5), (0.84, 0.3)],
            [(0.85, 0.05), (0.83, 0.5), (0.78, 1.0)],
        ],
        [
            [
                (0.8, 0.15),
                (0.45, 0.0),
                (0.15, 0.25),
                (0.3, 0.5),
                (0.7, 0.45),
                (0.85, 0.15),
                (0.83, 0.6),
                (0.7, 0.95),
                (0.25, 0.97),
            ]
        ],
        [
            [(0.82, 0.1), (0.45, 0.0), (0.12, 0.2), (0.25, 0.45), (0.6, 0.45), (0.83, 0.15)],
            [(0.83, 0.1), (0.82, 0.6), (0.6, 0.98), (0.2, 0.92)],
        ],
        [
            [
                (0.78, 0.3),
                (0.5, 0.48),
                (0.18, 0.35),
                (0.25, 0.06),
                (0.65, 0.02),
                (0.8, 0.25),
                (0.7, 0.65),
                (0.45, 1.0),
            ]
        ],
    ],
}

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


def smooth(points: Floats) -> Floats:
    """A Catmull-Rom curve through control points (k, 2) -> (m, 2)."""
    if len(points) < 3:
        return points
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, SMOOTH, endpoint=False)[:, None]
    parts = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(
            0.5
            * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            )
        )
    return np.vstack([*parts, points[-1:]])


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
    variants = CURVES[digit]
    strokes = _jitter(variants[rng.integers(len(variants))], rng.uniform(0.01, 0.05), rng)
    return [smooth(s) for s in strokes]


def guided_digit(digit: str, rng: np.random.Generator) -> list[Floats]:
    """A digit joined along the guides: straight, slightly overshooting segments."""
    names = SEVEN[digit][rng.integers(len(SEVEN[digit]))]
    if names == "M":  # the 1 on the middle line of the guides
        return _jitter([[(0.5, 0.0), (0.5, 1.0)]], 0.03, rng)
    loose = rng.uniform(0.01, 0.04)
    return [s for name in names for s in _jitter([SEGMENTS[name]], loose, rng)]


def cross(rng: np.random.Generator) -> list[Floats]:
    """A cross, sometimes curved, sometimes drawn in one go."""
    ends = _jitter([[(0, 0), (0.5, 0.5), (1, 1)], [(1, 0), (0.5, 0.5), (0, 1)]], 0.06, rng)
    if rng.random() < 0.15:  # one go: over the second end without lifting the pen
        ends = [np.vstack([ends[0], ends[1][::-1] if rng.random() < 0.5 else ends[1]])]
        return [smooth(ends[0])] if rng.random() < 0.5 else ends
    if rng.random() < 0.3:
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
