import re
from pathlib import Path

import pytest

from pipeline.settings import Settings, SettingsError, load_settings

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def clean_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [*Settings.model_fields, "config"]:
        monkeypatch.delenv("CERMAT_" + name.upper(), raising=False)


def documented():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", DOCS.read_text(), re.MULTILINE)
    return {name: (default.strip("`"), text) for name, default, text in rows}


def test_every_setting_is_documented_and_nothing_else_is():
    assert set(documented()) == set(Settings.model_fields)


def test_documented_defaults_are_the_real_ones():
    for name, (default, _) in documented().items():
        real = Settings.model_fields[name].default
        shown = {None: "empty", True: "true", False: "false"}.get(real, str(real))
        assert default == shown, name


def test_environment_goes_before_the_file_and_code_before_both(monkeypatch):
    Path("cermat.toml").write_text('port = 9001\nlanguage = "en"\nthreads = 2\n')
    monkeypatch.setenv("CERMAT_PORT", "9002")
    monkeypatch.setenv("CERMAT_THREADS", "3")
    settings = load_settings(threads=5, host=None)
    assert (settings.language, settings.port, settings.threads) == ("en", 9002, 5)


def test_the_named_file_is_read_and_must_exist(monkeypatch, tmp_path):
    monkeypatch.setenv("CERMAT_CONFIG", str(tmp_path / "other.toml"))
    with pytest.raises(SettingsError, match=r"other\.toml"):
        load_settings()
    (tmp_path / "other.toml").write_text("max_pixels = 20000")
    assert load_settings().max_pixels == 20_000


@pytest.mark.parametrize(
    "line", ["port = 70000", "max_wrong_rate = 0", 'language = "jv"', "prot = 1"]
)
def test_a_bad_value_or_name_in_the_file_is_named(line):
    Path("cermat.toml").write_text(line)
    with pytest.raises(SettingsError, match=line.split(" ", maxsplit=1)[0]):
        load_settings()


def test_a_file_that_is_no_toml_is_said_to_be_so():
    Path("cermat.toml").write_text("port: 1")
    with pytest.raises(SettingsError, match="settings file"):
        load_settings()


def test_a_misspelt_variable_is_not_ignored(monkeypatch):
    monkeypatch.setenv("CERMAT_MAX_PIXEL", "5")
    with pytest.raises(SettingsError, match="CERMAT_MAX_PIXELS"):
        load_settings()


def test_the_reading_core_does_not_know_the_settings():
    root = DOCS.parent.parent
    for folder in ("ocr", "pipeline/forms", "pipeline/reading"):
        for file in (root / folder).rglob("*.py"):
            assert "pipeline.settings" not in file.read_text(), file
