"""The templates of 2014 to 2019: against measured corners of boxes, and their sums."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline import geometry
from pipeline.forms.load import default_catalogue

#: Every form id that docs/contract.md promises.
PROMISED = {
    "c-hasil-ppwp-2024-p1",
    "c-hasil-ppwp-2024-p2",
    "c-hasil-ppwp-2024-p3",
    "c1-ppwp-2019-p2",
    "c1-plano-ppwp-2019-lembar2",
    "c1-plano-dpr-2019-p",
    "c1-plano-kwk-gubernur-dki-2017",
    "c1-plano-kwk-pekalongan-2015",
    "c1-kwk-2015-lampiran",
    "c1-ppwp-2014-p1",
    "c1-ppwp-2014-lampiran",
}
#: Corners of boxes in the pixels of one flat picture of each form, clockwise from the top left,
#: null where ink hid them; and how well the template fits them, millimetres of the template.
MEASURED = json.loads(
    (Path(__file__).parent / "old_forms_measured.json").read_text(encoding="utf-8")
)
#: How far off a template must not be.
SHIFT_MM = 2.0
#: A box's edge lies on a ruling: within this share of the box.
ON_A_RULING = 0.06

OLD = [p for p in default_catalogue().pages if not p.id.startswith("c-hasil-")]


def test_every_promised_form_is_there():
    assert {page.id for page in default_catalogue().pages} >= PROMISED


def test_the_governors_attachment_has_a_layout_for_each_printing():
    layouts = [p.layout for p in OLD if p.id == "c1-kwk-2015-lampiran"]
    assert sorted(layouts) == ["bengkulu-1", "bengkulu-2", "jambi"]


def misfit_mm(key, moved="", by=(0.0, 0.0)):
    """How far the template's corners are from the measured ones, with one field moved."""
    form = default_catalogue().page(key)
    mm, px = [], []
    for name, corners in MEASURED[key]["corners_px"].items():
        quad = geometry.rect_quad(form.by_name[name].boxes.hull)
        for corner, seen in zip(quad, corners, strict=True):
            if seen is not None:
                mm.append(corner + (np.array(by) if name == moved else 0))
                px.append(seen)
    H, _ = cv2.findHomography(np.array(px), np.array(mm))
    return float(np.linalg.norm(geometry.apply(H, np.array(px)) - mm, axis=1).max())


def test_every_old_form_was_measured():
    assert set(MEASURED) == {page.key for page in OLD}


@pytest.mark.parametrize("key", sorted(MEASURED))
def test_boxes_are_where_they_are_on_paper(key):
    assert misfit_mm(key) < MEASURED[key]["within_mm"]


@pytest.mark.parametrize("key", sorted(MEASURED))
def test_a_field_that_is_2_mm_off_would_be_noticed(key):
    for name in MEASURED[key]["corners_px"]:
        for by in ((SHIFT_MM, 0), (-SHIFT_MM, 0), (0, SHIFT_MM), (0, -SHIFT_MM)):
            assert misfit_mm(key, name, by) > MEASURED[key]["within_mm"], (name, by)


def rulings(form):
    """(horizontal?, position, from, to) of every ruling."""
    for grid in form.grids:
        yield from ((True, y, min(grid.x_mm), max(grid.x_mm)) for y in grid.y_mm)
        yield from ((False, x, min(grid.y_mm), max(grid.y_mm)) for x in grid.x_mm)
    for line in form.lines:
        (x, y), (x2, y2) = line.from_mm, line.to_mm
        yield (True, y, x, x2) if y == y2 else (False, x, y, y2)


@pytest.mark.parametrize("form", OLD, ids=lambda form: form.key)
def test_the_four_edges_of_every_box_lie_on_rulings(form):
    lines = list(rulings(form))
    for field in form.fields:
        for x, y, w, h in field.boxes.boxes:
            edges = [
                (True, y, x, x + w, h),
                (True, y + h, x, x + w, h),
                (False, x, y, y + h, w),
                (False, x + w, y, y + h, w),
            ]
            for across, at, start, end, side in edges:
                slack = ON_A_RULING * side
                assert any(
                    a == across and abs(p - at) < slack and b - 1 < start and end < e + 1
                    for a, p, b, e in lines
                ), (field.name, across, at)


def men_women_sum(name, men, women):
    return {f"{name}_l": men, f"{name}_p": women, f"{name}_j": men + women}


