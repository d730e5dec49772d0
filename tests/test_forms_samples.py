"""The sample sheets in the repository are what the code makes, and their labels are true."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from pipeline.forms.cli import samples as samples_command
from pipeline.forms.load import default_catalogue
from pipeline.forms.samples import LABELS, SAMPLES, make_sample, make_samples
from pipeline.reading.numbers import value_of

FOLDER = Path(__file__).parent.parent / "samples"
NAMES = [sample.name for sample in SAMPLES]


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    assert [path.name for path in make_samples(folder, default_catalogue())] == NAMES
    return folder


def labels_in(folder: Path) -> dict[str, dict]:
    lines = (folder / LABELS).read_text(encoding="utf-8").splitlines()
    return {label["photo"]: label for label in map(json.loads, lines)}


def gray(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(int)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_made_again_as_it_is_kept(made, name):
    # Versions of OpenCV and of the JPEG library round differently; a moved line would show.
    difference = np.abs(gray(made / name) - gray(FOLDER / name))
    assert difference.mean() < 1
    assert (difference > 40).mean() < 1e-3


def test_the_labels_are_made_again_as_they_are_kept(made):
    kept, again = labels_in(FOLDER), labels_in(made)
    assert list(kept) == list(again) == NAMES
    for name, label in kept.items():
        boxes, boxes_again = label.pop("box_px"), again[name].pop("box_px")
        assert label == again[name]
        assert boxes.keys() == boxes_again.keys()
        for field, box in boxes.items():
            assert box == pytest.approx(boxes_again[field], abs=1)


def test_making_a_sample_twice_gives_the_same_pixels():
    first, again = (make_sample(SAMPLES[2], default_catalogue())[0] for _ in range(2))
    assert np.array_equal(first, again)


def test_the_pictures_are_small():
    sizes = [(FOLDER / name).stat().st_size for name in NAMES]
    assert max(sizes) < 200_000
    assert sum(sizes) < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_the_labelled_boxes_hold_the_digits(name):
    label, picture = labels_in(FOLDER)[name], gray(FOLDER / name)
    for field, (x, y, w, h) in label["box_px"].items():
        assert 0 <= x < x + w <= picture.shape[1], field
        assert 0 <= y < y + h <= picture.shape[0], field
        inside = picture[y : y + h, x : x + w]
        assert np.ptp(inside) > 90, field


def test_what_the_notes_say_is_so():
    catalogue = default_catalogue()
    broken = {}
    for name, label in labels_in(FOLDER).items():
        page = catalogue.page(label["form"])
        values = label["values"]
        assert {field: value_of(text) for field, text in label["written"].items()} == values
        assert list(values) == list(page.by_name)
        broken[name] = [
            rule.text for rule in page.parsed_rules if rule.holds(rule.difference(values)) is False
        ]
    assert broken.pop("2024-p3-selisih.jpg") == ["suara_sah + suara_tidak_sah = suara_total"]
    assert not any(broken.values())


def test_the_two_sound_pages_of_2024_are_of_one_tps():
    labels = labels_in(FOLDER)
    values = labels["2024-p1.jpg"]["values"] | labels["2024-p2.jpg"]["values"]
    assert values["suara_1"] + values["suara_2"] + values["suara_3"] == 217
    assert values["surat_suara_digunakan"] == values["pengguna_total_j"] == 217 + 6


def test_the_command_says_what_it_made(tmp_path):
    result = CliRunner().invoke(samples_command, [str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    assert [Path(line).name for line in result.output.splitlines()] == NAMES


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(samples_command, [str(tmp_path / "file" / "new")])
    assert result.exit_code == 1
    assert "file" in result.output
