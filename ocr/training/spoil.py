"""Light, blur, noise and compression: what happens to a page between the paper and the file."""

import cv2
import numpy as np


def spoil(image: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Spoil a picture (H, W) uint8; ``strength`` 0 leaves it nearly alone, 1 is the worst seen."""
    out = image.astype(np.float32)
    if rng.random() < 0.12:
        return _scan(image, rng)
    out = _light(out, rng, strength)
    out = _blur(out, rng, strength)
    out += rng.normal(0, rng.uniform(0, 9) * strength, out.shape)
    spoiled = np.clip(out, 0, 255).astype(np.uint8)
    if rng.random() < 0.25 * strength:
        spoiled = _cover(spoiled, rng)
    if rng.random() < 0.6:
        quality = int(rng.integers(25, 95))
        _, coded = cv2.imencode(".jpg", spoiled, [cv2.IMWRITE_JPEG_QUALITY, quality])
        spoiled = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    return spoiled


def _scan(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A black and white or hard gray scan with speckle."""
    smooth = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.3, 0.9))).astype(np.float32)
    cut, soft = rng.uniform(110, 215), rng.uniform(4, 60)
    out = 255 / (1 + np.exp(-(smooth - cut) / soft * 4))
    out[rng.random(out.shape) < rng.uniform(0, 0.01)] = 0
    return np.clip(out, 0, 255).astype(np.uint8)


def _light(out: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    h, w = out.shape
    paper = rng.uniform(200, 255) if rng.random() < 0.7 else rng.uniform(60, 200)
    black = rng.uniform(0, 0.55) * strength * paper
    out = black + out * (paper - black) / 255
    coarse = rng.normal(1, 0.16 * strength, (rng.integers(2, 5), rng.integers(2, 5)))
    out = out * cv2.resize(coarse.astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.35 * strength:  # the edge of a shadow
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.4, 0.4) * w
        yy, xx = np.mgrid[0:h, 0:w]
        side = (xx - w / 2) * np.cos(angle) + (yy - h / 2) * np.sin(angle) - offset
        depth = rng.uniform(0.15, 0.6)
        out = out * (1 - depth / (1 + np.exp(-side / rng.uniform(1, 25))))
    if rng.random() < 0.2 * strength:  # glare
        yy, xx = np.mgrid[0:h, 0:w]
        cx, cy, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.05, 0.25) * w
        out = out + rng.uniform(60, 250) * np.exp(-((xx - cx) ** 2 + (yy - cy) ** 2) / (2 * r * r))
    return out.astype(np.float32)


def _blur(out: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    if rng.random() < 0.65:
        out = cv2.GaussianBlur(out, (0, 0), 0.2 + float(rng.uniform(0, 1.9)) * strength)
    if rng.random() < 0.2 * strength:
        length = int(rng.integers(2, 7))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1)
        out = cv2.filter2D(out, -1, kernel / kernel.sum())
    if rng.random() < 0.15:
        h, w = out.shape
        factor = rng.uniform(0.45, 0.9)
        small = cv2.resize(out, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
    return out


def _cover(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A finger, a clip or another paper over a part."""
    h, w = image.shape
    centre = rng.uniform(0, 1, 2) * (w, h)
    points = centre + rng.normal(0, 0.12 * w, (int(rng.integers(3, 7)), 2))
    out = image.copy()
    hull = cv2.convexHull(points.astype(np.int32))
    cv2.fillConvexPoly(out, hull, float(rng.uniform(10, 250)), cv2.LINE_AA)
    return out
