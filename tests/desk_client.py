"""A desk with a few sheets in it, and a client that behaves like a browser."""

import io
import re
from dataclasses import dataclass

from desk_fakes import CLEAR, DOUBTFUL, MISREAD, NO_FORM, WRONG_SUM, FakeSheet, fake_reader
from flask import Flask
from flask.testing import FlaskClient

from pipeline.records import intake
from pipeline.records.sheets import WholeSheet, whole_sheet
from pipeline.settings import Settings
from webui.app import create_app
from webui.state import KEY, Desk

NAMES = {
    "tps-012.jpg": DOUBTFUL,
    "tps-013.jpg": WRONG_SUM,
    "tps-014.jpg": CLEAR,
    "cat.jpg": NO_FORM,
    "tps-015.jpg": MISREAD,
}


def make_app(folder, database_url=None, **settings) -> Flask:
    """A desk with its own data folder and a fake reader."""
    config = Settings(data=folder / "data", database_url=database_url, **settings)
    app = create_app(config, reader=fake_reader(*NAMES.values()))
    app.testing = False  # errors become pages, as for a user
    return app


def close(app: Flask) -> None:
    """Give back threads and connections."""
    app.extensions[KEY].executor.shutdown()
    app.extensions[KEY].records.engine.dispose()


@dataclass
class Person:
    """Somebody at a browser: has a session, takes the token out of the page."""

    client: FlaskClient

    def get(self, path: str):
        return self.client.get(path, buffered=True)

    def post(self, path: str, data: dict[str, object], **options):
        token = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/nama").text)
        assert token
        return self.client.post(path, data={"csrf": token[1], **data}, **options)

    def upload(self, *files: tuple[bytes, str], **more):
        photos = [(io.BytesIO(data), name) for data, name in files]
        return self.post("/unggah", {"photos": photos, **more}, content_type="multipart/form-data")


def person(app: Flask) -> Person:
    return Person(app.test_client())


def desk_of(app: Flask) -> Desk:
    return app.extensions[KEY]


def put(app: Flask, sheet: FakeSheet) -> str:
    """A sheet that was uploaded and read; its id."""
    desk = desk_of(app)
    name = next(name for name, known in NAMES.items() if known is sheet)
    got = intake.receive(desk.records, sheet.photo(), name=name, who="Ani", limits=desk.limits)
    intake.read_sheet(desk.records, got.sheet, desk.reader)
    return got.sheet


def whole(app: Flask, sheet_id: str) -> WholeSheet:
    with desk_of(app).records.read() as session:
        return whole_sheet(session, sheet_id)


def answer(app: Flask, sheet_id: str, sheet: FakeSheet, **typed: str) -> dict[str, object]:
    """What the sheet's form sends when these fields were changed."""
    numbers = {**sheet.written, **typed}
    return {
        **{f"field.{name}": value for name, value in numbers.items()},
        "revision": whole(app, sheet_id).sheet.revision,
        "who": "Budi",
    }
