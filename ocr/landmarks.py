"""Landmarks of printed forms in a picture: where boxes, bubbles and crossings of rulings are.

A small convolutional network that knows kinds of landmarks, not forms: (H, W) gray -> heat maps.
Made by ``python -m ocr.training.landmarks``; figures in ``weights/landmarks.md``.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats, Floats32, Gray
from ocr.runtime import scores

#: The network sees one output cell for STRIDE x STRIDE px of its input.
STRIDE = 4
#: Input sides are padded to multiples of this: the network halves them four times.
MULTIPLE = 16
#: Channels of the output, in this order.
BOX, BUBBLE, CROSSING = 0, 1, 2
UP_X, UP_Y = 3, 4
LOG_WIDTH, LOG_HEIGHT = 5, 6
#: Sizes are learned as log(px / SIZE_UNIT_PX), which keeps the numbers around 0.
SIZE_UNIT_PX = 16.0
#: A peak must reach this score; low, because the matching counts agreement later.
MIN_SCORE = {BOX: 0.25, BUBBLE: 0.25, CROSSING: 0.2}
#: What the last cell of a map is raised by against the first; below any step of the network.
TIE_BREAK = 1e-3
#: No more peaks of a kind than this are looked at: the fullest form has some 500 crossings.
MAX_PEAKS = 900


@dataclass(frozen=True)
class Peaks:
    """Landmarks of one kind: xy (n, 2) in px of the network's input, score (n,) in [0, 1]."""

    xy: Floats
    score: Floats


@dataclass(frozen=True)
class Landmarks:
    """What was found in a picture, in its own px.

    Attributes:
        boxes, bubbles, crossings: centres of digit boxes and bubbles, crossings of rulings.
        box_size: (n, 2) width and height of each digit box, px, along the page's own axes.
        up: unit vector (2,) of the page's upward direction in the picture.
        up_certainty: length of the mean direction vote over the picture, [0, 1].
    """

    boxes: Peaks
    bubbles: Peaks
    crossings: Peaks
    box_size: Floats
    up: Floats
    up_certainty: float


def find_landmarks(gray: Gray, long_side: int) -> Landmarks:
    """Find landmarks in a picture (H, W), seen at ``long_side`` px.

    Raises:
        ValueError: when the picture is not (H, W).
    """
    if gray.ndim != 2:
        raise ValueError(f"expected (H, W), got {gray.shape}")
    small = resized(gray, long_side)
    maps = run_network(small)
    scale = np.array([gray.shape[1] / small.shape[1], gray.shape[0] / small.shape[0]])
    boxes = peaks(maps[BOX], MIN_SCORE[BOX])
    cells = np.clip((boxes.xy / STRIDE).astype(int), 0, np.array(maps.shape[:0:-1]) - 1)
    sizes = SIZE_UNIT_PX * np.exp(maps[LOG_WIDTH : LOG_HEIGHT + 1, cells[:, 1], cells[:, 0]].T)
    up = maps[UP_X : UP_Y + 1].reshape(2, -1).mean(axis=1).astype(np.float64)
    length = float(np.hypot(*up))
    return Landmarks(
        boxes=_scaled(boxes, scale),
        bubbles=_scaled(peaks(maps[BUBBLE], MIN_SCORE[BUBBLE]), scale),
        crossings=_scaled(peaks(maps[CROSSING], MIN_SCORE[CROSSING]), scale),
        box_size=sizes.astype(np.float64) * scale.mean(),
        up=up / max(length, 1e-9),
        up_certainty=length,
    )


def resized(gray: Gray, long_side: int) -> Gray:
    """A picture (H, W) with its longer side that many px.

    Halved as often as that goes, which is the mean of four and fast; then averaged by area.
    """
    while max(gray.shape) >= 2 * long_side:
        gray = np.asarray(
            cv2.resize(
                gray, (gray.shape[1] // 2, gray.shape[0] // 2), interpolation=cv2.INTER_LINEAR
            ),
            dtype=np.uint8,
        )
    factor = long_side / max(gray.shape)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=method)
    return np.asarray(small, dtype=np.uint8)


def normalise(gray: Gray) -> Floats32:
    """Take out light and shadow: (H, W) uint8 -> (H, W) float32 around 0, ink negative.

    Divides by the local mean and by the picture's own spread, so that dark photos and bright
    scans look alike to the network.
    """
    image = gray.astype(np.float32)
    #: Wide against a box, narrow against a page, in px of the network's input.
    side = 61
    local = cv2.blur(image, (side, side), borderType=cv2.BORDER_REFLECT)
    ratio = image / np.maximum(local, 8.0) - 1.0
    spread = float(np.sqrt(np.mean(ratio * ratio))) + 0.02
    result: Floats32 = np.clip(ratio / spread, -4.0, 4.0).astype(np.float32)
    return result


def run_network(gray: Gray) -> Floats32:
    """The raw maps (7, ceil(H / 4), ceil(W / 4)) of a picture; heat maps as probabilities."""
    height, width = gray.shape
    image = cv2.copyMakeBorder(
        normalise(gray),
        0, -height % MULTIPLE, 0, -width % MULTIPLE,
        cv2.BORDER_CONSTANT, value=0.0,
    )  # fmt: skip
    (maps,) = scores("landmarks", np.asarray(image[None, None], np.float32))
    result: Floats32 = maps[:, : -(-height // STRIDE), : -(-width // STRIDE)]
    return result


def peaks(heat: Floats32, least: float) -> Peaks:
    """Local maxima of a heat map (h, w) in px of the input, placed to a fraction of a cell."""
    # Of equal neighbours one is the peak: an 8-bit network gives many equal values.
    tilted = heat + np.linspace(0, TIE_BREAK, heat.size, dtype=np.float32).reshape(heat.shape)
    top = cv2.dilate(tilted, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((tilted >= top) & (heat >= least))
    order = np.argsort(-heat[rows, columns])[:MAX_PEAKS]
    rows, columns = rows[order], columns[order]
    padded = np.pad(heat, 1)
    centre = padded[rows + 1, columns + 1]
    dx = _vertex(padded[rows + 1, columns], centre, padded[rows + 1, columns + 2])
    dy = _vertex(padded[rows, columns + 1], centre, padded[rows + 2, columns + 1])
    xy = np.stack([columns + dx, rows + dy], axis=1).astype(np.float64)
    # A cell's centre stands for the middle of its STRIDE x STRIDE px.
    return Peaks((xy + 0.5) * STRIDE - 0.5, centre.astype(np.float64))


def _vertex(before: Floats32, centre: Floats32, after: Floats32) -> Floats32:
    """Where a parabola through three neighbours peaks, in (-0.5, 0.5); on logs, as for a bell."""
    a, b, c = (np.log(np.maximum(v, 1e-4)) for v in (before, centre, after))
    bend = a - 2 * b + c
    offset = np.where(bend < -1e-6, 0.5 * (a - c) / np.minimum(bend, -1e-6), 0.0)
    result: Floats32 = np.clip(offset, -0.5, 0.5)
    return result


def _scaled(found: Peaks, scale: Floats) -> Peaks:
    return Peaks((found.xy + 0.5) * scale - 0.5, found.score)
