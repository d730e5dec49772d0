"""A reading as a table for the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.forms.load import default_catalogue
from pipeline.reading.read import SheetResult
from pipeline.reading.reasons import sentence

WORDS = {
    "id": {
        "accepted": "diterima", "review": "periksa", "rejected": "ditolak", "field": "Isian",
        "written": "Tertulis", "value": "Nilai", "sure": "Yakin", "why": "Sebab",
        "sum": "Jumlah tidak cocok", "off": "selisih",
    },
    "en": {
        "accepted": "accepted", "review": "review", "rejected": "rejected", "field": "Field",
        "written": "Written", "value": "Value", "sure": "Sure", "why": "Why",
        "sum": "Sum does not fit", "off": "difference",
    },
}  # fmt: skip
COLOURS = {"accepted": "green", "review": "yellow", "rejected": "red"}


def print_table(name: str, result: SheetResult, language: str) -> None:
    """Print one reading."""
    console = Console()
    words = WORDS[language]
    reading = result.reading
    colour = COLOURS[reading.status]
    form = reading.form or "-"
    console.print(f"[bold]{escape(name)}[/]  {form}  [{colour}]{words[reading.status]}[/]")
    if reading.status == "rejected":
        for reason in reading.reasons:
            console.print(f"  {sentence(reason, language)}")
        if result.refusal is not None:
            console.print(f"  [dim]{escape(result.refusal.message(language))}[/]")
        return
    table = Table(box=None, pad_edge=False)
    for key, justify in (("field", "left"), ("written", "right"), ("value", "right")):
        table.add_column(words[key], justify=justify)  # type: ignore[arg-type]
    table.add_column(words["sure"], justify="right")
    table.add_column(words["why"])
    page = default_catalogue().page(reading.form or "")
    for key, field in reading.fields.items():
        title = page.by_name[key].title if key in page.by_name else None
        label = key if title is None else (title.id if language == "id" else title.en)
        colour = COLOURS[field.status]
        table.add_row(
            escape(label),
            field.written,
            "?" if field.value is None else str(field.value),
            f"[{colour}]{100 * field.confidence:.2f} %[/]",
            " ".join(sentence(reason, language) for reason in field.reasons),
        )
    console.print(table)
    for rule in reading.rules:
        if rule.holds is False:
            console.print(
                f"[red]{words['sum']}:[/] {escape(rule.rule)} ({words['off']} {rule.difference})"
            )
