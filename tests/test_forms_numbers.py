"""Random numbers fit the rules whatever they are, and Indonesian number words are right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.forms.load import default_catalogue
from pipeline.forms.numbers import null_space, random_numbers, random_values
from pipeline.forms.rules import parse_rule
from pipeline.forms.terbilang import terbilang

CATALOGUE = default_catalogue()


@pytest.mark.parametrize("key", [page.key for page in CATALOGUE.pages])
def test_numbers_for_a_page_satisfy_its_rules_and_fit_its_boxes(key):
    page = CATALOGUE.page(key)
    drawn = [random_numbers([page], np.random.default_rng(seed)) for seed in range(3)]
    for numbers in drawn:
        for rule in page.parsed_rules:
            assert rule.holds(rule.difference(numbers)), rule.text
        for field in page.fields:
            assert 0 <= numbers[field.name] < 10**field.boxes.count
    assert len({tuple(numbers.values()) for numbers in drawn}) == 3


@pytest.mark.parametrize("form_set", CATALOGUE.sets, ids=lambda s: s.id)
def test_numbers_for_a_set_satisfy_the_rules_across_its_pages(form_set):
    pages = [CATALOGUE.page(form_id) for form_id in form_set.pages]
    numbers = random_numbers(pages, np.random.default_rng(5), form_set)
    rules = [*form_set.parsed_rules, *(rule for page in pages for rule in page.parsed_rules)]
    assert all(rule.holds(rule.difference(numbers)) for rule in rules)


def test_sheets_of_2024_get_numbers_of_a_lively_polling_station():
    form_set = next(s for s in CATALOGUE.sets if s.id == "c-hasil-ppwp-2024")
    pages = [CATALOGUE.page(form_id) for form_id in form_set.pages]
    totals = [
        random_numbers(pages, np.random.default_rng(seed), form_set)["suara_total"]
        for seed in range(5)
    ]
    assert np.median(totals) > 50


def test_a_rule_that_zeros_break_is_refused():
    with pytest.raises(ValueError, match="zeros break"):
        random_values({"a": 9}, [parse_rule("a = 4")], np.random.default_rng(0))


@given(st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_null_space_is_whole_and_complete(rows):
    basis = null_space([np.array(row) for row in rows], 5)
    matrix = np.array(rows).reshape(-1, 5)
    assert all(not (matrix @ vector).any() for vector in basis)
    rank = np.linalg.matrix_rank(matrix) if rows else 0
    assert len(basis) == 5 - rank


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "NOL"),
        (7, "TUJUH"),
        (10, "SEPULUH"),
        (11, "SEBELAS"),
        (18, "DELAPAN BELAS"),
        (20, "DUA PULUH"),
        (99, "SEMBILAN PULUH SEMBILAN"),
        (100, "SERATUS"),
        (117, "SERATUS TUJUH BELAS"),
        (206, "DUA RATUS ENAM"),
        (1000, "SERIBU"),
        (2019, "DUA RIBU SEMBILAN BELAS"),
        (111_111, "SERATUS SEBELAS RIBU SERATUS SEBELAS"),
    ],
)
def test_number_words(number, words):
    assert terbilang(number) == words


def test_number_words_tell_numbers_apart():
    assert len({terbilang(number) for number in range(1000)}) == 1000


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_numbers_without_words_are_refused(number):
    with pytest.raises(ValueError, match=str(number)):
        terbilang(number)