SOUND = {
    "c1-ppwp-2014-lampiran": {"suara_1": 109, "suara_2": 166, "suara_sah": 275},
    "c1-kwk-2015-lampiran": {"suara_1": 207, "suara_2": 192, "suara_sah": 399},
    "c1-plano-kwk-pekalongan-2015": {"suara_1": 132, "suara_2": 57, "suara_sah": 189},
    "c1-ppwp-2019-p2": {
        "suara_1": 125, "suara_2": 57, "suara_sah": 182, "suara_tidak_sah": 3, "suara_total": 185,
    },
    "c1-plano-ppwp-2019-lembar2": {
        "suara_1": 55, "suara_2": 139, "suara_tidak_sah": 4, "suara_sah": 194, "suara_total": 198,
    },
    "c1-plano-dpr-2019-p": {
        "suara_partai": 12, "suara_calon_1": 5, "suara_calon_2": 8, "suara_calon_3": 16,
        **{f"suara_calon_{n}": 0 for n in range(4, 11)}, "suara_total": 41,
    },
    "c1-plano-kwk-gubernur-dki-2017": {
        "suara_1": 74, "suara_2": 61, "suara_3": 198, "suara_sah": 333, "suara_tidak_sah": 1,
        "suara_sah_rekap": 333, "suara_tidak_sah_rekap": 1, "suara_total": 334,
    },
    "c1-ppwp-2014-p1": {
        **men_women_sum("pemilih_dpt", 167, 221), **men_women_sum("pemilih_dptb", 2, 1),
        **men_women_sum("pemilih_dpk", 0, 4), **men_women_sum("pemilih_dpktb", 5, 3),
        **men_women_sum("pemilih_total", 174, 229),
        **men_women_sum("pengguna_dpt", 100, 149), **men_women_sum("pengguna_dptb", 2, 1),
        **men_women_sum("pengguna_dpk", 0, 2), **men_women_sum("pengguna_dpktb", 5, 3),
        **men_women_sum("pengguna_total", 107, 155),
        "surat_suara_diterima": 396, "surat_suara_dikembalikan": 3,
        "surat_suara_tidak_digunakan": 131, "surat_suara_digunakan": 262,
        "suara_sah": 250, "suara_tidak_sah": 12, "suara_total": 262,
    },
}  # fmt: skip
#: No sum on the sheet speaks of these.
UNBOUND = {
    ("c1-ppwp-2014-lampiran", "suara_tidak_sah"),
    ("c1-kwk-2015-lampiran", "suara_tidak_sah"),
}


@pytest.mark.parametrize("form_id", sorted(SOUND))
def test_sound_numbers_satisfy_every_rule(form_id):
    for form in (page for page in OLD if page.id == form_id):
        for rule in form.parsed_rules:
            assert rule.holds(rule.difference(SOUND[form_id])), rule.text


@pytest.mark.parametrize("form", OLD, ids=lambda form: form.key)
def test_every_single_number_that_is_off_breaks_a_sum(form):
    sums = [rule for rule in form.parsed_rules if rule.relation == "="]
    for name in form.by_name:
        if (form.id, name) in UNBOUND:
            continue
        off = SOUND[form.id] | {name: SOUND[form.id][name] + 1}
        assert any(not rule.holds(rule.difference(off)) for rule in sums), name


@pytest.mark.parametrize(
    ("form_id", "written", "difference"),
    [
        ("c1-ppwp-2014-lampiran", {"suara_1": 28, "suara_2": 87, "suara_sah": 111}, 4),
        ("c1-ppwp-2014-lampiran", {"suara_1": 189, "suara_2": 159, "suara_sah": 347}, 1),
        ("c1-plano-ppwp-2019-lembar2", {"suara_sah": 201, "suara_1": 23, "suara_2": 178}, 0),
    ],
)
def test_what_officials_added_wrongly_is_told_with_its_difference(form_id, written, difference):
    form = default_catalogue().page(form_id)
    rule = next(rule for rule in form.parsed_rules if "suara_1" in rule.names)
    assert rule.difference(written) == difference
    assert rule.holds(rule.difference(written)) is (difference == 0)


def test_more_voters_than_registered_are_noticed():
    form = default_catalogue().page("c1-ppwp-2014-p1")
    bounds = [rule for rule in form.parsed_rules if rule.relation == "<="]
    over = SOUND["c1-ppwp-2014-p1"] | {"pengguna_dpt_l": 168}
    assert [rule.text for rule in bounds if not rule.holds(rule.difference(over))] == [
        "pengguna_dpt_l <= pemilih_dpt_l"
    ]


@pytest.mark.parametrize("form", OLD, ids=lambda form: form.key)
def test_boxes_are_not_hidden_with_the_signatures(form):
    for field in form.fields:
        x, y, w, h = field.boxes.hull
        for sx, sy, sw, sh in (*form.signatures_mm, *form.names_mm):
            assert x + w <= sx or sx + sw <= x or y + h <= sy or sy + sh <= y
