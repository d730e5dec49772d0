"""Bubble columns that were not photographed: rearranged real ones, and drawn ones.

Real strips hold one full black bubble each. Moving, halving, paling, doubling and removing fills
within one photo makes the rest with the photo's own light, pen and print.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Floats, Floats32, Gray
from ocr.bubbles import CLASSES
from ocr.training.boxes_degrade import photograph
from ocr.training.bubbles_strips import CENTRE, FINE, PITCH, STRIP_H, STRIP_W, pull

DIGITS = len(CLASSES) - 1
NOTHING = DIGITS
#: What a fill that was struck out still claims beside a sound one.
STRUCK_SHARE = 0.15
#: Patches are off by up to about 2 px of 20, each a little, the column together more.
OFF_COLUMN, OFF_PATCH = 0.8, 0.45
#: Radius of ring and fill in a strip, in px.
RING_PX = 6.5 * FINE


@dataclass(frozen=True)
class Trio:
    """The strips of one field (k, H, W) and which digit is filled in each (k,), or NOTHING."""

    strips: Gray
    filled: tuple[int, ...]


def _centre(digit: int) -> tuple[int, int]:
    return round(float(CENTRE[0])), round(float(CENTRE[1] + digit * PITCH))


def _disk(digit: int, radius: float, soft: float) -> Floats32:
    mask = np.zeros((STRIP_H, STRIP_W), np.float32)
    cv2.circle(mask, _centre(digit), round(radius), 1.0, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(mask, (0, 0), soft)


def emptied(trio: Trio, column: int) -> Floats32 | None:
    """A column without its fill, the print taken from a neighbour; None if all fill that row."""
    digit = trio.filled[column]
    if digit == NOTHING:
        return trio.strips[column].astype(np.float32)
    others = [i for i, f in enumerate(trio.filled) if f != digit]
    if not others:
        return None
    own, other = (trio.strips[i].astype(np.float32) for i in (column, others[0]))
    x, y = _centre(digit)
    r = round(RING_PX * 1.6)
    area = slice(max(y - r, 0), y + r), slice(x - r, x + r)
    # The neighbour's light is not quite this column's: match the paper around the bubble.
    gain = np.percentile(own[area], 90) / max(np.percentile(other[area], 90), 1.0)
    mask = _disk(digit, RING_PX * 1.25, 1.5)
    return own * (1 - mask) + np.clip(other * gain, 0, 255) * mask


def _fill_shape(digit: int, rng: np.random.Generator) -> Floats32:
    """How much of a bubble is inked: all, half, a dot, a ring, a scribble, a stroke, a cross."""
    mask = np.zeros((STRIP_H, STRIP_W), np.float32)
    x, y = _centre(digit)
    x, y = x + int(rng.integers(-2, 3)), y + int(rng.integers(-2, 3))
    kind = rng.random()
    radius = RING_PX * rng.uniform(0.75, 1.2)
    if kind < 0.55:
        cv2.circle(mask, (x, y), round(radius), 1.0, -1, cv2.LINE_AA)
    elif kind < 0.68:  # half
        cv2.circle(mask, (x, y), round(radius), 1.0, -1, cv2.LINE_AA)
        angle = rng.uniform(0, 2 * np.pi)
        rows, columns = np.mgrid[0:STRIP_H, 0:STRIP_W]
        side = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
        mask *= (side < rng.uniform(-0.1, 0.6) * radius).astype(np.float32)
    elif kind < 0.76:  # a dot
        cv2.circle(mask, (x, y), round(RING_PX * rng.uniform(0.4, 0.7)), 1.0, -1, cv2.LINE_AA)
    elif kind < 0.92:  # a scribble
        points = rng.normal(0, radius * 0.55, (int(rng.integers(6, 14)), 2)) + np.array([x, y])
        cv2.polylines(
            mask, [points.astype(np.int32)], False, 1.0, int(rng.integers(2, 4)), cv2.LINE_AA
        )
    else:  # a cross or a tick through it
        r = radius * rng.uniform(0.7, 1.3)
        cv2.line(
            mask,
            (round(x - r), round(y - r)),
            (round(x + r), round(y + r)),
            1.0,
            int(rng.integers(2, 4)),
            cv2.LINE_AA,
        )
        if rng.random() < 0.7:
            cv2.line(
                mask,
                (round(x - r), round(y + r)),
                (round(x + r), round(y - r)),
                1.0,
                int(rng.integers(2, 4)),
                cv2.LINE_AA,
            )
    return cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 1.4))


def _struck(digit: int, rng: np.random.Generator) -> Floats32:
    """Strokes across a fill that stick out of it on both sides."""
    mask = np.zeros((STRIP_H, STRIP_W), np.float32)
    x, y = _centre(digit)
    for _ in range(int(rng.integers(1, 5))):
        angle, reach = rng.uniform(0, np.pi), RING_PX * rng.uniform(1.5, 2.3)
        dx, dy = np.cos(angle) * reach, np.sin(angle) * reach
        ends = (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy))
        cv2.line(mask, *ends, 1.0, int(rng.integers(1, 4)), cv2.LINE_AA)
    return cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.0))


def refilled(empty: Floats32, dark: float, rng: np.random.Generator) -> tuple[Floats32, Floats]:
    """Fill an empty column anew -> strip and target (11,); two fills share the target."""
    target = np.zeros(DIGITS + 1)
    kind = rng.random()
    count = 0 if kind < 0.3 else 2 if kind > 0.93 else 1
    strip = empty
    digits = [int(d) for d in rng.choice(DIGITS, count, replace=False)]
    for digit in digits:
        alpha = rng.uniform(0.35, 1.0) * _fill_shape(digit, rng)
        strip = strip * (1 - alpha) + dark * alpha
        target[digit] = 1 / count
    if count == 2 and rng.random() < 0.5:  # one of the two crossed out again
        alpha = rng.uniform(0.6, 1.0) * _struck(digits[1], rng)
        strip = strip * (1 - alpha) + dark * alpha
        target[digits] = 1 - STRUCK_SHARE, STRUCK_SHARE
    target[NOTHING] = count == 0
    return strip, target


def drawn_column(rng: np.random.Generator) -> Floats32:
    """An empty printed column as reflectance 0-255, as clean as Cermat's own drawings."""
    strip = np.full((STRIP_H, STRIP_W), 255, np.uint8)
    ink = int(rng.integers(20, 120))
    for digit in range(DIGITS):
        x, y = _centre(digit)
        cv2.circle(
            strip,
            (x, y),
            round(RING_PX * rng.uniform(0.98, 1.02)),
            ink,
            int(rng.integers(1, 3)),
            cv2.LINE_AA,
        )
        size = rng.uniform(0.3, 0.45)
        (w, h), _ = cv2.getTextSize(str(digit), cv2.FONT_HERSHEY_SIMPLEX, size, 1)
        cv2.putText(
            strip,
            str(digit),
            (x - w // 2, y + h // 2),
            cv2.FONT_HERSHEY_SIMPLEX,
            size,
            ink,
            1,
            cv2.LINE_AA,
        )
    return strip.astype(np.float32)


def off(rng: np.random.Generator) -> Floats:
    """How far each of ten patches misses its bubble, px of the patch (10, 2)."""
    whole = rng.normal(0, OFF_COLUMN, 2)
    tilt = rng.normal(0, 0.5, 2) * np.linspace(-1, 1, DIGITS)[:, None]
    misses: Floats = np.clip(whole + tilt + rng.normal(0, OFF_PATCH, (DIGITS, 2)), -2.6, 2.6)
    return misses


def rephotograph(strip: Floats32, rng: np.random.Generator) -> Gray:
    """The strip taken by a worse camera: fewer pixels, less light."""
    scale = rng.uniform(0.35, 1.0)
    small = cv2.resize(strip / 255, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    taken = photograph(small, rng)
    return cv2.resize(taken, (STRIP_W, STRIP_H), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def _darkness(trio: Trio, rng: np.random.Generator) -> float:
    """The gray of this field's own fills."""
    fills = [(s, f) for s, f in zip(trio.strips, trio.filled, strict=True) if f != NOTHING]
    if not fills:
        return float(trio.strips.mean() * rng.uniform(0.2, 0.6))
    strip, digit = fills[rng.integers(len(fills))]
    x, y = _centre(digit)
    return float(strip[y - 4 : y + 5, x - 4 : x + 5].mean())


def sample(trios: list[Trio], rng: np.random.Generator) -> tuple[Gray, Floats]:
    """One training example: patches (10, SIDE, SIDE) and target (11,)."""
    trio = trios[rng.integers(len(trios))]
    column = int(rng.integers(len(trio.filled)))
    own = trio.strips[column].astype(np.float32)
    kind = rng.random()
    if kind < 0.45:
        target = np.eye(DIGITS + 1)[trio.filled[column]]
        strip = own
    else:
        empty = drawn_column(rng) if kind > 0.85 else emptied(trio, column)
        if empty is None:
            empty = drawn_column(rng)
        dark = _darkness(trio, rng) if kind <= 0.85 else 255 * rng.uniform(0.05, 0.6)
        strip, target = refilled(empty, dark, rng)
    if rng.random() < 0.6:
        strip = strip / max(float(np.percentile(strip, 97)), 20.0) * 250
        taken = rephotograph(np.clip(strip, 0, 255).astype(np.float32), rng)
    else:
        taken = np.clip(strip, 0, 255).astype(np.uint8)
    return pull(taken, off(rng), 1 + rng.normal(0, 0.01)), target
