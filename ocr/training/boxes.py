"""Train the box reader.

    python -m ocr.training.boxes --data ../shared/data --out ocr/weights

Four steps, about 20 minutes on 2 cores:

1. learn from drawn boxes alone;
2. with that reader, settle the row totals (``cells_rows``), lift ink from real cells;
3. five times, learn on from the real cells of four fifths of the photos and read the last fifth:
   that gives the calibration, and a list of suspicious labels;
4. learn on from all real cells of the training part.

``--cells FILE.npz`` adds exact crops in the format of ``ocr.training.cells``.
"""

import argparse
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ocr import calibration
from ocr.arrays import Floats
from ocr.boxes import CLASSES, SIDE
from ocr.training.boxes_export import export, write_card
from ocr.training.boxes_fit import Recipe, fit, predict
from ocr.training.boxes_ink import harvest
from ocr.training.boxes_net import BoxNet
from ocr.training.boxes_pool import (
    Pool,
    Sources,
    drawn_pool,
    join,
    varied_pool,
    writer_pool,
)
from ocr.training.cells import Cells, collect, cut_exact, join_cells, load_cells
from ocr.training.cells_rows import collect_rows, settle
from ocr.training.cells_suspects import without_suspects

SEED = 2024
FOLDS = 5
#: Drawings for the first step, and with lifted ink for each fold.
DRAWINGS, LIFTED_DRAWINGS = 120_000, 8_000
#: How often each real digit cell and each row total is seen anew.
TIMES, ROW_TIMES = 24, 6
FIRST = Recipe(samples=900_000)
FOLD = Recipe(samples=80_000, rate=2e-3)
LAST = Recipe(samples=600_000, rate=2.5e-3)
#: Shares of a batch: real cells, row totals, lifted ink, drawings.
SHARES = (0.25, 0.1, 0.25, 0.4)
#: A writer of ink.npz who is never learnt from, one who is, and how many digits each is tried on.
UNSEEN_WRITER, SEEN_WRITER, TRIED = 20, 19, 2_000
#: Crops of one cell for the calibration: exact, and off by up to this many px.
PUSHES, PUSH_PX = 3, 1.5
#: Further views of each cell, from the pool: calibration must hold for poorer photos too.
VARIED = 2


@dataclass(frozen=True)
class Material:
    """What steps 3 and 4 learn from; real parts by fold."""

    real: list[Pool]
    rows: list[Pool]
    lifted: list[Pool]
    drawn: Pool

    def pools(self, without: int | None = None) -> list[Pool]:
        """The four pools of a batch, perhaps without one fold."""

        def rest(parts: list[Pool]) -> Pool:
            return join([p for k, p in enumerate(parts) if k != without])

        return [rest(self.real), rest(self.rows), rest(self.lifted), self.drawn]


def folds_of(cells: Cells) -> NDArray[np.int64]:
    """The fold of each cell: by its photo, the same in every run."""
    numbers = ["".join(c for c in s.split("/")[0] if c.isdigit()) for s in cells.source]
    return np.array([int(n or 0) % FOLDS for n in numbers])


def _part(cells: Cells, keep: NDArray[np.bool_]) -> Cells:
    return Cells(cells.crops[keep], cells.box, cells.label[keep], cells.source[keep])


def _by_fold(executor: Executor, cells: Cells, times: int) -> list[Pool]:
    fold = folds_of(cells)
    return [
        varied_pool(executor, _part(cells, fold == k), times, seed=SEED + k) for k in range(FOLDS)
    ]


def prepare(executor: Executor, data: Path, cells: Cells, drawn: Pool, first: BoxNet) -> Material:
    """Step 2: everything real, varied, by fold."""
    candidates = collect_rows(data)
    log_p = calibration.log_softmax(predict(first, cut_exact(candidates.cells)))
    rows = settle(candidates, log_p)
    print(f"{len(rows.label)} row totals", flush=True)
    fold = folds_of(cells)
    lifted = []
    for k in range(FOLDS):
        mine = join_cells(_part(cells, fold == k), _part(rows, folds_of(rows) == k))
        ink = harvest(mine.crops, mine.box, mine.label)
        sources = Sources(data, UNSEEN_WRITER, ink)
        lifted.append(drawn_pool(executor, sources, LIFTED_DRAWINGS, seed=SEED + 50 + k))
    return Material(
        _by_fold(executor, cells, TIMES), _by_fold(executor, rows, ROW_TIMES), lifted, drawn
    )


