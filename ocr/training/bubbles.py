"""Train the bubble reader.

    python -m ocr.training.bubbles --data ../shared/data --out ocr/weights

About 10 minutes on one core: placing the 300 photos, making 40,000 columns, learning six times
(five times on a part, for the calibration).
"""

import argparse
import math
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ocr import calibration
from ocr.arrays import Floats, Gray
from ocr.bubbles import CLASSES, SIDE
from ocr.training.boxes_export import export, write_card
from ocr.training.bubbles_net import BubbleNet
from ocr.training.bubbles_rule import darkest, expected
from ocr.training.bubbles_strips import Strips, collect, pull
from ocr.training.bubbles_synth import DIGITS, Trio, sample

SEED = 2024
COLUMNS, CHUNK = 40_000, 500
EPOCHS, BATCH, RATE = 8, 128, 4e-3
FOLDS = 5


def trios_of(strips: Strips) -> tuple[list[Trio], list[str], list[str]]:
    """Fields whose fills are as expected; their photos; and the sources left out.

    Left out are fields that are mislabelled, filled in wrongly by the officials, or too pale for
    the plain rule: what their columns show is not known.
    """
    by_field: dict[str, list[int]] = defaultdict(list)
    for i, source in enumerate(strips.source):
        by_field[source.rsplit("/", 1)[0]].append(i)
    trios, photos, left_out = [], [], []
    for name, indices in by_field.items():
        seen = [darkest(strips.strips[i]) for i in indices]
        if any(s not in expected(strips.written[i]) for s, i in zip(seen, indices, strict=True)):
            left_out.append(name)
            continue
        trios.append(Trio(strips.strips[indices], tuple(seen)))
        photos.append(name.split("/")[0])
    return trios, photos, left_out


def _make(first: int, trios: list[Trio], seed: int) -> tuple[Gray, Floats]:
    cv2.setNumThreads(1)
    made = [sample(trios, np.random.default_rng((seed, first, k))) for k in range(CHUNK)]
    crops, targets = zip(*made, strict=True)
    return np.stack(crops), np.stack(targets)


def make_pool(trios: list[Trio], columns: int, *, seed: int, workers: int) -> tuple[Gray, Floats]:
    """``columns`` training examples: patches (n, 10, SIDE, SIDE) and targets (n, 11)."""
    with ProcessPoolExecutor(workers) as executor:
        parts = list(executor.map(partial(_make, trios=trios, seed=seed), range(0, columns, CHUNK)))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def fit(crops: Gray, targets: Floats, *, epochs: int, seed: int) -> BubbleNet:
    """Learn from patches and targets -> the network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = BubbleNet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    steps = epochs * (len(crops) // BATCH)
    step = 0
    for epoch in range(epochs):
        order = rng.permutation(len(crops))
        total = 0.0
        for i in range(0, len(order) - BATCH + 1, BATCH):
            pick = order[i : i + BATCH]
            for group in optimiser.param_groups:
                group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
            scores = net(torch.from_numpy(crops[pick]))
            loss = nn.functional.cross_entropy(scores, torch.from_numpy(targets[pick]).float())
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            total, step = total + loss.item(), step + 1
        print(f"epoch {epoch + 1}/{epochs} loss {total / (len(order) // BATCH):.4f}", flush=True)
    return net.eval()


def predict(net: BubbleNet, crops: Gray) -> Floats:
    """Scores (n, 11) of columns (n, 10, SIDE, SIDE)."""
    with torch.inference_mode():
        parts = [
            net(torch.from_numpy(crops[i : i + 512])).numpy() for i in range(0, len(crops), 512)
        ]
    return np.concatenate(parts).astype(np.float64)


def held_out(
    trios: list[Trio], photos: list[str], *, columns: int, epochs: int, workers: int
) -> tuple[Floats, NDArray[np.int64], float]:
    """What the network says of photos that it has not seen.

    Returns:
        Scores (m, 11) and classes (m,) of hard examples made from them, and the share right of
        their columns as they are.
    """
    fold = np.array([hash_fold(photo) for photo in photos])
    scores, labels, plain = [], [], []
    for k in range(FOLDS):
        inside = [t for t, f in zip(trios, fold, strict=True) if f != k]
        outside = [t for t, f in zip(trios, fold, strict=True) if f == k]
        net = fit(
            *make_pool(inside, columns, seed=SEED + k, workers=workers), epochs=epochs, seed=SEED
        )
        crops, targets = make_pool(outside, columns // 8, seed=SEED + 100 + k, workers=workers)
        sharp = targets.max(axis=1) == 1
        scores.append(predict(net, crops[sharp]))
        labels.append(targets[sharp].argmax(axis=1))
        exact = np.stack([pull(s, np.zeros((DIGITS, 2))) for t in outside for s in t.strips])
        filled = np.array([f for t in outside for f in t.filled])
        plain.append(predict(net, exact).argmax(axis=1) == filled)
    return np.concatenate(scores), np.concatenate(labels), float(np.concatenate(plain).mean())


def hash_fold(photo: str) -> int:
    """A photo's fold, the same in every run and on every machine."""
    return int(photo[4:7]) % FOLDS


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="train the bubble reader")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--columns", type=int, default=COLUMNS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    trios, photos, left_out = trios_of(collect(args.data, training=True))
    print(f"{len(trios)} fields; left out {left_out}")
    scores, labels, as_they_are = held_out(
        trios, photos, columns=args.columns // 4, epochs=EPOCHS // 2, workers=args.workers
    )
    fitted = calibration.fit(scores, labels, independent=3 * len(trios))
    log_p = calibration.log_probabilities(scores, fitted)
    net = fit(
        *make_pool(trios, args.columns, seed=SEED, workers=args.workers), epochs=EPOCHS, seed=SEED
    )
    example = torch.zeros((2, DIGITS, SIDE, SIDE), dtype=torch.uint8)
    size = export(net, example, args.out / "bubbles.onnx")
    write_card(
        args.out / "bubbles.json",
        {
            "classes": CLASSES,
            "calibration": {
                "temperature": round(fitted.temperature, 4),
                "oddity": round(fitted.oddity, 6),
            },
            "parameters": sum(p.numel() for p in net.parameters()),
            "bytes": size,
            "fields": len(trios),
            "left_out": left_out,
            "held_out": {
                "columns_right": round(as_they_are, 5),
                "hard_examples_right": round(float((log_p.argmax(axis=1) == labels).mean()), 5),
                "log_loss": round(calibration.loss(log_p, labels), 5),
                "expected_calibration_error": round(
                    calibration.reliability(log_p, labels).expected_error, 5
                ),
            },
            "command": "python -m ocr.training.bubbles --data ../shared/data --out ocr/weights",
        },
    )


if __name__ == "__main__":
    main()
