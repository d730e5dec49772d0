"""Labelled cells as one npz: what every training run of the box reader can take.

Format (``np.savez_compressed``):

- ``crops`` (n, S, S) uint8: one box each, its frame centred, ``box`` px wide and high in the crop.
- ``box`` () float: side of the frame in the crop. The reader's own crops have S 40 and box 30;
  a wider crop leaves room to shift and turn it in training.
- ``label`` (n,) int: index in ``ocr.boxes.CLASSES``.
- ``source`` (n,) str: ``photo/field/position``; the photo keeps cells of one writer together.

Made here from the labelled page 2 crops::

    python -m ocr.training.cells --data ../shared/data --out cells.npz [--part train|validation]
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Floats, Gray
from ocr.boxes import CLASSES, MARGIN, SIDE
from ocr.training import cells_locate as locate

#: Wide crops for training: half a box of surroundings on each side, 48 px a box.
WIDE_SIDE, WIDE_BOX = 96, 48
#: Photos numbered up to this train, those above only measure.
LAST_TRAINING_PHOTO = 300
#: Fields that the alignment did not find (correlation with the drawing) are left out.
MIN_AGREEMENT = 0.4
FIELDS = ("suara_1", "suara_2", "suara_3")
CROPS = Path("sheets") / "ppwp-2024-p2-crops"


@dataclass(frozen=True)
class Cells:
    """Crops (n, S, S), side of the box in them, labels (n,), sources (n,)."""

    crops: Gray
    box: float
    label: NDArray[np.int64]
    source: NDArray[np.str_]

    def __post_init__(self) -> None:
        n = len(self.crops)
        if self.crops.ndim != 3 or self.label.shape != (n,) or self.source.shape != (n,):
            raise ValueError(
                f"expected (n, S, S), (n,), (n,); got {self.crops.shape}, "
                f"{self.label.shape}, {self.source.shape}"
            )


def join_cells(first: Cells, second: Cells) -> Cells:
    """Two sets of cells with the same size of box as one."""
    if first.box != second.box:
        raise ValueError(f"boxes of {first.box:g} and {second.box:g} px cannot be joined")
    return Cells(
        np.concatenate([first.crops, second.crops]),
        first.box,
        np.concatenate([first.label, second.label]),
        np.concatenate([first.source, second.source]),
    )


def load_cells(path: Path) -> Cells:
    """Read the npz; ``box`` may be missing for crops in the reader's own convention."""
    with np.load(path) as z:
        box = float(z["box"]) if "box" in z else 0.75 * z["crops"].shape[1]
        return Cells(z["crops"], box, z["label"].astype(np.int64), z["source"])


def save_cells(path: Path, cells: Cells) -> None:
    """Write the npz."""
    np.savez_compressed(
        path, crops=cells.crops, box=cells.box, label=cells.label, source=cells.source
    )


@dataclass(frozen=True)
class Sheet:
    """A labelled photo, upright, and where its fields lie."""

    photo: str
    gray: Gray
    written: dict[str, str | None]
    rects: list[tuple[float, float, float, float]]
    placed: list[locate.Placed]


def read_sheets(data: Path, *, training: bool) -> Iterator[Sheet]:
    """The labelled crops of one part, turned upright and placed; those without boxes left out."""
    for line in (data / CROPS / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        number = int(entry["photo"][4:7])
        if (number <= LAST_TRAINING_PHOTO) != training or not entry["box_px"]:
            continue
        gray = cv2.imread(str(data / CROPS / entry["photo"]), cv2.IMREAD_GRAYSCALE)
        if gray is None:
            raise FileNotFoundError(data / CROPS / entry["photo"])
        rects = [tuple(entry["box_px"][name]) for name in FIELDS]
        if rects[0][1] > rects[2][1]:  # upside down: suara_1 lies lowest
            height, width = gray.shape
            gray = np.ascontiguousarray(gray[::-1, ::-1])
            rects = [(width - x - w, height - y - h, w, h) for x, y, w, h in rects]
        yield Sheet(entry["photo"], gray, entry["written"], rects, locate.place_fields(gray, rects))


def cut(
    gray: Gray, mm_to_px: Floats, rect_mm: tuple[float, float, float, float], side: int
) -> Gray:
    """Cut a rectangle (x, y, w, h) mm out of a photo -> (side, side), averaged when it shrinks."""
    x, y, w, h = rect_mm
    fine = 2
    n = side * fine
    # Pixel centres: the first lies half a pixel inside the rectangle.
    to_mm = np.array([[w / n, 0, x + w / n / 2], [0, h / n, y + h / n / 2], [0, 0, 1.0]])
    view = cv2.warpPerspective(
        gray,
        mm_to_px @ to_mm,
        (n, n),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    crop: Gray = cv2.resize(view, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return crop


def cells_of(
    sheet: Sheet, *, min_agreement: float = MIN_AGREEMENT
) -> Iterator[tuple[Gray, int, str]]:
    """The nine digit cells of one sheet as wide crops, with label and source."""
    margin = locate.BOX_MM * (WIDE_SIDE - WIDE_BOX) / 2 / WIDE_BOX
    side = locate.BOX_MM + 2 * margin
    for name, y, placed in zip(FIELDS, locate.BOX_Y_MM, sheet.placed, strict=True):
        written = sheet.written[name] or ""  # null where two sources could not agree
        if placed.agreement < min_agreement or len(written) != 3 or set(written) - set(CLASSES):
            continue
        for i, x in enumerate(locate.BOX_X_MM):
            crop = cut(sheet.gray, placed.mm_to_px, (x - margin, y - margin, side, side), WIDE_SIDE)
            yield crop, CLASSES.index(written[i]), f"{sheet.photo}/{name}/{i}"


def cut_exact(cells: Cells, dx: float = 0.0, dy: float = 0.0) -> Gray:
    """The reader's own crops of wide ones, off by (dx, dy) px of the crop."""
    scale = cells.box / (SIDE - 2 * MARGIN)
    middle = (cells.crops.shape[1] - 1) / 2
    first = middle - scale * (SIDE - 1) / 2
    A = np.array([[scale, 0, first + dx * scale], [0, scale, first + dy * scale]])
    fine = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1.0]])  # averaged from twice as many
    A2 = A @ fine
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    views = [
        cv2.warpAffine(crop, A2, (2 * SIDE, 2 * SIDE), flags=how, borderMode=cv2.BORDER_REPLICATE)
        for crop in cells.crops
    ]
    small = [cv2.resize(view, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for view in views]
    return np.stack(small).astype(np.uint8)


def collect(data: Path, *, training: bool) -> Cells:
    """All digit cells of one part."""
    found = [cell for sheet in read_sheets(data, training=training) for cell in cells_of(sheet)]
    crops, labels, sources = zip(*found, strict=True)
    return Cells(np.stack(crops), float(WIDE_BOX), np.array(labels), np.array(sources))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="cut the labelled cells into one npz")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=("train", "validation"), default="train")
    args = parser.parse_args()
    cells = collect(args.data, training=args.part == "train")
    save_cells(args.out, cells)
    print(f"{len(cells.label)} cells of {len({s.split('/')[0] for s in cells.source})} photos")


if __name__ == "__main__":
    main()
