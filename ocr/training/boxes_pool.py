"""The pools of crops that one training run learns from: the same for the same seed."""

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Gray
from ocr.boxes import CLASSES, SIDE
from ocr.training import boxes_synth as synth
from ocr.training.boxes_ink import Hands, Harvest, load_ink, load_mnist
from ocr.training.boxes_paper import BOX
from ocr.training.cells import Cells

#: Drawing costs three times what photographing does: each drawing is photographed so often.
SHOTS = 3
#: Drawings made by one task.
CHUNK = 250
#: Share of the empty boxes that are one even gray: what lies beyond the photo's edge.
EVEN = 0.04


@dataclass(frozen=True)
class Pool:
    """Crops (n, SIDE, SIDE) uint8 and labels (n,)."""

    crops: Gray
    label: NDArray[np.int64]


def join(parts: list[Pool]) -> Pool:
    """Several pools as one."""
    return Pool(np.concatenate([p.crops for p in parts]), np.concatenate([p.label for p in parts]))


@dataclass(frozen=True)
class Sources:
    """Where drawings take their ink from.

    Attributes:
        data: folder with ``digits/``.
        without_writer: a writer of ink.npz to be left out, for a check on unseen hands.
        lifted: ink of real cells, or None.
    """

    data: Path
    without_writer: int | None = None
    lifted: Harvest | None = None


@cache
def _hands(data: Path, without_writer: int | None) -> Hands:
    cv2.setNumThreads(1)
    return Hands(load_mnist(data), load_ink(data, without=without_writer))


def _draw(first: int, sources: Sources, seed: int) -> Pool:
    base = _hands(sources.data, sources.without_writer)
    hands = Hands(base.mnist, base.ink, sources.lifted)
    share = synth.DRAW_SHARE / synth.DRAW_SHARE.sum()
    crops, labels = [], []
    for index in range(first, first + CHUNK):
        rng = np.random.default_rng((seed, 0, index))
        label = int(rng.choice(len(CLASSES), p=share))
        if label == synth.NOTHING and rng.random() < EVEN:
            crops += [np.full((SIDE, SIDE), v, np.uint8) for v in rng.integers(0, 256, SHOTS)]
        else:
            clean = synth.draw(label, hands, rng)
            crops += [synth.shoot(clean, BOX, synth.box_px(rng), rng) for _ in range(SHOTS)]
        labels += [label] * SHOTS
    return Pool(np.stack(crops), np.array(labels, np.int64))


def writer_pool(data: Path, writer: int, count: int, *, seed: int) -> Pool:
    """One writer's digits of ink.npz in boxes, each photographed once."""
    own = load_ink(data, only=writer)
    hands = Hands(own, own, pictures_only=True)
    crops, labels = [], []
    for index in range(count):
        rng = np.random.default_rng((seed, 2, index))
        labels.append(index % len(own.by_class))
        crops.append(synth.shoot(synth.draw(labels[-1], hands, rng), BOX, synth.box_px(rng), rng))
    return Pool(np.stack(crops), np.array(labels, np.int64))


def drawn_pool(executor: Executor, sources: Sources, drawings: int, *, seed: int) -> Pool:
    """``drawings`` (rounded up to chunks) synthetic boxes, each photographed SHOTS times."""
    task = partial(_draw, sources=sources, seed=seed)
    return join(list(executor.map(task, range(0, drawings, CHUNK))))


def _vary(job: tuple[int, Gray], box: float, times: int, seed: int) -> Gray:
    first, crops = job
    cv2.setNumThreads(1)
    seen = [
        synth.varied(crop, box, (seed, 1, first + i, k))
        for i, crop in enumerate(crops)
        for k in range(times)
    ]
    return np.stack(seen)


def varied_pool(executor: Executor, cells: Cells, times: int, *, seed: int) -> Pool:
    """Each real cell seen ``times`` times anew, in the order of the cells."""
    jobs = [(i, cells.crops[i : i + CHUNK]) for i in range(0, len(cells.label), CHUNK)]
    task = partial(_vary, box=cells.box, times=times, seed=seed)
    return Pool(np.concatenate(list(executor.map(task, jobs))), np.repeat(cells.label, times))
