"""The matching of landmarks to templates, with landmarks made from the templates themselves."""

import numpy as np
import pytest

from ocr.landmarks import Landmarks, Peaks
from pipeline import geometry
from pipeline.forms.landmarks import landmarks_of
from pipeline.forms.load import default_catalogue
from pipeline.reading.constellation import box_triples
from pipeline.reading.fit import judge
from pipeline.reading.locate import (
    ATTEMPTS,
    QUICK_ATTEMPTS,
    Sighting,
    is_form,
    leaves_a_row,
    match,
)
from pipeline.reading.mesh import bend
from pipeline.reading.targets import Targets

FORMS = default_catalogue().pages
IDS = [form.key for form in FORMS]


def homography_for(form, rng, *, turn_deg, tilt=0.0004, long_side=1000.0):
    """A camera's view of the page: turned, tilted, about so many px long."""
    w, h = form.size_mm
    s = long_side / max(w, h)
    c, n = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    tilted = np.eye(3)
    tilted[2, :2] = rng.uniform(-tilt, tilt, 2)
    return (
        geometry.shift(700, 700)
        @ tilted
        @ np.array([[c, -n, 0], [n, c, 0], [0, 0, 1]])
        @ geometry.scale(s)
        @ geometry.shift(-w / 2, -h / 2)
    )


def seen_from(form, H, rng, *, lost=0.0, noise_px=0.0, invented=0, window=None):
    """What a perfect or imperfect network would find of a form under H."""
    own = landmarks_of(form)
    size = (1400, 1400)

    def peaks(points):
        px = geometry.apply(H, points) + rng.normal(0, noise_px, (len(points), 2))
        keep = rng.random(len(px)) >= lost
        if window is not None:
            x, y, w, h = window
            keep &= ((points >= [x, y]) & (points <= [x + w, y + h])).all(1)
        px = np.concatenate([px[keep], rng.uniform(0, 1400, (invented, 2))])
        return Peaks(px, np.ones(len(px))), np.nonzero(keep)[0]

    boxes, kept = peaks(own.box_centres)
    corners = [own.boxes[:, :2], own.boxes[:, :2] + own.boxes[:, 2:]]
    px = [geometry.apply(H, c) for c in corners]
    turned = np.abs(px[1] - px[0])
    scale = geometry.local_scale(H, own.box_centres)[:, None]
    size_px = np.concatenate([(own.boxes[:, 2:] * scale)[kept], np.full((invented, 2), 20.0)])
    assert turned.shape == own.boxes[:, 2:].shape
    middle = np.array([form.size_mm]) / 2
    up = geometry.apply(H, middle - [0, 5]) - geometry.apply(H, middle)
    found = Landmarks(
        boxes, peaks(own.bubbles)[0] if len(own.bubbles) else Peaks(np.zeros((0, 2)), np.zeros(0)),
        peaks(own.crossings)[0], size_px, up[0] / np.linalg.norm(up[0]), 0.9,
    )  # fmt: skip
    return found, Targets.of(found, 1.0, size)


def found_in(found, targets):
    return match(Sighting(found, targets), FORMS, ATTEMPTS)


def worst_error_mm(fit, H):
    centres = landmarks_of(fit.form).box_centres
    back = geometry.apply(np.linalg.inv(H), geometry.apply(fit.mm_to_px, centres))
    return np.linalg.norm(back - centres, axis=1).max()


@pytest.mark.parametrize("form", FORMS, ids=IDS)
@pytest.mark.parametrize("turn_deg", [0, 17, 90, 180, 261])
def test_every_form_is_found_at_every_turn(form, turn_deg):
    rng = np.random.default_rng(turn_deg)
    H = homography_for(form, rng, turn_deg=turn_deg)
    found, targets = seen_from(form, H, rng)
    fits = found_in(found, targets)
    assert fits[0].form.key == form.key
    assert is_form(fits[0])
    assert worst_error_mm(fits[0], H) < 0.02 * landmarks_of(form).boxes[:, 2:].min()


