"""The landmarks a form's template promises: boxes, bubbles and crossings of rulings, in mm."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ocr.arrays import Floats
from pipeline.forms.model import BoxRow, FormPage, Rect

#: Rulings that miss each other by less than this still cross (mm): as well as templates are
#: measured.
TOUCH_MM = 1.0
#: Crossings nearer than this are one (mm): double lines, a box in a table cell.
SAME_MM = 2.0

#: x1, y1, x2, y2 of a horizontal (y1 = y2) or vertical (x1 = x2) ruling.
Segment = tuple[float, float, float, float]


@dataclass(frozen=True)
class FormLandmarks:
    """All landmarks of a form.

    Attributes:
        boxes: (n, 4) x, y, w, h of each digit box, fields first, row by row from the left.
        rows: for each row of boxes (start, count) into ``boxes``.
        bubbles: (m, 2) centres.
        crossings: (k, 2) crossings and corners of rulings, and corners of boxes and bars.
    """

    boxes: Floats
    rows: tuple[tuple[int, int], ...]
    bubbles: Floats
    crossings: Floats

    @property
    def box_centres(self) -> Floats:
        """(n, 2) centres of the boxes."""
        return self.boxes[:, :2] + self.boxes[:, 2:] / 2


def box_rows(form: FormPage) -> list[BoxRow]:
    """All rows of digit boxes: the fields', then the others."""
    return [field.boxes for field in form.fields] + list(form.other_boxes)


def segments(form: FormPage) -> tuple[list[Segment], list[Segment]]:
    """All horizontal and all vertical rulings of a form."""
    across: list[Segment] = []
    down: list[Segment] = []

    def lattice(xs: list[float], ys: list[float]) -> None:
        across.extend((xs[0], y, xs[-1], y) for y in ys)
        down.extend((x, ys[0], x, ys[-1]) for x in xs)

    for grid in form.grids:
        lattice(sorted(grid.x_mm), sorted(grid.y_mm))
    for line in form.lines:
        (x1, y1), (x2, y2) = line.from_mm, line.to_mm
        (across if abs(y1 - y2) < abs(x1 - x2) else down).append(
            (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        )
    for field in form.fields:
        for part in (field.tally, field.row_totals):
            if part is not None:
                (x, y), (w, h) = part.at_mm, part.cell_mm
                columns = getattr(part, "columns", 1)
                lattice(
                    [x + i * w for i in range(columns + 1)],
                    [y + i * h for i in range(part.rows + 1)],
                )
    rects: list[Rect] = [box for row in box_rows(form) for box in row.boxes]
    rects += [solid.at_mm for solid in form.solids]
    for x, y, w, h in rects:
        lattice([x, x + w], [y, y + h])
    return across, down


@lru_cache(maxsize=512)
def landmarks_of(form: FormPage) -> FormLandmarks:
    """Landmarks of a form, computed once for each template."""
    boxes: list[Rect] = []
    rows: list[tuple[int, int]] = []
    for row in box_rows(form):
        rows.append((len(boxes), row.count))
        boxes.extend(row.boxes)
    bubbles = [
        (b.first_mm[0] + column * b.pitch_mm[0], b.first_mm[1] + digit * b.pitch_mm[1])
        for field in form.fields
        if (b := field.bubbles) is not None
        for column in range(field.boxes.count)
        for digit in range(10)
    ]
    return FormLandmarks(
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
        tuple(rows),
        np.array(bubbles, dtype=np.float64).reshape(-1, 2),
        _crossings(form),
    )


def _crossings(form: FormPage) -> Floats:
    across, down = (np.array(s, dtype=np.float64).reshape(-1, 4) for s in segments(form))
    if not len(across) or not len(down):
        return np.zeros((0, 2))
    x, y = down[None, :, 0], across[:, None, 1]
    touch = (
        (x >= across[:, None, 0] - TOUCH_MM)
        & (x <= across[:, None, 2] + TOUCH_MM)
        & (y >= down[None, :, 1] - TOUCH_MM)
        & (y <= down[None, :, 3] + TOUCH_MM)
    )
    rows, columns = np.nonzero(touch)
    points = np.stack([down[columns, 0], across[rows, 1]], axis=1)
    points = points[np.lexsort((points[:, 0], points[:, 1]))]
    kept = np.ones(len(points), dtype=bool)
    for i, point in enumerate(points):
        if kept[i]:
            kept[i + 1 :] &= np.abs(points[i + 1 :] - point).max(axis=1) >= SAME_MM
    result: Floats = points[kept]
    return result
