"""How sharp and how bright the boxes of a located form are: cheap measures on what was cut out.

Measured on crops, so that every box has the same size (``ocr.boxes.SIDE``), whatever the photo's
resolution: the numbers compare between photos and forms.

Sharpness is told by blurring again (as in Zhuo and Sim, "Defocus map estimation from a single
image", 2011): a sharp edge loses much of its slope between two smoothings, a blurred one little.
That asks neither how thick strokes are nor how much ink a box has.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats32, Gray
from pipeline.reading.reasons import Reason

#: The two smoothings that are compared, px of a crop. With 1 px as the finer one, noise that lies
#: over a blurred picture looks sharp.
FINE_PX, COARSE_PX = 2.0, 4.0
#: The steepest slopes are those of edges: frame and strokes always cover more than 3 % of a box.
STEEPEST_PERCENTILE = 97
#: The rim of a crop in which its edge would be seen, px.
RIM_PX = 4
#: Percentiles of a box crop that stand for its ink and its paper: frame and stroke cover a third
#: of it, shine at most a tenth.
INK_PERCENTILE, PAPER_PERCENTILE = 5, 85
#: Slopes below this are noise, gray levels a px (times the 8 of the Sobel kernel).
LEAST_SLOPE = 0.5

#: Below this digits melt. Blurring the training crops step by step, under noise of 0, 2 and 4 gray
#: levels, the box reader reads all above 2.4, 98 % at 2.2, 89 % at 1.95, 84 % at 1.75, 74 % at
#: 1.65. The least sharp field of the 300 training photos, which is easily read, has 2.1.
LEAST_SHARPNESS = 1.8
#: Below this gray level of the paper sensor noise eats thin strokes. Darkening the training crops
#: under a noise of 3 levels, the box reader still has 97 % at a paper of 38, 92 % at 29, 77 % at
#: 20. The darkest of the 300 training photos, which is easily read, has 60.
LEAST_PAPER = 30.0


@dataclass(frozen=True)
class Quality:
    """What the boxes of a field or of a page look like, the median over them.

    Attributes:
        sharpness: slope of the steepest edges after the finer smoothing over that after the
            coarser one; 3.3 for a usual phone photo, 1 for none.
        paper: gray level of the paper, 0 black to 255 white.
        contrast: gray levels between paper and ink.
    """

    sharpness: float
    paper: float
    contrast: float


def measure(boxes: Gray) -> Quality:
    """Measure box crops (n, S, S) as ``FieldCrops.boxes`` has them.

    Raises:
        ValueError: on another shape, or none at all.
    """
    if boxes.ndim != 3 or not len(boxes) or min(boxes.shape[1:]) <= 2 * RIM_PX:
        raise ValueError(f"expected (n, S, S) crops, got {boxes.shape}")
    sharpness = [
        _slope(box, FINE_PX) / max(_slope(box, COARSE_PX), LEAST_SLOPE)
        for box in boxes.astype(np.float32)
    ]
    ink, paper = np.percentile(boxes, (INK_PERCENTILE, PAPER_PERCENTILE), axis=(1, 2))
    return Quality(
        sharpness=float(np.median(sharpness)),
        paper=float(np.median(paper)),
        contrast=float(np.median(paper - ink)),
    )


def faults(quality: Quality) -> tuple[Reason, ...]:
    """What is wrong with a picture of that quality: ``blurred``, ``too_dark``, both or none."""
    found = []
    if quality.sharpness < LEAST_SHARPNESS:
        found.append(Reason.BLURRED)
    if quality.paper < LEAST_PAPER:
        found.append(Reason.TOO_DARK)
    return tuple(found)


def _slope(box: Floats32, smoothing: float) -> float:
    """How steep the steepest edges of a box (S, S) are once it is smoothed."""
    smooth = cv2.GaussianBlur(box, (0, 0), smoothing)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)
    inner = slice(RIM_PX, -RIM_PX)
    return float(np.percentile(np.hypot(across, down)[inner, inner], STEEPEST_PERCENTILE))
