"""Rules between fields: linear equalities and bounds over whole numbers, as text.

The language: ``[k *] name (+|- [k *] name)... (=|<=) the same [+- tolerance]``, for example
``suara_1 + suara_2 = suara_sah`` or ``100 * surat_suara_diterima = 102 * pemilih_dpt_j +- 200``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r"\s*(?:(\d+)|([a-z][a-z0-9_]*)|(<=|\+-|[=+*-]))")


class RuleSyntaxError(ValueError):
    """A rule that cannot be understood; the message names the place."""


@dataclass(frozen=True)
class Rule:
    """``sum(coefficient * field) + constant`` compared with 0.

    Attributes:
        text: the rule as written in the form.
        terms: (coefficient, field name), the left side minus the right side.
        constant: what stands alone, left minus right.
        relation: ``=`` or ``<=``.
        tolerance: how far off still counts as holding, in the rule's own unit.
    """

    text: str
    terms: tuple[tuple[int, str], ...]
    constant: int
    relation: Literal["=", "<="]
    tolerance: int

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the rule speaks of."""
        return tuple(name for _, name in self.terms)

    def difference(self, values: Mapping[str, int | None]) -> int | None:
        """Left side minus right side, or None where a value is missing."""
        total = self.constant
        for coefficient, name in self.terms:
            value = values.get(name)
            if value is None:
                return None
            total += coefficient * value
        return total

    def holds(self, difference: int | None) -> bool | None:
        """Whether that difference satisfies the rule; None where it is unknown."""
        if difference is None:
            return None
        if self.relation == "=":
            return abs(difference) <= self.tolerance
        return difference <= self.tolerance


def parse_rule(text: str) -> Rule:
    """Parse one rule.

    Raises:
        RuleSyntaxError: with the column at which the rule stops making sense.
    """
    tokens = _tokens(text)
    left_terms, left_constant, rest = _side(tokens, text)
    if not rest or rest[0][0] not in ("=", "<="):
        raise RuleSyntaxError(f"expected = or <= {_place(rest, text)}")
    relation: Literal["=", "<="] = "=" if rest[0][0] == "=" else "<="
    right_terms, right_constant, rest = _side(rest[1:], text)
    tolerance = 0
    if rest and rest[0][0] == "+-":
        if len(rest) != 2 or not rest[1][0].isdigit():
            raise RuleSyntaxError(f"expected one number after +- {_place(rest[1:], text)}")
        tolerance, rest = int(rest[1][0]), []
    if rest:
        raise RuleSyntaxError(f"unexpected {rest[0][0]!r} {_place(rest, text)}")
    sums: dict[str, int] = {}
    for sign, terms in ((1, left_terms), (-1, right_terms)):
        for coefficient, name in terms:
            sums[name] = sums.get(name, 0) + sign * coefficient
    compared = tuple((coefficient, name) for name, coefficient in sums.items() if coefficient)
    if not compared:
        raise RuleSyntaxError(f"no field is left when both sides are compared, in {text!r}")
    return Rule(text, compared, left_constant - right_constant, relation, tolerance)


def _tokens(text: str) -> list[tuple[str, int]]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise RuleSyntaxError(f"cannot read {text[at:].strip()[:10]!r} at column {at + 1}")
        tokens.append((match.group().strip(), match.end() - len(match.group().strip())))
        at = match.end()
    return tokens


def _side(
    tokens: list[tuple[str, int]], text: str
) -> tuple[list[tuple[int, str]], int, list[tuple[str, int]]]:
    terms: list[tuple[int, str]] = []
    constant, sign = 0, 1
    while True:
        factor = 1
        number = bool(tokens) and tokens[0][0].isdigit()
        if number:
            factor, tokens = int(tokens[0][0]), tokens[1:]
        if number and not (tokens and tokens[0][0] == "*"):
            constant += sign * factor
        else:
            if number:
                tokens = tokens[1:]
            if not tokens or not tokens[0][0][0].isalpha():
                raise RuleSyntaxError(f"expected a field {_place(tokens, text)}")
            terms.append((sign * factor, tokens[0][0]))
            tokens = tokens[1:]
        if not tokens or tokens[0][0] not in ("+", "-"):
            return terms, constant, tokens
        sign, tokens = (1 if tokens[0][0] == "+" else -1), tokens[1:]


def _place(tokens: list[tuple[str, int]], text: str) -> str:
    column = tokens[0][1] + 1 if tokens else len(text) + 1
    return f"at column {column} of {text!r}"
