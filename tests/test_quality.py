"""Quality: blur and darkness are told from sharp and bright, whatever the digits."""

import cv2
import numpy as np
import pytest

from ocr.boxes import MARGIN, SIDE
from pipeline.reading.quality import LEAST_PAPER, LEAST_SHARPNESS, faults, measure
from pipeline.reading.reasons import Reason


def boxes(text: str = "806", paper: int = 200, ink: int = 90) -> np.ndarray:
    """Crops as a good photo gives them: a frame, a pen stroke, a little blur and noise."""
    crops = []
    for place, character in enumerate(text):
        crop = np.full((SIDE * 4, SIDE * 4), paper, np.uint8)
        cv2.rectangle(crop, (MARGIN * 4, MARGIN * 4), ((SIDE - MARGIN) * 4,) * 2, ink, 6)
        if character != "_":
            cv2.putText(crop, character, (45, 118), cv2.FONT_HERSHEY_SIMPLEX, 3, ink, 9)
        small = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        noise = np.random.default_rng(place).normal(0, 2, small.shape)
        crops.append(np.clip(small + noise, 0, 255).astype(np.uint8))
    return np.stack(crops)


def blurred(crops: np.ndarray, sigma: float) -> np.ndarray:
    return np.stack([cv2.GaussianBlur(crop, (0, 0), sigma) for crop in crops])


@pytest.mark.parametrize("text", ["806", "111", "xx7", "___", "000"])
def test_a_sharp_bright_field_has_no_fault(text: str):
    assert faults(measure(boxes(text))) == ()


@pytest.mark.parametrize("text", ["806", "111", "xx7", "___"])
def test_a_field_blurred_beyond_reading_is_blurred(text: str):
    assert faults(measure(blurred(boxes(text), 6.0))) == (Reason.BLURRED,)


def test_more_blur_is_never_sharper():
    sharpness = [measure(blurred(boxes(), sigma)).sharpness for sigma in (0.5, 1, 2, 3, 4, 6)]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[0] > 1.5 * LEAST_SHARPNESS
    assert sharpness[-1] < 0.9 * LEAST_SHARPNESS


def test_noise_over_a_blurred_picture_does_not_look_sharp():
    crops = blurred(boxes(), 5.0)
    noise = np.random.default_rng(8).normal(0, 3, crops.shape)
    noisy = np.clip(crops + noise, 0, 255).astype(np.uint8)
    assert faults(measure(noisy)) == (Reason.BLURRED,)


def test_a_dark_field_is_too_dark_though_it_is_sharp():
    quality = measure(boxes(paper=26, ink=8))
    assert faults(quality) == (Reason.TOO_DARK,)
    assert quality.paper == pytest.approx(28, abs=3)


def test_dim_light_alone_is_no_fault():
    """The darkest photos that people can read have paper of gray level 60."""
    assert faults(measure(boxes(paper=60, ink=30))) == ()


def test_a_dark_and_blurred_field_has_both_faults():
    assert faults(measure(blurred(boxes(paper=25, ink=5), 6))) == (Reason.BLURRED, Reason.TOO_DARK)


def test_contrast_is_paper_less_ink():
    assert measure(boxes(paper=200, ink=90)).contrast == pytest.approx(110, abs=12)


def test_half_the_light_leaves_the_sharpness_as_it_is():
    bright = boxes(paper=220, ink=80)
    assert measure(bright // 2).sharpness == pytest.approx(measure(bright).sharpness, rel=0.05)


def test_one_spoilt_box_does_not_condemn_the_field():
    crops = boxes("806")
    crops[0] = 0
    assert faults(measure(crops)) == ()


def test_an_even_field_is_blurred_and_not_an_error():
    assert faults(measure(np.full((3, SIDE, SIDE), 200, np.uint8))) == (Reason.BLURRED,)
    assert LEAST_PAPER < 200


@pytest.mark.parametrize("shape", [(SIDE, SIDE), (0, SIDE, SIDE), (3, 8, 8), (1, 3, SIDE, SIDE)])
def test_wrong_shapes_are_errors(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="expected"):
        measure(np.zeros(shape, np.uint8))
