"""Upload: several photos at once; each is kept and read, or refused with the reason."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused
from pipeline.records.intake import read_sheet, receive
from pipeline.records.text import clean
from webui.language import in_language, reason_sentence
from webui.people import remember_who, who
from webui.state import desk

blueprint = Blueprint("upload", __name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes:
        name: as the sender called it.
        sheet: its sheet, or None when it was refused.
        new: False for a photo that had been received before.
        refused: why, in the reader's language.
    """

    name: str
    sheet: str | None = None
    new: bool = False
    refused: str = ""


@blueprint.get("/unggah")
def page() -> str:
    """Asks for photos."""
    return _page([])


@blueprint.post("/unggah")
def take() -> Response | tuple[str, int]:
    """Takes photos; one bad file never stops the others."""
    remember_who(request.form.get("who", ""))
    files = [file for file in request.files.getlist("photos") if file.filename]
    limit = desk().settings.max_files_per_upload
    if not files:
        flash(_("Belum ada foto yang dipilih. Pilih satu atau lebih, lalu kirim."), "error")
        return _page([]), 422
    if len(files) > limit:
        flash(
            _("Paling banyak %(limit)d foto sekaligus. Tidak ada yang disimpan; kirim sebagian "
              "dulu.", limit=limit),
            "error",
        )  # fmt: skip
        return _page([]), 422
    outcomes = [_take_one(file) for file in files]
    kept = [outcome for outcome in outcomes if outcome.sheet]
    if len(outcomes) == 1 and kept:
        if not kept[0].new:
            flash(_("Foto ini sudah pernah diterima; tidak disimpan dua kali."), "info")
        return redirect(url_for("sheet_view.page", sheet_id=kept[0].sheet))
    return _page(outcomes), 200 if kept else 422


def _take_one(file: FileStorage) -> Outcome:
    name = clean(file.filename or "", 255)
    # One byte more than allowed is enough to know that it is too much.
    data = file.stream.read(desk().limits.max_bytes + 1)
    try:
        received = receive(desk().records, data, name=name, who=who(), limits=desk().limits)
    except Refused as refusal:
        return Outcome(name, refused=_why(refusal))
    if received.new:
        read_sheet(desk().records, received.sheet, desk().reader, desk().executor)
    return Outcome(name, received.sheet, new=received.new)


def _why(refusal: Refused) -> str:
    """The reason in plain words; limits with their numbers, since those help to choose."""
    if refusal.reason in (Reason.TOO_LARGE, Reason.TOO_SMALL):
        return in_language(refusal)
    return reason_sentence(refusal.reason)


def _page(outcomes: list[Outcome]) -> str:
    settings = desk().settings
    return render_template(
        "upload.html",
        outcomes=outcomes,
        max_files=settings.max_files_per_upload,
        max_mb=settings.max_file_bytes // 1_000_000,
    )
