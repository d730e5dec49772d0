"""Fits a form to the landmarks found: from a rough guess to a homography, and a mesh for folds."""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats, Ints, Mask
from pipeline import geometry
from pipeline.forms.model import FormPage
from pipeline.reading.model import Mesh
from pipeline.reading.targets import KIND_WEIGHTS, FormPoints, Targets, form_points

#: A landmark agrees when one of its kind was found within this share of a box's smaller side.
AGREE_SHARE = 0.38
#: ... and within this share of the distance to its nearest neighbour on the form.
NEIGHBOUR_SHARE = 0.4
#: The first steps look further, for guesses are rough away from where they were made.
REACH_SHARES = (0.75, 0.6, 0.5, AGREE_SHARE, AGREE_SHARE)
#: Landmarks nearer to each other than this in the network's view are not told apart (px there).
CROWDED_PX = 7.0
#: Pairs this many times further off than the median one are left out of a fit, and so many
#: samples are drawn for it: the pairs are neighbours already, few of them are wrong.
OUTLIER_MEDIANS, MOST_DRAWS = 3.0, 50
#: A box or bubble found where the form has none weighs this much of one that agrees: writing,
#: stamps and tables for signatures look like boxes to the network.
UNEXPLAINED_SHARE = 0.5
#: A homography needs this many agreeing landmarks; with fewer an affine map is fitted.
LEAST_FOR_HOMOGRAPHY = 14
#: A guess is glanced at within so many times the extent of the points that it was made from.
GLANCE_SPANS = 2.5
#: Points span an area when their second principal spread is this share of the first.
SPANS_AREA = 0.1


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
        pairs = _agreeing(own, own.mm, distance <= reach, H, targets, share=share)
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
    mine, theirs = _agreeing(own, moved, everything, H, targets, share=AGREE_SHARE)
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
    score -= float((weight * ~agreed).sum()) + UNEXPLAINED_SHARE * float(
        (on - explained) @ KIND_WEIGHTS
    )
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


def _in_view(own: FormPoints, points: Floats, H: Floats, targets: Targets) -> tuple[Mask, Mask]:
    """Which landmarks lie inside the photo, and which are too crowded to be told apart."""
    depth = points @ H[2, :2] + H[2, 2]
    px = geometry.apply(H, points)
    height, width = targets.size
    margin = 3 * targets.view_px
    inside = (px > margin).all(1) & (px[:, 0] < width - margin) & (px[:, 1] < height - margin)
    inside &= depth > 0
    scale = geometry.local_scale(H, points)
    crowded: Mask = own.spacing_mm * scale < CROWDED_PX * targets.view_px
    return inside, crowded


def _agreeing(
    own: FormPoints, points: Floats, usable: Mask, H: Floats, targets: Targets, *, share: float
) -> tuple[Ints, Ints]:
    """Pairs of one kind within a share of a box, one to one: indices (m,) here and there."""
    usable = usable & (points @ H[2, :2] + H[2, 2] > 0)
    left: list[Ints] = [np.zeros(0, np.intp)]
    right: list[Ints] = [np.zeros(0, np.intp)]
    for kind in range(3):
        mine = np.nonzero((own.kind == kind) & usable)[0]
        if not len(mine):
            continue
        looked = targets.nearest_to(geometry.apply(H, points[mine]), kind)
        if looked is None:
            continue
        index, gap = looked
        scale = geometry.local_scale(H, points[mine])
        # Never as far as half the way to the next of its kind, which would be taken for it.
        tolerance = np.minimum(share * own.box_mm, NEIGHBOUR_SHARE * own.spacing_mm[mine])
        close = np.nonzero(gap <= tolerance * scale)[0]
        # Of several that claim the same landmark the nearest has it.
        close = close[np.argsort(gap[close], kind="stable")]
        _, first = np.unique(index[close], return_index=True)
        left.append(mine[close[first]])
        right.append(index[close[first]].astype(np.intp))
    return np.concatenate(left), np.concatenate(right)


def _on_page(form: FormPage, H: Floats, targets: Targets, used: Ints) -> tuple[Floats, Floats]:
    """How many boxes, bubbles (and no crossings) were found on the page, and are explained: (3,).

    Crossings are not counted: tables of other pages and writing make many.
    """
    back = geometry.apply(geometry.inverse(H), targets.xy)
    on = ((back > 0) & (back < form.size_mm)).all(1) & (targets.kind <= 1)
    taken = np.zeros(len(targets.xy), dtype=bool)
    taken[used] = True
    count = [np.bincount(targets.kind[mask], minlength=3)[:3] for mask in (on, on & taken)]
    return count[0].astype(float), count[1].astype(float)


def _solve(mm: Floats, px: Floats, before: Floats) -> Floats | None:
    """The robust map of agreeing landmarks; affine while they are few or in one line."""
    spread = np.linalg.svd(mm - mm.mean(0), compute_uv=False)
    found: Floats | cv2.typing.MatLike | None
    if len(mm) >= LEAST_FOR_HOMOGRAPHY and spread[1] > 0.12 * spread[0]:
        off = np.linalg.norm(geometry.apply(before, mm) - px, axis=1)
        noise = OUTLIER_MEDIANS * float(np.median(off)) + 1.0
        found, _ = cv2.findHomography(mm, px, cv2.RANSAC, noise, maxIters=MOST_DRAWS)
    elif spread[1] > 0.05 * spread[0] and len(mm) >= 6:
        affine, _ = cv2.estimateAffine2D(mm, px, method=cv2.LMEDS)
        found = None if affine is None else np.vstack([affine, [0, 0, 1]])
    else:
        found = start_from(mm, px)
    if found is None:
        return None
    H: Floats = np.asarray(found, dtype=np.float64)
    return H if np.linalg.det(H[:2, :2]) > 0 else None
