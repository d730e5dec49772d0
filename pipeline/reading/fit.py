"""Fits a form to the landmarks found: from a rough guess to a homography, and a mesh for folds."""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats
from ocr.landmarks import Landmarks, Peaks
from pipeline import geometry
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.model import FormPage
from pipeline.reading.model import Mesh

#: A landmark agrees when one of its kind was found within this share of a box's smaller side.
AGREE_SHARE = 0.38
#: The first steps look further, for guesses are rough away from where they were made.
REACH_SHARES = (0.75, 0.6, 0.5, AGREE_SHARE, AGREE_SHARE)
#: Landmarks nearer to each other than this in the network's view are not told apart (px there).
CROWDED_PX = 7.0
#: What a kind of landmark weighs in the agreement: boxes are what is read, crossings are many.
WEIGHTS = {"boxes": 3.0, "bubbles": 1.0, "crossings": 1.0}
#: A homography needs this many agreeing landmarks; with fewer an affine map is fitted.
LEAST_FOR_HOMOGRAPHY = 14
#: Cells of the mesh across the page's longer side.
MESH_CELLS = 8
#: How stiff the mesh is: weight of neighbouring differences against one landmark.
MESH_STIFFNESS = 3.0


@dataclass(frozen=True)
class Targets:
    """What is compared, in one array: every landmark found, with its kind.

    Attributes:
        xy: (n, 2) px of the photo; kind: (n,) 0 box, 1 bubble, 2 crossing.
        view_px: how many px of the photo one px of the network's view was.
        size: (height, width) of the photo.
    """

    xy: Floats
    kind: Floats
    view_px: float
    size: tuple[int, int]

    @staticmethod
    def of(found: Landmarks, view_px: float, size: tuple[int, int]) -> "Targets":
        """Gather what the network found."""
        kinds: list[Peaks] = [found.boxes, found.bubbles, found.crossings]
        return Targets(
            np.concatenate([k.xy for k in kinds]),
            np.concatenate([np.full(len(k.xy), i) for i, k in enumerate(kinds)]),
            view_px,
            size,
        )


@dataclass(frozen=True)
class Fit:
    """A form placed in a photo.

    Attributes:
        form: the template; mm_to_px: (3, 3).
        mm, px: (m, 2) the agreeing landmarks on the form and where they were found.
        agreement: weighted share of the landmarks in view that were found, [0, 1].
        explained: share of the boxes and bubbles found on the form's area that it explains.
        boxes: (agreeing, in view) digit boxes.
        score: agreement and explained in one, weighed by how much was in view.
    """

    form: FormPage
    mm_to_px: Floats
    mm: Floats
    px: Floats
    agreement: float
    explained: float
    boxes: tuple[int, int]
    score: float


def form_points(form: FormPage) -> tuple[Floats, Floats]:
    """All landmarks of a form: points (n, 2) in mm and kinds (n,)."""
    own = landmarks_of(form)
    groups = (own.box_centres, own.bubbles, own.crossings)
    return np.concatenate(groups), np.concatenate(
        [np.full(len(group), kind) for kind, group in enumerate(groups)]
    )


def start_from(mm: Floats, px: Floats) -> Floats | None:
    """The similarity (3, 3) that best takes mm (n, 2) to px (n, 2); None where they coincide."""
    a, b = mm - mm.mean(0), px - px.mean(0)
    norm = float((a * a).sum())
    if norm < 1e-9:
        return None
    c = float((a * b).sum()) / norm
    s = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / norm
    linear = np.array([[c, -s], [s, c]])
    H = np.eye(3)
    H[:2, :2] = linear
    H[:2, 2] = px.mean(0) - linear @ mm.mean(0)
    return H


def grow(form: FormPage, H: Floats, seeds_mm: Floats, targets: Targets) -> Fit | None:
    """From a rough map, take in agreeing landmarks ever further away until all are used.

    Returns None where nothing agrees.
    """
    points, kinds = form_points(form)
    centre = seeds_mm.mean(0)
    distance = np.linalg.norm(points - centre, axis=1)
    reach = max(float(np.linalg.norm(seeds_mm - centre, axis=1).max()) * 1.6, 25.0)
    box_mm = float(landmarks_of(form).boxes[:, 2:].min(1).mean())
    for share in REACH_SHARES:
        usable = distance <= reach
        pairs = _agreeing(points, kinds, usable, H, targets, share * box_mm)
        if pairs is None or len(pairs[0]) < 4:
            return None
        refined = _solve(points[pairs[0]], targets.xy[pairs[1]], H)
        if refined is None:
            return None
        H = refined
        reach *= 2.2
    return judge(form, H, targets)


def judge(form: FormPage, H: Floats, targets: Targets, mesh: Mesh | None = None) -> Fit | None:
    """Count what agrees with a form placed by H; None where too little is in view."""
    points, kinds = form_points(form)
    moved = points if mesh is None else points + mesh.offsets(points)
    box_mm = float(landmarks_of(form).boxes[:, 2:].min(1).mean())
    everything = np.ones(len(points), dtype=bool)
    seen, crowded = _in_view(moved, kinds, H, targets)
    pairs = _agreeing(moved, kinds, everything, H, targets, AGREE_SHARE * box_mm)
    if pairs is None:
        return None
    agreed = np.zeros(len(points), dtype=bool)
    agreed[pairs[0]] = True
    weight = np.array(list(WEIGHTS.values()))[kinds] * seen * ~(crowded & ~agreed)
    if weight.sum() <= 0:
        return None
    agreement = float((weight * agreed).sum() / weight.sum())
    explained = _explained(form, H, targets, pairs[1])
    is_box = kinds == 0
    boxes = (int((agreed & is_box).sum()), int((seen & is_box).sum()))
    # A form of which more was in view and agreed is the better explanation of the same picture.
    amount = float(np.log1p((weight * agreed).sum()))
    score = (2 * agreement + explained - 1) * amount
    return Fit(form, H, points[pairs[0]], targets.xy[pairs[1]], agreement, explained, boxes, score)


