"""Stage: all evidence and all rules of a sheet -> values, confidence, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ocr import boxes as box_reader
from ocr import bubbles as bubble_reader
from ocr.arrays import Floats
from pipeline.forms.model import FormField
from pipeline.forms.rules import Rule
from pipeline.reading.beliefs import (
    Belief,
    Candidate,
    bubble_likelihood,
    candidates,
    ink_belief,
    normalised,
    rule_message,
)
from pipeline.reading.model import (
    FieldCrops,
    FieldEvidence,
    FieldReading,
    Located,
    Reading,
    RuleReading,
)
from pipeline.reading.numbers import is_blank, is_misaligned
from pipeline.reading.quality import faults, measure
from pipeline.reading.reasons import Reason

#: A value that the sums ask for is taken only if the ink itself gives it at least this share of
#: what it gives its favourite: what is written counts, not what would be right.
LEAST_INK_SHARE = 0.05
#: The evidence disagrees when a witness finds its own favourite this much likelier.
DISAGREES_RATIO = 20.0
#: Boxes smaller than this in the photo (px) are read, but not answered for.
LEAST_PX_PER_BOX = 9.0
#: Boxes that may be off by more than this share of their smaller side are not answered for.
LARGEST_RESIDUAL_SHARE = 0.3
#: A field of which more than this is outside the photo cannot be read.
LEAST_INSIDE = 0.97


@dataclass(frozen=True)
class Acceptance:
    """When the software answers for a number alone.

    Attributes:
        wrong_rate: accepted numbers may be wrong at most at this rate.
    """

    wrong_rate: float = 1e-3


@dataclass(frozen=True)
class _Opinion:
    """What is held of one field before the sums are checked."""

    found: tuple[Candidate, ...]
    ink: Belief
    paper: Belief


def decide(
    located: Located,
    crops: Mapping[str, FieldCrops],
    evidence: Mapping[str, FieldEvidence],
    acceptance: Acceptance,
) -> Reading:
    """Decide every field of a located form."""
    form = located.form
    opinions = {name: _opinion(witness) for name, witness in evidence.items()}
    beliefs = {name: opinion.paper for name, opinion in opinions.items()}
    chosen = {
        field.name: _choose(field.name, opinions[field.name], form.parsed_rules, beliefs)
        for field in form.fields
    }
    values = {
        name: None if crops[name].inside < LEAST_INSIDE else candidate.value
        for name, (candidate, _) in chosen.items()
    }
    rules = check_rules(form.parsed_rules, values)
    held = list(zip(form.parsed_rules, rules, strict=True))
    failing = {name for rule, seen in held if seen.holds is False for name in rule.names}
    blank = {name for name, (candidate, _) in chosen.items() if is_blank(candidate.written)}
    confirmed = _confirmed(held, blank)
    fields = {}
    for index, field in enumerate(form.fields):
        name = field.name
        candidate, confidence = chosen[name]
        reasons = _reasons(
            field, candidate, confidence, evidence=evidence[name], acceptance=acceptance
        )
        reasons += _place_reasons(crops[name], located, index, field)
        if Reason.LOW_CONFIDENCE in reasons:
            # Says why it was hard to read; what was read with confidence in spite of it stands.
            reasons += faults(measure(crops[name].boxes))
        if name in failing:
            reasons.append(Reason.RULE_FAILS)
        if name in blank - confirmed:
            reasons.append(Reason.BLANK)
        fields[name] = _field(
            values[name],
            candidate,
            confidence,
            reasons=reasons,
            crops=crops[name],
            evidence=evidence[name],
        )
    accepted = all(f.status == "accepted" for f in fields.values()) and not failing
    return Reading(
        form=form.id,
        status="accepted" if accepted else "review",
        reasons=tuple(dict.fromkeys(r for f in fields.values() for r in f.reasons)),
        fields=fields,
        rules=rules,
    )


def _confirmed(held: Sequence[tuple[Rule, RuleReading]], blank: set[str]) -> set[str]:
    """Fields that an exact sum confirms.

    A sum of nothing but empty boxes holds and confirms nothing: an empty form is no zero result.
    """
    return {
        name
        for rule, seen in held
        if seen.holds and rule.relation == "=" and not rule.tolerance and set(rule.names) - blank
        for name in rule.names
    }


def check_rules(rules: Sequence[Rule], values: Mapping[str, int | None]) -> tuple[RuleReading, ...]:
    """Hold the rules against what is written."""
    return tuple(
        RuleReading(rule.text, rule.holds(difference), difference)
        for rule in rules
        for difference in [rule.difference(values)]
    )


def _opinion(evidence: FieldEvidence) -> _Opinion:
    found = candidates(evidence.boxes)
    ink = ink_belief(found)
    paper = ink
    if evidence.bubbles is not None:
        scores = evidence.bubbles
        paper = normalised({v: p * bubble_likelihood(scores, v) for v, p in ink.items()})
    return _Opinion(found, ink, paper)


def _choose(
    name: str, opinion: _Opinion, rules: Sequence[Rule], beliefs: Mapping[str, Belief]
) -> tuple[Candidate, float]:
    """The likeliest way to read a field, and the probability of its value."""
    posterior = dict(opinion.paper)
    for rule in rules:
        if name in rule.names:
            message = rule_message(rule, name, beliefs)
            if message is not None:
                posterior = {v: p * message.get(v, 1.0) for v, p in posterior.items()}
    posterior = normalised(posterior)
    if not posterior:
        return opinion.found[0], 0.0
    best_ink = max(opinion.ink.values())
    allowed = [v for v in posterior if opinion.ink[v] >= LEAST_INK_SHARE * best_ink]
    value = max(allowed, key=lambda v: posterior[v])
    candidate = max((c for c in opinion.found if c.value == value), key=lambda c: c.probability)
    # What reads as no number at all (an empty box between digits) counts against every number.
    numbers = sum(c.probability for c in opinion.found if c.value is not None)
    return candidate, posterior[value] * numbers / sum(c.probability for c in opinion.found)


def _reasons(
    field: FormField,
    candidate: Candidate,
    confidence: float,
    *,
    evidence: FieldEvidence,
    acceptance: Acceptance,
) -> list[Reason]:
    reasons = []
    if candidate.value is None or confidence < 1 - acceptance.wrong_rate:
        reasons.append(Reason.LOW_CONFIDENCE)
    if evidence.bubbles is not None and candidate.value is not None:
        own = bubble_likelihood(evidence.bubbles, candidate.value)
        best = max(bubble_likelihood(evidence.bubbles, v) for v in _bubble_values(evidence.bubbles))
        if best > DISAGREES_RATIO * own:
            reasons.append(Reason.EVIDENCE_DISAGREES)
    if is_misaligned(candidate.written):
        reasons.append(Reason.MISALIGNED)
    if field.max is not None and candidate.value is not None and candidate.value > field.max:
        reasons.append(Reason.OUT_OF_BOUNDS)
    return reasons


def _place_reasons(
    crops: FieldCrops, located: Located, index: int, field: FormField
) -> list[Reason]:
    reasons = []
    if crops.inside < LEAST_INSIDE:
        reasons.append(Reason.CUT_OFF)
    if crops.px_per_box < LEAST_PX_PER_BOX:
        reasons.append(Reason.TOO_SMALL)
    residual = located.residual_mm[index]
    side = min(field.boxes.size_mm)
    if np.isnan(residual) or residual > LARGEST_RESIDUAL_SHARE * side:
        reasons.append(Reason.UNSURE_PLACE)
    return reasons


def _bubble_values(scores: Floats) -> list[int]:
    """The values that the bubbles themselves favour, with empty columns as zero."""
    text = "".join(bubble_reader.CLASSES[k] for k in np.argmax(scores, axis=1))
    return [int(text.replace("_", "0"))]


def _field(
    value: int | None,
    candidate: Candidate,
    confidence: float,
    *,
    reasons: list[Reason],
    crops: FieldCrops,
    evidence: FieldEvidence,
) -> FieldReading:
    witnesses: dict[str, str | int | None] = {
        "boxes": max_string(evidence.boxes, box_reader.CLASSES),
    }
    if evidence.bubbles is not None:
        witnesses["bubbles"] = max_string(evidence.bubbles, bubble_reader.CLASSES)
    return FieldReading(
        value=value,
        written=candidate.written,
        confidence=confidence,
        status="review" if reasons else "accepted",
        reasons=tuple(dict.fromkeys(reasons)),
        evidence=witnesses,
        box_quad=crops.quad_px,
    )


def max_string(scores: Floats, classes: str) -> str:
    """The likeliest class of each row (n, k) as a string of n characters."""
    return "".join(classes[k] for k in np.argmax(scores, axis=1))
