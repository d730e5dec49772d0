"""Digit boxes: (n, S, S) crops -> (n, 13) log-probabilities."""

from functools import cache

import numpy as np

from ocr import runtime
from ocr.arrays import Floats, Gray
from ocr.calibration import Calibration, log_probabilities

#: The classes in the order of the scores: ten digits, a cross, a dash, nothing.
CLASSES = "0123456789x-_"

#: Side of a box crop in px. The box's frame lies MARGIN px inside the crop on each side, so the
#: reader sees the frame and what leaves it.
SIDE = 40
MARGIN = 5


@cache
def _calibration() -> Calibration:
    return Calibration(**runtime.card("boxes")["calibration"])


def read_boxes(crops: Gray) -> Floats:
    """Read digit boxes; contrast and brightness are evened out inside, so pass what was cut.

    Args:
        crops: (n, SIDE, SIDE) uint8, the box's frame MARGIN px inside, whatever its shape on
            the form. May be off by a tenth of a box and a few degrees.

    Returns:
        (n, 13) calibrated log-probabilities in the order of CLASSES.

    Raises:
        ValueError: on another shape or type.
    """
    if crops.ndim != 3 or crops.shape[1:] != (SIDE, SIDE) or crops.dtype != np.uint8:
        raise ValueError(f"expected (n, {SIDE}, {SIDE}) uint8, got {crops.shape} {crops.dtype}")
    if not len(crops):
        return np.zeros((0, len(CLASSES)))
    return log_probabilities(runtime.scores("boxes", crops), _calibration())
