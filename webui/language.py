"""Indonesian, and English to choose. The texts in code and templates are the Indonesian ones."""

from datetime import datetime

from flask import Flask, request, session
from flask_babel import Babel, format_datetime, format_decimal, get_locale

from pipeline.errors import CermatError
from pipeline.forms.model import Text
from pipeline.reading.reasons import Reason, sentence
from webui.state import desk

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
SESSION_KEY = "language"


def speak(app: Flask) -> None:
    """Set up translations and what templates need to speak."""
    Babel(app, default_locale="id", locale_selector=chosen_language)  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(
        language=language,
        languages=LANGUAGES,
        in_language=in_language,
        reason_sentence=reason_sentence,
    )
    app.jinja_env.filters.update(moment=moment, percent=percent)


def chosen_language() -> str:
    """What this person chose, else the setting's."""
    chosen = session.get(SESSION_KEY) if request else None
    return chosen if chosen in LANGUAGES else desk().settings.language


def language() -> str:
    """The language of this answer: ``id`` or ``en``."""
    return str(get_locale() or "id")


def in_language(text: Text | CermatError) -> str:
    """A text that comes in both languages."""
    if isinstance(text, CermatError):
        return text.message(language())
    return text.id if language() == "id" else text.en


def reason_sentence(code: str) -> str:
    """The sentence of a reason code."""
    return sentence(Reason(code), language())


def moment(at: datetime) -> str:
    """A time as people say it, in the node's time zone."""
    local = at.astimezone()
    return str(format_datetime(local, "d MMM y, HH:mm", rebase=False))  # type: ignore[no-untyped-call]


def percent(share: float) -> str:
    """A probability as per cent with one decimal, rounded down: 100 is said of nothing."""
    tenths = min(999, int(share * 1000))
    return f"{format_decimal(tenths / 10, format='0.0')} %"
