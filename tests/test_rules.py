"""Rules: what they say is what they check, and a wrong sign, side or tolerance shows."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.forms.load import default_catalogue
from pipeline.forms.rules import Rule, RuleSyntaxError, parse_rule

NAMES = ["suara_1", "suara_2", "suara_sah", "suara_total", "pemilih_dpt_j", "a"]
value = st.integers(0, 999)
values = st.fixed_dictionaries(dict.fromkeys(NAMES, value))
term = st.tuples(st.sampled_from([1, -1]), st.integers(0, 200), st.sampled_from(NAMES))
constant = st.tuples(st.sampled_from([1, -1]), st.integers(0, 500), st.none())
side = st.tuples(
    st.tuples(st.just(1), st.integers(1, 200), st.sampled_from(NAMES)),
    st.lists(term | constant, max_size=4),
).map(lambda parts: [parts[0], *parts[1]])


def written(parts, spaces=" ") -> str:
    """One side as text; a factor of 1 is left out."""
    text = ""
    for place, (sign, factor, name) in enumerate(parts):
        text += "" if place == 0 else spaces + "+-"[sign < 0] + spaces
        text += str(factor) if name is None else name if factor == 1 else f"{factor} * {name}"
    return text


def worth(parts, numbers) -> int:
    """What a side comes to, computed without any of the code under test."""
    return sum(s * f * (1 if name is None else numbers[name]) for s, f, name in parts)


def parsed(text: str) -> Rule:
    """Parse, and leave out the texts in which every field cancels."""
    try:
        return parse_rule(text)
    except RuleSyntaxError as error:
        assume("no field is left" not in str(error))
        raise


@given(left=side, right=side, relation=st.sampled_from(["=", "<="]), numbers=values)
def test_the_difference_is_left_minus_right(left, right, relation, numbers):
    rule = parsed(f"{written(left)} {relation} {written(right)}")
    assert rule.relation == relation
    assert rule.difference(numbers) == worth(left, numbers) - worth(right, numbers)


@given(left=side, right=side, spaces=st.sampled_from(["", " ", "   "]))
def test_spaces_change_nothing(left, right, spaces):
    plain = parsed(f"{written(left)} = {written(right)}")
    spaced = parsed(f"{spaces}{written(left, spaces)}{spaces}={spaces}{written(right, spaces)}")
    assert (spaced.terms, spaced.constant) == (plain.terms, plain.constant)


@given(left=side, right=side, tolerance=st.integers(0, 50))
def test_a_rule_written_from_its_parts_means_the_same(left, right, tolerance):
    rule = parsed(f"{written(left)} = {written(right)} +- {tolerance}")
    # A leading minus is not in the language, so the parts go to the side where they add.
    plus = " + ".join(["0", *(f"{c} * {n}" for c, n in rule.terms if c > 0)])
    minus = " + ".join(["0", *(f"{-c} * {n}" for c, n in rule.terms if c < 0)])
    constants = (max(rule.constant, 0), max(-rule.constant, 0))
    again = parse_rule(f"{plus} + {constants[0]} = {minus} + {constants[1]} +- {tolerance}")
    assert sorted(again.terms) == sorted(rule.terms)
    assert (again.constant, again.tolerance) == (rule.constant, rule.tolerance)


@given(left=side, right=side, numbers=values, place=st.integers(0, 4))
def test_a_wrong_sign_shows_in_the_difference(left, right, numbers, place):
    place %= len(left)
    sign, factor, name = left[place]
    assume(place > 0 and factor * (1 if name is None else numbers[name]) != 0)
    wrong = [*left[:place], (-sign, factor, name), *left[place + 1 :]]
    right_rule = parsed(f"{written(left)} = {written(right)}")
    wrong_rule = parsed(f"{written(wrong)} = {written(right)}")
    assert right_rule.difference(numbers) != wrong_rule.difference(numbers)


@given(left=side, right=side, numbers=values)
def test_swapped_sides_turn_the_difference_round(left, right, numbers):
    there = parsed(f"{written(left)} = {written(right)}")
    back = parsed(f"{written(right)} = {written(left)}")
    difference = there.difference(numbers)
    assert difference is not None
    assert back.difference(numbers) == -difference
    assert there.holds(difference) == back.holds(-difference)


@given(difference=st.integers(-100, 100), tolerance=st.integers(0, 50))
def test_an_equality_allows_its_tolerance_to_both_sides_and_a_bound_to_one(difference, tolerance):
    equality = parse_rule(f"a = suara_1 +- {tolerance}")
    bound = parse_rule(f"a <= suara_1 +- {tolerance}")
    numbers = {"a": 500 + difference, "suara_1": 500}
    assert equality.holds(equality.difference(numbers)) == (abs(difference) <= tolerance)
    assert bound.holds(bound.difference(numbers)) == (difference <= tolerance)


@given(left=side, right=side, first=values, second=values)
def test_the_difference_is_linear_in_the_fields(left, right, first, second):
    rule = parsed(f"{written(left)} = {written(right)}")
    both = {name: first[name] + second[name] for name in NAMES}
    parts = [rule.difference(numbers) for numbers in (first, second, both)]
    assert parts[0] + parts[1] - rule.constant == parts[2]


@given(left=side, right=side, numbers=values, missing=st.sampled_from(NAMES))
def test_a_missing_value_leaves_the_rule_open(left, right, numbers, missing):
    rule = parsed(f"{written(left)} = {written(right)}")
    assume(missing in rule.names)
    for partly in ({**numbers, missing: None}, {n: v for n, v in numbers.items() if n != missing}):
        assert rule.difference(partly) is None
        assert rule.holds(rule.difference(partly)) is None


@given(text=st.text(alphabet="suara_12 +-*=<0.9()xÀ٣", max_size=30))
def test_any_text_is_a_rule_or_an_error_that_says_so(text):
    try:
        assert parse_rule(text).text == text
    except RuleSyntaxError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a field at column 1"),
        ("a", "expected = or <= at column 2"),
        ("a + = b", "expected a field at column 5"),
        ("a = b = c", "unexpected '=' at column 7"),
        ("a < b", "cannot read '< b' at column 2"),
        ("a = b +- c", "expected one number after +- at column 10"),
        ("a = b +- 1 + c", "expected one number after +- at column 10"),
        ("-a = b", "expected a field at column 1"),
        ("2 a = b", "expected = or <= at column 3"),
        ("2 * 3 = b", "expected a field at column 5"),
        ("a >= b", "cannot read '>= b'"),
        ("Suara = b", "cannot read 'Suara = b' at column 1"),
        ("a + b = b + a", "no field is left"),
        ("1 = 1", "no field is left"),
    ],
)
def test_a_bad_rule_is_refused_with_the_place(text, message):
    with pytest.raises(RuleSyntaxError, match=re.escape(message)):
        parse_rule(text)


#: Numbers of polling stations that add up, put together by hand from what the forms mean.
_A4_2019 = {
    "suara_1": 112,
    "suara_2": 87,
    "suara_sah": 199,
    "suara_tidak_sah": 5,
    "suara_total": 204,
}
_KWK = {"suara_1": 150, "suara_2": 97, "suara_sah": 247, "suara_tidak_sah": 20}
SOUND = {
    "c1-ppwp-2019-p2": _A4_2019,
    "c1-plano-ppwp-2019-lembar2": _A4_2019,
    "c1-kwk-2015-lampiran": _KWK,
    "c1-plano-kwk-pekalongan-2015": _KWK,
    "c1-ppwp-2014-lampiran": _KWK,
    "c1-plano-kwk-gubernur-dki-2017": {
        "suara_1": 101, "suara_2": 202, "suara_3": 33, "suara_sah": 336, "suara_tidak_sah": 7,
        "suara_sah_rekap": 336, "suara_tidak_sah_rekap": 7, "suara_total": 343,
    },
    "c1-plano-dpr-2019-p": {
        "suara_partai": 11, **{f"suara_calon_{i}": i for i in range(1, 11)}, "suara_total": 66,
    },
    "c1-ppwp-2014-p1": {
        "pemilih_dpt_l": 200, "pemilih_dpt_p": 210, "pemilih_dpt_j": 410,
        "pemilih_dptb_l": 3, "pemilih_dptb_p": 4, "pemilih_dptb_j": 7,
        "pemilih_dpk_l": 5, "pemilih_dpk_p": 1, "pemilih_dpk_j": 6,
        "pemilih_dpktb_l": 2, "pemilih_dpktb_p": 9, "pemilih_dpktb_j": 11,
        "pemilih_total_l": 210, "pemilih_total_p": 224, "pemilih_total_j": 434,
        "pengguna_dpt_l": 150, "pengguna_dpt_p": 160, "pengguna_dpt_j": 310,
        "pengguna_dptb_l": 2, "pengguna_dptb_p": 3, "pengguna_dptb_j": 5,
        "pengguna_dpk_l": 4, "pengguna_dpk_p": 1, "pengguna_dpk_j": 5,
        "pengguna_dpktb_l": 2, "pengguna_dpktb_p": 8, "pengguna_dpktb_j": 10,
        "pengguna_total_l": 158, "pengguna_total_p": 172, "pengguna_total_j": 330,
        "surat_suara_diterima": 420, "surat_suara_dikembalikan": 6,
        "surat_suara_tidak_digunakan": 84, "surat_suara_digunakan": 330,
        "suara_sah": 322, "suara_tidak_sah": 8, "suara_total": 330,
    },
}  # fmt: skip
OLDER = [page.key for page in default_catalogue().pages if "-2024-" not in page.id]


@pytest.mark.parametrize("key", OLDER)
def test_numbers_that_add_up_satisfy_every_rule_of_the_older_forms(key: str):
    page = default_catalogue().page(key)
    numbers = SOUND[page.id]
    assert set(page.by_name) <= set(numbers)
    for rule in page.parsed_rules:
        assert rule.holds(rule.difference(numbers)), rule.text


@pytest.mark.parametrize("key", OLDER)
def test_a_wrong_sign_in_any_rule_of_the_older_forms_is_noticed(key: str):
    page = default_catalogue().page(key)
    for rule in page.parsed_rules:
        if rule.relation == "=":
            for sign in re.finditer(r" [+-] ", rule.text):
                other = " - " if "+" in sign.group() else " + "
                wrong = parse_rule(rule.text[: sign.start()] + other + rule.text[sign.end() :])
                assert not wrong.holds(wrong.difference(SOUND[page.id])), wrong.text


@pytest.mark.parametrize("key", OLDER)
def test_every_form_has_the_sum_that_its_paper_asks_for(key: str):
    """Each single number that is off by 1 breaks a sum, or the paper has no sum for it."""
    page = default_catalogue().page(key)
    alone = {
        "c1-kwk-2015-lampiran": {"suara_tidak_sah"},
        "c1-ppwp-2014-lampiran": {"suara_tidak_sah"},
    }.get(page.id, set())
    for name in page.by_name:
        numbers = {**SOUND[page.id], name: SOUND[page.id][name] + 1}
        broken = [
            rule.text
            for rule in page.parsed_rules
            if rule.relation == "=" and not rule.holds(rule.difference(numbers))
        ]
        assert bool(broken) == (name not in alone), name
