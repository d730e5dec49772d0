"""Makes what ocr/training learns from: drawn pages, located photos, exact cells.

    python -m pipeline.training_pages drawn OUT [--each 26] [--digits mnist.npz]
    python -m pipeline.training_pages photos DATA OUT

``photos`` takes the labelled crops of the training part of DATA (shared/data), finds the form on
each, and keeps those where the boxes lie where the labels say; cells.npz is in the format of
``ocr.training.cells``.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr.arrays import Floats, Gray
from ocr.boxes import CLASSES, MARGIN, SIDE
from pipeline import geometry
from pipeline.forms.draw import draw_page
from pipeline.forms.fill import draw_filled, fill_page, random_written
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.load import default_catalogue
from pipeline.forms.model import FormPage, Rect
from pipeline.forms.style import random_style
from pipeline.reading.crops import cut
from pipeline.reading.decode import Limits, decode
from pipeline.reading.locate import locate
from pipeline.reading.model import Located, Photo
from pipeline.reading.refusal import Refused
from pipeline.reading.straighten import page_image

#: Boxes are drawn this large (px): a little larger than the network ever sees them.
BOX_PX = 40.0
#: Shares of pages left blank: a form also has to be found before anything is written on it.
BLANK_SHARE = 0.12
#: Share of the other pages with scanned digits instead of drawn ones, and their lightest ink.
PASTED_SHARE, LIGHTEST_INK = 0.35, 110
#: The first photos are for training; the others only for measuring (DATA.md).
LAST_TRAINING_PHOTO = "TPS_300.jpg"
#: A located photo is kept when each field's middle is this near to the label's, in box heights.
LARGEST_OFFSET = 0.3
#: ... and this share of the landmarks agreed.
LEAST_AGREEMENT = 0.7

Arrays = dict[str, Floats | Gray]


def page_arrays(form: FormPage, image: Gray, px_per_mm: float, shown: Rect | None = None) -> Arrays:
    """The arrays that ``ocr.training.landmarks`` reads, of one upright page image.

    ``shown`` is the rectangle of the form (mm) in the image; the whole page if None.
    """
    own = landmarks_of(form)
    left, top, width, height = shown or (0.0, 0.0, *form.size_mm)
    origin = np.array([left, top])

    def px(points: Floats) -> Floats:
        # The pixel i covers i to i + 1; its centre is what coordinates mean.
        result: Floats = (points - origin) * px_per_mm - 0.5
        return result

    boxes = np.concatenate([px(own.boxes[:, :2]), own.boxes[:, 2:] * px_per_mm], axis=1)
    return {
        "image": image,
        "boxes": boxes,
        "bubbles": px(own.bubbles),
        "crossings": px(own.crossings),
        "page": px(geometry.rect_quad((left, top, width, height))),
    }


def scale_for(form: FormPage) -> float:
    """Scale (px per mm) at which the form's boxes are BOX_PX large."""
    return BOX_PX / float(np.median(landmarks_of(form).boxes[:, 2:].min(1)))


def write_drawn(
    forms: Sequence[FormPage], folder: Path, each: int, *, seed: int, digits: Gray | None = None
) -> None:
    """Write ``each`` filled pages of every form as ``folder/<key>/<n>.npz``.

    On some of them the boxes hold ``digits`` (n, 28, 28), light on black as MNIST has them.
    """
    for number, form in enumerate(forms):
        target = folder / form.key
        target.mkdir(parents=True, exist_ok=True)
        scale = scale_for(form)
        for n in range(each):
            rng = np.random.default_rng((seed, number, n))
            if rng.random() < BLANK_SHARE:
                image = draw_page(form, scale)
            else:
                style = random_style(form, rng)
                pasted = digits is not None and rng.random() < PASTED_SHARE
                written = {} if pasted else random_written(form, rng, leading=style.leading)
                image = draw_filled(fill_page(form, written, rng, style=style), scale)
                if digits is not None and pasted:
                    _paste(image, landmarks_of(form).boxes * scale, digits, rng)
            _save(target / f"{n:04d}.npz", page_arrays(form, image, scale))


