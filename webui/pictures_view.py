"""Pictures of a sheet: the original photo, the straightened page, the crops of its fields."""

import io

from flask import Blueprint, Response, abort, send_file

from pipeline.records.sheets import whole_sheet
from pipeline.records.tables import ReadingRow
from webui.state import desk

blueprint = Blueprint("pictures", __name__)

MIME = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
#: A picture's address names its reading, and a reading never changes.
FOREVER = "private, max-age=31536000, immutable"


@blueprint.get("/lembar/<sheet_id>/foto")
def photo(sheet_id: str) -> Response:
    """The original photo, byte for byte."""
    with desk().records.read() as session:
        row = whole_sheet(session, sheet_id).photo
    data = desk().records.photos.get(row.sha256)
    return _forever(send_file(io.BytesIO(data), mimetype=MIME[row.kind]))


@blueprint.get("/bacaan/<reading_id>/<name>")
def picture(reading_id: str, name: str) -> Response:
    """The straightened page or one of its crops, as that reading placed the form."""
    with desk().records.read() as session:
        reading = session.get(ReadingRow, reading_id)
        if reading is None or reading.located is None:
            abort(404)
        photo_id, placed = reading.photo, reading.located
    path = desk().pictures.path(reading_id, photo_id, placed, name)
    if path is None or path.suffix != ".jpg":
        abort(404)
    return _forever(send_file(io.BytesIO(path.read_bytes()), mimetype="image/jpeg"))


def _forever(response: Response) -> Response:
    response.headers["Cache-Control"] = FOREVER
    # Should a photo ever be taken for a document, it must not run anything.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
