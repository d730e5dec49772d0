"""Row totals of page 2 as further training cells: digits in a ruled table, by the same writers.

Nobody labelled them, but they follow from the number: every full row holds 60 marks, the last one
the rest. Officials do not always fill them in like that, so a cell counts only where a first
reader does not rule the deduced digit out; cells of unused rows only where it surely sees
nothing or a cross (most are struck through with one long Z, which is no cell's content).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr.arrays import Floats, Gray
from ocr.boxes import CLASSES
from ocr.training import cells_locate as locate
from ocr.training.cells import FIELDS, WIDE_BOX, WIDE_SIDE, Cells, Sheet, cut, read_sheets

# Measured on the official PDF, in mm; the first row begins above the top edge of the boxes.
COLUMN_X_MM = (421.0, 433.0)
CELL_MM = (12.0, 16.0)
ROW_UP_MM = 6.56
ROWS, MARKS_A_ROW = 5, 60
#: Labels that are not yet known: an unused cell, or the empty tens of a rest below ten.
UNUSED, LEADING = -1, -2
MIN_AGREEMENT = 0.6
#: A deduced digit counts unless its log-probability is below this; others only above.
RULED_OUT, SURE = -4.0, float(np.log(0.95))
#: Empty cells are plenty: this share is enough.
KEEP_EMPTY = 0.3


@dataclass(frozen=True)
class Candidates:
    """Wide crops (n, S, S) with deduced labels (n,), UNUSED or LEADING, and sources (n,)."""

    cells: Cells


def _deduced(value: int, row: int) -> tuple[int, int]:
    left = max(0, min(MARKS_A_ROW, value - MARKS_A_ROW * row))
    if left == 0:
        return UNUSED, UNUSED
    return (LEADING if left < 10 else left // 10), left % 10


def rows_of(sheet: Sheet) -> Iterator[tuple[Gray, int, str]]:
    """The row totals of one placed sheet as wide crops, with deduced label and source."""
    (w, h), stretch = CELL_MM, WIDE_SIDE / WIDE_BOX
    for name, top, placed in zip(FIELDS, locate.BOX_Y_MM, sheet.placed, strict=True):
        written = "".join("0" if c in "x-_" else c for c in sheet.written[name] or "")
        if placed.agreement < MIN_AGREEMENT or len(written) != 3 or not written.isdigit():
            continue
        for row in range(ROWS):
            for x, label in zip(COLUMN_X_MM, _deduced(int(written), row), strict=True):
                y = top - ROW_UP_MM + row * h
                rect = (
                    x - w * (stretch - 1) / 2,
                    y - h * (stretch - 1) / 2,
                    w * stretch,
                    h * stretch,
                )
                crop = cut(sheet.gray, placed.mm_to_px, rect, WIDE_SIDE)
                yield crop, label, f"{sheet.photo}/{name}/row{row}/{int(x > COLUMN_X_MM[0])}"


def collect_rows(data: Path) -> Candidates:
    """The row totals of the training part."""
    found = [cell for sheet in read_sheets(data, training=True) for cell in rows_of(sheet)]
    crops, labels, sources = zip(*found, strict=True)
    return Candidates(Cells(np.stack(crops), float(WIDE_BOX), np.array(labels), np.array(sources)))


def settle(candidates: Candidates, log_p: Floats) -> Cells:
    """Decide which candidates count, by a first reader's log-probabilities (n, 13)."""
    cells = candidates.cells
    label = cells.label.copy()
    seen = log_p.argmax(axis=1)
    sure = log_p.max(axis=1) > SURE
    cross, nothing, zero = (CLASSES.index(c) for c in "x_0")
    digit = label >= 0
    keep = digit & (log_p[np.arange(len(label)), np.maximum(label, 0)] > RULED_OUT)
    keep |= (label == LEADING) & sure & np.isin(seen, (zero, cross, nothing))
    few = np.random.default_rng(0).random(len(label)) < KEEP_EMPTY
    keep |= (label == UNUSED) & sure & ((seen == cross) | ((seen == nothing) & few))
    label[~digit] = seen[~digit]
    return Cells(cells.crops[keep], cells.box, label[keep], cells.source[keep])
