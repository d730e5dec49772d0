"""Which part of a digit box is cut out: all of it, or the part around the ink of a long one."""

import numpy as np

from ocr.arrays import Gray
from pipeline.forms.model import Rect

#: Boxes are squeezed into a square by at most this: digits in the tall cells of old forms fill
#: half of them, and squeezed by two they cannot be told.
MOST_SQUEEZE = 1.25
#: Share of a box at each end that is not looked at for ink: its frame, and what crosses it.
FRAME_SHARE = 0.14
#: How much darker than the box's paper (median gray) ink is, at the least.
INK_CONTRAST = 25


def is_long(rect: Rect) -> bool:
    """Whether a box is too tall or too wide to be squeezed into a square."""
    _, _, w, h = rect
    return max(w, h) / min(w, h) > MOST_SQUEEZE


def around_ink(rect: Rect, picture: Gray) -> Rect:
    """The part of a long box with its digit, as a rectangle of at most MOST_SQUEEZE.

    Args:
        rect: the box, mm.
        picture: (H, W) what lies in the box, frame to frame, upright.
    """
    x, y, w, h = rect
    tall = h > w
    trim = [round(FRAME_SHARE * side) for side in picture.shape]
    inner = picture[trim[0] : -trim[0] or None, trim[1] : -trim[1] or None].astype(np.float64)
    ink = np.maximum(0.0, float(np.median(inner)) - INK_CONTRAST - inner).sum(axis=1 if tall else 0)
    along = (np.arange(len(ink)) + 0.5 + trim[0 if tall else 1]) / picture.shape[0 if tall else 1]
    middle = float(ink @ along / ink.sum()) if ink.sum() > 0 else 0.5
    length = MOST_SQUEEZE * min(w, h)
    if tall:
        return (x, float(np.clip(y + middle * h - length / 2, y, y + h - length)), w, length)
    return (float(np.clip(x + middle * w - length / 2, x, x + w - length)), y, length, h)
