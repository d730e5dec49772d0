"""Fitting the box reader's network: the loop and nothing else. See ``ocr.training.boxes``."""

import copy
import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ocr.arrays import Floats, Gray
from ocr.training.boxes_net import BoxNet
from ocr.training.boxes_pool import Pool


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to learn."""

    samples: int = 700_000
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.02
    smoothing: float = 0.03
    warm_up: float = 0.05
    averaging: float = 0.998


def _rate(step: int, steps: int, recipe: Recipe) -> float:
    """Linear warm-up, then half a cosine to zero."""
    warm = recipe.warm_up * steps
    if step < warm:
        return recipe.rate * (step + 1) / warm
    return recipe.rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))


def _shift(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Move a whole batch by up to a pixel each way: the pool is finite."""
    dx, dy = (int(v) for v in torch.randint(-1, 2, (2,), generator=generator))
    padded = nn.functional.pad(crops.float(), (1, 1, 1, 1), mode="replicate")
    side = crops.shape[-1]
    return padded[:, 1 + dy : 1 + dy + side, 1 + dx : 1 + dx + side]


def _average(target: nn.Module, source: nn.Module, keep: float) -> None:
    """Exponential moving average of everything that is learnt or counted."""
    with torch.no_grad():
        for kept, new in zip(
            target.state_dict().values(), source.state_dict().values(), strict=True
        ):
            if kept.dtype.is_floating_point:
                kept.mul_(keep).add_(new, alpha=1 - keep)
            else:
                kept.copy_(new)


def fit(
    pools: list[Pool],
    shares: list[float],
    recipe: Recipe,
    *,
    seed: int,
    start: BoxNet | None = None,
) -> BoxNet:
    """Learn from several pools, each with its share of every batch -> the averaged network."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(seed)
    net = (BoxNet() if start is None else copy.deepcopy(start)).train()
    net = net.to(memory_format=torch.channels_last)
    kept = copy.deepcopy(net)
    groups = [
        [p for p in net.parameters() if p.ndim > 1],
        [p for p in net.parameters() if p.ndim < 2],
    ]
    optimiser = torch.optim.AdamW(
        [{"params": groups[0], "weight_decay": recipe.decay},
         {"params": groups[1], "weight_decay": 0.0}], lr=recipe.rate)  # fmt: skip
    steps = recipe.samples // recipe.batch
    counts = [round(recipe.batch * share) for share in shares]
    orders = [_Order(len(p.label), rng) for p in pools]
    began, running = time.monotonic(), 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, steps, recipe)
        picks = [order.take(n) for order, n in zip(orders, counts, strict=True)]
        crops = torch.from_numpy(
            np.concatenate([p.crops[i] for p, i in zip(pools, picks, strict=True)])
        )
        labels = torch.from_numpy(
            np.concatenate([p.label[i] for p, i in zip(pools, picks, strict=True)])
        )
        with torch.autocast("cpu", torch.bfloat16):
            scores = net(_shift(crops, generator))
        loss = nn.functional.cross_entropy(scores.float(), labels, label_smoothing=recipe.smoothing)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        _average(kept, net, min(recipe.averaging, (step + 1) / (step + 10)))
        running += (loss.item() - running) * 0.02
        if step % 200 == 199:
            print(
                f"step {step + 1}/{steps} loss {running:.4f} {time.monotonic() - began:.0f} s",
                flush=True,
            )
    return kept.eval()


class _Order:
    """Endless passes over n items, each in a new order."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self._n, self._rng = n, rng
        self._left: NDArray[np.int64] = np.zeros(0, np.int64)

    def take(self, count: int) -> NDArray[np.int64]:
        while len(self._left) < count:
            self._left = np.concatenate([self._left, self._rng.permutation(self._n)])
        taken, self._left = self._left[:count], self._left[count:]
        return taken


def predict(net: BoxNet, crops: Gray, batch: int = 1024) -> Floats:
    """Scores (n, 13) of crops (n, SIDE, SIDE), in single precision."""
    with torch.inference_mode():
        parts = [
            net(torch.from_numpy(crops[i : i + batch])).numpy() for i in range(0, len(crops), batch)
        ]
    return np.concatenate(parts).astype(np.float64)