def _paste(image: Gray, boxes: Floats, digits: Gray, rng: np.random.Generator) -> None:
    """Write scanned digits into boxes (n, 4) px, about their size and place, in one ink."""
    ink = rng.uniform(0, LIGHTEST_INK)
    for x, y, w, h in boxes:
        size = [max(4, round(side * rng.uniform(0.6, 1.2))) for side in (w, h)]
        digit = cv2.resize(digits[rng.integers(len(digits))], size) / 255.0
        left = round(x + (w - size[0]) / 2 + rng.normal(0, 0.08 * w))
        top = round(y + (h - size[1]) / 2 + rng.normal(0, 0.08 * h))
        if left < 0 or top < 0:
            continue
        part = image[top : top + size[1], left : left + size[0]]
        cover = digit[: part.shape[0], : part.shape[1]]
        part[:] = (part * (1 - cover) + ink * cover).astype(np.uint8)


def write_photos(data: Path, folder: Path) -> None:
    """Write pages/<photo>.npz and cells.npz from the labelled training crops."""
    source = data / "sheets" / "ppwp-2024-p2-crops"
    labels = [json.loads(line) for line in (source / "labels.jsonl").read_text().splitlines()]
    pages = folder / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    cells: list[Gray] = []
    characters: list[str] = []
    sources: list[str] = []
    for label in labels:
        if label["photo"] > LAST_TRAINING_PHOTO:
            continue
        photo = decode((source / label["photo"]).read_bytes(), Limits())
        located = _located_as_labelled(photo, label)
        if located is None:
            continue
        scale = scale_for(located.form)
        image, shown = page_image(photo.gray, located, scale)
        _save(pages / f"{photo.sha256[:12]}.npz", page_arrays(located.form, image, scale, shown))
        for name, crops in cut(photo, located).items():
            written = label["written"].get(name)
            if written is not None and len(written) == len(crops.boxes):
                cells += list(crops.boxes)
                characters += list(written)
                sources += [f"{label['photo']}/{name}/{i}" for i in range(len(written))]
    np.savez(
        folder / "cells.npz",
        crops=np.stack(cells),
        box=float(SIDE - 2 * MARGIN),
        label=np.array([CLASSES.index(character) for character in characters]),
        source=np.array(sources),
    )
    print(f"{len(list(pages.glob('*.npz')))} pages, {len(cells)} cells")  # noqa: T201


def _located_as_labelled(photo: Photo, label: dict[str, Any]) -> Located | None:
    try:
        located = locate(photo, default_catalogue())
    except Refused:
        return None
    if located.form.id != label["form"] or located.agreement < LEAST_AGREEMENT:
        return None
    for name, (x, y, w, h) in label["box_px"].items():
        hull = located.form.by_name[name].boxes.hull
        middle = located.to_px(geometry.rect_quad(hull)).mean(0)
        if np.abs(middle - [x + w / 2, y + h / 2]).max() > LARGEST_OFFSET * min(w, h):
            return None
    return located if label["box_px"] else None


def _save(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    drawn = commands.add_parser("drawn")
    drawn.add_argument("out", type=Path)
    drawn.add_argument("--each", type=int, default=26)
    drawn.add_argument("--digits", type=Path, help="mnist.npz, its x_train is written into boxes")
    drawn.add_argument("--seed", type=int, default=3)
    photos = commands.add_parser("photos")
    photos.add_argument("data", type=Path)
    photos.add_argument("out", type=Path)
    args = parser.parse_args()
    if args.command == "drawn":
        digits = np.load(args.digits)["x_train"] if args.digits else None
        pages = default_catalogue().pages
        write_drawn(pages, args.out, args.each, seed=args.seed, digits=digits)
    else:
        write_photos(args.data, args.out)


if __name__ == "__main__":
    main()
