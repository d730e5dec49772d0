"""Photographs a drawn page: perspective, light, blur, noise and JPEG, with the truth kept.

The homography from the form's millimetres to the photo's pixels comes back with the picture, so
that tests and training know where everything is.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats, Floats32, Gray
from pipeline import geometry


@dataclass(frozen=True)
class Shot:
    """How a photo is taken.

    Attributes:
        size_px: width and height of the photo.
        turn_deg: clockwise turn of the page in the picture.
        tilt: how far each corner may be off by perspective, as a share of the picture.
        fill: share of the picture's smaller fit that the page takes; above 1 it is cut off.
        light: brightness of the paper, 1 is white.
        gradient: how much darker the dark side is, as a share.
        shadow: how much darker a shadow across the page is; 0 for none.
        blur_px: standard deviation of the blur.
        noise: standard deviation of the sensor's noise in gray levels.
        quality: of the JPEG, 1 to 100.
        background: gray of what the page lies on; None for a scan, which goes on white.
    """

    size_px: tuple[int, int] = (1080, 1440)
    turn_deg: float = 0.0
    tilt: float = 0.03
    fill: float = 0.94
    light: float = 0.88
    gradient: float = 0.15
    shadow: float = 0.0
    blur_px: float = 0.6
    noise: float = 3.0
    quality: int = 80
    background: int | None = 96


#: An A4 scanner: straight, evenly lit, black on white.
SCAN = Shot(
    size_px=(1240, 1754),
    tilt=0.0,
    fill=0.99,
    light=0.99,
    gradient=0.0,
    blur_px=0.5,
    noise=2.0,
    background=None,
)


def random_shot(rng: np.random.Generator, size_px: tuple[int, int] = (1080, 1440)) -> Shot:
    """A photo as phones take them."""
    return Shot(
        size_px=size_px,
        turn_deg=float(rng.normal(0, 3)),
        tilt=float(rng.uniform(0, 0.05)),
        fill=float(rng.uniform(0.85, 0.98)),
        light=float(rng.uniform(0.55, 0.98)),
        gradient=float(rng.uniform(0, 0.35)),
        shadow=float(rng.uniform(0.15, 0.4)) if rng.random() < 0.4 else 0.0,
        blur_px=float(rng.uniform(0.3, 1.4)),
        noise=float(rng.uniform(1, 6)),
        quality=int(rng.integers(50, 93)),
        background=int(rng.integers(40, 170)),
    )


def photograph(
    page: Gray, px_per_mm: float, rng: np.random.Generator, shot: Shot | None = None
) -> tuple[Gray, Floats]:
    """Take a photo of a drawn page.

    Args:
        page: (H, W) or (H, W, 3) uint8.
        px_per_mm: the scale it was drawn at.
        rng: where the camera's hand and the noise come from.
        shot: how it is taken; a random one where left out.

    Returns:
        The photo, (h, w) or (h, w, 3) as the page, and the homography (3, 3) from mm to its
        px; whole coordinates are the centres of pixels.
    """
    shot = shot or random_shot(rng)
    H = _aim((page.shape[1], page.shape[0]), shot, rng)
    background = 255 if shot.background is None else shot.background
    photo = cv2.warpPerspective(
        page,
        H,
        shot.size_px,
        flags=cv2.INTER_AREA if shot.background is None else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(background,) * 3,
    )
    lit: Floats32 = photo.astype(np.float32) * _expand(_light(shot, rng), photo.ndim)
    if shot.blur_px > 0:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), shot.blur_px), np.float32)
    lit = lit + rng.normal(0, shot.noise, lit.shape).astype(np.float32)
    taken = np.clip(np.rint(lit), 0, 255).astype(np.uint8)
    # A drawn pixel i covers i to i + 1; coordinates in pictures mean the pixels' centres.
    mm_to_px = H @ geometry.shift(-0.5, -0.5) @ geometry.scale(px_per_mm)
    return _through_jpeg(taken, shot.quality), mm_to_px


def encode_jpeg(photo: Gray, quality: int) -> bytes:
    """A photo as the bytes of a JPEG file."""
    _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _through_jpeg(photo: Gray, quality: int) -> Gray:
    data = np.frombuffer(encode_jpeg(photo, quality), np.uint8)
    mode = cv2.IMREAD_GRAYSCALE if photo.ndim == 2 else cv2.IMREAD_COLOR
    decoded = cv2.imdecode(data, mode)
    if decoded is None:  # pragma: no cover - OpenCV reads what it has written
        raise AssertionError("OpenCV cannot read its own JPEG")
    return np.asarray(decoded, dtype=np.uint8)


def _aim(page_px: tuple[int, int], shot: Shot, rng: np.random.Generator) -> Floats:
    """The homography from the drawn page's px to the photo's px."""
    page = geometry.rect_quad((0.0, 0.0, float(page_px[0]), float(page_px[1])))
    turn = np.deg2rad(shot.turn_deg)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    turned = (page - page.mean(axis=0)) @ rotation
    room = np.array(shot.size_px, np.float64)
    # The whole turned page fits into the picture at fill = 1.
    target = turned * (shot.fill * (room / np.ptp(turned, axis=0)).min())
    corners = target + rng.uniform(-shot.tilt, shot.tilt, (4, 2)) * room.min()
    slack = np.maximum(room - np.ptp(corners, axis=0), 0)
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    return geometry.homography(
        page, corners - middle + room / 2 + rng.uniform(-0.4, 0.4, 2) * slack
    )


def _light(shot: Shot, rng: np.random.Generator) -> Floats:
    """How bright each pixel is lit, (h, w), about 1."""
    width, height = shot.size_px
    y, x = np.mgrid[0:height, 0:width]
    angle = rng.uniform(0, 2 * np.pi)
    across = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
    light = shot.light * (1 - shot.gradient * (across + 0.5))
    if shot.shadow > 0:
        angle, where = rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.3)
        edge = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle) - where
        light = light * (1 - shot.shadow / (1 + np.exp(-edge / 0.012)))
    return np.asarray(light, dtype=np.float64)


def _expand(light: Floats, dimensions: int) -> Floats32:
    plane: Floats32 = light.astype(np.float32)
    return plane if dimensions == 2 else plane[..., None]
