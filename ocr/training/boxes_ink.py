"""Where the training's handwriting comes from: masks of ink, 1 where the pen went, 0 elsewhere.

Every source gives a tight mask (h, w) float32 in [0, 1]; size and place in the box are chosen
later. MNIST has many writers but few habits, ink.npz real pens, strokes the habits of the forms.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Floats, Floats32, Gray
from ocr.training import boxes_strokes as strokes

#: Side of the canvas on which strokes are drawn, in px, and its margin.
CANVAS, PAD = 72, 10
#: cv2's fixed-point fractions of a pixel: 4 bits.
SHIFT = 4


@dataclass(frozen=True)
class Digits:
    """Digit pictures: x (n, h, w) uint8, ink bright; index lists by class."""

    x: Gray
    by_class: tuple[NDArray[np.int64], ...]


def _digits(x: Gray, y: NDArray[np.integer]) -> Digits:
    return Digits(x, tuple(np.flatnonzero(y == c) for c in range(10)))


def load_mnist(data: Path) -> Digits:
    """The training part of MNIST."""
    with np.load(data / "digits" / "mnist.npz") as z:
        return _digits(z["x_train"], z["y_train"])


def load_ink(data: Path, *, without: int | None = None, only: int | None = None) -> Digits:
    """Pen digits as ink masks (by the darkest channel), perhaps without a writer or one's only."""
    with np.load(data / "digits" / "ink.npz") as z:
        keep = np.ones(len(z["y"]), bool)
        if without is not None:
            keep &= z["writer"] != without
        if only is not None:
            keep &= z["writer"] == only
        return _digits(ink_masks(z["x"][keep]), z["y"][keep])


def ink_masks(rgb: NDArray[np.uint8]) -> Gray:
    """Colour digits on white (n, h, w, 3) -> ink (n, h, w), stretched to the full range."""
    ink = 255 - rgb.min(axis=3).astype(np.float32)
    top = np.percentile(ink, 99.5, axis=(1, 2), keepdims=True)
    low = np.percentile(ink, 50, axis=(1, 2), keepdims=True)
    stretched = (ink - low - 12) / np.maximum(top - low - 12, 20) * 255
    return np.clip(stretched, 0, 255).astype(np.uint8)


def trim(mask: Floats32) -> Floats32:
    """Cut a mask to its ink."""
    rows = np.flatnonzero(mask.max(axis=1) > 0.25)
    columns = np.flatnonzero(mask.max(axis=0) > 0.25)
    if not len(rows) or not len(columns):
        return mask
    top, bottom = max(rows[0] - 1, 0), rows[-1] + 2
    left, right = max(columns[0] - 1, 0), columns[-1] + 2
    return mask[top:bottom, left:right]


def picture(source: Digits, digit: int, rng: np.random.Generator) -> Floats32:
    """A digit of a picture set; its stroke made thinner or thicker by soft thresholding."""
    index = source.by_class[digit][rng.integers(len(source.by_class[digit]))]
    image = source.x[index]
    side = max(56, image.shape[0])
    if image.shape[0] < side:
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 2.0)).astype(np.float32) / 255
    level = rng.uniform(0.2, 0.6) * float(soft.max())
    mask = np.clip((soft - level) * rng.uniform(3, 7) + 0.5, 0, 1)
    return trim(mask)


def drawn(parts: list[Floats], thickness: float, aspect: float) -> Floats32:
    """Strokes of the unit square -> mask; ``thickness`` as a share of the height."""
    inner = CANVAS - 2 * PAD
    height = inner if aspect <= 1 else inner / aspect
    width = height * aspect
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    px = max(1, round(thickness * height))
    for part in parts:
        points = part * [width, height] + PAD
        fixed = np.round(points * (1 << SHIFT)).astype(np.int32)[None]
        cv2.polylines(canvas, list(fixed), False, 255, px, cv2.LINE_AA, SHIFT)
    return trim(canvas.astype(np.float32) / 255)


@dataclass(frozen=True)
class Pen:
    """How one writer's pen draws in one crop: all marks of a crop share it."""

    thickness: float
    darkness: float
    skips: float


def random_pen(rng: np.random.Generator) -> Pen:
    """A ballpoint mostly, sometimes a marker, sometimes hardly any ink."""
    faint = rng.random() < 0.12
    return Pen(
        thickness=float(rng.uniform(0.03, 0.09) if rng.random() < 0.8 else rng.uniform(0.09, 0.2)),
        darkness=float(rng.uniform(0.2, 0.42) if faint else rng.uniform(0.4, 0.97)),
        skips=float(rng.uniform(0, 0.5) if rng.random() < 0.3 else 0.0),
    )


@dataclass(frozen=True)
class Harvest:
    """Ink lifted from real boxes: tight masks, and which of them belong to each class."""

    masks: tuple[Floats32, ...]
    by_class: tuple[NDArray[np.int64], ...]


