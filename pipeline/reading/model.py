"""What travels between the stages of a reading, each frozen, each with one meaning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ocr.arrays import Floats, Gray
from pipeline import geometry
from pipeline.forms.model import FormPage
from pipeline.reading.reasons import Reason

Status = Literal["accepted", "review"]
SheetStatus = Literal["accepted", "review", "rejected"]


@dataclass(frozen=True)
class Photo:
    """A decoded photo, upright by its EXIF orientation.

    Attributes:
        gray: (H, W) uint8.
        sha256: of the original bytes.
    """

    gray: Gray
    sha256: str


@dataclass(frozen=True)
class Mesh:
    """Where paper bends: small corrections on a regular grid over the page.

    Attributes:
        x_mm: (m,) grid columns; y_mm: (n,) grid rows.
        offset_mm: (n, m, 2) what to add to a point on the form before the homography.
    """

    x_mm: Floats
    y_mm: Floats
    offset_mm: Floats

    def offsets(self, points_mm: Floats) -> Floats:
        """Bilinear offsets (n, 2) for points (n, 2); beyond the grid the edge goes on."""
        gx = np.interp(points_mm[:, 0], self.x_mm, np.arange(len(self.x_mm)))
        gy = np.interp(points_mm[:, 1], self.y_mm, np.arange(len(self.y_mm)))
        x0 = np.clip(gx.astype(int), 0, len(self.x_mm) - 2)
        y0 = np.clip(gy.astype(int), 0, len(self.y_mm) - 2)
        fx, fy = (gx - x0)[:, None], (gy - y0)[:, None]
        o = self.offset_mm
        top = o[y0, x0] * (1 - fx) + o[y0, x0 + 1] * fx
        bottom = o[y0 + 1, x0] * (1 - fx) + o[y0 + 1, x0 + 1] * fx
        result: Floats = top * (1 - fy) + bottom * fy
        return result


@dataclass(frozen=True)
class Located:
    """Which form a photo shows and where.

    Attributes:
        form: the form page.
        mm_to_px: homography from the form's mm to the photo's px.
        mesh: correction where one homography is not enough.
        agreement: share of the landmarks that should be in view and were found there, [0, 1].
        residual_mm: (fields,) how far the boxes of each field may still be off, as measured
            on its own rulings; NaN where nothing could be measured.
    """

    form: FormPage
    mm_to_px: Floats
    mesh: Mesh | None
    agreement: float
    residual_mm: Floats = field(default_factory=lambda: np.zeros(0))

    def to_px(self, points_mm: Floats) -> Floats:
        """Points on the form (n, 2) in mm -> px of the photo."""
        if self.mesh is not None:
            points_mm = points_mm + self.mesh.offsets(points_mm)
        return geometry.apply(self.mm_to_px, points_mm)


@dataclass(frozen=True)
class FieldCrops:
    """What is cut out for one field.

    Attributes:
        boxes: (count, S, S) uint8, see ``pipeline.reading.crops``.
        bubbles: (count, 10, B, B) uint8, or None where the form has none.
        quad_px: (4, 2) around the boxes, px of the photo.
        inside: share of the field's area that lies inside the photo, [0, 1].
        px_per_box: the smaller side of a box in px of the photo.
    """

    boxes: Gray
    bubbles: Gray | None
    quad_px: Floats
    inside: float
    px_per_box: float


@dataclass(frozen=True)
class FieldEvidence:
    """Scores of every witness of one field.

    Attributes:
        boxes: (count, 13) log-probabilities, classes of ``ocr.boxes.CLASSES``.
        bubbles: (count, 11) log-probabilities 0-9 and nothing, or None.
    """

    boxes: Floats
    bubbles: Floats | None


@dataclass(frozen=True)
class FieldReading:
    """What is said of one field; the names are those of the contract."""

    value: int | None
    written: str
    confidence: float
    status: Status
    reasons: tuple[Reason, ...]
    evidence: Mapping[str, str | int | None]
    box_quad: Floats


@dataclass(frozen=True)
class RuleReading:
    """Whether a rule holds for what is written."""

    rule: str
    holds: bool | None
    difference: int | None


@dataclass(frozen=True)
class Reading:
    """What the software says of one sheet."""

    form: str | None
    status: SheetStatus
    reasons: tuple[Reason, ...]
    fields: Mapping[str, FieldReading]
    rules: tuple[RuleReading, ...]
