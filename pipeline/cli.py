"""The command ``cermat``. Only what help needs is imported here; the rest when a command runs."""

import json
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import CermatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.reading.read import SheetResult

#: What a folder given to ``cermat read`` stands for.
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
#: Commands of other packages, attached by name: imports run webui -> pipeline only.
COMMANDS_GROUP = "cermat.commands"
#: Commands of this package that live with what they do: name -> (module, attribute).
LAZY_COMMANDS: dict[str, tuple[str, str]] = {
    "forms": ("pipeline.forms.cli", "forms"),
    "samples": ("pipeline.forms.cli", "samples"),
}


class Commands(click.Group):
    """A group that finds its commands where they are defined and imports them when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, without importing anything."""
        attached = [entry.name for entry in entry_points(group=COMMANDS_GROUP)]
        return sorted({*super().list_commands(ctx), *LAZY_COMMANDS, *attached})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, imported now."""
        if cmd_name in LAZY_COMMANDS:
            module, attribute = LAZY_COMMANDS[cmd_name]
            found: click.Command = getattr(__import__(module, fromlist=[attribute]), attribute)
            return found
        for entry in entry_points(group=COMMANDS_GROUP, name=cmd_name):
            loaded: click.Command = entry.load()
            return loaded
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run; an error that the user can mend becomes its message and exit status."""
        try:
            return super().invoke(ctx)
        except CermatError as error:
            click.echo(f"{error.message_id}\n{error.message_en}", err=True)
            ctx.exit(error.exit_status)


@click.group(cls=Commands)
@click.version_option(package_name="cermat")
def main() -> None:
    """Cermat reads the tally sheets of Indonesian elections, and says when it is not sure."""


@main.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a photo, one a line.")
@click.option(
    "--debug",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write pictures of every stage.",
)
@click.option(
    "--tps", metavar="CODE", help="The photos are pages of this TPS: check them together."
)
@click.option("--language", type=click.Choice(["id", "en"]), default="id", help="Of the table.")
def read(
    photos: tuple[Path, ...], as_json: bool, debug: Path | None, tps: str | None, language: str
) -> None:
    """Read photos of tally sheets; a folder stands for the pictures in it."""
    from pipeline.forms.load import default_catalogue
    from pipeline.reading.read import read_bytes

    results: list[tuple[Path, SheetResult]] = []
    failed = False
    for path in _pictures(photos):
        try:
            data = path.read_bytes()
        except OSError as error:
            click.echo(f"{path}: {error.strerror}", err=True)
            failed = True
            continue
        result = read_bytes(data, default_catalogue())
        if debug is not None:
            from pipeline.reading.debug import write_debug

            write_debug(result, debug / path.stem)
        if tps is None:
            _show(path, result, as_json, language)
        else:
            results.append((path, result))
    if tps is not None:
        _show_together(tps, results, as_json, language)
    sys.exit(1 if failed else 0)


def _pictures(paths: tuple[Path, ...]) -> "Iterator[Path]":
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
        else:
            yield path


def _show(path: Path, result: "SheetResult", as_json: bool, language: str) -> None:
    if as_json:
        from pipeline.reading.report import to_contract

        click.echo(json.dumps(to_contract(path.name, result), ensure_ascii=False))
    else:
        from pipeline.reading.table import print_table

        print_table(path.name, result, language)


def _show_together(
    tps: str, results: "list[tuple[Path, SheetResult]]", as_json: bool, language: str
) -> None:
    from pipeline.forms.load import default_catalogue
    from pipeline.reading.together import check_together

    for path, result in check_together(tps, results, default_catalogue()):
        _show(path, result, as_json, language)


if __name__ == "__main__":
    main()
