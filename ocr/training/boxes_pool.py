"""The pool of crops that one training run learns from, made in parallel, the same for each seed."""

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.arrays import Gray
from ocr.boxes import CLASSES
from ocr.training import boxes_synth as synth
from ocr.training.boxes_ink import Hands, load_ink, load_mnist
from ocr.training.boxes_paper import BOX
from ocr.training.cells import Cells

#: Drawing costs three times what photographing does: each drawing is photographed so often.
SHOTS = 3
#: Crops made by one task.
CHUNK = 500


@dataclass(frozen=True)
class Pool:
    """Crops (n, SIDE, SIDE) uint8 and labels (n,)."""

    crops: Gray
    label: NDArray[np.int64]


@cache
def _hands(data: Path, without_writer: int | None) -> Hands:
    cv2.setNumThreads(1)
    return Hands(load_mnist(data), load_ink(data, without_writer))


def _draw(first: int, data: Path, without_writer: int | None, seed: int) -> Pool:
    hands = _hands(data, without_writer)
    crops, labels = [], []
    for index in range(first, first + CHUNK):
        rng = np.random.default_rng((seed, 0, index))
        share = synth.DRAW_SHARE / synth.DRAW_SHARE.sum()
        label = int(rng.choice(len(CLASSES), p=share))
        clean = synth.draw(label, hands, rng)
        for _ in range(SHOTS):
            crops.append(synth.shoot(clean, BOX, synth.box_px(rng), rng))
            labels.append(label)
    return Pool(np.stack(crops), np.array(labels, np.int64))


def _vary(job: tuple[int, Cells], times: int, seed: int) -> Pool:
    first, cells = job
    cv2.setNumThreads(1)
    crops = [
        synth.varied(crop, cells.box, (seed, 1, first + i, k))
        for i, crop in enumerate(cells.crops)
        for k in range(times)
    ]
    return Pool(np.stack(crops), np.repeat(cells.label, times))


def _join(parts: list[Pool]) -> Pool:
    return Pool(np.concatenate([p.crops for p in parts]), np.concatenate([p.label for p in parts]))


def drawn_pool(
    executor: Executor, data: Path, drawings: int, *, seed: int, without_writer: int | None = None
) -> Pool:
    """``drawings`` (rounded up to chunks) synthetic boxes, each photographed SHOTS times."""
    task = partial(_draw, data=data, without_writer=without_writer, seed=seed)
    return _join(list(executor.map(task, range(0, drawings, CHUNK))))


def varied_pool(executor: Executor, cells: Cells, times: int, *, seed: int) -> Pool:
    """Each real cell seen ``times`` times anew; the order of the cells is kept."""
    jobs = [
        (i, Cells(cells.crops[i : i + 100], cells.box, cells.label[i : i + 100],
                  cells.source[i : i + 100]))
        for i in range(0, len(cells.label), 100)
    ]  # fmt: skip
    return _join(list(executor.map(partial(_vary, times=times, seed=seed), jobs)))