def held_out(material: Material, cells: Cells, first: BoxNet) -> tuple[Floats, NDArray[np.int64]]:
    """Step 3: scores (views, n, 13) of every cell by a reader that has not seen its photo.

    The views: exact, PUSHES times off by a little, VARIED times seen by a worse camera.
    """
    fold = folds_of(cells)
    rng = np.random.default_rng(SEED)
    pushes = np.vstack([np.zeros((1, 2)), rng.uniform(-PUSH_PX, PUSH_PX, (PUSHES, 2))])
    scores = np.zeros((len(pushes) + VARIED, len(cells.label), len(CLASSES)))
    for k in range(FOLDS):
        net = fit(material.pools(without=k), list(SHARES), FOLD, seed=SEED + k, start=first)
        part = _part(cells, fold == k)
        for i, (dx, dy) in enumerate(pushes):
            scores[i, fold == k] = predict(net, cut_exact(part, float(dx), float(dy)))
        for i in range(VARIED):
            scores[len(pushes) + i, fold == k] = predict(net, material.real[k].crops[i::TIMES])
    return scores, cells.label


def report(scores: Floats, cells: Cells) -> dict[str, float]:
    """Figures of held-out cells, and the labels that look wrong."""
    log_p = calibration.log_softmax(scores[0])
    right = log_p.argmax(axis=1) == cells.label
    loss = -log_p[np.arange(len(right)), cells.label]
    for i in np.argsort(-loss)[:40]:
        if loss[i] > 1:
            seen = CLASSES[log_p[i].argmax()]
            print(
                f"suspicious: {cells.source[i]} {CLASSES[cells.label[i]]} read {seen} {loss[i]:.1f}"
            )
    numbers = right.reshape(-1, 3).all(axis=1)
    return {
        "cells": len(right),
        "cells_right": float(right.mean()),
        "numbers_right": float(numbers.mean()),
    }


def writers_right(net: BoxNet, data: Path) -> dict[str, float]:
    """Shares right of hard drawn crops by a writer who was not learnt from, and one who was."""
    shares = {}
    for name, writer in (("unseen", UNSEEN_WRITER), ("seen", SEEN_WRITER)):
        pool = writer_pool(data, writer, TRIED, seed=SEED)
        right = predict(net, pool.crops).argmax(axis=1) == pool.label
        shares[name] = round(float(right.mean()), 4)
    return shares


def train(data: Path, extra: Cells | None, workers: int) -> tuple[BoxNet, dict[str, object]]:
    """All four steps -> the network and the facts for its card."""
    cells = without_suspects(collect(data, training=True))
    with ProcessPoolExecutor(workers) as executor:
        drawn = drawn_pool(executor, Sources(data, UNSEEN_WRITER), DRAWINGS, seed=SEED)
        print(f"{len(drawn.label)} drawn crops", flush=True)
        first = fit([drawn], [1.0], FIRST, seed=SEED)
        material = prepare(executor, data, cells, drawn, first)
        if extra is not None:
            material.real.append(varied_pool(executor, extra, TIMES, seed=SEED + 99))
    scores, labels = held_out(material, cells, first)
    figures = report(scores, cells)
    flat, repeated = scores.reshape(-1, len(CLASSES)), np.tile(labels, len(scores))
    fitted = calibration.fit(flat, repeated, independent=len(labels))
    log_p = calibration.log_probabilities(flat, fitted)
    net = fit(material.pools(), list(SHARES), LAST, seed=SEED, start=first)
    facts: dict[str, object] = {
        "classes": CLASSES,
        "calibration": {
            "temperature": round(fitted.temperature, 4),
            "oddity": round(fitted.oddity, 6),
        },
        "parameters": sum(p.numel() for p in net.parameters()),
        "trained_on": {
            "photos": len({s.split("/")[0] for s in cells.source}),
            "cells": len(cells.label),
            "row_totals": sum(len(p.label) for p in material.rows) // ROW_TIMES,
            "drawn_crops": len(drawn.label),
        },
        "held_out": {name: round(value, 5) for name, value in figures.items()}
        | {
            "log_loss": round(calibration.loss(log_p, repeated), 5),
            "expected_calibration_error": round(
                calibration.reliability(log_p, repeated).expected_error, 5
            ),
        },
        "writers_of_ink": writers_right(net, data),
        "seed": SEED,
    }
    return net, facts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="train the box reader")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cells", type=Path, help="further exact crops (npz, see cells.py)")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.workers)
    cv2.setNumThreads(1)
    net, facts = train(args.data, load_cells(args.cells) if args.cells else None, args.workers)
    example = torch.zeros((2, SIDE, SIDE), dtype=torch.uint8)
    size = export(net, example, args.out / "boxes.onnx")
    command = "python -m ocr.training.boxes --data ../shared/data --out ocr/weights"
    write_card(args.out / "boxes.json", {**facts, "bytes": size, "command": command})


if __name__ == "__main__":
    main()
