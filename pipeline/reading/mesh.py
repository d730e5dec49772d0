"""A mesh for paper that does not lie flat."""

import numpy as np

from ocr.arrays import Floats
from pipeline import geometry
from pipeline.reading.fit import Fit
from pipeline.reading.model import Mesh

#: Cells of the mesh across the page's longer side.
MESH_CELLS = 12
#: How stiff the mesh is: weight of neighbouring differences against one landmark.
MESH_STIFFNESS = 0.7
TRACE = 1e-6
#: A landmark this many times further from the mesh than the median one was found wrongly.
OUTLIER_MEDIANS = 4.0


def bend(fit: Fit) -> Mesh:
    """A stiff mesh through the residuals of the agreeing landmarks.

    Least squares with squared differences of neighbouring nodes as the penalty; solved twice,
    the second time without the landmarks that the first mesh left far out.
    """
    residual = geometry.apply(geometry.inverse(fit.mm_to_px), fit.px) - fit.mm
    w, h = fit.form.size_mm
    cell = max(w, h) / MESH_CELLS
    xs = np.linspace(0, w, max(2, round(w / cell) + 1))
    ys = np.linspace(0, h, max(2, round(h / cell) + 1))
    rows = _bilinear_rows(fit.mm, xs, ys)
    stiff = MESH_STIFFNESS * _differences(len(xs), len(ys))
    # A trace of the identity keeps the system solvable where nothing was found at all.
    stiffness = stiff.T @ stiff + TRACE * np.eye(rows.shape[1])
    kept = np.ones(len(rows), dtype=bool)
    for _ in range(2):
        A, b = rows[kept], residual[kept]
        nodes: Floats = np.linalg.solve(A.T @ A + stiffness, A.T @ b).astype(np.float64)
        left = np.linalg.norm(rows @ nodes - residual, axis=1)
        kept = left <= OUTLIER_MEDIANS * float(np.median(left)) + 1e-9
    return Mesh(xs, ys, nodes.reshape(len(ys), len(xs), 2))


def _bilinear_rows(points: Floats, xs: Floats, ys: Floats) -> Floats:
    gx = np.interp(points[:, 0], xs, np.arange(len(xs)))
    gy = np.interp(points[:, 1], ys, np.arange(len(ys)))
    x0 = np.minimum(gx.astype(int), len(xs) - 2)
    y0 = np.minimum(gy.astype(int), len(ys) - 2)
    fx, fy = gx - x0, gy - y0
    rows = np.zeros((len(points), len(xs) * len(ys)))
    at = np.arange(len(points))
    for dy, wy in ((0, 1 - fy), (1, fy)):
        for dx, wx in ((0, 1 - fx), (1, fx)):
            rows[at, (y0 + dy) * len(xs) + x0 + dx] += wy * wx
    return rows


def _differences(columns: int, rows: int) -> Floats:
    index = np.arange(columns * rows).reshape(rows, columns)
    pairs = [(index[:, :-1], index[:, 1:]), (index[:-1], index[1:])]
    out = []
    for a, b in pairs:
        block = np.zeros((a.size, columns * rows))
        block[np.arange(a.size), a.ravel()] = -1
        block[np.arange(a.size), b.ravel()] = 1
        out.append(block)
    return np.concatenate(out)
