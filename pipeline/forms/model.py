"""What a form page is: everything on the printed page, in millimetres, origin top left, y down.

A form is data. These classes are its schema; a template that breaks them is refused with a
message that names the place. Derived geometry (single boxes, crossings) is computed here once.
"""

from collections import Counter
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.forms.rules import Rule, RuleSyntaxError, parse_rule

#: x, y of a point.
Point = tuple[float, float]
#: left, top, width, height.
Rect = tuple[float, float, Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
Positive = Annotated[float, Field(gt=0)]
#: How dark print is, 0 black to 255 white.
Ink = Annotated[int, Field(ge=0, le=255)]

#: How far something may stand beyond the page: drawings overlap the edge by a stroke.
EDGE_MM = 0.6


class Part(BaseModel):
    """Base of all parts: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A title in both languages."""

    id: str
    en: str


class BoxRow(Part):
    """A row of digit boxes, from left to right, highest digit first."""

    at_mm: Point = Field(description="top-left corner of the first box (middle of its line)")
    size_mm: tuple[Positive, Positive] = Field(description="width, height of one box")
    pitch_mm: Positive = Field(description="from one box's left edge to the next one's")
    count: Annotated[int, Field(ge=1, le=6)] = 3
    guides: bool = Field(
        default=False, description="dotted seven-segment guides are printed inside"
    )
    stroke_mm: Positive = 0.6

    @cached_property
    def boxes(self) -> tuple[Rect, ...]:
        """The single boxes."""
        (x, y), (w, h) = self.at_mm, self.size_mm
        return tuple((x + i * self.pitch_mm, y, w, h) for i in range(self.count))

    @cached_property
    def hull(self) -> Rect:
        """The rectangle around all boxes of the row."""
        (x, y), (w, h) = self.at_mm, self.size_mm
        return (x, y, (self.count - 1) * self.pitch_mm + w, h)


class Bubbles(Part):
    """One column of ten bubbles (0 on top) under each box of a field."""

    first_mm: Point = Field(description="centre of the bubble 0 of the first column")
    pitch_mm: tuple[Positive, Positive] = Field(description="to the next column, to the next digit")
    radius_mm: Positive


class Tally(Part):
    """A grid for tally marks, five strokes a cell."""

    at_mm: Point
    cell_mm: tuple[Positive, Positive]
    columns: Annotated[int, Field(ge=1, le=40)]
    rows: Annotated[int, Field(ge=1, le=40)]
    marks_per_cell: Annotated[int, Field(ge=1, le=10)] = 5
    stroke_mm: Positive = 0.4
    gray: Ink = 0


class RowTotals(Part):
    """The cells right of a tally grid in which each row's marks are added."""

    at_mm: Point
    cell_mm: tuple[Positive, Positive]
    rows: Annotated[int, Field(ge=1, le=40)]
    digits: Annotated[int, Field(ge=1, le=4)] = 2
    divided: bool = Field(default=False, description="a ruling parts the digits of a cell")
    stroke_mm: Positive = 0.4
    gray: Ink = 0


class FormField(Part):
    """One number on the form."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    boxes: BoxRow
    bubbles: Bubbles | None = None
    tally: Tally | None = None
    row_totals: RowTotals | None = None
    words_mm: tuple[Rect, ...] = Field(
        default=(), description="where the number is written in words"
    )
    max: int | None = Field(default=None, ge=0, description="more than this is out_of_bounds")


class Tag(Part):
    """An AprilTag of family 36h10."""

    id: Annotated[int, Field(ge=0, le=2319)]
    at_mm: Rect
    turned: Literal[0, 90, 180, 270] = Field(
        default=0, description="clockwise turn of the printed tag against its own upright"
    )


class Mark(Part):
    """A filled black square, or two touching at a corner, that helps to find the page."""

    kind: Literal["square", "diagonal_pair", "diagonal_pair_mirrored"]
    at_mm: Rect = Field(description="the rectangle around the mark")


class Grid(Part):
    """A ruled table: a full line at every x and every y between the outermost ones."""

    x_mm: tuple[float, ...] = Field(min_length=2)
    y_mm: tuple[float, ...] = Field(min_length=2)
    stroke_mm: Positive = 0.4
    gray: Ink = 0


class Line(Part):
    """A single horizontal or vertical ruling."""

    from_mm: Point
    to_mm: Point
    stroke_mm: Positive = 0.4
    gray: Ink = 0
    dots_mm: Positive | None = Field(default=None, description="pitch, where the line is dotted")


class Solid(Part):
    """A filled bar over an unused part."""

    at_mm: Rect
    gray: Ink = 0


class Circle(Part):
    """A printed circle that is no bubble to fill: an example, an emblem's outline."""

    at_mm: Point = Field(description="its centre")
    radius_mm: Positive
    stroke_mm: Positive = 0.4
    filled: bool = False
    gray: Ink = 0


class Print(Part):
    """A printed line of text; the size is that of its capitals."""

    at_mm: Point = Field(description="left, centre or right end (by align) of the baseline")
    cap_mm: Positive
    text: str
    align: Literal["left", "centre", "right"] = "left"
    bold: bool = False
    width_mm: Positive | None = Field(default=None, description="its length, where measured")
    gray: Ink = 0
    turned: Literal[0, 90, 180, 270] = Field(default=0, description="clockwise, around at_mm")


class FormPage(Part):
    """One page of one model of tally sheet in one election."""

    schema_version: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    layout: str = Field(
        default="", pattern=r"^[a-z0-9-]*$", description="where one form id has several"
    )
    title: Text
    set: str = Field(description="the sheets of one TPS that belong together")
    page: Annotated[int, Field(ge=1, le=20)] = 1
    size_mm: tuple[Positive, Positive]
    source: str = Field(description="what it was measured on, and how well")
    watermark: bool = False
    tag: Tag | None = None
    marks: tuple[Mark, ...] = ()
    grids: tuple[Grid, ...] = ()
    lines: tuple[Line, ...] = ()
    solids: tuple[Solid, ...] = ()
    circles: tuple[Circle, ...] = ()
    prints: tuple[Print, ...] = ()
    fields: tuple[FormField, ...] = Field(min_length=1)
    other_boxes: tuple[BoxRow, ...] = Field(default=(), description="boxes not read (dates)")
    signatures_mm: tuple[Rect, ...] = Field(default=(), description="hidden in what is published")
    names_mm: tuple[Rect, ...] = Field(default=(), description="handwritten names, hidden likewise")
    titles: tuple[str, ...] = Field(default=(), description="printed words that only this form has")
    rules: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Cheap, so that what is derived from a form can be cached by the form itself."""
        return hash((self.key, self.size_mm))

    @property
    def key(self) -> str:
        """The id, with the layout where the form has several."""
        return f"{self.id}@{self.layout}" if self.layout else self.id

    @cached_property
    def parsed_rules(self) -> tuple[Rule, ...]:
        """The rules, parsed."""
        return tuple(parse_rule(text) for text in self.rules)

    @cached_property
    def by_name(self) -> dict[str, FormField]:
        """The fields by their names."""
        return {field.name: field for field in self.fields}

    @model_validator(mode="after")
    def _names_are_unique_and_rules_known(self) -> Self:
        twice = [name for name, n in Counter(f.name for f in self.fields).items() if n > 1]
        if twice:
            raise ValueError(f"two fields are named {twice[0]!r}")
        for number, text in enumerate(self.rules):
            try:
                rule = parse_rule(text)
            except RuleSyntaxError as error:
                raise ValueError(f"rules[{number}]: {error}") from error
            unknown = sorted(set(rule.names) - {f.name for f in self.fields})
            if unknown:
                raise ValueError(f"rules[{number}]: unknown field {unknown[0]!r} in {text!r}")
        return self

    @model_validator(mode="after")
    def _everything_is_on_the_page(self) -> Self:
        for place, (x, y, w, h) in self._rects():
            inside = (
                x >= -EDGE_MM
                and y >= -EDGE_MM
                and x + w <= self.size_mm[0] + EDGE_MM
                and y + h <= self.size_mm[1] + EDGE_MM
            )
            if not inside:
                raise ValueError(
                    f"{place}: ({x:g}, {y:g}, {w:g}, {h:g}) lies outside the page of "
                    f"{self.size_mm[0]:g} x {self.size_mm[1]:g} mm"
                )
        return self

    @model_validator(mode="after")
    def _boxes_do_not_overlap(self) -> Self:
        rects = [(f"fields.{f.name}.boxes", box) for f in self.fields for box in f.boxes.boxes]
        for i, (place, (x, y, w, h)) in enumerate(rects):
            for other, (x2, y2, w2, h2) in rects[:i]:
                across = min(x + w, x2 + w2) - max(x, x2)
                down = min(y + h, y2 + h2) - max(y, y2)
                # A shared ruling may be measured a little into the neighbour.
                if across > 0.2 * min(w, w2) and down > 0.2 * min(h, h2):
                    raise ValueError(f"{place}: a box overlaps one of {other}")
        return self

    def _rects(self) -> list[tuple[str, Rect]]:
        found: list[tuple[str, Rect]] = []
        for f in self.fields:
            place = f"fields.{f.name}"
            found.append((f"{place}.boxes", f.boxes.hull))
            found += [(f"{place}.words_mm", rect) for rect in f.words_mm]
            if f.bubbles:
                (x, y), (dx, dy), r = f.bubbles.first_mm, f.bubbles.pitch_mm, f.bubbles.radius_mm
                width = (f.boxes.count - 1) * dx + 2 * r
                found.append((f"{place}.bubbles", (x - r, y - r, width, 9 * dy + 2 * r)))
            if f.tally:
                (x, y), (w, h) = f.tally.at_mm, f.tally.cell_mm
                found.append((f"{place}.tally", (x, y, w * f.tally.columns, h * f.tally.rows)))
            if f.row_totals:
                (x, y), (w, h) = f.row_totals.at_mm, f.row_totals.cell_mm
                found.append((f"{place}.row_totals", (x, y, w, h * f.row_totals.rows)))
        found += [("other_boxes", row.hull) for row in self.other_boxes]
        found += [("solids", solid.at_mm) for solid in self.solids]
        found += [("marks", mark.at_mm) for mark in self.marks]
        found += [("signatures_mm", rect) for rect in self.signatures_mm]
        found += [("names_mm", rect) for rect in self.names_mm]
        if self.tag:
            found.append(("tag", self.tag.at_mm))
        for grid in self.grids:
            x, y = min(grid.x_mm), min(grid.y_mm)
            found.append(("grids", (x, y, max(grid.x_mm) - x, max(grid.y_mm) - y)))
        return found


class FormSet(Part):
    """The pages of one TPS that are filled together, and the rules across them."""

    schema_version: Literal[1] = 1
    id: str
    title: Text
    pages: tuple[str, ...] = Field(description="form ids")
    rules: tuple[str, ...] = ()

    @cached_property
    def parsed_rules(self) -> tuple[Rule, ...]:
        """The rules across pages, parsed."""
        return tuple(parse_rule(text) for text in self.rules)
