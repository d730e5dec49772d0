"""Random numbers for forms that satisfy their rules: a random walk over whole solutions.

All rules of a template hold for zeros. From there each step goes along a whole-numbered direction
that keeps every equality (a vector of the null space), as far as a random length within the
bounds; so whatever the rules are, every number drawn fits them.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from pipeline.forms.model import FormPage, FormSet
from pipeline.forms.rules import Rule

Ints = NDArray[np.int64]

#: Numbers that are small on nearly every sheet, by a part of the field's name.
USUALLY_SMALL = {"dptb": 6, "dpk": 7, "disabilitas": 4, "dikembalikan": 3, "tidak_sah": 9}
#: The most voters that a polling station has.
USUAL_MOST = 300
#: Steps of the walk for each field.
STEPS_PER_FIELD = 40


def random_values(
    limits: Mapping[str, int], rules: Sequence[Rule], rng: np.random.Generator
) -> dict[str, int]:
    """Whole numbers from 0 to each field's limit that satisfy all rules.

    Rules that speak of other fields are left out.

    Raises:
        ValueError: when zeros break a rule; there the walk cannot start.
    """
    names = _sums_first(limits, rules)
    known = [rule for rule in rules if set(rule.names) <= set(names)]
    for rule in known:
        if rule.holds(rule.constant) is False:
            raise ValueError(f"zeros break {rule.text!r}; no place to start from")
    matrix, low, high = _inequalities(names, known, limits)
    x = np.zeros(len(names), np.int64)
    directions = _directions(names, known)
    for _ in range(STEPS_PER_FIELD * len(names) if directions else 0):
        first, second = rng.integers(len(directions), size=2)
        step = directions[first] + int(rng.integers(-1, 2)) * directions[second]
        if not step.any():
            continue
        least, most = _reach(matrix @ x, matrix @ step, low, high)
        x = x + step * int(rng.integers(least, most + 1))
    return {name: int(value) for name, value in zip(names, x, strict=True)}


def usual_limits(pages: Sequence[FormPage], rng: np.random.Generator) -> dict[str, int]:
    """How large each field of these pages usually gets, at most."""
    limits = {}
    for page in pages:
        for field in page.fields:
            digits = 10**field.boxes.count - 1
            most = min(digits, USUAL_MOST if field.max is None else field.max)
            for part, small in USUALLY_SMALL.items():
                if part in field.name and not field.name.endswith("_diterima"):
                    most = min(most, int(rng.integers(0, 2 * small)))
            limits[field.name] = most
    return limits


def random_numbers(
    pages: Sequence[FormPage], rng: np.random.Generator, form_set: FormSet | None = None
) -> dict[str, int]:
    """Consistent numbers for pages of one TPS, with the rules across them where given."""
    rules = [rule for page in pages for rule in page.parsed_rules]
    rules += list(form_set.parsed_rules) if form_set else []
    return random_values(usual_limits(pages, rng), rules, rng)


def _sums_first(limits: Mapping[str, int], rules: Sequence[Rule]) -> list[str]:
    """The fields, those first that follow from the others, which are free.

    Sums follow; among the rest those with room to follow, so that a small one never hems the walk.
    """
    sums = {
        name
        for rule in rules
        for coefficient, name in rule.terms
        if rule.relation == "=" and sum(c * coefficient > 0 for c, _ in rule.terms) == 1
    }
    return sorted(limits, key=lambda name: (name not in sums, -limits[name], name))


def _inequalities(
    names: list[str], rules: list[Rule], limits: Mapping[str, int]
) -> tuple[Ints, Ints, Ints]:
    """Everything as low <= matrix @ x <= high."""
    far = np.iinfo(np.int64).max // 4
    rows = [np.eye(len(names), dtype=np.int64)]
    low, high = [0] * len(names), [limits[name] for name in names]
    for rule in rules:
        rows.append(_row(names, rule)[None, :])
        high.append(rule.tolerance - rule.constant)
        low.append(-rule.tolerance - rule.constant if rule.relation == "=" else -far)
    return np.vstack(rows), np.array(low, np.int64), np.array(high, np.int64)


def _row(names: list[str], rule: Rule) -> Ints:
    row = np.zeros(len(names), np.int64)
    for coefficient, name in rule.terms:
        row[names.index(name)] = coefficient
    return row


def _reach(at: Ints, along: Ints, low: Ints, high: Ints) -> tuple[int, int]:
    """The least and the most whole steps that stay within the bounds; 0 always does."""
    up, down = along > 0, along < 0
    most = [(high - at)[up] // along[up], (at - low)[down] // -along[down]]
    least = [-((at - low)[up] // along[up]), -((high - at)[down] // -along[down])]
    return int(np.concatenate(least).max()), int(np.concatenate(most).min())


def _directions(names: list[str], rules: list[Rule]) -> list[Ints]:
    """Whole-numbered directions that keep the equalities.

    Those with a tolerance are kept by some directions and left to the bounds by the others, so
    that the walk makes long steps along them and short ones across.
    """
    exact = [_row(names, r) for r in rules if r.relation == "=" and r.tolerance == 0]
    loose = [_row(names, r) for r in rules if r.relation == "=" and r.tolerance > 0]
    found = null_space(exact, len(names))
    return found + (null_space(exact + loose, len(names)) if loose else [])


def null_space(rows: Sequence[Ints], width: int) -> list[Ints]:
    """A basis of the whole-numbered vectors that every row (width,) multiplies to zero."""
    work = [[Fraction(int(v)) for v in row] for row in rows]
    pivots: list[int] = []
    for column in range(width):
        at = len(pivots)
        pivot = next((i for i in range(at, len(work)) if work[i][column]), None)
        if pivot is None:
            continue
        work[at], work[pivot] = work[pivot], work[at]
        scale = work[at][column]
        work[at] = [v / scale for v in work[at]]
        for i, other in enumerate(work):
            if i != at and other[column]:
                factor = other[column]
                work[i] = [a - factor * b for a, b in zip(other, work[at], strict=True)]
        pivots.append(column)
    basis = []
    for free in (c for c in range(width) if c not in pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for i, column in enumerate(pivots):
            vector[column] = -work[i][free]
        whole = lcm(*(v.denominator for v in vector))
        numbers = [int(v * whole) for v in vector]
        common = gcd(*numbers)
        basis.append(np.array([v // common for v in numbers], np.int64))
    return basis
