"""Draws filled pages with their landmarks, for the training of the landmark network."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ocr.arrays import Floats, Gray
from pipeline.forms.draw import draw_page
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.model import FormPage

#: Boxes are drawn this large (px): a little larger than the network ever sees them.
BOX_PX = 40.0


def page_arrays(form: FormPage, image: Gray, px_per_mm: float) -> dict[str, Floats | Gray]:
    """The arrays that ``ocr.training.landmarks`` reads, of one upright page image."""
    own = landmarks_of(form)
    # The pixel i covers i to i + 1; its centre is what coordinates mean.
    boxes = own.boxes * px_per_mm
    boxes[:, :2] -= 0.5
    w, h = (side * px_per_mm for side in form.size_mm)
    return {
        "image": image,
        "boxes": boxes,
        "bubbles": own.bubbles * px_per_mm - 0.5,
        "crossings": own.crossings * px_per_mm - 0.5,
        "page": np.array([[0, 0], [w, 0], [w, h], [0, h]]) - 0.5,
    }


def scale_for(form: FormPage) -> float:
    """px per mm at which the form's boxes are BOX_PX large."""
    return BOX_PX / float(np.median(landmarks_of(form).boxes[:, 2:].min(1)))