def bend(fit: Fit) -> Mesh:
    """A stiff mesh through the residuals of the agreeing landmarks.

    Least squares with squared differences of neighbouring nodes as the penalty, after the
    residuals of single outliers were cut to twice their median.
    """
    back = geometry.apply(np.linalg.inv(fit.mm_to_px), fit.px)
    residual = back - fit.mm
    length = np.linalg.norm(residual, axis=1)
    cap = 2 * float(np.median(length)) + 1e-6
    residual = residual * np.minimum(1, cap / np.maximum(length, 1e-9))[:, None]
    w, h = fit.form.size_mm
    cell = max(w, h) / MESH_CELLS
    xs = np.linspace(0, w, max(2, round(w / cell) + 1))
    ys = np.linspace(0, h, max(2, round(h / cell) + 1))
    rows = _bilinear_rows(fit.mm, xs, ys)
    stiff = MESH_STIFFNESS * np.concatenate([_differences(len(xs), len(ys))])
    A = np.concatenate([rows, stiff])
    b = np.concatenate([residual, np.zeros((len(stiff), 2))])
    solved = np.linalg.lstsq(A, b, rcond=None)[0]
    return Mesh(xs, ys, solved.reshape(len(ys), len(xs), 2))


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


def _in_view(points: Floats, kinds: Floats, H: Floats, targets: Targets) -> tuple[Floats, Floats]:
    """Which landmarks lie inside the photo, and which are too crowded to be told apart."""
    depth = points @ H[2, :2] + H[2, 2]
    px = geometry.apply(H, points)
    height, width = targets.size
    margin = 3 * targets.view_px
    inside = (px > margin).all(1) & (px[:, 0] < width - margin) & (px[:, 1] < height - margin)
    inside &= depth > 0
    scale = geometry.local_scale(H, points)
    spacing = np.concatenate([_nearest(points[kinds == kind]) for kind in range(3)])
    crowded: Floats = spacing * scale < CROWDED_PX * targets.view_px
    return inside, crowded


def _nearest(points: Floats) -> Floats:
    if len(points) < 2:
        return np.full(len(points), np.inf)
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    nearest: Floats = gaps.min(1)
    return nearest


def _agreeing(
    points: Floats, kinds: Floats, usable: Floats, H: Floats, targets: Targets, tolerance_mm: float
) -> tuple[Floats, Floats] | None:
    """Mutually nearest pairs of one kind within the tolerance: indices (m,), (m,)."""
    if not len(targets.xy) or np.any(points[usable] @ H[2, :2] + H[2, 2] <= 0):
        return None
    left, right = [], []
    px = geometry.apply(H, points)
    scale = geometry.local_scale(H, points)
    for kind in range(3):
        own = np.nonzero((kinds == kind) & usable)[0]
        other = np.nonzero(targets.kind == kind)[0]
        if not len(own) or not len(other):
            continue
        gaps = np.linalg.norm(px[own][:, None] - targets.xy[other][None], axis=2)
        nearest = gaps.argmin(1)
        mutual = gaps.argmin(0)[nearest] == np.arange(len(own))
        close = gaps[np.arange(len(own)), nearest] <= tolerance_mm * scale[own]
        left.append(own[mutual & close])
        right.append(other[nearest[mutual & close]])
    if not left:
        return None
    return np.concatenate(left), np.concatenate(right)


def _explained(form: FormPage, H: Floats, targets: Targets, used: Floats) -> float:
    """Share of the boxes and bubbles found on the form's own area that its landmarks explain."""
    points, kinds = form_points(form)
    solid = points[kinds <= 1]
    low, high = solid.min(0) - 5.0, solid.max(0) + 5.0
    back = geometry.apply(np.linalg.inv(H), targets.xy)
    on = ((back > low) & (back < high)).all(1) & (targets.kind <= 1)
    taken = np.zeros(len(targets.xy), dtype=bool)
    taken[used] = True
    return float((on & taken).sum() / max(1, on.sum()))


def _solve(mm: Floats, px: Floats, before: Floats) -> Floats | None:
    """The robust map of agreeing landmarks; affine while they are few or in one line."""
    spread = np.linalg.svd(mm - mm.mean(0), compute_uv=False) / np.sqrt(len(mm))
    if len(mm) >= LEAST_FOR_HOMOGRAPHY and spread[1] > 0.12 * spread[0]:
        noise = 3.0 * float(np.median(np.linalg.norm(geometry.apply(before, mm) - px, axis=1))) + 1.0
        H, _ = cv2.findHomography(mm, px, cv2.RANSAC, noise, maxIters=200)
    elif spread[1] > 0.05 * spread[0] and len(mm) >= 6:
        affine, _ = cv2.estimateAffine2D(mm, px, method=cv2.LMEDS)
        H = None if affine is None else np.vstack([affine, [0, 0, 1]])
    else:
        H = start_from(mm, px)
    if H is None or np.linalg.det(H[:2, :2]) <= 0:
        return None
    return np.asarray(H, dtype=np.float64)
