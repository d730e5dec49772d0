"""Geometry: conversions go there and back, and wrong shapes or mirrored quads are noticed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import geometry
from pipeline.reading.model import Mesh

#: A page in mm and a photo in px: the sizes that really occur, no subnormal numbers.
coordinate = st.floats(-1000, 1000, allow_subnormal=False)
side = st.floats(1, 500, allow_subnormal=False)
point = st.tuples(coordinate, coordinate)


@st.composite
def quads(draw: st.DrawFn) -> np.ndarray:
    """A convex clockwise quad: a rectangle whose corners moved by less than a third of a side."""
    x, y, w, h = draw(coordinate), draw(coordinate), draw(side), draw(side)
    shifts = st.floats(-0.2, 0.2, allow_subnormal=False)
    moved = np.array(draw(st.lists(st.tuples(shifts, shifts), min_size=4, max_size=4)))
    return geometry.rect_quad((x, y, w, h)) + moved * [w, h]


@st.composite
def homographies(draw: st.DrawFn) -> np.ndarray:
    """What maps a page of 600 x 900 mm into a photo, in perspective."""
    page = geometry.rect_quad((0, 0, 600, 900))
    shifts = st.floats(-100, 100, allow_subnormal=False)
    moved = np.array(draw(st.lists(st.tuples(shifts, shifts), min_size=4, max_size=4)))
    return geometry.homography(page, page * draw(st.floats(0.5, 5)) + moved)


on_page = st.lists(st.tuples(st.floats(0, 600), st.floats(0, 900)), min_size=1, max_size=9)


@given(H=homographies(), points=on_page)
def test_a_homography_and_its_inverse_bring_every_point_back(H, points):
    points = np.array(points)
    back = geometry.apply(np.linalg.inv(H), geometry.apply(H, points))
    np.testing.assert_allclose(back, points, atol=1e-4)


@given(source=quads(), target=quads())
def test_a_homography_of_four_pairs_maps_each_corner_to_its_own(source, target):
    reach = np.abs(target).max() + 1
    mapped = geometry.apply(geometry.homography(source, target), source)
    # Four exact pairs are solved in single precision, and a far quad has few digits left.
    np.testing.assert_allclose(mapped, target, atol=2e-3 * reach)


@given(a=homographies(), b=homographies(), points=on_page)
def test_two_maps_one_after_the_other_are_their_product(a, b, points):
    points = np.array(points)
    middle = geometry.apply(a, points)
    together = geometry.apply(b @ a, points)
    step = geometry.apply(b, middle)
    near = np.abs(step) < 1e5
    np.testing.assert_allclose(together[near], step[near], rtol=1e-6, atol=1e-3)


@given(x=coordinate, y=coordinate, factor=st.floats(0.01, 100), points=st.lists(point, min_size=1))
def test_shift_and_scale_do_what_they_say(x, y, factor, points):
    points = np.array(points)
    np.testing.assert_allclose(
        geometry.apply(geometry.shift(x, y), points), points + np.array([x, y])
    )
    np.testing.assert_allclose(geometry.apply(geometry.scale(factor), points), points * factor)


def test_scale_of_two_factors_keeps_x_and_y_apart():
    mapped = geometry.apply(geometry.scale(2, 5), np.array([[1.0, 1.0]]))
    np.testing.assert_allclose(mapped, [[2, 5]])


@given(x=coordinate, y=coordinate, w=side, h=side)
def test_a_rectangle_runs_clockwise_from_its_top_left(x, y, w, h):
    quad = geometry.rect_quad((x, y, w, h))
    np.testing.assert_allclose(quad, [[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    assert geometry.is_convex(quad)


@given(quad=quads())
def test_a_quad_as_photographed_is_convex_and_its_mirror_images_are_not(quad):
    assert geometry.is_convex(quad)
    assert not geometry.is_convex(quad[::-1])
    assert not geometry.is_convex(quad * [-1, 1])
    assert not geometry.is_convex(quad * [1, -1])


@given(quad=quads(), turn=st.integers(1, 3))
def test_a_turned_quad_stays_convex(quad, turn):
    assert geometry.is_convex(np.roll(quad, turn, axis=0))
    assert geometry.is_convex(quad * [-1, -1])


@given(quad=quads())
def test_a_folded_quad_is_not_convex(quad):
    assert not geometry.is_convex(quad[[0, 2, 1, 3]])
    assert not geometry.is_convex(quad[[0, 0, 2, 3]])


@given(factor_x=st.floats(0.1, 20), factor_y=st.floats(0.1, 20), points=on_page)
def test_the_local_scale_of_a_scaling_is_the_mean_of_its_factors(factor_x, factor_y, points):
    found = geometry.local_scale(geometry.scale(factor_x, factor_y), np.array(points))
    np.testing.assert_allclose(found, np.sqrt(factor_x * factor_y), rtol=1e-6)


def test_the_local_scale_shrinks_with_the_distance():
    page = geometry.rect_quad((0, 0, 600, 900))
    tilted = np.array([[200.0, 0], [400, 0], [600, 900], [0, 900]])
    near, far = geometry.local_scale(
        geometry.homography(page, tilted), np.array([[300.0, 850.0], [300.0, 50.0]])
    )
    assert near > 1.5 * far


@pytest.mark.parametrize(
    ("H", "points"),
    [
        (np.eye(2), np.zeros((1, 2))),
        (np.eye(3), np.zeros(2)),
        (np.eye(3), np.zeros((1, 3))),
        (np.eye(3)[:2], np.zeros((1, 2))),
    ],
)
def test_wrong_shapes_are_errors(H, points):
    with pytest.raises(ValueError, match="expected"):
        geometry.apply(H, points)


@given(points=on_page, dx=coordinate, dy=coordinate)
def test_a_mesh_of_one_offset_moves_everything_alike(points, dx, dy):
    mesh = Mesh(np.array([0.0, 300, 600]), np.array([0.0, 900]), np.full((2, 3, 2), [dx, dy]))
    np.testing.assert_allclose(mesh.offsets(np.array(points)), np.tile([dx, dy], (len(points), 1)))


def test_a_mesh_is_linear_between_its_nodes_and_holds_beyond_them():
    offsets = np.zeros((2, 2, 2))
    offsets[0, 1] = [4, 0]
    offsets[1, 0] = [0, 8]
    mesh = Mesh(np.array([0.0, 10]), np.array([0.0, 20]), offsets)
    points = np.array([[0.0, 0], [10, 0], [0, 20], [5, 0], [5, 10], [99, -99]])
    expected = [[0, 0], [4, 0], [0, 8], [2, 0], [1, 2], [4, 0]]
    np.testing.assert_allclose(mesh.offsets(points), expected)
