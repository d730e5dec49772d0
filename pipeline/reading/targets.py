"""The two constellations that are compared: what was found in a photo, what a form promises."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Floats
from ocr.landmarks import Landmarks, Peaks
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.model import FormPage

#: Cells of the nearest-landmark maps, in px of the network's view: two peaks never share one.
CELL_VIEW_PX = 2.0
#: What a kind of landmark weighs in the agreement: boxes are what is read, crossings are many.
KIND_WEIGHTS = np.array([3.0, 1.0, 1.0])


@dataclass(frozen=True)
class Targets:
    """Every landmark found, arranged so that the nearest to a point is looked up at once.

    Attributes:
        xy: (n, 2) px of the photo.
        kind: (n,) 0 box, 1 bubble, 2 crossing.
        nearest: for each kind a map (h, w) of the index into xy of the nearest of that kind.
        cell_px: px of the photo that one cell of the maps covers.
        view_px: how many px of the photo one px of the network's view was.
        size: (height, width) of the photo.
    """

    xy: Floats
    kind: Floats
    nearest: tuple[NDArray[np.int32] | None, ...]
    cell_px: float
    view_px: float
    size: tuple[int, int]

    @staticmethod
    def of(found: Landmarks, view_px: float, size: tuple[int, int]) -> "Targets":
        """Arrange what the network found in a photo of (height, width)."""
        kinds: list[Peaks] = [found.boxes, found.bubbles, found.crossings]
        cell = CELL_VIEW_PX * view_px
        maps, start = [], 0
        for peaks in kinds:
            maps.append(_nearest_map(peaks.xy, start, cell, size))
            start += len(peaks.xy)
        return Targets(
            np.concatenate([k.xy for k in kinds]),
            np.concatenate([np.full(len(k.xy), i) for i, k in enumerate(kinds)]),
            tuple(maps),
            cell,
            view_px,
            size,
        )

    def nearest_to(self, px: Floats, kind: int) -> tuple[NDArray[np.int32], Floats] | None:
        """Index of and distance to the nearest landmark of a kind for points (n, 2)."""
        lookup = self.nearest[kind]
        if lookup is None:
            return None
        height, width = lookup.shape
        # fmax and fmin take the limit where a point is not a number (on the horizon).
        columns = np.fmin(np.fmax(px[:, 0] / self.cell_px, 0), width - 1).astype(np.intp)
        rows = np.fmin(np.fmax(px[:, 1] / self.cell_px, 0), height - 1).astype(np.intp)
        index = lookup[rows, columns]
        gap = self.xy[index] - px
        return index, np.sqrt(gap[:, 0] ** 2 + gap[:, 1] ** 2)


def _nearest_map(
    xy: Floats, start: int, cell: float, size: tuple[int, int]
) -> NDArray[np.int32] | None:
    if not len(xy):
        return None
    shape = (int(size[0] / cell) + 1, int(size[1] / cell) + 1)
    columns = np.clip(xy[:, 0] / cell, 0, shape[1] - 1).astype(int)
    rows = np.clip(xy[:, 1] / cell, 0, shape[0] - 1).astype(int)
    free = np.full(shape, 255, np.uint8)
    free[rows, columns] = 0
    _, labels = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.zeros(int(labels.max()) + 1, np.int32)
    index[labels[rows, columns]] = np.arange(start, start + len(xy))
    found: NDArray[np.int32] = index[labels]
    return found


@dataclass(frozen=True)
class FormPoints:
    """All landmarks of a form in one array.

    Attributes:
        mm: (n, 2); kind: (n,); spacing_mm: (n,) to the nearest of the same kind.
        weight: (n,) what each counts in the agreement.
        box_mm: the mean smaller side of its boxes.
    """

    mm: Floats
    kind: Floats
    spacing_mm: Floats
    weight: Floats
    box_mm: float


@lru_cache(maxsize=512)
def form_points(form: FormPage) -> FormPoints:
    """The landmarks of a form, gathered once."""
    own = landmarks_of(form)
    groups = (own.box_centres, own.bubbles, own.crossings)
    kind = np.concatenate([np.full(len(group), k) for k, group in enumerate(groups)])
    return FormPoints(
        np.concatenate(groups),
        kind,
        np.concatenate([_nearest(group) for group in groups]),
        KIND_WEIGHTS[kind],
        float(own.boxes[:, 2:].min(1).mean()),
    )


def _nearest(points: Floats) -> Floats:
    if len(points) < 2:
        return np.full(len(points), np.inf)
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    nearest: Floats = gaps.min(1)
    return nearest
