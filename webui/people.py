"""Who sits at the desk, and which language they read: kept in the session for now."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pipeline.records.text import clean
from webui.language import LANGUAGES, SESSION_KEY

blueprint = Blueprint("people", __name__)

WHO = "who"


def who() -> str:
    """The name given in this session, or nothing."""
    return str(session.get(WHO, ""))


def remember_who(name: str) -> str:
    """Take the name that came with a form; keeps the former one where none came."""
    cleaned = clean(name)
    if cleaned:
        session[WHO] = cleaned
        session.permanent = True
    return cleaned


@blueprint.app_context_processor
def _who_for_templates() -> dict[str, str]:
    return {"who": who()}


@blueprint.get("/nama")
def name_page() -> str:
    """Asks for the name."""
    return render_template("name.html")


@blueprint.post("/nama")
def take_name() -> Response | tuple[str, int]:
    """Keeps the name for this session."""
    if not remember_who(request.form.get("who", "")):
        flash(_("Isi nama Anda dulu."), "error")
        return render_template("name.html"), 422
    flash(_("Mulai sekarang dicatat atas nama %(name)s.", name=who()), "info")
    return redirect(url_for("sheet_list.page"))


@blueprint.post("/bahasa")
def take_language() -> Response:
    """Keeps the language for this session and goes back."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    session[SESSION_KEY] = chosen
    session.permanent = True
    return redirect(own_path(request.form.get("next", "")))


def own_path(path: str) -> str:
    """A path of the desk itself, or its first page: never a link to elsewhere."""
    parts = urlsplit(path)
    foreign = parts.scheme or parts.netloc or not path.startswith("/") or "\\" in path
    return url_for("sheet_list.page") if foreign or path.startswith("//") else path
