"""What the page of a sheet shows, worked out before any template is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import CermatError
from pipeline.forms.load import Catalogue, UnknownFormError
from pipeline.forms.model import FormField, FormPage, Rect
from pipeline.forms.rules import Rule, parse_rule
from pipeline.records.numbers import BadNumberError, understood
from pipeline.records.sheets import WholeSheet
from pipeline.records.tables import FieldRow
from webui.language import in_language, percent, reason_sentence
from webui.pictures import boxes_name, bubbles_name
from webui.words import evidence_name

MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Witness:
    """One independent sight of a field, and whether it says the same as the boxes."""

    name: str
    says: str
    agrees: bool


@dataclass(frozen=True)
class FieldView:
    """A field on the page.

    Attributes:
        typed: what stands in its input.
        boxes: how many boxes it has.
        rect: around its boxes, mm on the form.
        error: what is wrong with what was typed.
    """

    row: FieldRow
    title: str
    typed: str
    boxes: int
    rect: Rect
    crop: str
    bubbles: str | None
    certainty: str
    reasons: tuple[str, ...]
    witnesses: tuple[Witness, ...]
    error: str

    @property
    def changed(self) -> bool:
        """Whether it now means another number than was read."""
        return self.row.value != self.row.read_value


@dataclass(frozen=True)
class RuleView:
    """A rule, for people and for the page's script.

    Attributes:
        words: with the names of fields.
        sum: with the numbers that stand there now.
        bound: it only says how much can be; shown when it fails.
        off: by how much it fails, with its sign; empty where it does not.
        data: see static/sums.mjs.
    """

    words: str
    sum: str
    bound: bool
    off: str
    holds: bool | None
    data: dict[str, Any]


@dataclass(frozen=True)
class SheetView:
    """All of a sheet's page."""

    whole: WholeSheet
    page: FormPage | None
    doubtful: tuple[FieldView, ...]
    certain: tuple[FieldView, ...]
    rules: tuple[RuleView, ...]
    failing: bool
    reasons: tuple[str, ...]
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[FieldView, ...]:
        """Doubtful fields first, as on the page."""
        return self.doubtful + self.certain

    @property
    def in_order(self) -> tuple[FieldView, ...]:
        """As on the form."""
        order = list(self.titles)
        return tuple(sorted(self.fields, key=lambda view: order.index(view.row.name)))


def view_sheet(
    whole: WholeSheet,
    catalogue: Catalogue,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, CermatError] | None = None,
) -> SheetView:
    """Work out what the page shows; ``typed`` and ``errors`` come back from a refused answer."""
    page = _form_of(whole, catalogue)
    reasons = tuple(reason_sentence(code) for code in whole.sheet.reasons)
    if page is None:
        return SheetView(whole, None, (), (), (), False, reasons)
    views = [
        _view_field(whole, form_field, typed or {}, errors or {})
        for form_field in page.fields
        if form_field.name in whole.fields
    ]
    titles = {form_field.name: in_language(form_field.title) for form_field in page.fields}
    values = {view.row.name: _value(view) for view in views}
    rules = tuple(_view_rule(rule, values, titles) for rule in _rules_of(page))
    return SheetView(
        whole=whole,
        page=page,
        doubtful=tuple(view for view in views if view.row.doubtful or view.error),
        certain=tuple(view for view in views if not (view.row.doubtful or view.error)),
        rules=rules,
        failing=any(rule.holds is False for rule in rules),
        reasons=reasons,
        titles=titles,
    )


def _form_of(whole: WholeSheet, catalogue: Catalogue) -> FormPage | None:
    if whole.sheet.form is None or not whole.fields:
        return None
    try:
        return catalogue.page(whole.sheet.form)
    except UnknownFormError:
        return None


def _value(view: FieldView) -> int | None:
    """What stands in the input now, which after a refused answer is what was typed."""
    try:
        return understood(view.typed, view.boxes).value
    except BadNumberError:
        return None


def _view_field(
    whole: WholeSheet,
    form_field: FormField,
    typed: Mapping[str, str],
    errors: Mapping[str, CermatError],
) -> FieldView:
    row = whole.fields[form_field.name]
    said = whole.reading.contract["fields"][form_field.name] if whole.reading else {}
    error = errors.get(form_field.name)
    return FieldView(
        row=row,
        title=in_language(form_field.title),
        # What has no value was not read at all: it is typed, not nodded through.
        typed=typed.get(row.name, row.written if row.value is not None else ""),
        boxes=form_field.boxes.count,
        rect=form_field.boxes.hull,
        crop=boxes_name(row.name),
        bubbles=bubbles_name(row.name) if form_field.bubbles else None,
        certainty=percent(row.confidence),
        reasons=tuple(reason_sentence(code) for code in row.reasons),
        witnesses=_witnesses(said.get("evidence", {}), row),
        error=in_language(error) if error else "",
    )


def _witnesses(evidence: Mapping[str, Any], row: FieldRow) -> tuple[Witness, ...]:
    found = []
    for source, says in evidence.items():
        if says is None:
            continue
        digits = str(says).lstrip("x-_0") or "0"
        value = "" if row.read_value is None else str(row.read_value)
        found.append(Witness(evidence_name(source), str(says), digits == value))
    return tuple(found)


def _rules_of(page: FormPage) -> list[Rule]:
    """The page's rules, and the upper bounds of its fields as rules."""
    bounds = [parse_rule(f"{f.name} <= {f.max}") for f in page.fields if f.max is not None]
    return [*page.parsed_rules, *bounds]


def _view_rule(rule: Rule, values: Mapping[str, int | None], titles: dict[str, str]) -> RuleView:
    left = [(k, name) for k, name in rule.terms if k > 0]
    right = [(-k, name) for k, name in rule.terms if k < 0]
    numbers = {name: "?" if values.get(name) is None else str(values[name]) for name in rule.names}
    difference = rule.difference(values)
    holds = rule.holds(difference)
    return RuleView(
        words=_equation(rule, left, right, titles),
        sum=_equation(rule, left, right, numbers),
        bound=len(rule.terms) == 1,
        off="" if difference is None or holds else f"{difference:+d}".replace("-", MINUS),
        holds=holds,
        data={
            "left": left,
            "right": right,
            "constant": rule.constant,
            "relation": rule.relation,
            "tolerance": rule.tolerance,
        },
    )


def _equation(
    rule: Rule,
    left: list[tuple[int, str]],
    right: list[tuple[int, str]],
    called: Mapping[str, str],
) -> str:
    """The rule with its fields called so; a constant stands on the side where it is positive."""
    sides = [
        [
            called.get(name, name) if k == 1 else f"{k} {TIMES} {called.get(name, name)}"
            for k, name in side
        ]
        for side in (left, right)
    ]
    if rule.constant:
        sides[0 if rule.constant > 0 else 1].append(str(abs(rule.constant)))
    sign = "=" if rule.relation == "=" else "≤"
    words = f" {sign} ".join(" + ".join(side) or "0" for side in sides)
    return f"{words} (± {rule.tolerance})" if rule.tolerance else words
