"""Loads the catalogue: one JSON a form page under catalogue/, one a set under catalogue/sets."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.errors import CermatError
from pipeline.forms.model import FormPage, FormSet

FOLDER = Path(__file__).parent / "catalogue"

M = TypeVar("M", bound=BaseModel)


class BadTemplateError(CermatError):
    """A template that does not fit the schema; the message names file and place."""

    code: ClassVar[str] = "bad_template"
    exit_status: ClassVar[int] = 2


class UnknownFormError(CermatError):
    """A form id that the catalogue does not have."""

    code: ClassVar[str] = "unknown_form_id"
    exit_status: ClassVar[int] = 2


@dataclass(frozen=True)
class Catalogue:
    """All form pages, sorted by key, and the sets they belong to."""

    pages: tuple[FormPage, ...]
    sets: tuple[FormSet, ...]

    def page(self, form_id: str) -> FormPage:
        """The page of that id or key; of several layouts the first.

        Raises:
            UnknownFormError: when there is none.
        """
        for page in self.pages:
            if form_id in (page.key, page.id):
                return page
        raise UnknownFormError(
            message_id=f"Tidak ada formulir bernama {form_id!r}. Lihat daftarnya: cermat forms",
            message_en=f"There is no form named {form_id!r}. See the list: cermat forms",
        )

    def set_of(self, page: FormPage) -> FormSet | None:
        """The set that page belongs to, where the catalogue describes it."""
        return next((s for s in self.sets if s.id == page.set), None)


def load_page(path: Path) -> FormPage:
    """Read one template.

    Raises:
        BadTemplateError: naming the file and the place in it.
    """
    return _load(path, FormPage)


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read every template of a folder.

    Raises:
        BadTemplateError: at the first bad template, or when two share a key.
    """
    pages = tuple(load_page(path) for path in sorted(folder.glob("*.json")))
    sets = tuple(_load(path, FormSet) for path in sorted((folder / "sets").glob("*.json")))
    keys = [page.key for page in pages]
    for key in keys:
        if keys.count(key) > 1:
            raise _bad(folder, f"two templates are {key!r}", f"dua templat bernama {key!r}")
    return Catalogue(pages, sets)


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that comes with Cermat, read once."""
    return load_catalogue()


def _load(path: Path, model: type[M]) -> M:
    try:
        return model.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "template"
        raise _bad(path, f"{place}: {first['msg']}", f"{place}: {first['msg']}") from error


def _bad(path: Path, en: str, indonesian: str) -> BadTemplateError:
    return BadTemplateError(
        message_id=f"Templat {path.name} salah. {indonesian}",
        message_en=f"Template {path.name} is wrong. {en}",
    )
