"""Scores become probabilities that mean what they say."""

import numpy as np
import pytest

from ocr.calibration import Calibration, fit, log_probabilities, log_softmax, loss, reliability

CLASSES = 13


def true_scores(n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose softmax is the truth, and classes drawn from it."""
    rng = np.random.default_rng(1)
    scores = rng.normal(0, sharpness, (n, CLASSES))
    p = np.exp(log_softmax(scores))
    labels = np.array([rng.choice(CLASSES, p=row) for row in p])
    return scores, labels


def test_an_overconfident_reader_is_cooled_to_the_truth() -> None:
    scores, labels = true_scores(4000, 4.0)
    fitted = fit(scores * 2.0, labels, independent=4000)
    assert fitted.temperature == pytest.approx(2.0, rel=0.1)


def test_after_the_fit_claims_agree_with_outcomes() -> None:
    scores, labels = true_scores(4000, 4.0)
    before = reliability(log_softmax(scores * 2.0), labels).expected_error
    fitted = fit(scores * 2.0, labels, independent=4000)
    after = reliability(log_probabilities(scores * 2.0, fitted), labels).expected_error
    assert after < 0.02 < before


def test_a_faultless_record_supports_no_more_than_its_length() -> None:
    labels = np.tile(np.arange(CLASSES), 100)
    scores = np.eye(CLASSES)[labels] * 60
    fitted = fit(scores, labels, independent=len(labels))
    claimed = 1 - np.exp(log_probabilities(scores, fitted).max(axis=1))
    assert np.all(claimed > 0.1 / len(labels))


def test_every_class_keeps_some_probability() -> None:
    log_p = log_probabilities(np.eye(CLASSES) * 1000, Calibration(1.0, 1e-3))
    assert np.isfinite(log_p).all()
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1)


def test_the_loss_is_that_of_the_right_class() -> None:
    log_p = np.log(np.array([[0.5, 0.5], [0.25, 0.75]]))
    assert loss(log_p, np.array([0, 1])) == pytest.approx(-(np.log(0.5) + np.log(0.75)) / 2)


@pytest.mark.parametrize(("temperature", "oddity"), [(0.0, 0.1), (-1.0, 0.1), (1.0, 1.0)])
def test_an_impossible_calibration_is_refused(temperature: float, oddity: float) -> None:
    with pytest.raises(ValueError, match="calibration"):
        Calibration(temperature, oddity)
