"""The drawn PDF has the true size, and its boxes lie where the template says."""

import pymupdf
import pytest
from click.testing import CliRunner

from pipeline.forms.cli import forms
from pipeline.forms.load import default_catalogue
from pipeline.forms.pdf import pdf_bytes

#: A PDF point in mm.
POINT_MM = 25.4 / 72
KEYS = [page.key for page in default_catalogue().pages]


def open_pdf(data: bytes) -> pymupdf.Document:
    return pymupdf.open("pdf", data)


@pytest.mark.parametrize("key", KEYS)
def test_the_page_has_its_true_size(key):
    page = default_catalogue().page(key)
    drawn = open_pdf(pdf_bytes(page))
    assert len(drawn) == 1
    size = (drawn[0].rect.width * POINT_MM, drawn[0].rect.height * POINT_MM)
    assert size == pytest.approx(page.size_mm, abs=0.05)


def test_every_box_has_its_four_sides_in_the_pdf():
    page = default_catalogue().page("c-hasil-ppwp-2024-p1")
    bars = {
        tuple(round(side * POINT_MM, 1) for side in drawing["rect"])
        for drawing in open_pdf(pdf_bytes(page))[0].get_drawings()
        if drawing["type"] == "f"
    }
    for field in page.fields:
        half = field.boxes.stroke_mm / 2
        for x, y, w, h in field.boxes.boxes:
            for left, top, right, bottom in (
                (x, y, x + w, y),
                (x, y + h, x + w, y + h),
                (x, y, x, y + h),
                (x + w, y, x + w, y + h),
            ):
                sides = (left - half, top - half, right + half, bottom + half)
                near = [
                    bar
                    for bar in bars
                    if all(abs(a - b) < 0.11 for a, b in zip(bar, sides, strict=True))
                ]
                assert near, (field.name, sides)


def test_the_pdf_is_the_same_every_time():
    page = default_catalogue().page("c-hasil-ppwp-2024-p3")
    assert pdf_bytes(page) == pdf_bytes(page)


@pytest.mark.parametrize(("name", "magic"), [("page.pdf", b"%PDF"), ("page.png", b"\x89PNG")])
def test_the_command_draws_a_file(tmp_path, name, magic):
    out = tmp_path / name
    result = CliRunner().invoke(forms, ["show", "c-hasil-ppwp-2024-p2", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(magic)
    assert name in result.output


@pytest.mark.parametrize(
    "options",
    [["--out", "page.tiff"], ["--out", "page.png", "--px-per-mm", "200"], ["--px-per-mm", "0"]],
)
def test_what_cannot_be_drawn_is_wrong_usage(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(forms, ["show", "c-hasil-ppwp-2024-p2", *options])
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    out = tmp_path / "missing" / "page.pdf"
    result = CliRunner().invoke(forms, ["show", "c-hasil-ppwp-2024-p2", "--out", str(out)])
    assert result.exit_code == 1
    assert "missing" in result.output


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_list_names_every_form(language, monkeypatch):
    monkeypatch.setenv("COLUMNS", "240")
    result = CliRunner().invoke(forms, ["--language", language])
    assert result.exit_code == 0, result.output
    assert [key for key in KEYS if key not in result.output] == []


def test_one_form_is_shown_with_its_fields_and_rules(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(forms, ["show", "c-hasil-ppwp-2024-p3", "--language", "en"])
    assert "suara_tidak_sah" in result.output
    assert "suara_sah + suara_tidak_sah = suara_total" in result.output
    assert "surat_suara_digunakan = suara_total" in result.output
