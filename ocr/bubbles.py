"""Bubble columns: (n, 10, B, B) crops, digit 0 on top -> (n, 11) log-probabilities."""

from functools import cache

import numpy as np

from ocr import runtime
from ocr.arrays import Floats, Gray
from ocr.calibration import Calibration, log_probabilities

#: The classes in the order of the scores: the ten digits, nothing filled.
CLASSES = "0123456789_"

#: Side of a bubble crop in px; the bubble's printed ring is RADIUS px in radius, centred.
SIDE = 20
RADIUS = 6.5


@cache
def _calibration() -> Calibration:
    return Calibration(**runtime.card("bubbles")["calibration"])


def read_bubbles(crops: Gray) -> Floats:
    """Read columns of ten bubbles; light is evened out inside, so pass what was cut.

    Args:
        crops: (n, 10, SIDE, SIDE) uint8, digit 0 first, each ring RADIUS px in radius and
            centred, give or take 2 px.

    Returns:
        (n, 11) calibrated log-probabilities in the order of CLASSES. Two filled bubbles share
        the probability.

    Raises:
        ValueError: on another shape or type.
    """
    if crops.ndim != 4 or crops.shape[1:] != (10, SIDE, SIDE) or crops.dtype != np.uint8:
        raise ValueError(f"expected (n, 10, {SIDE}, {SIDE}) uint8, got {crops.shape} {crops.dtype}")
    if not len(crops):
        return np.zeros((0, len(CLASSES)))
    return log_probabilities(runtime.scores("bubbles", crops), _calibration())
