"""Fills in a page by hand, synthetically: digits, bubbles, tally marks, words, signatures.

What comes out is ink as shapes in millimetres, so it can be drawn at any scale.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ocr.arrays import Floats, Gray
from pipeline.forms.draw import draw_page, draw_shape
from pipeline.forms.handwriting import Hand, scribble, write_character
from pipeline.forms.model import Bubbles, FormField, FormPage, Rect
from pipeline.forms.numbers import random_numbers
from pipeline.forms.shapes import Disc, Shape, Strokes
from pipeline.forms.style import Style, written_fields
from pipeline.forms.tallying import row_totals, tally_marks
from pipeline.forms.terbilang import terbilang
from pipeline.reading.numbers import value_of

#: Syllables of names that are nobody's.
_SYLLABLES = ("BA", "DI", "KU", "LO", "MA", "NI", "RA", "SA", "TE", "WA", "YU", "ZE")
#: Day and month that go into the boxes of a date, whatever the election.
_DAY = "1402"
#: How many times as wide as high a signature and a name are; other areas hold several of them.
_SIGNATURE_SHAPE, _NAME_SHAPE = 2.0, 5.0


@dataclass(frozen=True)
class Filled:
    """A page with what is written on it.

    Attributes:
        form: the page.
        written: what stands in the boxes of each field, one character a box.
        ink: everything written, in mm, back to front.
        tint: what the ink's colour adds to its gray, blue, green and red.
    """

    form: FormPage
    written: Mapping[str, str]
    ink: tuple[Shape, ...]
    tint: tuple[int, int, int]


def random_written(
    form: FormPage, rng: np.random.Generator, *, leading: str = "x"
) -> dict[str, str]:
    """Random numbers that satisfy the form's rules, as they stand in its boxes."""
    return written_fields(form, random_numbers([form], rng), leading)


def fill_page(
    form: FormPage,
    written: Mapping[str, str],
    rng: np.random.Generator,
    *,
    style: Style,
    overwritten: Mapping[str, str] | None = None,
) -> Filled:
    """Write numbers and all that belongs to them onto a page.

    Args:
        form: the page.
        written: characters of ``0-9x-_`` for each field, one a box; fields left out stay empty.
        rng: where everything random comes from.
        style: how it is filled in.
        overwritten: what stood there first and was written over, in the same form: ``_5_`` puts a
            5 below the second character, and its bubble stays black.

    Raises:
        ValueError: for a field that the form does not have, or the wrong number of characters.
    """
    for text in (written, overwritten or {}):
        for name, characters in text.items():
            if name not in form.by_name:
                raise ValueError(f"{form.key} has no field {name!r}")
            if len(characters) != form.by_name[name].boxes.count:
                raise ValueError(f"{name}: {characters!r} is not one character a box")
    ink: list[Shape] = []
    for name, characters in written.items():
        first = (overwritten or {}).get(name)
        if first is not None:
            ink += _write_first(form.by_name[name], first, style, rng)
        ink += _fill_field(form.by_name[name], characters, style, rng)
    if style.signed:
        ink += _sign(form, style, rng)
    return Filled(form, dict(written), tuple(ink), style.hand.tint)


def draw_filled(filled: Filled, px_per_mm: float) -> Gray:
    """Draw a filled page, (H, W) uint8."""
    return _with_ink(draw_page(filled.form, px_per_mm), filled, px_per_mm)


def draw_filled_colour(filled: Filled, px_per_mm: float) -> Gray:
    """Draw a filled page in colour, (H, W, 3) uint8 in OpenCV's order blue, green, red."""
    blank = draw_page(filled.form, px_per_mm)
    page = _with_ink(blank, filled, px_per_mm)
    share = (blank.astype(np.float32) - page) / np.maximum(blank, 1)
    tint = np.array(filled.tint, np.float32)
    coloured = page[..., None] + share[..., None] * tint
    return np.clip(np.rint(coloured), 0, 255).astype(np.uint8)


def _with_ink(blank: Gray, filled: Filled, px_per_mm: float) -> Gray:
    page = blank.copy()
    for shape in filled.ink:
        draw_shape(page, shape, px_per_mm)
    # Ink never makes print lighter.
    return np.minimum(page, blank)


def _fill_field(
    field: FormField, characters: str, style: Style, rng: np.random.Generator
) -> Iterator[Shape]:
    yield from _write_boxes(field.boxes.boxes, characters, style, rng)
    if field.bubbles and style.bubbles:
        yield from _blacken(field.bubbles, characters, style, rng)
    value = value_of(characters)
    if value is None:
        return
    if field.tally and style.tally:
        yield from tally_marks(field.tally, value, style, rng)
        if field.row_totals:
            yield from row_totals(field.row_totals, field.tally, value, style, rng)
    if field.words_mm and style.words:
        yield from _write_words(terbilang(value), field.words_mm[0], style.hand, rng)


