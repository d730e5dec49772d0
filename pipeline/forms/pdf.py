"""Writes a blank page as a PDF of its true size, in vectors, to be printed and measured."""

from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF

from pipeline.forms.model import FormPage
from pipeline.forms.shapes import Bar, Disc, Shape, Strokes, shapes

#: A fixed date makes the file the same every time.
CREATED = datetime(2024, 2, 14, tzinfo=UTC)


def write_pdf(form: FormPage, path: Path) -> None:
    """Write a blank page to ``path``.

    Raises:
        OSError: when the file cannot be written.
    """
    path.write_bytes(pdf_bytes(form))


def pdf_bytes(form: FormPage) -> bytes:
    """A blank page as the bytes of a PDF; the watermark is left out."""
    pdf = FPDF(unit="mm", format=form.size_mm)
    pdf.set_creation_date(CREATED)
    pdf.set_title(f"{form.title.id} ({form.key})")
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    for shape in shapes(form):
        _put(pdf, shape)
    return bytes(pdf.output())


def _put(pdf: FPDF, shape: Shape) -> None:
    if isinstance(shape, Bar):
        x, y, w, h = shape.at_mm
        pdf.set_fill_color(shape.gray)
        pdf.rect(x, y, w, h, style="F")
    elif isinstance(shape, Disc):
        x, y = shape.at_mm
        pdf.set_fill_color(shape.gray)
        pdf.set_draw_color(shape.gray)
        pdf.set_line_width(shape.stroke_mm or 0)
        pdf.circle(x, y, shape.radius_mm, style="F" if shape.stroke_mm is None else "D")
    else:
        _put_strokes(pdf, shape)


def _put_strokes(pdf: FPDF, strokes: Strokes) -> None:
    with pdf.new_path() as path:
        path.style.fill_color = None
        path.style.stroke_color = "#" + f"{strokes.gray:02x}" * 3
        path.style.stroke_width = strokes.width_mm
        path.style.stroke_cap_style = "round"
        path.style.stroke_join_style = "round"
        path.style.auto_close = False
        for line in strokes.lines:
            (x, y), *rest = line.tolist()
            path.move_to(x, y)
            for x, y in rest:
                path.line_to(x, y)
