"""The command ``cermat read`` on the samples, as a user's script meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main

SAMPLES = Path(__file__).parents[1] / "samples"
LABELS = [json.loads(line) for line in (SAMPLES / "labels.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def readings():
    result = CliRunner().invoke(main, ["read", str(SAMPLES), "--json"])
    assert result.exit_code == 0
    return {r["photo"]: r for r in map(json.loads, result.stdout.splitlines())}


@pytest.mark.parametrize("label", LABELS, ids=[label["photo"] for label in LABELS])
def test_every_sample_is_found_and_nothing_is_accepted_wrongly(readings, label):
    reading = readings[label["photo"]]
    assert reading["form"] == label["form"]
    for name, field in reading["fields"].items():
        if field["status"] == "accepted":
            assert field["value"] == label["values"][name], name
            assert name not in label["must_review"], name


def test_nearly_all_fields_of_the_samples_are_read_rightly(readings):
    pairs = [
        (readings[label["photo"]]["fields"][name]["value"], value)
        for label in LABELS
        for name, value in label["values"].items()
    ]
    assert sum(a == b for a, b in pairs) >= 0.95 * len(pairs)


def test_the_demo_shows_an_accepted_a_doubtful_and_a_sheet_that_does_not_add_up(readings):
    assert readings["2024-p2.jpg"]["status"] == "accepted"
    assert readings["2024-p2-ditimpa.jpg"]["status"] == "review"
    failing = readings["2024-p3-selisih.jpg"]
    assert "rule_fails" in failing["reasons"]
    assert [rule["holds"] for rule in failing["rules"]].count(False) == 1


def test_the_quads_lie_on_the_boxes(readings):
    for label in LABELS:
        for name, (x, y, w, h) in label.get("box_px", {}).items():
            quad = readings[label["photo"]]["fields"][name]["box_quad"]
            cx, cy = (sum(p[k] for p in quad) / 4 for k in (0, 1))
            assert abs(cx - (x + w / 2)) < 0.25 * h, (label["photo"], name)
            assert abs(cy - (y + h / 2)) < 0.25 * h, (label["photo"], name)


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "b.jpg").write_bytes(b"")
    (tmp_path / "c.jpg").write_bytes((SAMPLES / "2024-p2.jpg").read_bytes())
    result = CliRunner().invoke(main, ["read", str(tmp_path), "--json"])
    seen = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [(r["photo"], r["status"], r["reasons"]) for r in seen] == [
        ("a.jpg", "rejected", ["not_an_image"]),
        ("b.jpg", "rejected", ["empty_file"]),
        ("c.jpg", "accepted", []),
    ]


def test_pages_of_one_tps_are_checked_together():
    pages = [str(SAMPLES / name) for name in ("2024-p1.jpg", "2024-p2.jpg")]
    result = CliRunner().invoke(main, ["read", "--tps", "1101012001001", "--json", *pages])
    first = json.loads(result.stdout.splitlines()[0])
    alone = CliRunner().invoke(main, ["read", "--json", pages[0]])
    assert len(first["rules"]) > len(json.loads(alone.stdout)["rules"])


def test_a_tps_code_of_another_length_is_wrong_usage():
    result = CliRunner().invoke(main, ["read", "--tps", "123", str(SAMPLES / "2024-p2.jpg")])
    assert result.exit_code == 2
    assert "13" in result.stderr


def test_debug_writes_a_picture_of_every_stage(tmp_path):
    photo = str(SAMPLES / "2024-p2.jpg")
    result = CliRunner().invoke(main, ["read", photo, "--debug", str(tmp_path), "--language", "en"])
    assert result.exit_code == 0
    assert sorted(p.name for p in (tmp_path / "2024-p2").iterdir()) == [
        "1-landmarks.png", "2-located.png", "3-page.png", "4-fields.png",
    ]  # fmt: skip
