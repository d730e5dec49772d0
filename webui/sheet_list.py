"""The list of sheets: where each stands and why."""

from collections import defaultdict

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.forms.load import UnknownFormError
from pipeline.records.sheets import SHOWS, count_sheets, list_sheets
from pipeline.records.tables import FieldRow, PhotoRow, SheetRow
from webui.language import in_language
from webui.state import desk
from webui.words import SHOW_NAMES, state_name

blueprint = Blueprint("sheet_list", __name__)

PAGE_SIZE = 50
#: Pages beyond this are no page that a person turned to.
MAX_PAGE = 100_000


@blueprint.get("/")
def page() -> str:
    """One page of the list, narrowed by ``?show=``."""
    show = request.args.get("show", "all")
    if show not in SHOWS:
        abort(404)
    number = request.args.get("page", "1")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number[:9]) <= MAX_PAGE:
        abort(404)
    offset = (int(number) - 1) * PAGE_SIZE
    with desk().records.read() as session:
        counts = count_sheets(session)
        rows = list_sheets(session, show, limit=PAGE_SIZE, offset=offset)
        doubts = _doubts(session, [sheet.id for sheet, _ in rows])
    return render_template(
        "list.html",
        show=show,
        shows=SHOW_NAMES,
        counts=counts,
        rows=[_row(sheet, photo, doubts[sheet.id]) for sheet, photo in rows],
        number=int(number),
        more=counts[show] > offset + PAGE_SIZE,
    )


@blueprint.get("/health")
def health() -> dict[str, str]:
    """Says that the desk answers and its database too."""
    with desk().records.read() as session:
        session.execute(select(1))
    return {"status": "ok"}


def form_title(key: str | None) -> str | None:
    """The name of a form, or its key where the catalogue no longer has it."""
    if key is None:
        return None
    try:
        return in_language(desk().catalogue.page(key).title)
    except UnknownFormError:
        return key


def _row(sheet: SheetRow, photo: PhotoRow, doubtful: list[FieldRow]) -> dict[str, object]:
    open_state = sheet.state in ("review", "rejected")
    return {
        "sheet": sheet,
        "photo": photo,
        "form": form_title(sheet.form),
        "state": state_name(sheet.state),
        "doubtful": [_field_title(sheet.form, field.name) for field in doubtful],
        "reasons": sheet.reasons if open_state else [],
    }


def _field_title(form: str | None, name: str) -> str:
    try:
        fields = desk().catalogue.page(form or "").by_name
    except UnknownFormError:
        return name
    return in_language(fields[name].title) if name in fields else name


def _doubts(session: Session, sheets: list[str]) -> defaultdict[str, list[FieldRow]]:
    """The doubtful fields of sheets, in one query."""
    found: defaultdict[str, list[FieldRow]] = defaultdict(list)
    query = select(FieldRow).where(FieldRow.sheet.in_(sheets), FieldRow.doubtful)
    for field in session.scalars(query.order_by(FieldRow.name)):
        found[field.sheet].append(field)
    return found
