"""From a clean drawing to what a phone or a scanner makes of it: light, lens, sensor, JPEG.

Works on one crop at the resolution of the photo: (h, w) float32 reflectance in, uint8 out.
"""

import cv2
import numpy as np

from ocr.arrays import Floats32, Gray

#: Spread of the blur as a share of the picture's side, and the side below which nobody scans.
BLUR, LEAST_SCAN = 0.014, 42


def _light(image: Floats32, rng: np.random.Generator) -> Floats32:
    """Exposure, uneven light, sometimes the edge of a shadow."""
    h, w = image.shape
    exposure = rng.uniform(0.5, 1.0) if rng.random() < 0.75 else rng.uniform(0.12, 0.5)
    gx, gy = rng.normal(0, 0.12, 2)
    y, x = np.arange(h, dtype=np.float32)[:, None], np.arange(w, dtype=np.float32)[None]
    gain = exposure * (1 + gx * (x / w - 0.5) + gy * (y / h - 0.5))
    if rng.random() < 0.08:
        angle = rng.uniform(0, 2 * np.pi)
        edge = (x / w - rng.uniform(0.2, 0.8)) * np.cos(angle) + (
            y / h - rng.uniform(0.2, 0.8)
        ) * np.sin(angle)
        gain = gain * (1 - rng.uniform(0.2, 0.5) / (1 + np.exp(-edge * rng.uniform(8, 60))))
    if rng.random() < 0.05:  # a crease: a bright or dark line across
        angle, at = rng.uniform(0, np.pi), rng.uniform(0.2, 0.8)
        away = (x / w - at) * np.cos(angle) + (y / h - at) * np.sin(angle)
        gain = gain * (1 + rng.uniform(-0.35, 0.25) * np.exp(-((away / 0.03) ** 2)))
    # Ink is never quite black and haze lifts it further.
    haze = rng.uniform(0.0, 0.12) if rng.random() < 0.8 else rng.uniform(0.12, 0.5)
    return np.asarray((image * (1 - haze) + haze) * gain, np.float32)


def _blur(image: Floats32, rng: np.random.Generator) -> Floats32:
    """Out of focus, or moved; sizes go with the picture, whose box is 0.6 of it."""
    n = image.shape[0]
    if rng.random() < 0.8:
        sigma = 0.25 + min(abs(rng.normal(0, BLUR)), 3 * BLUR) * n
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    if rng.random() < 0.12:
        length = max(1, round(rng.uniform(0.02, 0.06) * n))
        kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
        angle = rng.uniform(0, np.pi)
        dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
        start = (round(length - dx), round(length - dy))
        cv2.line(kernel, start, (round(length + dx), round(length + dy)), 1.0)
        image = cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    if rng.random() < 0.15:  # the phone's sharpening
        soft = cv2.GaussianBlur(image, (0, 0), 1.5)
        image = image + rng.uniform(0.3, 1.2) * (image - soft)
    return np.asarray(image, np.float32)


def _jpeg(image: Gray, rng: np.random.Generator) -> Gray:
    if rng.random() < 0.55:
        return image
    quality = int(rng.integers(25, 95))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return image if decoded is None else decoded.astype(np.uint8)


def _bilevel(image: Gray, rng: np.random.Generator) -> Gray:
    """A black-and-white scan: thresholded, with speckle."""
    low, high = np.percentile(image, (2, 90))
    level = low + (high - low) * rng.uniform(0.45, 0.85)
    noisy = image + rng.uniform(0, 6) * rng.standard_normal(image.shape, np.float32)
    result = np.where(noisy > level, 255, 0).astype(np.uint8)
    specks = rng.random(image.shape, np.float32) < rng.uniform(0, 0.006)
    result[specks] = 255 - result[specks]
    if rng.random() < 0.5:
        result = cv2.GaussianBlur(result, (0, 0), rng.uniform(0.3, 0.8))
    return result


def photograph(image: Floats32, rng: np.random.Generator) -> Gray:
    """Reflectance (h, w) at the photo's resolution -> uint8 as the camera stored it."""
    scanned = rng.random() < 0.15 and image.shape[0] >= LEAST_SCAN
    lit = _blur(image if scanned else _light(image, rng), rng)
    gamma = rng.uniform(0.8, 1.25)
    stored = 255 * np.clip(lit, 0, 1) ** gamma
    # Sensor noise, weaker in the dark but stronger against what is left there.
    sigma = abs(rng.normal(0, 4)) * (0.25 + 0.75 * float(stored.mean()) / 255)
    stored = stored + sigma * rng.standard_normal(image.shape, np.float32)
    result = np.clip(stored, 0, 255).astype(np.uint8)
    return _jpeg(_bilevel(result, rng) if scanned else result, rng)
