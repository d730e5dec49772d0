"""Stage: which form a photo shows, and where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from ocr.arrays import Floats, Gray
from ocr.landmarks import Landmarks, find_landmarks
from pipeline import geometry
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.load import Catalogue
from pipeline.forms.model import FormPage
from pipeline.reading.constellation import Hypothesis, hypotheses
from pipeline.reading.fit import Fit, glance, grow, judge, start_from
from pipeline.reading.mesh import bend
from pipeline.reading.model import Located, Photo
from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused
from pipeline.reading.targets import Targets

#: The network looks at the photo at these sizes (px, longer side) until a form is found for sure.
LOOKS_PX = (448, 1024)
#: A photo larger than this (px) shows a whole sheet, whose boxes are small in it.
LARGE_PX, LARGE_LOOKS_PX = 2000, (768, 1280)
#: Guesses of one form that are tested in full, those first that look best at a glance.
MAX_TESTED_PER_FORM = 10
#: Found for sure: no further look is taken.
SURE_AGREEMENT, SURE_BOXES, SURE_EXPLAINED, SURE_LANDMARKS = 0.75, 0.9, 0.9, 130
#: Convincing without a second try: forms with few landmarks are never found for sure.
CONVINCING_AGREEMENT, CONVINCING_SPREAD, CONVINCING_LANDMARKS = 0.85, 0.07, 60
#: Below these a photo shows no form of the catalogue. Set on drawn pages and TPS_001-300.
LEAST_AGREEMENT, LEAST_BOXES, LEAST_EXPLAINED = 0.6, 0.65, 0.5
#: Writing and other tables make boxes too; what fits as closely as this may leave them unexplained.
CLOSE_AGREEMENT, CLOSE_SPREAD = 0.8, 0.08
#: Landmarks that agree by chance lie about 0.25 of a box off; real ones less than this.
MOST_SPREAD = 0.13
#: No camera stands so aslant that a page seems this many times longer one way than it is.
MOST_STRETCH = 2.3
#: Fewer agreeing landmarks or boxes than this can be chance.
LEAST_LANDMARKS, LEAST_BOX_COUNT = 20, 5
#: Steps to the next row that are tried after a fit, and how often.
MAX_STEPS, MAX_SLIPS = 2, 3
#: With all boxes found and this share of what was found explained, no row can be missing.
ALL_EXPLAINED = 0.95
#: A step is followed up when even before the fit is made anew it scores this share of the first.
SLIP_SHARE = 0.6


@dataclass(frozen=True)
class Attempt:
    """One way to match a picture.

    Attributes:
        turn_deg: the turn against the direction that the network found.
        guess_missing: whether boxes that were not found are guessed.
        each: guesses for each form; tests: how many of all are tested in full.
    """

    turn_deg: float
    guess_missing: bool
    each: int
    tests: int


#: For pictures as they should be; its result counts when it is convincing.
QUICK_ATTEMPTS = (Attempt(0, False, each=1, tests=4),)
#: What is tried in turn until a form is found.
ATTEMPTS = (
    Attempt(0, False, each=24, tests=40),
    Attempt(0, True, each=24, tests=24),
    Attempt(180, False, each=12, tests=16),
    Attempt(90, False, each=12, tests=16),
    Attempt(270, False, each=12, tests=16),
)
#: Boxes found further from every box of the form than this share of one are not explained by it;
#: as near to where a row would have them, they are that row.
SPARE_SHARE = 0.45
#: Residuals above this share of a box call for the mesh.
BEND_SHARE = 0.04
#: The tag is looked for in a window this much wider than itself, drawn with this many px.
TAG_MARGIN, TAG_WINDOW_PX = 0.6, 220


@dataclass(frozen=True)
class Sighting:
    """What one look at a photo found."""

    found: Landmarks
    targets: Targets


def locate(photo: Photo, catalogue: Catalogue) -> Located:
    """Find the form and its place.

    Every look is first matched quickly; only when none is convincing are more guesses made.

    Raises:
        Refused: with ``no_form`` when nothing of the catalogue is there.
    """
    looks = LOOKS_PX if max(photo.gray.shape) <= LARGE_PX else LARGE_LOOKS_PX
    sightings: list[Sighting] = []
    placed: list[tuple[Fit, Sighting]] = []
    for look in looks:
        sighting = look_at(photo.gray, look)
        sightings.append(sighting)
        fits = match(sighting, catalogue.pages, QUICK_ATTEMPTS)
        placed += [(fit, sighting) for fit in fits[:1]]
        if fits and _is_sure(fits[0]):
            break
    if not any(_is_convincing(fit) for fit, _ in placed):
        for sighting in sightings:
            fits = match(sighting, catalogue.pages, ATTEMPTS)
            placed += [(fit, sighting) for fit in fits[:1]]
    best = max(placed, key=lambda pair: pair[0].score, default=None)
    if best is None or not is_form(best[0]):
        seen = _describe(best[0] if best else None)
        raise Refused(Reason.NO_FORM, expected="a form of the catalogue", seen=seen)
    fit, sighting = best
    # A tag among 2,320 takes as long to read as all matching; it settles what is not yet sure.
    seen_tag = None if _is_sure(fit) else read_tag(photo.gray, fit)
    if fit.form.tag is not None and seen_tag is not None and seen_tag != fit.form.tag.id:
        raise Refused(Reason.NO_FORM, expected=f"tag {fit.form.tag.id}", seen=f"tag {seen_tag}")
    return _finish(fit, sighting.targets)


def look_at(gray: Gray, look: int) -> Sighting:
    """One look of the network at a photo (H, W), its longer side so many px."""
    height, width = gray.shape
    found = find_landmarks(gray, look)
    return Sighting(found, Targets.of(found, max(height, width) / look, (height, width)))


def match(
    sighting: Sighting, pages: Sequence[FormPage], attempts: Sequence[Attempt]
) -> tuple[Fit, ...]:
    """Fits of the templates to landmarks, the best of each, the best first; empty for none."""
    found = sighting.found
    for attempt in attempts:
        guesses = hypotheses(
            found,
            _right(found.up, attempt.turn_deg),
            pages,
            each=attempt.each,
            guess_missing=attempt.guess_missing,
        )
        fits = _test(guesses, sighting.targets, attempt.tests)
        if fits and is_form(fits[0]):
            return fits
    return ()


def is_form(fit: Fit) -> bool:
    """Whether a fit is no chance."""
    agreeing, in_view = fit.boxes
    fits_well = fit.agreement >= CLOSE_AGREEMENT and fit.spread <= CLOSE_SPREAD
    return (
        fit.agreement >= LEAST_AGREEMENT
        and agreeing >= LEAST_BOXES * max(in_view, 1)
        and (fit.explained >= LEAST_EXPLAINED or fits_well)
        and agreeing >= LEAST_BOX_COUNT
        and fit.spread <= MOST_SPREAD
        and _stretch(fit) <= MOST_STRETCH
        and len(fit.mm) >= LEAST_LANDMARKS
    )


def _stretch(fit: Fit) -> float:
    """How many times longer one direction of the page is drawn than the other, at its landmarks."""
    at = fit.mm.mean(0)[None]
    corner, right, below = geometry.apply(fit.mm_to_px, at + np.array([[0, 0], [1, 0], [0, 1]]))
    long, short = np.linalg.svd(np.stack([right - corner, below - corner]), compute_uv=False)
    return float(long / max(short, 1e-9))


def read_tag(gray: Gray, fit: Fit) -> int | None:
    """The id of the tag at the place where the form has one, in full resolution, if readable."""
    tag = fit.form.tag
    if tag is None:
        return None
    x, y, w, h = tag.at_mm
    window = (
        x - TAG_MARGIN * w,
        y - TAG_MARGIN * h,
        w * (1 + 2 * TAG_MARGIN),
        h * (1 + 2 * TAG_MARGIN),
    )
    corners = geometry.apply(fit.mm_to_px, geometry.rect_quad(window))
    side = TAG_WINDOW_PX - 1.0
    H = geometry.homography(corners, np.array([[0, 0], [side, 0], [side, side], [0, side]]))
    patch = cv2.warpPerspective(gray, H, (TAG_WINDOW_PX, TAG_WINDOW_PX), borderValue=255)
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    )
    _, ids, _ = detector.detectMarkers(patch)
    return None if ids is None or not len(ids) else int(np.ravel(ids)[0])


def _right(up: Floats, turn_deg: float) -> Floats:
    """The direction of reading, (2,), for an upward direction turned by some degrees."""
    angle = np.arctan2(up[1], up[0]) + np.pi / 2 + np.radians(turn_deg)
    return np.array([np.cos(angle), np.sin(angle)])


def _test(guesses: list[Hypothesis], targets: Targets, tests: int) -> tuple[Fit, ...]:
    """Glance at every guess, test the best in full; the best fit of each form, best first."""
    placed = [(guess, H) for guess in guesses if (H := start_from(guess.mm, guess.px)) is not None]
    glances = [glance(guess.form, H, guess.mm, targets) for guess, H in placed]
    best: dict[str, Fit] = {}
    tested: dict[str, int] = {}
    for i in np.argsort(-np.array(glances), kind="stable"):
        guess, H = placed[i]
        key = guess.form.key
        if glances[i] <= 0:
            break
        if tested.get(key, 0) >= MAX_TESTED_PER_FORM or sum(tested.values()) >= tests:
            continue
        tested[key] = tested.get(key, 0) + 1
        fit = grow(guess.form, H, guess.mm, targets)
        if fit is not None and (key not in best or fit.score > best[key].score):
            best[key] = fit
            if _is_sure(fit):
                break
    fits = sorted(best.values(), key=lambda fit: -fit.score)
    return (_without_slip(fits[0], targets), *fits[1:]) if fits else ()


def _without_slip(fit: Fit, targets: Targets) -> Fit:
    """The fit, or the same one row or box further, as long as that is better.

    Rows of boxes are evenly spaced: a page placed one row too high agrees nearly everywhere.
    """
    agreeing, in_view = fit.boxes
    if fit.explained >= ALL_EXPLAINED and agreeing == in_view:
        return fit
    for _ in range(MAX_SLIPS):
        moved = [fit.mm_to_px @ geometry.shift(*offset) for offset in _spacings(fit.form)]
        seen = [f for H in moved if (f := judge(fit.form, H, targets)) is not None]
        best = max(seen, key=lambda f: f.score, default=fit)
        if best.score <= SLIP_SHARE * fit.score or not len(best.mm):
            break
        better = grow(fit.form, best.mm_to_px, best.mm, targets)
        if better is None or better.score <= fit.score:
            break
        fit = better
    return fit


@lru_cache(maxsize=512)
def _spacings(form: FormPage) -> tuple[tuple[float, float], ...]:
    """The usual steps (mm) from one row of boxes to the next, both ways."""
    tops = np.unique(np.round(landmarks_of(form).boxes[:, 1], 1))
    steps, counts = np.unique(np.round(np.diff(tops)), return_counts=True)
    usual = steps[np.argsort(-counts)][:MAX_STEPS]
    return tuple((0.0, float(sign * step)) for step in usual if step > 1 for sign in (-1, 1))


def _is_convincing(fit: Fit) -> bool:
    """Whether no other placement needs to be tried: sure, or small but close."""
    agreeing, in_view = fit.boxes
    close = fit.agreement >= CONVINCING_AGREEMENT and fit.spread <= CONVINCING_SPREAD
    return _is_sure(fit) or (
        close and agreeing >= SURE_BOXES * max(in_view, 1) and len(fit.mm) >= CONVINCING_LANDMARKS
    )


def _is_sure(fit: Fit) -> bool:
    agreeing, in_view = fit.boxes
    return (
        fit.agreement >= SURE_AGREEMENT
        and agreeing >= SURE_BOXES * max(in_view, 1)
        and fit.explained >= SURE_EXPLAINED
        and len(fit.mm) >= SURE_LANDMARKS
    )


def _finish(fit: Fit, targets: Targets) -> Located:
    """The mesh where it is needed, and how far each field may still be off."""
    located = Located(fit.form, fit.mm_to_px, None, fit.agreement)
    box_mm = float(landmarks_of(fit.form).boxes[:, 2:].min())
    back = geometry.apply(geometry.inverse(fit.mm_to_px), fit.px)
    if float(np.median(np.linalg.norm(back - fit.mm, axis=1))) > BEND_SHARE * box_mm:
        mesh = bend(fit)
        bent = judge(fit.form, fit.mm_to_px, targets, mesh)
        if bent is not None and bent.score >= fit.score:
            fit = bent
            located = replace(located, mesh=mesh, agreement=bent.agreement)
    if leaves_a_row(fit, targets):
        # The page may be placed a row too high or too low: no field's place is sure.
        return replace(located, residual_mm=np.full(len(fit.form.fields), np.nan))
    return replace(located, residual_mm=_residuals(located, fit))


def leaves_a_row(fit: Fit, targets: Targets) -> bool:
    """Whether boxes were found that look like one more field in a column of the form's fields.

    A page that is placed one row off explains all but one row of boxes, and every sum may hold.
    """
    own = landmarks_of(fit.form)
    back = geometry.apply(geometry.inverse(fit.mm_to_px), targets.xy[targets.kind == 0])
    side = own.boxes[:, 2:].min(1).mean()
    gaps = np.linalg.norm(back[:, None] - own.box_centres[None], axis=2)
    spare = back[(gaps.min(1) > SPARE_SHARE * side) & (back > 0).all(1)] if len(back) else back
    for start, count in own.rows[: len(fit.form.fields)]:
        row = own.box_centres[start : start + count]
        for first in spare[np.abs(spare[:, 0] - row[0, 0]) < side]:
            expected = first + row - row[0]
            nearest = np.linalg.norm(spare[:, None] - expected[None], axis=2).min(0)
            if count > 1 and (nearest < SPARE_SHARE * side).all():
                return True
    return False


def _residuals(located: Located, fit: Fit) -> Floats:
    moved = fit.mm if located.mesh is None else fit.mm + located.mesh.offsets(fit.mm)
    gap = np.linalg.norm(geometry.apply(geometry.inverse(fit.mm_to_px), fit.px) - moved, axis=1)
    out = []
    for field in fit.form.fields:
        x, y, w, h = field.boxes.hull
        near = (np.abs(fit.mm - [x + w / 2, y + h / 2]) <= [w / 2 + 1, h / 2 + 1]).all(1)
        out.append(float(gap[near].max()) if near.any() else float("nan"))
    return np.array(out)


def _describe(fit: Fit | None) -> str:
    if fit is None:
        return "no rows of digit boxes that fit any form"
    return (
        f"{fit.form.key} with {fit.boxes[0]} of {fit.boxes[1]} boxes, agreement {fit.agreement:.2f}"
    )
