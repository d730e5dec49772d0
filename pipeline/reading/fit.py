"""Fits a form to the landmarks found: from a rough guess to a homography, and a mesh for folds."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

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
#: Cells of the nearest-landmark maps, in px of the network's view: two peaks never share one.
CELL_VIEW_PX = 2.0
#: What a kind of landmark weighs in the agreement: boxes are what is read, crossings are many.
KIND_WEIGHTS = np.array([3.0, 1.0, 1.0])
#: A box or bubble found where the form has none weighs this much of one that agrees: writing,
#: stamps and tables for signatures look like boxes to the network.
UNEXPLAINED_SHARE = 0.5
#: A homography needs this many agreeing landmarks; with fewer an affine map is fitted.
LEAST_FOR_HOMOGRAPHY = 14
#: A guess is glanced at within so many times the extent of the points that it was made from.
GLANCE_SPANS = 2.5
#: Points span an area when their second principal spread is this share of the first.
SPANS_AREA = 0.1
#: Cells of the mesh across the page's longer side.
MESH_CELLS = 12
#: How stiff the mesh is: weight of neighbouring differences against one landmark.
MESH_STIFFNESS = 0.7
#: A landmark this many times further from the mesh than the median one was found wrongly.
OUTLIER_MEDIANS = 4.0


@dataclass(frozen=True)
class Targets:
    """Every landmark found, arranged so that the nearest to a point is looked up at once.

    Attributes:
        xy: (n, 2) px of the photo.
        kind: (n,) 0 box, 1 bubble, 2 crossing.
        nearest: for each kind a map (h, w) of the index into xy of the nearest of that kind.
        cell_px: px of the photo that one cell of the maps covers.
        view_px: how many px of the photo one px of the network's view was.
        size: (height, width) of the photo.
    """

    xy: Floats
    kind: Floats
    nearest: tuple[NDArray[np.int32] | None, ...]
    cell_px: float
    view_px: float
    size: tuple[int, int]

    @staticmethod
    def of(found: Landmarks, view_px: float, size: tuple[int, int]) -> "Targets":
        """Arrange what the network found in a photo of (height, width)."""
        kinds: list[Peaks] = [found.boxes, found.bubbles, found.crossings]
        cell = CELL_VIEW_PX * view_px
        maps, start = [], 0
        for peaks in kinds:
            maps.append(_nearest_map(peaks.xy, start, cell, size))
            start += len(peaks.xy)
        return Targets(
            np.concatenate([k.xy for k in kinds]),
            np.concatenate([np.full(len(k.xy), i) for i, k in enumerate(kinds)]),
            tuple(maps),
            cell,
            view_px,
            size,
        )

    def nearest_to(self, px: Floats, kind: int) -> tuple[NDArray[np.int32], Floats] | None:
        """Index of and distance to the nearest landmark of a kind for points (n, 2)."""
        lookup = self.nearest[kind]
        if lookup is None:
            return None
        cells = np.nan_to_num(px / self.cell_px, posinf=-1, neginf=-1)
        columns = np.clip(cells[:, 0], 0, lookup.shape[1] - 1).astype(int)
        rows = np.clip(cells[:, 1], 0, lookup.shape[0] - 1).astype(int)
        index = lookup[rows, columns]
        return index, np.hypot(*(self.xy[index] - px).T)


def _nearest_map(
    xy: Floats, start: int, cell: float, size: tuple[int, int]
) -> NDArray[np.int32] | None:
    if not len(xy):
        return None
    shape = (int(size[0] / cell) + 1, int(size[1] / cell) + 1)
    columns = np.clip(xy[:, 0] / cell, 0, shape[1] - 1).astype(int)
    rows = np.clip(xy[:, 1] / cell, 0, shape[0] - 1).astype(int)
    free = np.full(shape, 255, np.uint8)
    free[rows, columns] = 0
    _, labels = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.zeros(int(labels.max()) + 1, np.int32)
    index[labels[rows, columns]] = np.arange(start, start + len(xy))
    found: NDArray[np.int32] = index[labels]
    return found


@dataclass(frozen=True)
class Fit:
    """A form placed in a photo.

    Attributes:
        form: the template; mm_to_px: (3, 3).
        mm, px: (m, 2) the agreeing landmarks on the form and where they were found.
        agreement: weighted share of the landmarks in view that were found, [0, 1].
        explained: share of the boxes and bubbles found on the page that it explains, [0, 1].
        boxes: (agreeing, in view) digit boxes.
        spread: median distance of agreeing landmarks, in shares of a box: chance agrees loosely.
        score: weight of what agrees less weight of what contradicts.
    """

    form: FormPage
    mm_to_px: Floats
    mm: Floats
    px: Floats
    agreement: float
    explained: float
    boxes: tuple[int, int]
    spread: float
    score: float


@dataclass(frozen=True)
class FormPoints:
    """All landmarks of a form in one array.

    Attributes:
        mm: (n, 2); kind: (n,); spacing_mm: (n,) to the nearest of the same kind.
        weight: (n,) what each counts in the agreement.
        box_mm: the mean smaller side of its boxes.
    """

    mm: Floats
    kind: Floats
    spacing_mm: Floats
    weight: Floats
    box_mm: float


@lru_cache(maxsize=512)
def form_points(form: FormPage) -> FormPoints:
    """The landmarks of a form, gathered once."""
    own = landmarks_of(form)
    groups = (own.box_centres, own.bubbles, own.crossings)
    kind = np.concatenate([np.full(len(group), k) for k, group in enumerate(groups)])
    return FormPoints(
        np.concatenate(groups),
        kind,
        np.concatenate([_nearest(group) for group in groups]),
        KIND_WEIGHTS[kind],
        float(own.boxes[:, 2:].min(1).mean()),
    )


def start_from(mm: Floats, px: Floats) -> Floats | None:
    """The map (3, 3) that best takes mm (n, 2) to px (n, 2); None where they coincide.

    Affine where the points span an area, a similarity where they lie on a line.
    """
    a, b = mm - mm.mean(0), px - px.mean(0)
    spread = np.linalg.svd(a, compute_uv=False)
    if spread[0] < 1e-9:
        return None
    if spread[1] > SPANS_AREA * spread[0]:
        linear = np.linalg.lstsq(a, b, rcond=None)[0].T
    else:
        norm = float((a * a).sum())
        c = float((a * b).sum()) / norm
        s = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / norm
        linear = np.array([[c, -s], [s, c]])
    H = np.eye(3)
    H[:2, :2] = linear
    H[:2, 2] = px.mean(0) - linear @ mm.mean(0)
    return H


def glance(form: FormPage, H: Floats, seeds_mm: Floats, targets: Targets) -> float:
    """A quick look at a guess: how many boxes around its seeds agree, less those that do not.

    Far from the seeds a first guess is too rough to be judged.
    """
    own = form_points(form)
    boxes = own.mm[own.kind == 0]
    centre = seeds_mm.mean(0)
    span = float(np.linalg.norm(seeds_mm - centre, axis=1).max())
    boxes = boxes[np.linalg.norm(boxes - centre, axis=1) <= GLANCE_SPANS * span]
    if np.any(boxes @ H[2, :2] + H[2, 2] <= 0):
        return -np.inf
    px = geometry.apply(H, boxes)
    looked = targets.nearest_to(px, 0)
    if looked is None:
        return -np.inf
    height, width = targets.size
    seen = (px > 0).all(1) & (px[:, 0] < width) & (px[:, 1] < height)
    reach = REACH_SHARES[0] * own.box_mm * geometry.local_scale(H, boxes)
    # Each box found can stand for one box only.
    agreed = len(np.unique(looked[0][seen & (looked[1] < reach)]))
    return 2.0 * agreed - float(seen.sum())


def grow(form: FormPage, H: Floats, seeds_mm: Floats, targets: Targets) -> Fit | None:
    """From a rough map, take in agreeing landmarks ever further away until all are used.

    Returns None where nothing agrees.
    """
    own = form_points(form)
    centre = seeds_mm.mean(0)
    distance = np.linalg.norm(own.mm - centre, axis=1)
    reach = max(float(np.linalg.norm(seeds_mm - centre, axis=1).max()) * 1.6, 2.5 * own.box_mm)
    for share in REACH_SHARES:
        pairs = _agreeing(own, own.mm, distance <= reach, H, targets, share)
        if len(pairs[0]) < 4:
            return None
        refined = _solve(own.mm[pairs[0]], targets.xy[pairs[1]], H)
        if refined is None:
            return None
        H = refined
        reach *= 2.2
    return judge(form, H, targets)


def judge(form: FormPage, H: Floats, targets: Targets, mesh: Mesh | None = None) -> Fit | None:
    """Count what agrees with a form placed by H; None where nothing of it is in view."""
    own = form_points(form)
    moved = own.mm if mesh is None else own.mm + mesh.offsets(own.mm)
    seen, crowded = _in_view(own, moved, H, targets)
    everything = np.ones(len(moved), dtype=bool)
    mine, theirs = _agreeing(own, moved, everything, H, targets, AGREE_SHARE)
    agreed = np.zeros(len(moved), dtype=bool)
    agreed[mine] = True
    weight = own.weight * seen * ~(crowded & ~agreed)
    if weight.sum() <= 0:
        return None
    agreement = float((weight * agreed).sum() / weight.sum())
    on, explained = _on_page(form, H, targets, theirs)
    is_box = own.kind == 0
    boxes = (int((agreed & is_box).sum()), int((seen & is_box).sum()))
    gap = np.linalg.norm(geometry.apply(H, moved[mine]) - targets.xy[theirs], axis=1)
    spread = 1.0
    if len(mine):
        spread = float(np.median(gap / geometry.local_scale(H, moved[mine]))) / own.box_mm
    # What agrees closely speaks for the placement; what should be there or should not, against it.
    score = float((weight * agreed).sum()) * (1 - spread / AGREE_SHARE)
    score -= float((weight * ~agreed).sum()) + UNEXPLAINED_SHARE * float((on - explained) @ KIND_WEIGHTS)
    return Fit(
        form,
        H,
        own.mm[mine],
        targets.xy[theirs],
        agreement,
        float(explained[:2].sum() / max(1, on[:2].sum())),
        boxes,
        spread,
        score,
    )


def bend(fit: Fit) -> Mesh:
    """A stiff mesh through the residuals of the agreeing landmarks.

    Least squares with squared differences of neighbouring nodes as the penalty; solved twice,
    the second time without the landmarks that the first mesh left far out.
    """
    residual = geometry.apply(np.linalg.inv(fit.mm_to_px), fit.px) - fit.mm
    w, h = fit.form.size_mm
    cell = max(w, h) / MESH_CELLS
    xs = np.linspace(0, w, max(2, round(w / cell) + 1))
    ys = np.linspace(0, h, max(2, round(h / cell) + 1))
    rows = _bilinear_rows(fit.mm, xs, ys)
    stiff = MESH_STIFFNESS * _differences(len(xs), len(ys))
    kept = np.ones(len(rows), dtype=bool)
    for _ in range(2):
        A = np.concatenate([rows[kept], stiff])
        b = np.concatenate([residual[kept], np.zeros((len(stiff), 2))])
        nodes = np.linalg.lstsq(A, b, rcond=None)[0]
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


def _in_view(
    own: FormPoints, points: Floats, H: Floats, targets: Targets
) -> tuple[Floats, Floats]:
    """Which landmarks lie inside the photo, and which are too crowded to be told apart."""
    depth = points @ H[2, :2] + H[2, 2]
    px = geometry.apply(H, points)
    height, width = targets.size
    margin = 3 * targets.view_px
    inside = (px > margin).all(1) & (px[:, 0] < width - margin) & (px[:, 1] < height - margin)
    inside &= depth > 0
    scale = geometry.local_scale(H, points)
    crowded: Floats = own.spacing_mm * scale < CROWDED_PX * targets.view_px
    return inside, crowded


def _nearest(points: Floats) -> Floats:
    if len(points) < 2:
        return np.full(len(points), np.inf)
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    nearest: Floats = gaps.min(1)
    return nearest


def _agreeing(
    own: FormPoints, points: Floats, usable: Floats, H: Floats, targets: Targets, share: float
) -> tuple[Floats, Floats]:
    """Pairs of one kind within a share of a box, one to one: indices (m,) here and there."""
    usable = usable & (points @ H[2, :2] + H[2, 2] > 0)
    left: list[Floats] = [np.zeros(0, int)]
    right: list[Floats] = [np.zeros(0, int)]
    for kind in range(3):
        mine = np.nonzero((own.kind == kind) & usable)[0]
        if not len(mine):
            continue
        looked = targets.nearest_to(geometry.apply(H, points[mine]), kind)
        if looked is None:
            continue
        index, gap = looked
        scale = geometry.local_scale(H, points[mine])
        close = np.nonzero(gap <= share * own.box_mm * scale)[0]
        # Of several that claim the same landmark the nearest has it.
        close = close[np.argsort(gap[close], kind="stable")]
        _, first = np.unique(index[close], return_index=True)
        left.append(mine[close[first]])
        right.append(index[close[first]])
    return np.concatenate(left), np.concatenate(right)


def _on_page(
    form: FormPage, H: Floats, targets: Targets, used: Floats
) -> tuple[Floats, Floats]:
    """How many boxes, bubbles (and no crossings) were found on the page, and are explained: (3,).

    Crossings are not counted: tables of other pages and writing make many.
    """
    back = geometry.apply(np.linalg.inv(H), targets.xy)
    on = ((back > 0) & (back < form.size_mm)).all(1) & (targets.kind <= 1)
    taken = np.zeros(len(targets.xy), dtype=bool)
    taken[used] = True
    count = [np.bincount(targets.kind[mask], minlength=3)[:3] for mask in (on, on & taken)]
    return count[0].astype(float), count[1].astype(float)


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
