"""Guesses where a form lies, from rows of three boxes found in the picture.

Two rows of boxes and their distance, measured in the pitch of the boxes, are nearly the same in
the picture and on the form whatever the turn and size. Every pair of rows found is held against
every pair of rows of every template; what fits becomes a hypothesis to be tested by all landmarks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ocr.arrays import Floats
from ocr.landmarks import Landmarks
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.model import FormPage

#: A neighbour's centre lies this many box widths to the right (KPU's forms: 1.0 to 1.5) ...
NEIGHBOUR_WIDTHS = (0.75, 1.9)
#: ... and at most this many box heights up or down.
NEIGHBOUR_HEIGHTS = 0.4
#: The two pitches of a row of three differ at most by this share (perspective).
EVEN_PITCH = 0.22
#: How far two distances between rows may differ: a share (perspective) and a floor, in pitches.
DISTANCE_SHARE, DISTANCE_FLOOR = 0.22, 0.7
#: How far the pitches of two rows may differ in ratio between picture and form.
PITCH_SHARE = 0.3
#: Pairs of found rows that are tried, the widest apart first.
MAX_PAIRS = 40
#: Hypotheses kept for each template.
MAX_PER_FORM = 10


@dataclass(frozen=True)
class Hypothesis:
    """A template and three or six pairs of points that would place it.

    Attributes:
        form: the template.
        mm: (n, 2) points on the form; px: (n, 2) the same in the picture.
        misfit: how badly the rows' distance fits, 0 is perfect.
    """

    form: FormPage
    mm: Floats
    px: Floats
    misfit: float


def box_triples(centres: Floats, sizes: Floats, right: Floats) -> Floats:
    """Rows of three boxes among centres (n, 2) -> (t, 3, 2), each from left to right.

    Args:
        centres: (n, 2) centres of boxes.
        sizes: (n, 2) widths and heights.
        right: (2,) unit vector along the rows.
    """
    if len(centres) < 3:
        return np.zeros((0, 3, 2))
    down = np.array([-right[1], right[0]])
    along, across = centres @ right, centres @ down
    dx = along[None, :] - along[:, None]
    dy = np.abs(across[None, :] - across[:, None])
    w, h = sizes[:, :1], sizes[:, 1:]
    near = (dx > NEIGHBOUR_WIDTHS[0] * w) & (dx < NEIGHBOUR_WIDTHS[1] * w)
    near &= dy < NEIGHBOUR_HEIGHTS * h
    next_of = np.where(near.any(1), np.where(near, dx, np.inf).argmin(1), -1)
    triples = []
    for first, second in enumerate(next_of):
        third = next_of[second] if second >= 0 else -1
        if third < 0:
            continue
        points = centres[[first, second, third]]
        one, two = np.linalg.norm(np.diff(points, axis=0), axis=1)
        if abs(one - two) <= EVEN_PITCH * max(one, two):
            triples.append(points)
    return np.array(triples).reshape(-1, 3, 2)


def form_triples(form: FormPage) -> Floats:
    """Rows of three boxes of a template (t, 3, 2) in mm."""
    found = landmarks_of(form)
    centres = found.box_centres
    triples = [
        centres[start + i : start + i + 3]
        for start, count in found.rows
        for i in range(count - 2)
    ]
    return np.array(triples).reshape(-1, 3, 2)


@dataclass(frozen=True)
class _Pairs:
    """Ordered pairs of rows: indices (p, 2), distance vector in pitches (p, 2), pitch ratio (p,)."""

    index: Floats
    vector: Floats
    ratio: Floats


def _pairs(triples: Floats, limit: int | None = None) -> _Pairs:
    n = len(triples)
    first, second = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    keep = first != second
    first, second = first[keep], second[keep]
    axis = (triples[:, 2] - triples[:, 0]) / 2
    pitch = np.linalg.norm(axis, axis=1)
    unit = axis / pitch[:, None]
    middle = triples[:, 1]
    delta = middle[second] - middle[first]
    e = unit[first]
    vector = np.stack(
        [(delta * e).sum(1), delta[:, 1] * e[:, 0] - delta[:, 0] * e[:, 1]], axis=1
    ) / pitch[first][:, None]
    ratio = pitch[second] / pitch[first]
    index = np.stack([first, second], axis=1)
    if limit is not None and len(index) > limit:
        # Only one order of each pair, the widest apart first.
        widest = np.argsort(-np.linalg.norm(vector, axis=1))
        widest = widest[index[widest, 0] < index[widest, 1]][:limit]
        index, vector, ratio = index[widest], vector[widest], ratio[widest]
    return _Pairs(index, vector, ratio)


@lru_cache(maxsize=512)
def _form_pairs(form: FormPage) -> tuple[Floats, _Pairs]:
    triples = form_triples(form)
    return triples, _pairs(triples)


def hypotheses(found: Landmarks, right: Floats, forms: Iterable[FormPage]) -> list[Hypothesis]:
    """All hypotheses for a picture whose rows run along ``right``, the best fitting first."""
    triples = box_triples(found.boxes.xy, found.box_size, right)
    if not len(triples):
        return []
    seen = _pairs(triples, MAX_PAIRS)
    result: list[Hypothesis] = []
    for form in forms:
        own, pairs = _form_pairs(form)
        result += _pair_hypotheses(form, own, pairs, triples, seen)
        if len(triples) == 1 or len(own) == 1:
            result += [Hypothesis(form, mm, px, 1.0) for mm in own for px in triples[:4]]
    return sorted(result, key=lambda h: h.misfit)


def _pair_hypotheses(
    form: FormPage, own: Floats, pairs: _Pairs, triples: Floats, seen: _Pairs
) -> list[Hypothesis]:
    if not len(pairs.index) or not len(seen.index):
        return []
    gap = np.linalg.norm(seen.vector[:, None] - pairs.vector[None], axis=2)
    length = np.linalg.norm(pairs.vector, axis=1)[None]
    misfit = gap / (DISTANCE_FLOOR + DISTANCE_SHARE * length)
    misfit += np.abs(np.log(seen.ratio[:, None] / pairs.ratio[None])) / PITCH_SHARE
    a, b = np.nonzero(misfit < 1.5)
    order = np.argsort(misfit[a, b])[:MAX_PER_FORM]
    return [
        Hypothesis(
            form,
            own[pairs.index[j]].reshape(-1, 2),
            triples[seen.index[i]].reshape(-1, 2),
            float(misfit[i, j]),
        )
        for i, j in zip(a[order], b[order], strict=True)
    ]
