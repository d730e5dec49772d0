"""The commands ``cermat serve`` and ``cermat demo``. Imports come inside: help is fast."""

import logging
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

    from pipeline.settings import Settings

#: Where the demo keeps its photos, away from real ones.
DEMO_FOLDER = Path("cermat-data") / "demo"


@click.command()
@click.option("--host", help="Address to listen on (setting host).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (setting port).")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for photos, database and keys (setting data).",
)
def serve(host: str | None, port: int | None, data: Path | None) -> None:
    """Serve the desk: upload, look, correct, submit in the browser."""
    from pipeline.settings import load_settings
    from webui.app import create_app

    settings = load_settings(host=host, port=port, data=data)
    _listen(create_app(settings), settings)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (setting port).")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEMO_FOLDER,
    show_default=True,
    help="Folder for the demo's photos and database.",
)
def demo(port: int | None, data: Path) -> None:
    """Make sample sheets, read them, and serve the desk with them in it."""
    from pipeline.forms.load import default_catalogue
    from pipeline.forms.samples import make_samples
    from pipeline.records.intake import read_sheet, receive
    from pipeline.settings import load_settings
    from webui.app import create_app
    from webui.state import KEY

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings(port=port, data=data)
    app = create_app(settings)
    desk = app.extensions[KEY]
    for path in make_samples(settings.data / "samples", default_catalogue()):
        received = receive(
            desk.records, path.read_bytes(), name=path.name, who="demo", limits=desk.limits
        )
        if received.new:
            read_sheet(desk.records, received.sheet, desk.reader)
        click.echo(f"  {path.name}")
    _listen(app, settings)


def _listen(app: "Flask", settings: "Settings") -> None:
    from waitress.server import create_server

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    server = create_server(  # type: ignore[no-untyped-call]
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        max_request_body_size=settings.max_upload_bytes,
        ident=None,
    )
    if not _is_own_machine(settings.host):
        click.echo(
            "Meja ini belum punya akun: siapa pun di jaringan ini bisa mengunggah dan mengirim.\n"
            "The desk has no accounts yet: anyone on this network can upload and submit.",
            err=True,
        )
    address = f"http://{settings.host}:{server.effective_port}"
    click.echo(f"Cermat: {address}  (data: {settings.data.resolve()})  Ctrl+C untuk berhenti.")
    threading.Thread(target=read_what_waits, args=(app,), daemon=True).start()
    try:
        server.run()
    finally:
        server.close()


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_what_waits(app: "Flask") -> None:
    """Read the photos that a crash left unread, oldest first."""
    from pipeline.records.intake import read_sheet, unread
    from webui.state import KEY

    desk = app.extensions[KEY]
    for sheet in unread(desk.records):
        read_sheet(desk.records, sheet, desk.reader, desk.executor)