def _write_boxes(
    boxes: tuple[Rect, ...], characters: str, style: Style, rng: np.random.Generator
) -> Iterator[Strokes]:
    hand = style.hand
    for (x, y, w, h), character in zip(boxes, characters, strict=True):
        if character == "_":
            continue
        height = hand.fill * h * rng.normal(1, 0.05)
        size = np.array([height * hand.fullness, height])
        if character == "x":
            size = np.array([w, h]) * (0.96 if style.crosses_fill_box else 0.55)
        elif character == "-":
            size = np.array([0.5 * w, 0.5 * h])
        centre = np.array([x + w / 2, y + h / 2]) + rng.normal(0, style.drift, 2) * (w, h)
        lines = write_character(character, hand, rng)
        placed = tuple((line - 0.5) * size + centre for line in lines)
        yield Strokes(placed, hand.pen_mm, _pressed(hand, rng))


def _write_first(
    field: FormField, characters: str, style: Style, rng: np.random.Generator
) -> Iterator[Shape]:
    """What is written over later, with its bubbles; nothing where there was nothing."""
    yield from _write_boxes(field.boxes.boxes, characters, style, rng)
    if field.bubbles and style.bubbles:
        digits_only = replace(style, zero_bubble=False)
        yield from _blacken(field.bubbles, characters, digits_only, rng)


def _blacken(
    bubbles: Bubbles, characters: str, style: Style, rng: np.random.Generator
) -> Iterator[Disc]:
    (x, y), (dx, dy), radius = bubbles.first_mm, bubbles.pitch_mm, bubbles.radius_mm
    for column, character in enumerate(characters):
        if not character.isdigit() and not style.zero_bubble:
            continue
        digit = int(character) if character.isdigit() else 0
        # A few turns with the pen, not quite round and not quite centred.
        for _ in range(3):
            offset = rng.normal(0, 0.1 * radius, 2)
            at = (float(x + column * dx + offset[0]), float(y + digit * dy + offset[1]))
            yield Disc(at, radius * float(rng.uniform(0.8, 1.02)), None, _pressed(style.hand, rng))


def _write_words(words: str, area: Rect, hand: Hand, rng: np.random.Generator) -> Iterator[Strokes]:
    """Capitals from the area's left side on, on as many lines as they need."""
    # Nobody starts on the very edge.
    x, y, w, h = area[0] + 0.02 * area[2], area[1], 0.96 * area[2], area[3]
    lines = [words]
    height = min(0.4 * h, 9.0)
    if 0.8 * height * len(words) > w:
        middle = words.rfind(" ", 0, len(words) // 2 + 4)
        lines = [words[:middle], words[middle + 1 :]] if middle > 0 else [words]
    advance = min(0.8 * height, w / max(len(line) for line in lines))
    height = min(height, advance * 1.6)
    for number, line in enumerate(lines):
        top = y + h * (number + 0.5) / len(lines) - height / 2 + rng.normal(0, 0.04 * height)
        for place, letter in enumerate(line):
            corner = np.array([x + place * advance, top + rng.normal(0, 0.04 * height)])
            size = np.array([advance * 0.66, height])
            strokes = tuple(s * size + corner for s in write_character(letter, hand, rng))
            if strokes:
                yield Strokes(strokes, hand.pen_mm * 0.8, hand.gray)


def _sign(form: FormPage, style: Style, rng: np.random.Generator) -> Iterator[Strokes]:
    for x, y, w, h in _parted(form.signatures_mm, _SIGNATURE_SHAPE):
        size = np.array([w * rng.uniform(0.35, 0.65), h * rng.uniform(0.35, 0.6)])
        corner = np.array([x + 0.25 * w, y + 0.12 * h]) + rng.normal(0, 0.03, 2) * (w, h)
        line: Floats = scribble(rng, int(rng.integers(3, 7))) * size + corner
        yield Strokes((line,), style.hand.pen_mm * 0.6, style.hand.gray)
    for area in _parted(form.names_mm, _NAME_SHAPE):
        name = "".join(rng.choice(_SYLLABLES, size=int(rng.integers(2, 5))))
        yield from _write_words(name, area, style.hand, rng)
    year = re.search(r"20\d\d", form.id)
    digits = iter(_DAY + (year.group() if year else ""))
    for row in form.other_boxes:
        characters = "".join(next(digits, "_") for _ in range(row.count))
        yield from _write_boxes(row.boxes, characters, style, rng)


def _parted(areas: tuple[Rect, ...], shape: float) -> Iterator[Rect]:
    """Areas cut into as many parts as people put something there."""
    for x, y, w, h in areas:
        across = round(w / h / shape) if w / h > 3 * shape else 1
        down = round(shape * h / w) if w / h < shape / 1.5 else 1
        for column in range(across):
            for row in range(down):
                corner = (x + w * column / across, y + h * row / down)
                yield (*corner, w / across, h / down)


def _pressed(hand: Hand, rng: np.random.Generator) -> int:
    """The ink's gray, a little darker or lighter from stroke to stroke."""
    return int(np.clip(hand.gray + rng.normal(0, 8), 0, 160))
