"""How sharp and how bright the boxes of a located form are: cheap measures on what was cut out.

Measured on crops, so that every box has the same size (``ocr.boxes.SIDE``) and the same frame,
whatever the photo's resolution: the numbers compare between photos and forms.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Gray
from pipeline.reading.reasons import Reason

#: Softens pixel noise before the second derivative, px of a crop.
SMOOTHING_PX = 1.0
#: The rim of a crop in which a neighbour or the crop's edge would be seen, px.
RIM_PX = 4
#: Percentiles of a box crop that stand for its ink and its paper: frame and stroke cover a third
#: of it, shine at most a tenth.
INK_PERCENTILE, PAPER_PERCENTILE = 5, 85

#: Below this digits melt. Blurring the training crops step by step, the box reader keeps its
#: accuracy of 96.5 % down to a sharpness of 0.16 and has 93 % at 0.13, 88 % at 0.11, 82 % at
#: 0.09. The least sharp of the 300 training photos, which can still be read, has 0.21.
LEAST_SHARPNESS = 0.12
#: Below this gray level of the paper sensor noise eats thin strokes. Darkening the training crops
#: under a noise of 3 levels, the box reader still has 95 % at a paper of 38, 93 % at 29, 86 % at
#: 20. The darkest training photo, which can still be read, has 60.
LEAST_PAPER = 30.0


@dataclass(frozen=True)
class Quality:
    """What the boxes of a field or of a page look like, the median over them.

    Attributes:
        sharpness: spread of the smoothed Laplacian over the spread of gray levels; 0.45 for a
            usual phone photo, 0 for none.
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
    n, height, width = boxes.shape
    column = boxes.reshape(n * height, width).astype(np.float32)
    smooth = cv2.GaussianBlur(column, (0, 0), SMOOTHING_PX)
    bend = cv2.Laplacian(smooth, cv2.CV_32F).reshape(boxes.shape)
    inner = slice(RIM_PX, -RIM_PX)
    spread = boxes.std(axis=(1, 2))
    sharpness = bend[:, inner, inner].std(axis=(1, 2)) / np.maximum(spread, 1.0)
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
