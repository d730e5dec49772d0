"""The page of a sheet: look, correct, submit, see its history, reopen."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pipeline.errors import CermatError
from pipeline.forms.load import UnknownFormError
from pipeline.forms.model import Rect
from pipeline.records.sheets import find_sheet, next_to_look_at, whole_sheet
from pipeline.records.submit import (
    AlreadySubmittedError,
    Answer,
    BadNumbersError,
    ChangedMeanwhileError,
    NotSubmittableError,
    SubmitError,
    SumsFailError,
    reopen,
    submit,
)
from webui.language import in_language
from webui.people import remember_who, who
from webui.sheet_list import form_title
from webui.sheet_model import SheetView, view_sheet
from webui.state import desk
from webui.words import reason_given, state_name, tell

blueprint = Blueprint("sheet_view", __name__, url_prefix="/lembar")

#: Inputs of fields are named ``field.<name>``, so that no field can be mistaken for another input.
PREFIX = "field."
CONFLICT, UNPROCESSABLE = 409, 422


@blueprint.get("/<sheet_id>")
def page(sheet_id: str) -> str:
    """The sheet as it stands."""
    return _page(sheet_id)


@blueprint.post("/<sheet_id>")
def take(sheet_id: str) -> Response | tuple[str, int]:
    """Takes an answer: all of it is kept, or nothing."""
    remember_who(request.form.get("who", ""))
    answer = Answer(
        typed={
            name.removeprefix(PREFIX): value
            for name, value in request.form.items()
            if name.startswith(PREFIX)
        },
        revision=request.form.get("revision", ""),
        who=request.form.get("who", "") or who(),
        note=request.form.get("note", ""),
        paper_wrong=request.form.get("paper_wrong") == "1",
    )
    with desk().records.read() as session:
        form = find_sheet(session, sheet_id).form
    try:
        submit(desk().records, sheet_id, desk().catalogue.page(form or ""), answer)
    except AlreadySubmittedError as error:
        if not error.same:
            return _page(sheet_id, error=error), CONFLICT
        flash(_("Lembar ini sudah terkirim; kiriman kedua yang sama tidak dicatat lagi."), "info")
    except ChangedMeanwhileError as error:
        return _page(sheet_id, error=error), CONFLICT
    except (NotSubmittableError, UnknownFormError) as error:
        return _page(sheet_id, error=error), UNPROCESSABLE
    except SubmitError as error:
        return _page(sheet_id, error=error, answer=answer), UNPROCESSABLE
    else:
        flash(_("Terkirim. Terima kasih, %(name)s.", name=who()), "info")
    return redirect(url_for("sheet_view.page", sheet_id=sheet_id))


@blueprint.post("/<sheet_id>/buka")
def take_back(sheet_id: str) -> Response | tuple[str, int]:
    """Reopens a submitted sheet, with a reason."""
    remember_who(request.form.get("who", ""))
    try:
        reopen(
            desk().records,
            sheet_id,
            who=request.form.get("who", "") or who(),
            why=request.form.get("why", ""),
            revision=request.form.get("revision", ""),
        )
    except ChangedMeanwhileError as error:
        return _page(sheet_id, error=error), CONFLICT
    except SubmitError as error:
        return _page(sheet_id, error=error), UNPROCESSABLE
    flash(_("Lembar dibuka kembali. Koreksi angkanya, lalu kirim lagi."), "info")
    return redirect(url_for("sheet_view.page", sheet_id=sheet_id))


def _page(sheet_id: str, *, error: CermatError | None = None, answer: Answer | None = None) -> str:
    wrong: Mapping[str, CermatError] = error.fields if isinstance(error, BadNumbersError) else {}
    with desk().records.read() as session:
        whole = whole_sheet(session, sheet_id)
        following = next_to_look_at(session, whole.sheet)
    view = view_sheet(whole, desk().catalogue, answer.typed if answer else None, wrong)
    template = "submitted.html" if whole.sheet.state == "submitted" else "sheet.html"
    return render_template(
        template,
        view=view,
        sheet=whole.sheet,
        photo=whole.photo,
        form=form_title(whole.sheet.form),
        state=state_name(whole.sheet.state),
        shown=_page_rect(view),
        prefix=PREFIX,
        error=in_language(error) if error else "",
        answer=answer,
        ask_paper=view.failing or isinstance(error, SumsFailError),
        following=following,
        history=[(event, tell(event, view.titles), reason_given(event)) for event in whole.history],
    )


def _page_rect(view: SheetView) -> Rect | None:
    """The part of the form (mm) that the straightened picture shows, where there is one."""
    reading = view.whole.reading
    if view.page is None or reading is None or reading.located is None:
        return None
    return desk().pictures.page_rect(reading.id, reading.photo, reading.located)
