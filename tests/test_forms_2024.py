"""The templates of 2024 against known facts of the printed sheet, measured apart from them."""

import pytest

from pipeline.forms.load import default_catalogue

PAGES = [f"c-hasil-ppwp-2024-p{page}" for page in (1, 2, 3)]
#: Far below the 2 mm by which a template must not be off.
WITHIN = 0.35


@pytest.fixture(params=PAGES)
def any_page(request):
    return default_catalogue().page(request.param)


def test_the_sheet_is_600_by_900_mm(any_page):
    assert any_page.size_mm == (600, 900)


def test_corner_marks_are_pairs_of_squares_of_7_2_mm(any_page):
    assert {mark.kind for mark in any_page.marks} == {"diagonal_pair"}
    corners = sorted(mark.at_mm[:2] for mark in any_page.marks)
    known = [(39.8, 57.8), (39.8, 867.7), (545.6, 57.8), (545.6, 867.7)]
    for corner, expected in zip(corners, known, strict=True):
        assert corner == pytest.approx(expected, abs=WITHIN)
    assert all(mark.at_mm[2:] == pytest.approx((14.4, 14.4)) for mark in any_page.marks)


def test_the_tag_numbers_the_page_and_stands_on_its_head(any_page):
    assert any_page.tag.id == 100 + any_page.page
    assert any_page.tag.turned == 180
    assert any_page.tag.at_mm == pytest.approx((494, 107, 32, 32), abs=WITHIN)


def test_seven_officials_and_three_witnesses_sign(any_page):
    assert len(any_page.signatures_mm) == 10
    assert len(any_page.names_mm) == 10
    for x, y, w, h in any_page.names_mm:
        holders = [
            1
            for sx, sy, sw, sh in any_page.signatures_mm
            if sx <= x and sy <= y and x + w <= sx + sw + 0.1 and y + h <= sy + sh + 0.1
        ]
        assert holders == [1]


@pytest.mark.parametrize(("page", "boxes", "inner"), [(1, 66, 17.4), (2, 9, 19.3), (3, 9, 19.3)])
def test_every_number_has_three_boxes_of_that_size(page, boxes, inner):
    form = default_catalogue().page(PAGES[page - 1])
    assert sum(field.boxes.count for field in form.fields) == boxes
    for field in form.fields:
        # Between the inner and the outer edge of the line.
        assert field.boxes.count == 3
        assert field.boxes.size_mm[0] == pytest.approx(inner, abs=0.8)
        assert field.boxes.size_mm[0] == field.boxes.size_mm[1]


def test_boxes_run_from_left_to_right_without_touching(any_page):
    for field in any_page.fields:
        lefts = [x for x, _, _, _ in field.boxes.boxes]
        assert lefts == sorted(lefts)
        assert field.boxes.pitch_mm > field.boxes.size_mm[0]


#: Top-left corners of the first box of some fields, read off a picture of the official blank.
KEY_POSITIONS = {
    1: {
        "pemilih_dpt_l": (307.5, 386.4),
        "pengguna_total_j": (457.5, 498.4),
        "surat_suara_diterima": (457.5, 571.5),
        "surat_suara_tidak_digunakan": (457.5, 640.5),
        "disabilitas_p": (382.5, 710.5),
    },
    2: {"suara_1": (455, 184.6), "suara_2": (455, 336.6), "suara_3": (455, 488.6)},
    3: {"suara_sah": (455, 166), "suara_tidak_sah": (455, 237.2), "suara_total": (455, 312)},
}


def test_boxes_stand_where_they_are_printed(any_page):
    for name, corner in KEY_POSITIONS[any_page.page].items():
        assert any_page.by_name[name].boxes.at_mm == pytest.approx(corner, abs=WITHIN)


def test_the_fields_of_page_1_have_the_names_that_the_kpu_publishes():
    names = list(default_catalogue().page(PAGES[0]).by_name)
    rows = ("pemilih_dpt", "pengguna_dpt", "pengguna_dptb", "pengguna_dpk", "pengguna_total")
    by_sex = [f"{row}_{column}" for row in rows for column in "lpj"]
    ballots = ["diterima", "digunakan", "dikembalikan", "tidak_digunakan"]
    assert names == [
        *by_sex,
        *(f"surat_suara_{b}" for b in ballots),
        *(f"disabilitas_{c}" for c in "lpj"),
    ]


