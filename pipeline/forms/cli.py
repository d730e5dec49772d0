"""``cermat forms``: the catalogue as a table, one form in detail, a blank page drawn."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.forms.model import FormPage

#: Longer side of a blank page drawn as a picture, px, where no scale is asked for.
PICTURE_SIDE = 2400
#: The largest picture that is drawn, px: a typing error must not fill the memory.
PICTURE_MOST = 100_000_000

WORDS = {
    "id": {
        "form": "Formulir", "title": "Judul", "size": "Ukuran (mm)", "fields": "Isian",
        "boxes": "Kotak", "bubbles": "Bulatan", "rules": "Aturan", "tag": "Tag", "name": "Nama",
        "max": "Paling banyak", "set": "Aturan antarhalaman", "source": "Diukur dari",
        "written": "Ditulis: {path}",
    },
    "en": {
        "form": "Form", "title": "Title", "size": "Size (mm)", "fields": "Fields",
        "boxes": "Boxes", "bubbles": "Bubbles", "rules": "Rules", "tag": "Tag", "name": "Name",
        "max": "At most", "set": "Rules across pages", "source": "Measured on",
        "written": "Written: {path}",
    },
}  # fmt: skip

language_option = click.option(
    "--language", type=click.Choice(["id", "en"]), default="id", help="Of what is printed."
)


@click.group(invoke_without_command=True)
@language_option
@click.pass_context
def forms(ctx: click.Context, language: str) -> None:
    """List the catalogue of forms; ``show`` draws one."""
    if ctx.invoked_subcommand is None:
        _print_catalogue(language)


@forms.command()
@click.argument("form_id", metavar="ID")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the blank page into this .pdf (true size) or .png file.",
)
@click.option(
    "--px-per-mm", type=click.FloatRange(min=0, min_open=True), help="Scale of the .png picture."
)
@language_option
def show(form_id: str, out: Path | None, px_per_mm: float | None, language: str) -> None:
    """Show one form of the catalogue, or draw its blank page."""
    from pipeline.forms.load import default_catalogue

    page = default_catalogue().page(form_id)
    if out is None:
        _print_page(page, language)
        return
    suffix = out.suffix.lower()
    if suffix not in (".pdf", ".png"):
        raise click.BadParameter(f"{out.name}: .pdf / .png", param_hint="--out")
    try:
        out.write_bytes(_pdf(page) if suffix == ".pdf" else _png(page, px_per_mm))
    except OSError as error:
        raise click.FileError(str(out), error.strerror or "") from error
    click.echo(WORDS[language]["written"].format(path=out))


def _pdf(page: "FormPage") -> bytes:
    from pipeline.forms.pdf import pdf_bytes

    return pdf_bytes(page)


def _png(page: "FormPage", px_per_mm: float | None) -> bytes:
    import cv2

    from pipeline.forms.draw import draw_page

    width, height = page.size_mm
    scale = px_per_mm or PICTURE_SIDE / max(width, height)
    if width * height * scale**2 > PICTURE_MOST:
        raise click.BadParameter(
            f"{width * scale:.0f} x {height * scale:.0f} px > {PICTURE_MOST} px",
            param_hint="--px-per-mm",
        )
    _, data = cv2.imencode(".png", draw_page(page, scale))
    return data.tobytes()


def _print_catalogue(language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline.forms.load import default_catalogue

    words = WORDS[language]
    table = Table(box=None, pad_edge=False)
    table.add_column(words["form"], no_wrap=True)
    table.add_column(words["title"])
    for key in ("size", "fields", "boxes", "bubbles", "rules", "tag"):
        table.add_column(words[key], justify="right")
    for page in default_catalogue().pages:
        boxes = sum(field.boxes.count for field in page.fields)
        bubbles = sum(10 * field.boxes.count for field in page.fields if field.bubbles)
        table.add_row(
            page.key,
            page.title.id if language == "id" else page.title.en,
            f"{page.size_mm[0]:g} x {page.size_mm[1]:g}",
            str(len(page.fields)),
            str(boxes),
            str(bubbles or ""),
            str(len(page.rules) or ""),
            str(page.tag.id) if page.tag else "",
        )
    Console().print(table)


def _print_page(page: "FormPage", language: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from pipeline.forms.load import default_catalogue

    words, console = WORDS[language], Console()
    title = page.title.id if language == "id" else page.title.en
    console.print(f"[bold]{page.key}[/]  {escape(title)}")
    console.print(f"[dim]{words['source']}: {escape(page.source)}[/]")
    table = Table(box=None, pad_edge=False)
    for key in ("name", "title"):
        table.add_column(words[key])
    for key in ("boxes", "max"):
        table.add_column(words[key], justify="right")
    for field in page.fields:
        label = field.title.id if language == "id" else field.title.en
        most = "" if field.max is None else str(field.max)
        table.add_row(field.name, escape(label), str(field.boxes.count), most)
    console.print(table)
    form_set = default_catalogue().set_of(page)
    for heading, rules in (("rules", page.rules), ("set", form_set.rules if form_set else ())):
        if rules:
            console.print(f"[bold]{words[heading]}[/]")
            for rule in rules:
                console.print(f"  {escape(rule)}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def samples(folder: Path) -> None:
    """Make the synthetic sample sheets and their labels in FOLDER."""
    from pipeline.forms.load import default_catalogue
    from pipeline.forms.samples import make_samples

    try:
        made = make_samples(folder, default_catalogue())
    except OSError as error:
        raise click.FileError(str(folder), error.strerror or "") from error
    for path in made:
        click.echo(path)