@pytest.mark.parametrize("page", [1, 2, 3])
def test_an_upright_page_of_2024_is_found_quickly(page):
    form = default_catalogue().page(f"c-hasil-ppwp-2024-p{page}")
    rng = np.random.default_rng(4)
    H = homography_for(form, rng, turn_deg=-2, tilt=0.0001)
    found, targets = seen_from(form, H, rng, noise_px=0.3)
    fits = match(Sighting(found, targets), FORMS, QUICK_ATTEMPTS)
    assert fits[0].form.key == form.key


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_tenth_lost_and_thirty_invented_landmarks_do_not_matter(form):
    rng = np.random.default_rng(5)
    H = homography_for(form, rng, turn_deg=4)
    found, targets = seen_from(form, H, rng, lost=0.1, noise_px=0.6, invented=30)
    fits = found_in(found, targets)
    assert fits[0].form.key == form.key
    assert worst_error_mm(fits[0], H) < 0.25 * landmarks_of(form).boxes[:, 2:].min()


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_a_mirrored_page_is_not_taken_for_the_form(form):
    rng = np.random.default_rng(6)
    H = homography_for(form, rng, turn_deg=0) @ geometry.shift(form.size_mm[0], 0)
    H = H @ np.diag([-1.0, 1.0, 1.0])
    found, targets = seen_from(form, H, rng)
    for fit in found_in(found, targets)[:1]:
        assert np.linalg.det(fit.mm_to_px[:2, :2]) > 0
        assert not (is_form(fit) and fit.form.key == form.key and worst_error_mm(fit, H) < 1)


def test_the_upper_half_of_a_page_is_enough():
    form = default_catalogue().page("c-hasil-ppwp-2024-p2")
    rng = np.random.default_rng(7)
    H = homography_for(form, rng, turn_deg=-3)
    found, targets = seen_from(form, H, rng, window=(180, 100, 400, 380))
    fits = found_in(found, targets)
    assert fits[0].form.key == form.key


def test_chance_landmarks_are_no_form():
    rng = np.random.default_rng(8)
    for _ in range(10):

        def peaks(n):
            return Peaks(rng.uniform(0, 1400, (n, 2)), np.ones(n))

        boxes = peaks(60)
        found = Landmarks(
            boxes, peaks(60), peaks(300), np.full((60, 2), 60.0), np.array([0, -1.0]), 0.5
        )
        fits = found_in(found, Targets.of(found, 1.0, (1400, 1400)))
        assert not any(is_form(fit) for fit in fits)


def test_a_fold_is_followed_by_the_mesh():
    form = default_catalogue().page("c-hasil-ppwp-2024-p2")
    rng = np.random.default_rng(9)
    H = homography_for(form, rng, turn_deg=2)
    found, _ = seen_from(form, H, rng)

    def folded(peaks):
        back = geometry.apply(np.linalg.inv(H), peaks.xy)
        back[:, 1] += 8.0 * np.maximum(0, (back[:, 1] - 300) / 300) ** 2
        return Peaks(geometry.apply(H, back), peaks.score)

    bent = Landmarks(
        folded(found.boxes), folded(found.bubbles), folded(found.crossings),
        found.box_size, found.up, 0.9,
    )  # fmt: skip
    targets = Targets.of(bent, 1.0, (1400, 1400))
    fit = found_in(bent, targets)[0]

    def off(mesh):
        moved = fit.mm if mesh is None else fit.mm + mesh.offsets(fit.mm)
        gap = np.linalg.norm(geometry.apply(fit.mm_to_px, moved) - fit.px, axis=1)
        return np.median(gap)

    mesh = bend(fit)
    assert off(mesh) < 0.5 * off(None)
    assert judge(form, fit.mm_to_px, targets, mesh).agreement >= fit.agreement


def test_rows_run_from_left_to_right_whatever_the_order_found():
    centres = np.array([[60.0, 0], [0, 0], [30, 0], [200, 0]])
    sizes = np.full((4, 2), 24.0)
    (row,) = box_triples(centres, sizes, np.array([1.0, 0.0]))
    assert row[:, 0].tolist() == [0, 30, 60]
    (row,) = box_triples(centres, sizes, np.array([-1.0, 0.0]))
    assert row[:, 0].tolist() == [60, 30, 0]


def test_a_page_placed_one_row_off_is_noticed():
    form = default_catalogue().page("c-hasil-ppwp-2024-p2")
    rng = np.random.default_rng(10)
    H = homography_for(form, rng, turn_deg=1)
    _, targets = seen_from(form, H, rng)
    step = form.fields[1].boxes.at_mm[1] - form.fields[0].boxes.at_mm[1]
    assert not leaves_a_row(judge(form, H, targets), targets)
    assert leaves_a_row(judge(form, H @ geometry.shift(0, step), targets), targets)
    assert leaves_a_row(judge(form, H @ geometry.shift(0, -step), targets), targets)
