"""Beliefs about numbers: sparse distributions over what may be written in a field."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ocr import boxes as box_reader
from ocr.arrays import Floats
from pipeline.forms.rules import Rule
from pipeline.reading.numbers import value_of

#: A class of a box is followed up when at least this probable; the rest is a floor below.
LEAST_CLASS = 5e-4
#: ... and of a box at most so many.
MAX_CLASSES = 6
#: Of a field this many strings are followed up.
MAX_STRINGS = 60
#: Of a sum of several fields this many values are followed up.
MAX_SUM_VALUES = 150
#: Of each field in a sum this many values take part.
MAX_VALUES = 10
#: What no reader saw may still be there: probability of all other values together.
ELSE_MASS = 1e-4
#: Numbers a field can hold, for spreading what is left.
VALUES = 1000

#: How often officials blacken bubbles that differ from their boxes. Counted on the sheets
#: TPS_001-300 where a person saw both: see docs/figures.md.
BUBBLE_ERROR = 0.01
#: How often the numbers on a sheet do not add up as written (FORMS: 2.56 % of the 797,658 TPS
#: of 2019, either sum).
SUM_ERROR = 0.0256
#: A wrong sum is off by one of about so many usual differences (1, 10, 100, a swapped digit ...).
#: Small on purpose: a clear digit must not be overruled by arithmetic.
USUAL_DIFFERENCES = 20


@dataclass(frozen=True)
class Candidate:
    """One way to read a field's boxes."""

    written: str
    value: int | None
    probability: float


Belief = dict[int, float]


def candidates(scores: Floats) -> tuple[Candidate, ...]:
    """The likely contents of a field's boxes, the likeliest first.

    Args:
        scores: (count, 13) log-probabilities of ``ocr.boxes``.
    """
    probabilities = np.exp(scores)
    options = []
    for row in probabilities:
        order = np.argsort(-row)
        likely = [int(k) for k in order[:MAX_CLASSES] if row[k] >= LEAST_CLASS]
        kept = likely or [int(order[0])]
        options.append([(box_reader.CLASSES[k], float(row[k])) for k in kept])
    found = []
    for combination in product(*options):
        written = "".join(character for character, _ in combination)
        probability = float(np.prod([p for _, p in combination]))
        found.append(Candidate(written, value_of(written), probability))
    return tuple(heapq.nlargest(MAX_STRINGS, found, key=lambda c: c.probability))


def ink_belief(found: Sequence[Candidate]) -> Belief:
    """What the boxes alone say: value -> probability."""
    belief: Belief = {}
    for candidate in found:
        if candidate.value is not None:
            belief[candidate.value] = belief.get(candidate.value, 0.0) + candidate.probability
    return normalised(belief)


def bubble_likelihood(scores: Floats, value: int) -> float:
    """How well a field's bubbles (count, 11) fit a value; 1 is what no bubbles say.

    A leading zero may be the bubble 0 or none. People err at the rate BUBBLE_ERROR.
    """
    count = len(scores)
    if value >= 10**count:
        return BUBBLE_ERROR
    digits = f"{value:0{count}d}"
    leading = count - len(str(value))
    p = 1.0
    for place, digit in enumerate(digits):
        row = np.exp(scores[place])
        may_be_empty = place < leading or value == 0
        p *= float(row[int(digit)] + (row[10] if may_be_empty else 0.0))
    return float((1 - BUBBLE_ERROR) * p * 10**count + BUBBLE_ERROR)


def normalised(belief: Belief) -> Belief:
    """Scale to a sum of 1 less ELSE_MASS, the share of what was not thought of."""
    total = sum(belief.values())
    if total <= 0:
        return {}
    return {value: p / total * (1 - ELSE_MASS) for value, p in belief.items()}


def rule_message(rule: Rule, name: str, beliefs: Mapping[str, Belief]) -> dict[int, float] | None:
    """How well each value of a field fits a rule, given the beliefs about the others.

    Returns value -> likelihood relative to a value that the rule says nothing for (1.0), or None
    where the rule is no equality or another field is missing. A value that makes the sum fit for
    sure has 1 / chance of fitting by a usual error.
    """
    if rule.relation != "=" or rule.tolerance:
        return None
    own = next(coefficient for coefficient, n in rule.terms if n == name)
    rest: Belief = {rule.constant: 1.0}
    for coefficient, other in rule.terms:
        if other == name:
            continue
        belief = beliefs.get(other)
        if not belief:
            return None
        sums: Belief = {}
        values = heapq.nlargest(MAX_VALUES, belief.items(), key=lambda item: item[1])
        for total, p in rest.items():
            for value, q in values:
                key = total + coefficient * value
                sums[key] = sums.get(key, 0.0) + p * q
        rest = dict(heapq.nlargest(MAX_SUM_VALUES, sums.items(), key=lambda item: item[1]))
    floor = SUM_ERROR / USUAL_DIFFERENCES
    return {
        -total // own: ((1 - SUM_ERROR) * p + floor) / floor
        for total, p in rest.items()
        if total % own == 0
    }
