"""Pictures for the desk: the straightened page and the crops of its fields, made once and kept.

They are derived: the folder can be deleted at any time.
"""

import json
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

import cv2
import numpy as np

from ocr.arrays import Gray
from pipeline import geometry
from pipeline.forms.load import Catalogue
from pipeline.forms.model import FormField, Rect
from pipeline.reading.crops import patch
from pipeline.reading.headers import read_header
from pipeline.reading.model import Located
from pipeline.reading.quiet import quiet_codecs
from pipeline.reading.straighten import field_image, page_image, seen_rect
from pipeline.records.photos import PhotoStore
from pipeline.records.placed import placed_from_json

PAGE = "page.jpg"
RECT = "page.json"
#: The longer side of the page picture: readable when zoomed, about 300 kB.
PAGE_PX = 1600
#: Height of a field's crop: three boxes fill the width of a phone.
FIELD_PX = 150
#: Height of a bubble column's crop.
BUBBLES_PX = 300
#: Photos with more pixels are decoded at half the size: a 100-megapixel one in colour would take
#: 300 MB.
HALVE_PIXELS = 25_000_000
JPEG_QUALITY = 82


@dataclass(frozen=True)
class Pictures:
    """A folder of pictures, one folder a reading."""

    folder: Path
    photos: PhotoStore
    catalogue: Catalogue
    # One at a time: memory for one large photo, and each picture is made once.
    _lock: Lock = field(default_factory=Lock)

    def path(self, reading: str, photo: str, placed: dict[str, Any], name: str) -> Path | None:
        """The file of one picture, made if need be; None where the form has no such picture."""
        path = self._folder(reading, photo, placed) / name
        return path if path.is_file() else None

    def page_rect(self, reading: str, photo: str, placed: dict[str, Any]) -> Rect:
        """The part of the form (mm) that the page picture shows."""
        x, y, w, h = json.loads((self._folder(reading, photo, placed) / RECT).read_text())
        return (x, y, w, h)

    def _folder(self, reading: str, photo: str, placed: dict[str, Any]) -> Path:
        folder = self.folder / reading
        with self._lock:
            if not folder.is_dir():
                self._make(folder, photo, placed)
        return folder

    def _make(self, folder: Path, photo: str, placed: dict[str, Any]) -> None:
        image, located = load(self.photos.get(photo), placed_from_json(placed, self.catalogue))
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=self.folder, prefix=".making-"))
        try:
            pictures, rect = draw(image, located)
            for name, picture in pictures.items():
                _write(temporary / name, picture)
            (temporary / RECT).write_text(json.dumps(rect))
            temporary.replace(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def load(data: bytes, located: Located) -> tuple[Gray, Located]:
    """A photo in colour, (H, W, 3) BGR uint8, and where the form lies in it."""
    header = read_header(data)
    halve = header.width * header.height > HALVE_PIXELS
    with quiet_codecs():
        image = cv2.imdecode(
            np.frombuffer(data, np.uint8),
            cv2.IMREAD_REDUCED_COLOR_2 if halve else cv2.IMREAD_COLOR,
        )
    if image is None:
        raise ValueError("a photo that was read before cannot be decoded")
    if halve:
        located = replace(located, mm_to_px=geometry.scale(0.5) @ located.mm_to_px)
    return np.asarray(image, dtype=np.uint8), located


def draw(image: Gray, located: Located) -> tuple[dict[str, Gray], Rect]:
    """All pictures of a sheet by file name, and the part of the form (mm) that the page shows."""
    *_, width, height = seen_rect(image.shape[:2], located)
    page, rect = page_image(image, located, PAGE_PX / max(width, height))
    pictures = {PAGE: page}
    for form_field in located.form.fields:
        pictures[boxes_name(form_field.name)] = field_image(image, located, form_field, FIELD_PX)
        bubbles = bubbles_rect(form_field)
        if bubbles is not None:
            size = (round(BUBBLES_PX * bubbles[2] / bubbles[3]), BUBBLES_PX)
            pictures[bubbles_name(form_field.name)] = patch(image, located, bubbles, size)
    return pictures, rect


def boxes_name(field_name: str) -> str:
    """File name of the crop of a field's boxes."""
    return f"boxes-{field_name}.jpg"


def bubbles_name(field_name: str) -> str:
    """File name of the crop of a field's bubbles."""
    return f"bubbles-{field_name}.jpg"


def bubbles_rect(form_field: FormField) -> Rect | None:
    """The rectangle (mm) around a field's bubbles with a radius to spare, where it has any."""
    bubbles = form_field.bubbles
    if bubbles is None:
        return None
    (x, y), (dx, dy), r = bubbles.first_mm, bubbles.pitch_mm, bubbles.radius_mm
    columns = form_field.boxes.count - 1
    return (x - 2 * r, y - 2 * r, columns * dx + 4 * r, 9 * dy + 4 * r)


def _write(path: Path, picture: Gray) -> None:
    ok, data = cv2.imencode(path.suffix, picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise ValueError(f"cannot write {path.name}")
    path.write_bytes(data.tobytes())