def lift(crop: Gray, box: float) -> Floats32 | None:
    """The ink inside one real wide crop (S, S), or None where it is too pale or leaves the box."""
    first = round((crop.shape[0] - box) / 2 + INSET * box)
    inside = crop[first : crop.shape[0] - first, first : crop.shape[0] - first]
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17))
    paper = cv2.GaussianBlur(cv2.morphologyEx(inside, cv2.MORPH_CLOSE, kernel), (0, 0), 4)
    ink = 1 - inside.astype(np.float32) / np.maximum(paper, 1)
    top = float(np.percentile(ink, 98))
    if top < MIN_INK:
        return None
    mask = np.clip((ink / top - 0.35) / 0.4, 0, 1).astype(np.float32)
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return None if edge.max() > 0.6 else trim(mask)


#: How far inside the frame ink is lifted, in boxes, and how dark it has to be against the paper.
INSET, MIN_INK = 0.06, 0.18
#: A mask smaller than this is a speck.
LEAST_MASK_PX = 4


def harvest(crops: Gray, box: float, label: NDArray[np.int64]) -> Harvest:
    """Lift the ink of many real cells (n, S, S) with their classes (n,)."""
    masks, labels = [], []
    for crop, one in zip(crops, label, strict=True):
        mask = lift(crop, box)
        if mask is not None and min(mask.shape) >= LEAST_MASK_PX:
            masks.append(mask)
            labels.append(one)
    classes = tuple(np.flatnonzero(np.array(labels) == c) for c in range(11))
    return Harvest(tuple(masks), classes)


def printed(digit: str, rng: np.random.Generator) -> Floats32:
    """A digit of one of OpenCV's line fonts: drawn samples and tests look like this."""
    face = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX,
                           cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_PLAIN]))  # fmt: skip
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    size = 3.6 if face == cv2.FONT_HERSHEY_PLAIN else 1.8
    cv2.putText(canvas, digit, (14, 58), face, size, 255, int(rng.integers(1, 7)), cv2.LINE_AA)
    return trim(canvas.astype(np.float32) / 255)


def warped(mask: Floats32, rng: np.random.Generator) -> Floats32:
    """A mask drawn by a less steady hand: pushed about smoothly by a few hundredths."""
    h, w = mask.shape
    pad = max(2, round(0.08 * max(h, w)))
    mask = cv2.copyMakeBorder(mask, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    size = mask.shape[::-1]
    push = rng.normal(0, rng.uniform(0.02, WARP), (4, 4, 2)).astype(np.float32) * max(h, w)
    field = cv2.resize(push, size, interpolation=cv2.INTER_CUBIC)
    x = np.arange(size[0], dtype=np.float32)[None] + field[..., 0]
    y = np.arange(size[1], dtype=np.float32)[:, None] + field[..., 1]
    return trim(cv2.remap(mask, x, y, cv2.INTER_LINEAR))


@dataclass(frozen=True)
class Hands:
    """All sources of digits.

    Attributes:
        mnist: pictures; ink: pictures.
        lifted: ink of real cells, where they may be learnt from.
        pictures_only: no drawn strokes, to test on one writer's digits.
    """

    mnist: Digits
    ink: Digits
    lifted: Harvest | None = None
    pictures_only: bool = False

    def digit(self, digit: int, pen: Pen, rng: np.random.Generator) -> Floats32:
        """One digit by one of the sources, and by its own proportions."""
        mask = self._steady(digit, pen, rng)
        return warped(mask, rng) if rng.random() < WARPED_SHARE else mask

    def _steady(self, digit: int, pen: Pen, rng: np.random.Generator) -> Floats32:
        if self.lifted is not None and rng.random() < LIFTED_SHARE:
            choice = self.lifted.by_class[digit]
            return self.lifted.masks[choice[rng.integers(len(choice))]]
        which = rng.random() * (PICTURE_SHARE if self.pictures_only else 1.0)
        if which < 0.32:
            return picture(self.mnist, digit, rng)
        if which < PICTURE_SHARE:
            return picture(self.ink, digit, rng)
        name = str(digit)
        if which < 0.63:
            return printed(name, rng)
        if which < 0.87:
            return drawn(strokes.curved_digit(name, rng), pen.thickness, rng.uniform(0.35, 0.9))
        return drawn(strokes.guided_digit(name, rng), pen.thickness, rng.uniform(0.4, 0.9))


#: Share of digits drawn with ink lifted from real cells, where there is any.
LIFTED_SHARE = 0.6
#: Share of digits that are warped, and the largest push as a share of their size.
WARPED_SHARE, WARP = 0.5, 0.06
#: Share of the others that are pictures rather than strokes.
PICTURE_SHARE = 0.6
