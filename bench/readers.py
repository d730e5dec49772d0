"""How fast and how right the readers of boxes and bubbles are.

    python -m bench.readers [--data ../shared/data] [--wrong wrong.png]

Speed is measured on one core. Accuracy needs the labelled page 2 crops (validation part, photos
301-400, never trained on); where they are absent that is said and only the speed is measured.
Every label counts as given, the doubtful ones too. Fields that could not be placed are counted.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import calibration
from ocr.arrays import Floats, Gray
from ocr.boxes import CLASSES, MARGIN, SIDE, read_boxes
from ocr.bubbles import CLASSES as BUBBLE_CLASSES
from ocr.bubbles import SIDE as BUBBLE_SIDE
from ocr.bubbles import read_bubbles
from ocr.training.bubbles_rule import darkest, expected
from ocr.training.bubbles_strips import pull, strips_of
from ocr.training.cells import CROPS, Cells, Sheet, cells_of, cut_exact, read_sheets

RUNS = 30


def milliseconds(task: Callable[[], object]) -> float:
    """The median of RUNS runs, in ms of processor time: others' load does not count."""
    task()
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        task()
        times.append((time.process_time() - began) * 1e3)
    return float(np.median(times))


def speed() -> None:
    rng = np.random.default_rng(0)
    for count, what in ((9, "page 2"), (66, "page 1")):
        crops = rng.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)
        ms = milliseconds(lambda crops=crops: read_boxes(crops)) / count  # type: ignore[misc]
        print(f"boxes   {count:3d} at once ({what}): {ms:.3f} ms a cell, {1e3 / ms:,.0f} cells/s")
    columns = rng.integers(0, 256, (9, 10, BUBBLE_SIDE, BUBBLE_SIDE), dtype=np.uint8)
    ms = milliseconds(lambda: read_bubbles(columns)) / len(columns)
    print(f"bubbles   9 at once (page 2): {ms:.3f} ms a column, {1e3 / ms:,.0f} columns/s")


@dataclass(frozen=True)
class Outcome:
    """Log-probabilities (n, 13) and labels (n,) of whole fields, three cells each."""

    log_p: Floats
    label: NDArray[np.int64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which cells are right, (n,)."""
        return np.asarray(self.log_p.argmax(axis=1) == self.label)

    def line(self) -> str:
        """Shares of cells and of numbers."""
        numbers = self.right.reshape(-1, 3).all(axis=1)
        return (
            f"{self.right.mean():.4f} of {len(self.label)} cells, "
            f"{numbers.mean():.4f} of {len(numbers)} numbers"
        )


def loose(sheet: Sheet) -> tuple[Gray, list[int]]:
    """The hand-drawn rectangles split in three, as a plain start would cut them."""
    crops, labels = [], []
    for written, (x, y, w, h) in zip(sheet.written.values(), sheet.rects, strict=True):
        if written is None or len(written) != 3 or set(written) - set(CLASSES):
            continue
        for i, character in enumerate(written):
            scale = np.array([w / 3, h]) / (SIDE - 2 * MARGIN)
            first = np.array([x + i * w / 3, y]) - MARGIN * scale
            A = np.column_stack([np.diag(scale), first])
            crops.append(cv2.warpAffine(sheet.gray, A, (SIDE, SIDE), flags=cv2.WARP_INVERSE_MAP,
                                        borderMode=cv2.BORDER_REPLICATE))  # fmt: skip
            labels.append(CLASSES.index(character))
    return np.stack(crops).astype(np.uint8), labels


def confusions(outcome: Outcome) -> str:
    wrong = np.flatnonzero(~outcome.right)
    pairs = Counter(
        f"{CLASSES[outcome.label[i]]}>{CLASSES[outcome.log_p[i].argmax()]}" for i in wrong
    )
    return " ".join(f"{pair} {n}" for pair, n in pairs.most_common()) or "none"


def montage(cells: Cells, outcome: Outcome, out: Path, count: int = 30) -> None:
    """The cells with the highest loss, each with label, reading and source."""
    loss = -outcome.log_p[np.arange(len(outcome.label)), outcome.label]
    tiles = []
    for i in np.argsort(-loss)[:count]:
        tile = cv2.cvtColor(cv2.resize(cells.crops[i], (150, 150)), cv2.COLOR_GRAY2BGR)
        read = CLASSES[outcome.log_p[i].argmax()]
        text = f"{CLASSES[outcome.label[i]]}>{read} {loss[i]:.1f} {cells.source[i][4:7]}"
        cv2.putText(tile, text, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 255), 1)
        tiles.append(tile)
    rows = [np.hstack(tiles[i : i + 10]) for i in range(0, len(tiles), 10)]
    cv2.imwrite(str(out), np.vstack(rows))


def boxes(sheets: list[Sheet], wrong: Path | None) -> None:
    found = [cell for sheet in sheets for cell in cells_of(sheet, min_agreement=0.0)]
    crops, labels, sources = zip(*found, strict=True)
    cells = Cells(np.stack(crops), 48.0, np.array(labels), np.array(sources))
    outcome = Outcome(read_boxes(cut_exact(cells)), cells.label)
    print(f"boxes, placed:         {outcome.line()}")
    print(f"  label>read: {confusions(outcome)}")
    reliability = calibration.reliability(outcome.log_p, outcome.label)
    print(
        f"  log loss {calibration.loss(outcome.log_p, outcome.label):.4f}, "
        f"expected calibration error {reliability.expected_error:.4f}"
    )
    if wrong is not None:
        montage(cells, outcome, wrong)
    parts = [loose(sheet) for sheet in sheets]
    label = np.array([one for _, labels in parts for one in labels])
    rough = Outcome(read_boxes(np.concatenate([c for c, _ in parts])), label)
    print(f"boxes, loose rectangles split in three: {rough.line()}")


def bubbles(sheets: list[Sheet]) -> None:
    found = [s for sheet in sheets for s in strips_of(sheet)]
    columns = np.stack([pull(strip, np.zeros((10, 2))) for strip, _, _ in found])
    log_p = read_bubbles(columns)
    wanted = [expected(written) for _, written, _ in found]
    ours = np.array([k in w for k, w in zip(log_p.argmax(axis=1), wanted, strict=True)])
    plain = np.array([darkest(s) in w for (s, _, _), w in zip(found, wanted, strict=True)])
    print(f"bubbles: {ours.mean():.4f} of {len(ours)} columns as written above them")
    print(f"  the plain rule (darkest against its paper): {plain.mean():.4f}")
    for i in np.flatnonzero(~ours):
        read = BUBBLE_CLASSES[log_p[i].argmax()]
        print(f"  {found[i][2]}: {found[i][1]} read {read} p {np.exp(log_p[i].max()):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="speed and accuracy of the readers")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--wrong", type=Path, help="write the worst cells to this PNG")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    speed()
    if not (args.data / CROPS / "labels.jsonl").is_file():
        print(f"no labelled crops in {args.data}: accuracy NOT measured")
        return
    sheets = list(read_sheets(args.data, training=False))
    boxes(sheets, args.wrong)
    bubbles(sheets)


if __name__ == "__main__":
    main()
