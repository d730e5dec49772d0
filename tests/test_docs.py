"""The documents say what the code does: reasons, forms, JSON, commands, packages."""

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import pytest

from pipeline.cli import main
from pipeline.forms.load import default_catalogue
from pipeline.reading.model import FieldReading, Reading, RuleReading
from pipeline.reading.read import SheetResult
from pipeline.reading.reasons import SENTENCES, Reason, sentence
from pipeline.reading.report import to_contract

ROOT = Path(__file__).parents[1]
CONTRACT = (ROOT / "docs/contract.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentences_and_stands_in_the_contract(reason: Reason):
    indonesian, english = sentence(reason, "id"), sentence(reason, "en")
    assert indonesian != english
    for text in (indonesian, english):
        assert text[0].isupper()
        assert text.endswith(".")
        assert re.search("[;,]", text), "says what is wrong and what to do"
    assert f"| `{reason}` | {indonesian} | {english} |" in CONTRACT


def test_the_contract_lists_no_reason_that_does_not_exist():
    table = CONTRACT.split("## Reasons")[1]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [str(r) for r in SENTENCES]
    assert set(SENTENCES) == set(Reason)


def test_the_contract_lists_the_forms_of_the_catalogue():
    section = CONTRACT.split("Form ids:")[1].split("##")[0]
    listed = re.findall(r"`([a-z0-9-]+)`", section)
    assert sorted(listed) == sorted({page.id for page in default_catalogue().pages})


def field_patterns() -> list[re.Pattern[str]]:
    """The names of fields that the contract allows: ``a|b`` and ``1..n`` written out."""
    section = CONTRACT.split("Field names")[1].split("Form ids:")[0]
    patterns = []
    for name in re.findall(r"`([a-z0-9_|.*]+)`", section):
        spelled = name.replace("1..n", "[0-9]+").replace("l|p|j", "(l|p|j)").replace("*", "(l|p|j)")
        patterns.append(re.compile(spelled))
    return patterns


#: Fields that only older or regional forms have, as those forms name them.
OWN_NAMES = re.compile(
    "pemilih_(dptb|dpk|dpktb|total)_[lpj]|pengguna_dpktb_[lpj]|suara(_tidak)?_sah_rekap"
)


def test_fields_are_named_as_the_contract_says():
    patterns = [*field_patterns(), OWN_NAMES]
    for page in default_catalogue().pages:
        for name in page.by_name:
            assert any(pattern.fullmatch(name) for pattern in patterns), f"{page.key}: {name}"


def a_result() -> SheetResult:
    evidence = {"boxes": "106", "bubbles": "106"}
    field = FieldReading(106, "106", 0.99987, "accepted", (), evidence, np.zeros((4, 2)))
    rules = (RuleReading("suara_1 = suara_sah", holds=None, difference=None),)
    reading = Reading("c-hasil-ppwp-2024-p2", "review", (), {"suara_2": field}, rules)
    return SheetResult(reading, "ab" * 32, {"total": 88.1, "decode": 47.0})


def keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from keys(value)
    elif isinstance(data, list):
        for value in data:
            yield from keys(value)


def test_every_key_of_the_json_stands_in_the_contract_and_none_is_missing():
    example = CONTRACT.split('{"photo"')[1].split("\n\n")[0]
    named = {"photo", *re.findall(r'"(\w+)":', example)}
    printed = set(keys(to_contract("TPS_417.jpg", a_result())))
    assert printed <= named
    assert named - printed == {"row_totals", "tally"}, "witnesses that only some forms have"


def options(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """(command, option) of a command and all below it."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name} has no help"
            yield from ((name, flag) for flag in parameter.opts if flag.startswith("--"))
    if isinstance(command, click.Group):
        context = click.Context(command)
        for sub in command.list_commands(context):
            below = command.get_command(context, sub)
            assert below is not None
            yield from options(below, f"{name} {sub}")


def all_options() -> Iterator[tuple[str, str]]:
    """Of the command line, with the commands that other packages attach when installed."""
    yield from options(main, "cermat")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, place in project["entry-points"]["cermat.commands"].items():
        module, attribute = place.split(":")
        yield from options(getattr(import_module(module), attribute), f"cermat {name}")


def test_every_option_of_the_command_line_is_documented():
    for command, option in all_options():
        if option == "--version":
            assert option in COMMANDS
            continue
        section = re.search(rf"^## `{command}[ `].*?(?=^## |\Z)", COMMANDS, re.M | re.S)
        assert section, f"docs/commands.md has no section on {command}"
        assert f"`{option}" in section.group(), f"{command} {option}"


def test_every_package_is_locked_with_hashes_and_no_index_is_named():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.match(r"[A-Za-z0-9-]+", text).group().lower() for text in wanted}
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))
    assert names | {"setuptools"} <= locked, "run make lock"
    for entry in re.split(r"\n(?=[a-z0-9])", LOCK)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file://", LOCK)


def test_links_between_the_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(
            r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")
        ):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
