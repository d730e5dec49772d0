"""Scores -> probabilities that mean what they say.

Two numbers are fitted on held-out training data by maximum likelihood: a temperature (Guo et al.,
"On calibration of modern neural networks", 2017), and the share of cells in which anything may
stand, whatever the network says. Without the second a network that has seen few oddities grows
surer than one in ten thousand, which nothing it was shown can support.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Floats, Floats32

#: Where the fit looks: temperatures and shares of oddities, both on a logarithmic grid.
TEMPERATURES = np.geomspace(0.3, 4.0, 60)
ODDITIES = np.geomspace(1e-5, 5e-2, 60)
#: Oddities that are counted beyond those that were seen.
PRIOR_CELLS = 0.5


@dataclass(frozen=True)
class Calibration:
    """How a reader's scores become probabilities.

    Attributes:
        temperature: scores are divided by it; above 1 the network was too sure.
        oddity: share given to all classes alike, in [0, 1).
    """

    temperature: float
    oddity: float

    def __post_init__(self) -> None:
        if self.temperature <= 0 or not 0 <= self.oddity < 1:
            raise ValueError(f"no calibration: {self}")


def log_softmax(scores: Floats) -> Floats:
    """Log of the softmax over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def log_probabilities(scores: Floats | Floats32, calibration: Calibration) -> Floats:
    """Scores (n, k) -> calibrated log-probabilities (n, k)."""
    p = np.exp(log_softmax(scores.astype(np.float64) / calibration.temperature))
    spread: Floats = np.log((1 - calibration.oddity) * p + calibration.oddity / scores.shape[-1])
    return spread


def loss(log_p: Floats, labels: NDArray[np.int64]) -> float:
    """Mean negative log-likelihood of the right classes."""
    return float(-log_p[np.arange(len(labels)), labels].mean())


def fit(scores: Floats, labels: NDArray[np.int64], *, independent: int) -> Calibration:
    """The likeliest calibration for held-out scores (n, k) and their right classes (n,).

    Half a cell more is counted than there were (Jeffreys' prior), and it is an oddity:
    ``independent`` cells without one do not prove that there are none, so no claim goes beyond
    what that many can support.

    Args:
        scores: before the softmax.
        labels: the right classes.
        independent: how many different cells were shown; the rows may repeat them.
    """
    best, lowest = Calibration(1.0, 0.0), np.inf
    for temperature in TEMPERATURES:
        p = np.exp(log_softmax(scores / temperature))[np.arange(len(labels)), labels]
        for oddity in ODDITIES:
            shown = float(-np.log((1 - oddity) * p + oddity / scores.shape[1]).mean())
            value = shown - PRIOR_CELLS * float(np.log(oddity / scores.shape[1])) / independent
            if value < lowest:
                best, lowest = Calibration(float(temperature), float(oddity)), value
    return best


@dataclass(frozen=True)
class Reliability:
    """What was claimed against what was right, in bins of equal numbers of cells.

    Attributes:
        claimed: (bins,) mean probability of the chosen class.
        right: (bins,) share that was right.
        count: (bins,) cells in the bin.
    """

    claimed: Floats
    right: Floats
    count: NDArray[np.int64]

    @property
    def expected_error(self) -> float:
        """The expected calibration error: the mean gap, weighted by cells."""
        return float((np.abs(self.claimed - self.right) * self.count).sum() / self.count.sum())


def reliability(log_p: Floats, labels: NDArray[np.int64], bins: int = 10) -> Reliability:
    """Compare claims with outcomes for log-probabilities (n, k) and right classes (n,)."""
    claimed = np.exp(log_p.max(axis=1))
    right = log_p.argmax(axis=1) == labels
    parts = [part for part in np.array_split(np.argsort(claimed), bins) if len(part)]
    return Reliability(
        np.array([claimed[part].mean() for part in parts]),
        np.array([right[part].mean() for part in parts]),
        np.array([len(part) for part in parts], np.int64),
    )
