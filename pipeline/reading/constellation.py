"""Guesses where a form lies, from rows of three boxes found in the picture.

Two rows of boxes and their distance, measured in the pitch of the boxes, are nearly the same in
the picture and on the form whatever the turn and size. Every pair of rows found is held against
every pair of rows of every template; what fits becomes a hypothesis to be tested by all landmarks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ocr.arrays import Floats, Ints
from ocr.landmarks import Landmarks
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.model import FormPage

#: A neighbour's centre lies this many box widths to the right (KPU's forms: 1.0 to 1.5; the width
#: that the network gives is rough where boxes are tall) ...
NEIGHBOUR_WIDTHS = (0.5, 1.9)
#: ... and at most this many box heights up or down.
NEIGHBOUR_HEIGHTS = 0.4
#: The two pitches of a row of three differ at most by this share (perspective).
EVEN_PITCH = 0.22
#: How far two distances between rows may differ: a share (perspective) and a floor, in pitches.
DISTANCE_SHARE, DISTANCE_FLOOR = 0.22, 0.7
#: How far the pitches of two rows may differ in ratio between picture and form.
PITCH_SHARE = 0.3
#: Two pairs whose misfits (in units of the above) add up to more than this are not the same.
MAX_MISFIT = 1.5
#: Pairs of found rows that are looked at.
MAX_PAIRS = 300
#: Rows that take part at most, found and guessed.
MAX_ROWS = 80
#: Rounds of passing support on; after a few the order does not change.
ROUNDS = 6
#: Rows that a hypothesis starts from: its leader and the nearest that support it.
SEED_ROWS = 3
#: With a single row there is nothing to compare: so many rows are tried against every row.
MAX_ALONE = 4


@dataclass(frozen=True)
class Hypothesis:
    """A template and three or six pairs of points that would place it.

    Attributes:
        form: the template.
        mm: (n, 2) points on the form; px: (n, 2) the same in the picture.
        support: how much other rows agree with it; only the order means something.
    """

    form: FormPage
    mm: Floats
    px: Floats
    support: float


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


def _completed(centres: Floats, sizes: Floats, right: Floats) -> Floats:
    """Rows of three of which one box was not found: (t, 3, 2), its centre guessed."""
    down = np.array([-right[1], right[0]])
    along, across = centres @ right, centres @ down
    triples = []
    for i, (w, h) in enumerate(sizes):
        dx, dy = along - along[i], np.abs(across - across[i])
        for j in np.nonzero((dx > NEIGHBOUR_WIDTHS[0] * w) & (dy < NEIGHBOUR_HEIGHTS * h))[0]:
            a, b = centres[i], centres[j]
            if dx[j] < NEIGHBOUR_WIDTHS[1] * w:
                triples += [[2 * a - b, a, b], [a, b, 2 * b - a]]
            elif dx[j] < 2 * NEIGHBOUR_WIDTHS[1] * w:
                triples.append([a, (a + b) / 2, b])
    return np.array(triples).reshape(-1, 3, 2)


def form_triples(form: FormPage) -> Floats:
    """Rows of three boxes of a template (t, 3, 2) in mm, formed as those of a picture are.

    So three boxes of two neighbouring fields are a row here when they look like one there.
    """
    own = landmarks_of(form)
    return box_triples(own.box_centres, own.boxes[:, 2:], np.array([1.0, 0.0]))


@dataclass(frozen=True)
class _Pairs:
    """Ordered pairs of rows: indices (p, 2), distance in pitches (p, 2), ratio of pitches (p,)."""

    index: Ints
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
    vector = (
        np.stack([(delta * e).sum(1), delta[:, 1] * e[:, 0] - delta[:, 0] * e[:, 1]], axis=1)
        / pitch[first][:, None]
    )
    ratio = pitch[second] / pitch[first]
    index = np.stack([first, second], axis=1)
    if limit is not None and len(index) > limit:
        # Spread evenly over all pairs, so that every row takes part.
        kept = np.linspace(0, len(index) - 1, limit).round().astype(int)
        index, vector, ratio = index[kept], vector[kept], ratio[kept]
    return _Pairs(index, vector, ratio)


@lru_cache(maxsize=512)
def _form_pairs(form: FormPage) -> tuple[Floats, _Pairs]:
    triples = form_triples(form)
    return triples, _pairs(triples)


def hypotheses(
    found: Landmarks,
    right: Floats,
    forms: Iterable[FormPage],
    *,
    each: int,
    guess_missing: bool = False,
) -> list[Hypothesis]:
    """The hypotheses for a picture whose rows run along ``right``, the best supported first.

    At most ``each`` for a form. With ``guess_missing`` rows of which one box was not found take
    part too.
    """
    triples = box_triples(found.boxes.xy, found.box_size, right)
    if guess_missing:
        guessed = _completed(found.boxes.xy, found.box_size, right)
        triples = np.concatenate([triples, guessed])[:MAX_ROWS]
    if not len(triples):
        return []
    seen = _pairs(triples, MAX_PAIRS)
    result: list[Hypothesis] = []
    for form in forms:
        own, pairs = _form_pairs(form)
        result += _supported(form, own, pairs, triples, seen=seen, each=each)
        if len(triples) == 1 or len(own) == 1:
            result += [Hypothesis(form, mm, px, 0.0) for mm in own for px in triples[:MAX_ALONE]]
    return sorted(result, key=lambda h: -h.support)


def _supported(
    form: FormPage, own: Floats, pairs: _Pairs, triples: Floats, *, seen: _Pairs, each: int
) -> list[Hypothesis]:
    """Assignments of found rows to the form's rows that support each other the most.

    Every two assignments that keep a distance support each other; a few rounds of passing the
    support on (the power iteration of spectral matching, Leordeanu and Hebert 2005) let those
    win that agree with many that agree with many.
    """
    if not len(pairs.index) or not len(seen.index):
        return []
    gap = np.linalg.norm(seen.vector[:, None] - pairs.vector[None], axis=2)
    length = np.linalg.norm(pairs.vector, axis=1)[None]
    misfit = gap / (DISTANCE_FLOOR + DISTANCE_SHARE * length)
    misfit += np.abs(np.log(seen.ratio[:, None] / pairs.ratio[None])) / PITCH_SHARE
    i, j = np.nonzero(misfit < MAX_MISFIT)
    if not len(i):
        return []
    rows = len(own)
    a = seen.index[i, 0] * rows + pairs.index[j, 0]
    b = seen.index[i, 1] * rows + pairs.index[j, 1]
    weight = MAX_MISFIT - misfit[i, j]
    support = np.ones(len(triples) * rows)
    for _ in range(ROUNDS):
        passed = np.bincount(a, weight * support[b], len(support))
        passed += np.bincount(b, weight * support[a], len(support))
        support = passed / passed.max()
    total = np.bincount(a, weight, len(support)) + np.bincount(b, weight, len(support))
    result = []
    for lead in np.argsort(-support)[:each]:
        if support[lead] <= 0:
            break
        partners = np.concatenate([b[a == lead], a[b == lead]])
        chosen = _one_to_one(int(lead), partners[np.argsort(-support[partners])], rows)
        near = np.linalg.norm(own[chosen % rows, 1] - own[lead % rows, 1], axis=1).argsort()
        chosen = chosen[near[:SEED_ROWS]]
        result.append(
            Hypothesis(
                form,
                own[chosen % rows].reshape(-1, 2),
                triples[chosen // rows].reshape(-1, 2),
                float(support[lead] * total.max()),
            )
        )
    return result


def _one_to_one(lead: int, partners: Ints, rows: int) -> Ints:
    """The leading assignment and its partners, each row found and each of the form used once."""
    chosen, taken, used = [lead], {lead // rows}, {lead % rows}
    for partner in partners.tolist():
        if partner // rows not in taken and partner % rows not in used:
            chosen.append(partner)
            taken.add(partner // rows)
            used.add(partner % rows)
    return np.array(chosen)
