"""The desk with the real reader: what the stages say arrives on the page."""

from desk_client import close, person, whole
from desk_fakes import DOUBTFUL, SCAN_2019

from pipeline.settings import Settings
from webui.app import create_app


def test_an_uploaded_sheet_is_found_read_and_shown_with_its_pictures(tmp_path):
    app = create_app(Settings(data=tmp_path / "data"))
    user = person(app)
    response = user.upload((DOUBTFUL.photo(), "drawn.jpg"), who="Ani")
    sheet = whole(app, response.location.rsplit("/", 1)[1])
    assert sheet.sheet.form == SCAN_2019
    assert sheet.sheet.state in ("review", "accepted")
    assert set(sheet.fields) == set(DOUBTFUL.written)
    assert sheet.reading.reader.startswith("cermat ")
    page = user.get(response.location).text
    assert f"/bacaan/{sheet.sheet.reading}/boxes-suara_2.jpg" in page
    assert user.get(f"/bacaan/{sheet.sheet.reading}/page.jpg").status_code == 200
    close(app)