def test_page_2_has_ninety_bubbles_under_their_boxes():
    form = default_catalogue().page(PAGES[1])
    assert [field.name for field in form.fields] == ["suara_1", "suara_2", "suara_3"]
    for field in form.fields:
        for column, (x, y, w, h) in enumerate(field.boxes.boxes):
            centre = field.bubbles.first_mm[0] + column * field.bubbles.pitch_mm[0]
            assert centre == pytest.approx(x + w / 2, abs=0.1)
            assert field.bubbles.first_mm[1] - field.bubbles.radius_mm > y + h
        assert field.boxes.guides


@pytest.mark.parametrize(("page", "name"), [(1, "suara_1"), (1, "suara_3"), (2, "suara_tidak_sah")])
def test_a_tally_grid_holds_300_marks_and_its_row_totals_stand_beside(page, name):
    field = default_catalogue().page(PAGES[page]).by_name[name]
    tally, totals = field.tally, field.row_totals
    assert (tally.rows, tally.columns, tally.marks_per_cell) == (5, 12, 5)
    assert (totals.rows, totals.digits) == (5, 2)
    assert totals.at_mm[1] == tally.at_mm[1]
    assert totals.cell_mm[1] == tally.cell_mm[1]
    assert totals.at_mm[0] > tally.at_mm[0] + 12 * tally.cell_mm[0]


def test_the_date_of_page_3_is_not_read():
    form = default_catalogue().page(PAGES[2])
    assert [row.count for row in form.other_boxes] == [2, 2, 4]


#: One consistent set of numbers, and how each rule is broken by one number.
SOUND = {
    "pemilih_dpt_l": 120, "pemilih_dpt_p": 130, "pemilih_dpt_j": 250,
    "pengguna_dpt_l": 100, "pengguna_dpt_p": 110, "pengguna_dpt_j": 210,
    "pengguna_dptb_l": 2, "pengguna_dptb_p": 1, "pengguna_dptb_j": 3,
    "pengguna_dpk_l": 1, "pengguna_dpk_p": 3, "pengguna_dpk_j": 4,
    "pengguna_total_l": 103, "pengguna_total_p": 114, "pengguna_total_j": 217,
    "surat_suara_diterima": 255, "surat_suara_digunakan": 217,
    "surat_suara_dikembalikan": 1, "surat_suara_tidak_digunakan": 37,
    "disabilitas_l": 1, "disabilitas_p": 0, "disabilitas_j": 1,
    "suara_1": 117, "suara_2": 60, "suara_3": 33,
    "suara_sah": 210, "suara_tidak_sah": 7, "suara_total": 217,
}  # fmt: skip


def all_rules():
    catalogue = default_catalogue()
    pages = [catalogue.page(key) for key in PAGES]
    of_pages = [rule for page in pages for rule in page.parsed_rules]
    return of_pages + list(catalogue.set_of(pages[0]).parsed_rules)


def test_sound_numbers_satisfy_every_rule():
    for rule in all_rules():
        assert rule.holds(rule.difference(SOUND)), rule.text


@pytest.mark.parametrize("name", sorted(SOUND))
def test_every_single_number_that_is_off_breaks_a_sum(name):
    off = SOUND | {name: SOUND[name] + 5}
    sums = [rule for rule in all_rules() if rule.relation == "="]
    assert any(not rule.holds(rule.difference(off)) for rule in sums)


@pytest.mark.parametrize(
    ("change", "bound"),
    [
        ({"pemilih_dpt_j": 301}, "pemilih_dpt_j <= 300"),
        ({"pengguna_dpt_l": 121}, "pengguna_dpt_l <= pemilih_dpt_l"),
        ({"disabilitas_p": 115}, "disabilitas_p <= pengguna_total_p"),
        ({"surat_suara_diterima": 258}, "100 * surat_suara_diterima = 102 * pemilih_dpt_j +- 200"),
    ],
)
def test_bounds_are_noticed(change, bound):
    rule = next(rule for rule in all_rules() if rule.text == bound)
    assert not rule.holds(rule.difference(SOUND | change))
