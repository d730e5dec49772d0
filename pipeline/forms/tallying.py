"""Tally marks, row totals and how the unused rest is ruled off, as ink in millimetres."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ocr.arrays import Floats
from pipeline.forms.handwriting import Hand, write_character
from pipeline.forms.lettering import curve
from pipeline.forms.model import RowTotals, Tally
from pipeline.forms.shapes import Strokes
from pipeline.forms.style import Rest, Style

#: A tally pen is thinner than the one for digits.
_PEN = 0.75
#: Points between two turns of a snake.
SNAKE_STEPS = 10


def tally_marks(
    tally: Tally, count: int, style: Style, rng: np.random.Generator
) -> Iterator[Strokes]:
    """So many marks in bundles, row by row, and the rest of the grid ruled off.

    What does not fit into the grid is left out.
    """
    per_row = tally.columns * tally.marks_per_cell
    left = min(count, per_row * tally.rows)
    pen = style.hand.pen_mm * _PEN
    (x, y), (w, h) = tally.at_mm, tally.cell_mm
    marks: list[Floats] = []
    for cell in range(-(-left // tally.marks_per_cell)):
        row, column = divmod(cell, tally.columns)
        corner = np.array([x + column * w, y + row * h])
        number = min(tally.marks_per_cell, left - cell * tally.marks_per_cell)
        marks += [line * (w, h) + corner for line in _bundle(number, rng)]
    if marks:
        yield Strokes(tuple(marks), pen, style.hand.gray)
    rest = _rest(tally, left, style.rest, rng)
    if rest is not None:
        yield Strokes((rest,), pen, style.hand.gray)


def row_totals(
    totals: RowTotals, tally: Tally, count: int, style: Style, rng: np.random.Generator
) -> Iterator[Strokes]:
    """The number of marks of each used row, and a stroke through the cells of the others."""
    per_row = tally.columns * tally.marks_per_cell
    (x, y), (w, h) = totals.at_mm, totals.cell_mm
    rows = min(totals.rows, -(-count // per_row))
    for row in range(rows):
        number = min(per_row, count - row * per_row)
        leading = "0" if style.leading == "0" else "_"
        text = str(number).rjust(totals.digits, leading)
        yield from _number(text, (x, y + row * h, w, h), style.hand, rng)
    if rows < totals.rows and style.rest != "none":
        top, bottom = y + (rows + 0.2) * h, y + (totals.rows - 0.2) * h
        left, right = x + 0.15 * w, x + 0.85 * w
        corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]])
        line = _shaken(corners, rng, 0.03 * w)
        yield Strokes((line,), style.hand.pen_mm * _PEN, style.hand.gray)


def _number(
    text: str, cell: tuple[float, float, float, float], hand: Hand, rng: np.random.Generator
) -> Iterator[Strokes]:
    x, y, w, h = cell
    width = w / len(text)
    size = np.array([min(0.6 * width, 0.4 * h), 0.66 * h])
    for place, character in enumerate(text):
        if character == "_":
            continue
        centre = np.array([x + (place + 0.5) * width, y + h / 2]) + rng.normal(0, 0.04 * h, 2)
        lines = tuple((s - 0.5) * size + centre for s in write_character(character, hand, rng))
        yield Strokes(lines, hand.pen_mm * _PEN, hand.gray)


def _bundle(number: int, rng: np.random.Generator) -> list[Floats]:
    """Up to four upright strokes and a fifth across them, in the unit cell."""
    lean = rng.normal(0.04, 0.03)
    lines = []
    for i in range(min(number, 4)):
        x = 0.22 + 0.17 * i + rng.normal(0, 0.015)
        top, bottom = 0.18 + rng.normal(0, 0.03), 0.82 + rng.normal(0, 0.03)
        lines.append(np.array([[x + lean, top], [x - lean, bottom]]))
    if number >= 5:
        rise = rng.uniform(-0.1, 0.25)
        across = np.array([[0.12, 0.5 + rise], [0.86, 0.5 - rise]])
        lines.append(across + rng.normal(0, 0.02, (2, 2)))
    return lines


def _rest(tally: Tally, used: int, kind: Rest, rng: np.random.Generator) -> Floats | None:
    """The line that rules off what is unused, or None where nobody drew one."""
    per_row = tally.columns * tally.marks_per_cell
    (x, y), (w, h) = tally.at_mm, tally.cell_mm
    row = used // per_row
    if kind == "none" or row >= tally.rows:
        return None
    cells = -(-(used - row * per_row) // tally.marks_per_cell)
    start = x + (cells + 0.4) * w
    left, right = x + 0.3 * w, x + (tally.columns - 0.3) * w
    top, bottom = y + (row + 0.5) * h, y + (tally.rows - 0.25) * h
    if kind == "diagonal" or row == tally.rows - 1:
        points = [[min(start, right), top], [right, top], [left, bottom], [right, bottom]]
        if row == tally.rows - 1:
            points = points[:2]
        return _shaken(np.array(points), rng, 0.04 * h)
    # The curve swings out beyond its turns.
    left, right = x + 1.2 * w, x + (tally.columns - 1.2) * w
    points = [[min(start, right), top]]
    for i in range(row, tally.rows - 1):
        side = right if (i - row) % 2 == 0 else left
        points += [[side, y + (i + 0.5) * h], [side, y + (i + 1.5) * h]]
    points.append([left if points[-1][0] == right else right, points[-1][1]])
    loops = np.array(points)
    return curve(loops + rng.normal(0, 0.06 * h, loops.shape), SNAKE_STEPS)


def _shaken(points: Floats, rng: np.random.Generator, by: float) -> Floats:
    """Points (n, 2) as a line that a hand drew: more points between them, each a little off."""
    shares = np.linspace(0, 1, 7)[1:, None]
    steps = [points[:1]]
    for start, end in pairwise(points):
        steps.append(start + (end - start) * shares)
    line = np.vstack(steps)
    return np.asarray(line + rng.normal(0, by, line.shape))
