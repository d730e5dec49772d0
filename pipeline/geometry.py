"""The one place that converts between units: mm on the form, px in the photo, px in a crop.

Points are (n, 2) float64 arrays of (x, y), y down. A homography is a (3, 3) float64 matrix that
takes column vectors (x, y, 1). Quads are (4, 2), from the top left clockwise.
"""

import cv2
import numpy as np

from ocr.arrays import Floats


def apply(H: Floats, points: Floats) -> Floats:
    """Map points (n, 2) through a homography (3, 3) -> (n, 2).

    Raises:
        ValueError: on other shapes.
    """
    if H.shape != (3, 3) or points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"expected (3, 3) and (n, 2), got {H.shape} and {points.shape}")
    mapped = points @ H[:, :2].T + H[:, 2]
    xy: Floats = mapped[:, :2] / mapped[:, 2:]
    return xy


def rect_quad(rect: tuple[float, float, float, float]) -> Floats:
    """The corners (4, 2) of a rectangle (x, y, w, h), clockwise from the top left."""
    x, y, w, h = rect
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], dtype=np.float64)


def homography(source: Floats, target: Floats) -> Floats:
    """The exact homography of four pairs of points, (4, 2) and (4, 2) -> (3, 3)."""
    H: Floats = cv2.getPerspectiveTransform(
        source.astype(np.float32), target.astype(np.float32)
    ).astype(np.float64)
    return H


def inverse(H: Floats) -> Floats:
    """The homography that goes back.

    Raises:
        numpy.linalg.LinAlgError: when there is none.
    """
    back: Floats = np.linalg.inv(H).astype(np.float64)
    return back


def scale(factor_x: float, factor_y: float | None = None) -> Floats:
    """A homography that only scales."""
    return np.diag([factor_x, factor_x if factor_y is None else factor_y, 1.0])


def shift(x: float, y: float) -> Floats:
    """A homography that only moves."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def is_convex(quad: Floats) -> bool:
    """Whether a quad (4, 2) is convex and runs clockwise (y down): not folded, not mirrored."""
    edges = np.roll(quad, -1, axis=0) - quad
    after = np.roll(edges, -1, axis=0)
    return bool(np.all(edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0] > 0))


def local_scale(H: Floats, points: Floats) -> Floats:
    """How many target units one source unit is around each point, (n, 2) -> (n,).

    The square root of the Jacobian's determinant, which for a homography is det(H) / w^3 with w
    the third coordinate before the division.
    """
    w = points @ H[2, :2] + H[2, 2]
    factor: Floats = np.sqrt(np.abs(np.linalg.det(H) / np.maximum(np.abs(w), 1e-12) ** 3))
    return factor
