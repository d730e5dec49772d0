"""Pictures of every stage, so that a wrong reading explains itself at a glance."""

from pathlib import Path

import cv2
import numpy as np

from ocr.arrays import Gray
from ocr.landmarks import find_landmarks
from pipeline import geometry
from pipeline.forms.landmarks import landmarks_of
from pipeline.reading.locate import LOOKS_PX
from pipeline.reading.model import FieldCrops, FieldReading, Located
from pipeline.reading.read import SheetResult
from pipeline.reading.straighten import field_image, page_image

#: Longer side of the pictures of the whole photo, px.
SIDE_PX = 1400
#: Height of a field's picture and of its text in the contact sheet, px.
FIELD_PX, TEXT_PX = 90, 26
#: Side of a bubble there, least width of a line, and space below it, px.
BUBBLE_PX, LINE_PX, GAP_PX = 45, 900, 6
WHITE = (255, 255, 255)
GREEN, RED, BLUE, ORANGE = (40, 160, 40), (40, 40, 220), (220, 120, 30), (20, 140, 250)


def write_debug(result: SheetResult, folder: Path) -> None:
    """Write 1-landmarks.png, 2-located.png, 3-page.png and 4-fields.png as far as it came."""
    folder.mkdir(parents=True, exist_ok=True)
    if result.photo is None:
        return
    gray = result.photo.gray
    _write(folder / "1-landmarks.png", _landmarks(gray))
    located = result.located
    if located is None or result.crops is None:
        return
    _write(folder / "2-located.png", _located(gray, located))
    page, _ = page_image(gray, located, SIDE_PX / max(located.form.size_mm))
    _write(folder / "3-page.png", page)
    lines = [
        _field_line(
            field_image(gray, located, field, FIELD_PX),
            result.crops[field.name],
            field.name,
            result.reading.fields[field.name],
        )
        for field in located.form.fields
    ]
    _write(folder / "4-fields.png", _stacked(lines))


def _write(path: Path, image: Gray) -> None:
    coded = cv2.imencode(".png", image)[1]
    path.write_bytes(coded.tobytes())


def _canvas(gray: Gray) -> tuple[Gray, float]:
    factor = SIDE_PX / max(gray.shape)
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), dtype=np.uint8), factor


def _landmarks(gray: Gray) -> Gray:
    """What the network saw at its finest look: boxes red, bubbles green, crossings blue."""
    canvas, factor = _canvas(gray)
    found = find_landmarks(gray, LOOKS_PX[-1])
    for peaks, colour in ((found.crossings, BLUE), (found.bubbles, GREEN), (found.boxes, RED)):
        for x, y in peaks.xy * factor:
            cv2.circle(canvas, (round(x), round(y)), 4, colour, 2, cv2.LINE_AA)
    centre = np.array(canvas.shape[1::-1]) / 2
    tip = centre + found.up * 80
    cv2.arrowedLine(
        canvas, centre.astype(int).tolist(), tip.astype(int).tolist(), ORANGE, 4, cv2.LINE_AA
    )
    return canvas


def _located(gray: Gray, located: Located) -> Gray:
    """Boxes, bubbles and crossings of the template where they were placed."""
    canvas, factor = _canvas(gray)
    own = landmarks_of(located.form)
    for point in located.to_px(own.crossings) * factor:
        cv2.circle(canvas, point.round().astype(int).tolist(), 2, BLUE, -1, cv2.LINE_AA)
    if len(own.bubbles):
        for point in located.to_px(own.bubbles) * factor:
            cv2.circle(canvas, point.round().astype(int).tolist(), 4, GREEN, 1, cv2.LINE_AA)
    for x, y, w, h in own.boxes:
        quad = located.to_px(geometry.rect_quad((x, y, w, h))) * factor
        cv2.polylines(canvas, [quad.round().astype(np.int32)], True, RED, 2, cv2.LINE_AA)
    label = f"{located.form.key}  agreement {located.agreement:.2f}"
    label += "  mesh" if located.mesh is not None else ""
    cv2.putText(canvas, label, (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, ORANGE, 2, cv2.LINE_AA)
    return canvas


def _stacked(lines: list[Gray]) -> Gray:
    """Pictures of different widths below each other."""
    width = max(line.shape[1] for line in lines)
    padded = [
        cv2.copyMakeBorder(
            line, 0, GAP_PX, 0, width - line.shape[1], cv2.BORDER_CONSTANT, value=WHITE
        )
        for line in lines
    ]
    return np.asarray(np.concatenate(padded), dtype=np.uint8)


def _field_line(around: Gray, crops: FieldCrops, name: str, reading: FieldReading) -> Gray:
    """A field's surroundings, each crop as the reader got it, what was read and why."""
    tiles = [around]
    tiles += [np.asarray(cv2.resize(box, (FIELD_PX, FIELD_PX)), np.uint8) for box in crops.boxes]
    for column in () if crops.bubbles is None else crops.bubbles:
        strip = cv2.resize(np.concatenate(column, axis=1), (10 * BUBBLE_PX, BUBBLE_PX))
        tiles.append(np.pad(strip, ((0, FIELD_PX - BUBBLE_PX), (0, 0))))
    row = np.concatenate(tiles, axis=1)
    canvas = cv2.cvtColor(row, cv2.COLOR_GRAY2BGR)
    canvas = cv2.copyMakeBorder(
        canvas, TEXT_PX, 0, 0, max(0, LINE_PX - row.shape[1]), cv2.BORDER_CONSTANT, value=WHITE
    )
    seen = " ".join(f"{k}={v}" for k, v in reading.evidence.items())
    text = f"{name}: {reading.written} -> {reading.value}  {reading.confidence:.4f}  {seen}"
    text += "  " + ",".join(reading.reasons)
    colour = GREEN if reading.status == "accepted" else RED
    cv2.putText(canvas, text, (4, 19), cv2.FONT_HERSHEY_SIMPLEX, 0.55, colour, 1, cv2.LINE_AA)
    return np.asarray(canvas, dtype=np.uint8)
