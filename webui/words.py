"""Words for states and for the history, in one place."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from pipeline.records.sheets import Show
from pipeline.records.tables import Event, SheetState

SHOW_NAMES: dict[Show, Any] = {
    "all": lazy_gettext("Semua"),
    "look": lazy_gettext("Perlu dilihat"),
    "sums": lazy_gettext("Tidak cocok"),
    "accepted": lazy_gettext("Terbaca pasti"),
    "rejected": lazy_gettext("Ditolak"),
    "submitted": lazy_gettext("Terkirim"),
}

_STATES: dict[SheetState, Any] = {
    "waiting": lazy_gettext("Menunggu dibaca"),
    "failed": lazy_gettext("Gagal dibaca"),
    "rejected": lazy_gettext("Ditolak"),
    "review": lazy_gettext("Perlu dilihat"),
    "accepted": lazy_gettext("Terbaca pasti"),
    "submitted": lazy_gettext("Terkirim"),
}

_EVIDENCE = {
    "boxes": lazy_gettext("Kotak"),
    "bubbles": lazy_gettext("Bulatan"),
    "tally": lazy_gettext("Turus"),
    "row_totals": lazy_gettext("Jumlah baris"),
    "words": lazy_gettext("Huruf"),
}


def state_name(state: SheetState) -> str:
    """A sheet's state in words."""
    return str(_STATES[state])


def evidence_name(source: str) -> str:
    """A witness in words; one that a newer reader brings is shown by its own name."""
    return str(_EVIDENCE.get(source, source))


def shown(number: dict[str, Any]) -> str:
    """A number as written, with what it means where that is not plain."""
    written, value = number["written"], number["value"]
    if value is None:
        return str(written)
    return str(written) if written == str(value) else f"{written} ({value})"


def tell(event: Event, titles: dict[str, str]) -> str:
    """One sentence for an event; ``titles`` names the fields."""
    said = event.payload
    title = titles.get(said.get("field", ""), said.get("field", ""))
    teller = _TELLERS.get(event.kind)
    return teller(said, title) if teller else event.kind


def reason_given(event: Event) -> str:
    """What the person gave as the reason, or nothing."""
    return str(event.payload.get("why") or event.payload.get("note") or "")


def _received(said: dict[str, Any], _title: str) -> str:
    return _("Foto %(name)s diterima.", name=said["name"])


def _read(said: dict[str, Any], _title: str) -> str:
    fields = said["contract"]["fields"].values()
    if not fields:
        return _("Dibaca oleh %(reader)s: tidak ada formulir.", reader=said["reader"])
    doubtful = sum(field["status"] == "review" for field in fields)
    if not doubtful:
        return _("Dibaca oleh %(reader)s: semua angka pasti.", reader=said["reader"])
    return ngettext(
        "Dibaca oleh %(reader)s: %(num)d angka diragukan.",
        "Dibaca oleh %(reader)s: %(num)d angka diragukan.",
        doubtful,
        reader=said["reader"],
    )


def _failed(said: dict[str, Any], _title: str) -> str:
    return _("Pembacaan gagal (%(error)s).", error=said["error"])


def _corrected(said: dict[str, Any], title: str) -> str:
    return _(
        "%(title)s dikoreksi: %(before)s menjadi %(after)s.",
        title=title,
        before=shown(said["before"]),
        after=shown(said["after"]),
    )


def _confirmed(said: dict[str, Any], title: str) -> str:
    number = shown(said["number"])
    return _("%(title)s diperiksa dan benar: %(number)s.", title=title, number=number)


def _submitted(said: dict[str, Any], _title: str) -> str:
    if said["paper_wrong"]:
        return _("Lembar dikirim; di kertas memang tertulis tidak cocok.")
    return _("Lembar dikirim.")


def _reopened(_said: dict[str, Any], _title: str) -> str:
    return _("Lembar dibuka kembali.")


_TELLERS: dict[str, Callable[[dict[str, Any], str], str]] = {
    "photo_received": _received,
    "sheet_read": _read,
    "reading_failed": _failed,
    "field_corrected": _corrected,
    "field_confirmed": _confirmed,
    "sheet_submitted": _submitted,
    "sheet_reopened": _reopened,
}
