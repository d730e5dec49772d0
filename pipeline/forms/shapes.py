"""A form page as the plain shapes it is printed with, for every kind of drawing.

Everything is in millimetres. The order is that of the ink: later shapes lie on top.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ocr.arrays import Floats, Gray
from pipeline.forms.lettering import text_strokes
from pipeline.forms.model import (
    BoxRow,
    Bubbles,
    FormPage,
    Grid,
    Line,
    Mark,
    Point,
    Print,
    Rect,
    RowTotals,
    Tag,
    Tally,
)

#: The dotted guides in a digit box, as shares of the box's side (measured on the official blank of
#: 2024): 3 upright columns of 9 dots, and a dot between them at top, middle and bottom.
GUIDE_X = (0.2918, 0.3950, 0.4985, 0.6018, 0.7053)
GUIDE_Y = tuple(0.1683 + 0.08295 * i for i in range(9))
GUIDE_DOT = 0.034
GUIDE_GRAY = 201
#: Stroke of letters as a share of the height of capitals.
THIN, BOLD = 0.11, 0.19
#: A bubble's ring and the digit in it, as shares of its radius.
BUBBLE_STROKE, BUBBLE_CAP = 0.088, 0.86
#: Modules along a side of a tag of family 36h10, with its black border.
TAG_MODULES = 8


@dataclass(frozen=True)
class Bar:
    """A filled upright rectangle."""

    at_mm: Rect
    gray: int = 0


@dataclass(frozen=True)
class Disc:
    """A filled circle, or a ring where ``stroke_mm`` is given (the middle of its line counts)."""

    at_mm: Point
    radius_mm: float
    stroke_mm: float | None = None
    gray: int = 0


@dataclass(frozen=True)
class Strokes:
    """Open lines of one width with round ends; each line (n, 2) in mm."""

    lines: tuple[Floats, ...]
    width_mm: float
    gray: int = 0


Shape = Bar | Disc | Strokes


def shapes(form: FormPage) -> Iterator[Shape]:
    """Everything printed on a blank page, back to front."""
    yield from _rulings(form)
    yield from _places(form)
    for mark in form.marks:
        yield from _mark(mark)
    if form.tag:
        yield from _tag(form.tag)
    for text in form.prints:
        yield print_shape(text)


def _rulings(form: FormPage) -> Iterator[Shape]:
    """Bars and tables; the light tally grids below the dark tables around them."""
    for solid in form.solids:
        yield Bar(solid.at_mm, solid.gray)
    for line in form.lines:
        yield from _line(line)
    for field in form.fields:
        if field.tally:
            yield from _tally(field.tally)
        if field.row_totals:
            yield from _row_totals(field.row_totals)
    for grid in form.grids:
        yield from _grid(grid)


def _places(form: FormPage) -> Iterator[Shape]:
    """What is filled in: boxes and bubbles, and circles that look like them."""
    for field in form.fields:
        yield from _boxes(field.boxes)
        if field.bubbles:
            yield from _bubbles(field.bubbles, field.boxes.count)
    for row in form.other_boxes:
        yield from _boxes(row)
    for circle in form.circles:
        stroke = None if circle.filled else circle.stroke_mm
        yield Disc(circle.at_mm, circle.radius_mm, stroke, circle.gray)


def frame(rect: Rect, stroke: float, gray: int = 0) -> Iterator[Bar]:
    """The four sides of a rectangle, the middle of the line on its edge."""
    x, y, w, h = rect
    yield _segment((x, y), (x + w, y), stroke, gray)
    yield _segment((x, y + h), (x + w, y + h), stroke, gray)
    yield _segment((x, y), (x, y + h), stroke, gray)
    yield _segment((x + w, y), (x + w, y + h), stroke, gray)


def print_shape(text: Print) -> Strokes:
    """A printed line as strokes."""
    strokes, width = text_strokes(text.text, text.cap_mm, text.width_mm)
    left = {"left": 0.0, "centre": -width / 2, "right": -width}[text.align]
    turn = np.deg2rad(text.turned)
    # Clockwise on a page whose y runs down.
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    offset = np.array([left, 0.0])
    starts = np.cumsum([len(stroke) for stroke in strokes])[:-1]
    points = (np.vstack(strokes) + offset) @ rotation + text.at_mm if strokes else np.zeros((0, 2))
    bounds = pairwise([0, *starts.tolist(), len(points)])
    lines = tuple(points[start:end] for start, end in bounds) if strokes else ()
    return Strokes(lines, text.cap_mm * (BOLD if text.bold else THIN), text.gray)


def _segment(start: Point, end: Point, stroke: float, gray: int = 0) -> Bar:
    x, y = min(start[0], end[0]), min(start[1], end[1])
    w, h = abs(end[0] - start[0]), abs(end[1] - start[1])
    # Lengthened by half a stroke so that corners close.
    return Bar((x - stroke / 2, y - stroke / 2, w + stroke, h + stroke), gray)


def _line(line: Line) -> Iterator[Shape]:
    if line.dots_mm is None:
        yield _segment(line.from_mm, line.to_mm, line.stroke_mm, line.gray)
        return
    start, end = np.array(line.from_mm), np.array(line.to_mm)
    count = int(np.hypot(*(end - start)) / line.dots_mm)
    for share in np.linspace(0, 1, count + 1):
        x, y = start + (end - start) * share - line.stroke_mm / 2
        yield Bar((float(x), float(y), line.stroke_mm, line.stroke_mm), line.gray)


def _grid(grid: Grid) -> Iterator[Bar]:
    top, bottom = min(grid.y_mm), max(grid.y_mm)
    left, right = min(grid.x_mm), max(grid.x_mm)
    for x in grid.x_mm:
        yield _segment((x, top), (x, bottom), grid.stroke_mm, grid.gray)
    for y in grid.y_mm:
        yield _segment((left, y), (right, y), grid.stroke_mm, grid.gray)


def _even(start: float, step: float, count: int) -> tuple[float, ...]:
    return tuple(start + step * i for i in range(count + 1))


def _tally(tally: Tally) -> Iterator[Bar]:
    (x, y), (w, h) = tally.at_mm, tally.cell_mm
    yield from _grid(
        Grid(
            x_mm=_even(x, w, tally.columns),
            y_mm=_even(y, h, tally.rows),
            stroke_mm=tally.stroke_mm,
            gray=tally.gray,
        )
    )


def _row_totals(totals: RowTotals) -> Iterator[Bar]:
    (x, y), (w, h) = totals.at_mm, totals.cell_mm
    parts = totals.digits if totals.divided else 1
    yield from _grid(
        Grid(
            x_mm=_even(x, w / parts, parts),
            y_mm=_even(y, h, totals.rows),
            stroke_mm=totals.stroke_mm,
            gray=totals.gray,
        )
    )


def _boxes(row: BoxRow) -> Iterator[Bar]:
    for box in row.boxes:
        if row.guides:
            yield from _guides(box)
        yield from frame(box, row.stroke_mm)


def _guides(box: Rect) -> Iterator[Bar]:
    x, y, w, h = box
    for row, share_y in enumerate(GUIDE_Y):
        for column, share_x in enumerate(GUIDE_X):
            if column % 2 == 0 or row % 4 == 0:
                at = (x + (share_x - GUIDE_DOT / 2) * w, y + (share_y - GUIDE_DOT / 2) * h)
                yield Bar((*at, GUIDE_DOT * w, GUIDE_DOT * h), GUIDE_GRAY)


def _bubbles(bubbles: Bubbles, columns: int) -> Iterator[Shape]:
    (x, y), (dx, dy), radius = bubbles.first_mm, bubbles.pitch_mm, bubbles.radius_mm
    cap = radius * BUBBLE_CAP
    for column in range(columns):
        for digit in range(10):
            centre = (x + column * dx, y + digit * dy)
            yield Disc(centre, radius, radius * BUBBLE_STROKE)
            yield print_shape(
                Print(
                    at_mm=(centre[0], centre[1] + cap / 2),
                    cap_mm=cap,
                    text=str(digit),
                    align="centre",
                )
            )


def _mark(mark: Mark) -> Iterator[Bar]:
    x, y, w, h = mark.at_mm
    if mark.kind == "square":
        yield Bar(mark.at_mm)
        return
    mirrored = mark.kind == "diagonal_pair_mirrored"
    yield Bar((x + w / 2 if mirrored else x, y, w / 2, h / 2))
    yield Bar((x if mirrored else x + w / 2, y + h / 2, w / 2, h / 2))


def _tag(tag: Tag) -> Iterator[Bar]:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    upright = cv2.aruco.generateImageMarker(dictionary, tag.id, TAG_MODULES)
    # np.rot90 turns anticlockwise.
    modules = np.rot90(upright.astype(np.uint8), k=-(tag.turned // 90))
    x, y, w, h = tag.at_mm
    yield Bar(tag.at_mm)
    # Runs along both directions: single modules would leave hair lines where they meet.
    for left, top, across, down in _runs(modules) + [_swap(run) for run in _runs(modules.T)]:
        share = (left / TAG_MODULES, top / TAG_MODULES, across / TAG_MODULES, down / TAG_MODULES)
        yield Bar((x + share[0] * w, y + share[1] * h, share[2] * w, share[3] * h), 255)


def _runs(modules: Gray) -> list[tuple[int, int, int, int]]:
    """White runs along the rows: column, row, length, 1."""
    runs = []
    for row, line in enumerate(modules):
        steps = np.diff(np.concatenate([[0], (line > 127).astype(int), [0]]))
        for start, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
            runs.append((int(start), row, int(end - start), 1))
    return runs


def _swap(run: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    column, row, across, down = run
    return (row, column, down, across)
