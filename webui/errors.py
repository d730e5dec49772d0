"""Every error becomes one kind of page: what happened, what to do next."""

import logging

from flask import Flask, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from pipeline.errors import CermatError
from pipeline.records.photos import MissingPhotoError
from pipeline.records.sheets import UnknownSheetError
from webui.language import in_language

log = logging.getLogger(__name__)

#: What an error of the pipeline means in HTTP; any other is the request's fault.
STATUS: dict[type[CermatError], int] = {UnknownSheetError: 404, MissingPhotoError: 500}
BAD_REQUEST = 400


def register(app: Flask) -> None:
    """Handle errors of HTTP, of the pipeline, and bugs."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CermatError, _cermat)
    app.register_error_handler(500, _bug)


def _page(status: int, title: str, what: str) -> tuple[str, int]:
    return render_template("error.html", status=status, title=title, what=what), status


def _cermat(error: CermatError) -> tuple[str, int]:
    status = STATUS.get(type(error), BAD_REQUEST)
    return _page(status, _("Tidak bisa dilakukan"), in_language(error))


def _http(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    if status == 400 and error.description == "csrf":
        return _page(
            status,
            _("Halaman ini sudah terlalu lama terbuka"),
            _("Tidak ada yang disimpan. Kembali, muat ulang halamannya, lalu coba lagi."),
        )
    titles = {
        400: (_("Permintaan tidak dimengerti"), _("Tidak ada yang diubah. Kembali dan coba lagi.")),
        404: (_("Halaman tidak ada"), _("Periksa alamatnya, atau mulai dari daftar lembar.")),
        405: (_("Halaman ini hanya bisa dikirim lewat formulir"), _("Mulai dari daftar lembar.")),
        413: (
            _("Kiriman terlalu besar"),
            _("Tidak ada yang disimpan. Kirim lebih sedikit foto sekaligus."),
        ),
    }
    fallback = (_("Terjadi kesalahan"), _("Tidak ada yang diubah. Coba lagi."))
    return _page(status, *titles.get(status, fallback))


def _bug(error: Exception) -> tuple[str, int]:
    cause = getattr(error, "original_exception", None) or error
    log.error("%s %s failed", request.method, request.path, exc_info=cause)
    return _page(
        500,
        _("Ada kesalahan di Cermat"),
        _("Ini bukan salah Anda. Yang belum dikirim tidak disimpan; foto yang diterima aman."),
    )
