"""Stage: every witness of every field gives its scores; nothing is decided here."""

from collections.abc import Mapping

import numpy as np

from ocr.boxes import read_boxes
from ocr.bubbles import read_bubbles
from pipeline.reading.model import FieldCrops, FieldEvidence


def weigh(crops: Mapping[str, FieldCrops]) -> Mapping[str, FieldEvidence]:
    """Read all crops, each kind in one batch: field name -> scores."""
    names = list(crops)
    counts = [len(crops[name].boxes) for name in names]
    scores = np.split(
        read_boxes(np.concatenate([crops[name].boxes for name in names])), np.cumsum(counts)[:-1]
    )
    columns = [c for name in names if (c := crops[name].bubbles) is not None]
    bubbles = iter(
        np.split(read_bubbles(np.concatenate(columns)), np.cumsum([len(c) for c in columns])[:-1])
        if columns
        else []
    )
    return {
        name: FieldEvidence(
            boxes=score, bubbles=None if crops[name].bubbles is None else next(bubbles)
        )
        for name, score in zip(names, scores, strict=True)
    }
