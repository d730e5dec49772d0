"""Bubble columns of the labelled page 2 crops as strips: what the bubble reader learns from.

A strip is one column, digit 0 on top, cut with room around it so that training can shift it:
``strips`` (n, STRIP_H, STRIP_W) uint8, ``written`` (n,) str the character in the box above,
``source`` (n,) str ``photo/field/position``. ``pull`` cuts the reader's patches out of a strip.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Floats, Gray
from ocr.bubbles import RADIUS, SIDE
from ocr.training import cells_locate as locate
from ocr.training.cells import FIELDS, Sheet, read_sheets

#: Strips are half as fine again as the reader's patches.
FINE = 1.5
PX_PER_MM = FINE * RADIUS / locate.RING_RADIUS_MM
#: Room around the first and last bubble's centre, and beside the column.
ROOM_MM = 10.0
STRIP_W = round(2 * ROOM_MM * PX_PER_MM)
STRIP_H = round((9 * locate.RING_PITCH_MM + 2 * ROOM_MM) * PX_PER_MM)
#: Centre of bubble 0 in a strip, and from one digit to the next, in px.
CENTRE = np.array([(STRIP_W - 1) / 2, ROOM_MM * PX_PER_MM - 0.5])
PITCH = locate.RING_PITCH_MM * PX_PER_MM
MIN_AGREEMENT = 0.5


@dataclass(frozen=True)
class Strips:
    """See the module."""

    strips: Gray
    written: NDArray[np.str_]
    source: NDArray[np.str_]


def strips_of(sheet: Sheet) -> Iterator[tuple[Gray, str, str]]:
    """The bubble columns of one placed sheet."""
    for name, y, placed in zip(FIELDS, locate.BOX_Y_MM, sheet.placed, strict=True):
        written = sheet.written[name] or ""
        if placed.agreement < MIN_AGREEMENT or len(written) != len(locate.RING_X_MM):
            continue
        for i, x in enumerate(locate.RING_X_MM):
            left, top = x - ROOM_MM, y + locate.RING_DOWN_MM - ROOM_MM
            step = 1 / PX_PER_MM
            to_mm = np.array([[step, 0, left + step / 2], [0, step, top + step / 2], [0, 0, 1.0]])
            strip = cv2.warpPerspective(
                sheet.gray, placed.mm_to_px @ to_mm, (STRIP_W, STRIP_H),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
            yield strip.astype(np.uint8), written[i], f"{sheet.photo}/{name}/{i}"


def collect(data: Path, *, training: bool) -> Strips:
    """All strips of one part."""
    found = [s for sheet in read_sheets(data, training=training) for s in strips_of(sheet)]
    strips, written, sources = zip(*found, strict=True)
    return Strips(np.stack(strips), np.array(written), np.array(sources))


def pull(strip: Gray, off: Floats, pitch: float = 1.0) -> Gray:
    """Cut the ten patches out of a strip -> (10, SIDE, SIDE).

    Args:
        strip: (STRIP_H, STRIP_W) uint8.
        off: (10, 2) how far each patch misses its bubble, in px of the patch.
        pitch: stretch of the column about its middle, 1 for none.
    """
    patches = []
    half = (SIDE - 1) / 2
    for digit in range(10):
        centre = CENTRE + [0, ((digit - 4.5) * pitch + 4.5) * PITCH] + off[digit] * FINE
        A = np.array([[FINE, 0, centre[0] - half * FINE], [0, FINE, centre[1] - half * FINE]])
        patches.append(
            cv2.warpAffine(strip, A, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                           borderMode=cv2.BORDER_REPLICATE)
        )  # fmt: skip
    return np.stack(patches).astype(np.uint8)
