"""The command ``cermat serve``. Imports of the web come inside: other commands must start fast."""

import logging
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask


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
    from waitress.server import create_server  # noqa: PLC0415 - see above

    from pipeline.settings import load_settings  # noqa: PLC0415
    from webui.app import create_app  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings(host=host, port=port, data=data)
    app = create_app(settings)
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
    from pipeline.records.intake import read_sheet, unread  # noqa: PLC0415
    from webui.state import KEY  # noqa: PLC0415

    desk = app.extensions[KEY]
    for sheet in unread(desk.records):
        read_sheet(desk.records, sheet, desk.reader, desk.executor)
