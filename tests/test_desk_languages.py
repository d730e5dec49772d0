import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from desk_client import close, make_app, person, put
from desk_fakes import DOUBTFUL

import webui
from pipeline.records.events import KINDS
from webui.words import _STATES, _TELLERS

WEBUI = Path(webui.__file__).parent
CATALOGUE = WEBUI / "translations" / "en" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
FUNCTIONS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def texts():
    found = extract_from_dir(WEBUI, METHODS, keywords=FUNCTIONS)
    return {message[2] for message in found}


def english():
    with (CATALOGUE / "messages.po").open("rb") as file:
        return {m.id: m for m in read_po(file, locale="en") if m.id}


def test_every_text_has_its_english_and_none_is_left_over():
    catalogue = english()
    assert texts() == set(catalogue)
    for message in catalogue.values():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id
        assert not message.fuzzy


def test_placeholders_are_the_same_in_both_languages():
    for message in english().values():
        wanted = set(re.findall(r"%\(\w+\)[sd]", str(message.id)))
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert set(re.findall(r"%\(\w+\)[sd]", string)) == wanted


def test_the_compiled_catalogue_is_up_to_date():
    with (CATALOGUE / "messages.po").open("rb") as file:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(file, locale="en"))
    with (CATALOGUE / "messages.mo").open("rb") as file:
        kept = {str(m.id): str(m.string) for m in read_mo(file) if m.id}
    compiled.seek(0)
    assert kept == {str(m.id): str(m.string) for m in read_mo(compiled) if m.id}


@pytest.mark.parametrize("template", sorted((WEBUI / "templates").glob("*.html")), ids=str)
def test_templates_have_no_words_outside_the_catalogue(template):
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", template.read_text(), flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text)
    words = set(re.findall(r"[A-Za-z]{2,}", text))
    assert words <= {"Cermat", "Enter"}


def test_every_state_and_kind_of_event_has_words():
    assert set(_TELLERS) == set(KINDS)
    assert set(_STATES) == {"waiting", "failed", "rejected", "review", "accepted", "submitted"}


@pytest.fixture
def app(tmp_path):
    made = make_app(tmp_path)
    yield made
    close(made)


def test_indonesian_is_the_default_and_english_can_be_chosen(app):
    user = person(app)
    sheet_id = put(app, DOUBTFUL)
    assert '<html lang="id">' in user.get("/").text
    response = user.post("/bahasa", {"language": "en", "next": f"/lembar/{sheet_id}"})
    assert response.location == f"/lembar/{sheet_id}"
    page = user.get(response.location).text
    for words in ('<html lang="en">', "1 doubtful number", "Votes for pair 02", "62.0 % sure"):
        assert words in page
    assert "Angka" not in page
    assert user.post("/bahasa", {"language": "jv"}).status_code == 400


def test_the_setting_gives_the_first_language(tmp_path):
    app = make_app(tmp_path, language="en")
    assert '<html lang="en">' in person(app).get("/").text
    close(app)
