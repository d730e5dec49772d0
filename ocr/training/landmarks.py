"""Trains the landmark network on pages that others drew or labelled.

    python -m ocr.training.landmarks DRAWN --out ocr/weights --minutes 20
    python -m ocr.training.landmarks DRAWN --photos PHOTOS --start FIRST.pt --out ocr/weights

DRAWN has a folder a form, each with .npz, one upright page each: image (H, W) uint8, boxes (n, 4)
x y w h, bubbles (m, 2), crossings (k, 2), page (4, 2) the paper's corners; all in px of the image.
``pipeline.training_pages`` makes both: the photos need a first net that finds their form.
"""

import argparse
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf
from torch.utils.data import DataLoader, Dataset

from ocr.landmarks import MULTIPLE, SIZE_UNIT_PX, STRIDE, normalise, resized
from ocr.training.quantise import quantise
from ocr.training.spoil import spoil

#: Side of the training windows in px of the network's input.
WINDOW = 320
#: Sides of boxes seen in training, px: from hardly readable to a close-up.
BOX_SIDE_PX = (7.0, 44.0)
#: Landmarks of a kind nearer than this are not told apart on the map, so they are not asked for.
LEAST_DISTANCE_PX = 1.6 * STRIDE
MAPS = 7
#: From so many pages of each folder, at this size, the ranges of the 8-bit network are taken.
TYPICAL_PAGES, TYPICAL_PX = 12, 512
#: With photos, so many windows come from them for each that comes from a drawn page.
PHOTO_SHARE = 0.25


class Block(nn.Module):
    """Two 3x3 convolutions with a short cut."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = _conv(width, width, 1, dilation)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) -> the same shape."""
        return nnf.relu(x + self.second(self.first(x)))


def _conv(before: int, after: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, dilation, dilation, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


class LandmarkNet(nn.Module):
    """(n, 1, H, W) -> (n, 7, H / 4, W / 4): three heat maps, two of direction, two of size."""

    def __init__(self) -> None:
        super().__init__()
        self.to2 = _conv(1, 16, 2)
        self.to4 = nn.Sequential(_conv(16, 32, 2), Block(32))
        self.to8 = nn.Sequential(_conv(32, 48, 2), Block(48))
        self.to16 = nn.Sequential(_conv(48, 64, 2), Block(64), Block(64, 2), Block(64, 4))
        self.side16 = nn.Conv2d(64, 48, 1)
        self.at8 = _conv(48, 48)
        self.side8 = nn.Conv2d(48, 32, 1)
        self.at4 = _conv(32, 32)
        self.head = nn.Conv2d(32, MAPS, 1)
        nn.init.constant_(self.head.bias[:3], -3.5)

    def logits(self, x: Tensor) -> Tensor:
        """The maps before their last function, for the loss."""
        x4 = self.to4(self.to2(x))
        x8 = self.to8(x4)
        x16 = self.to16(x8)
        y8 = self.at8(x8 + nnf.interpolate(self.side16(x16), scale_factor=2.0, mode="nearest"))
        y4 = self.at4(x4 + nnf.interpolate(self.side8(y8), scale_factor=2.0, mode="nearest"))
        return self.head(y4)

    def forward(self, x: Tensor) -> Tensor:
        """The maps as they are used."""
        y = self.logits(x)
        return torch.cat([torch.sigmoid(y[:, :3]), torch.tanh(y[:, 3:5]), y[:, 5:]], dim=1)


class Windows(Dataset):
    """Random windows of random pages, photographed badly."""

    def __init__(self, folders: list[Path], seed: int) -> None:
        self.groups = [sorted(folder.glob("*.npz")) for folder in folders]
        self.groups = [group for group in self.groups if group]
        self.seed = seed
        self.pages: dict[Path, dict[str, np.ndarray]] = {}

    def __len__(self) -> int:
        return 10**7

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        rng = np.random.default_rng((self.seed, index))
        group = self.groups[rng.integers(len(self.groups))]
        page = self._page(group[rng.integers(len(group))])
        H, background = _pose(page, rng)
        window = _warp(page["image"], H, background)
        window = spoil(window, rng, strength=float(rng.beta(1.3, 1.6)))
        target, weight = _targets(page, H)
        return (
            torch.from_numpy(normalise(window))[None],
            torch.from_numpy(target),
            torch.from_numpy(weight),
        )

    def _page(self, path: Path) -> dict[str, np.ndarray]:
        if path not in self.pages:
            with np.load(path) as archive:
                self.pages[path] = {name: archive[name] for name in archive.files}
        return self.pages[path]


def _pose(page: dict[str, np.ndarray], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A random homography from the page to the window, and what lies around the page."""
    box = float(np.median(page["boxes"][:, 2:]))
    low, high = BOX_SIDE_PX
    # No larger than the page's own resolution bears.
    size = math.exp(rng.uniform(math.log(low), math.log(min(high, 1.6 * box))))
    scale = size / box
    focus = page["boxes"] if rng.random() < 0.93 else page["page"]
    centre = focus[rng.integers(len(focus)), :2].astype(float)
    centre = centre + rng.uniform(-0.45, 0.45, 2) * WINDOW / scale
    turn = rng.choice([0.0, 90.0, 180.0, 270.0], p=[0.4, 0.2, 0.2, 0.2])
    turn += rng.normal(0, 5) if rng.random() < 0.75 else rng.uniform(-45, 45)
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    stretch = np.diag([math.exp(rng.normal(0, 0.07)), math.exp(rng.normal(0, 0.07)), 1.0])
    place = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, 1.0]])
    rotate = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.diag([scale, scale, 1.0])
    tilt = np.eye(3)
    if rng.random() < 0.7:
        # A few photos are taken from the side.
        strength = 0.35 if rng.random() < 0.8 else 0.9
        tilt[2, :2] = np.clip(rng.normal(0, strength, 2), -1.2, 1.2) / WINDOW
    middle = np.array([[1, 0, WINDOW / 2], [0, 1, WINDOW / 2], [0, 0, 1.0]])
    H = middle @ tilt @ rotate @ stretch @ place
    return H, _background(rng)


def _background(rng: np.random.Generator) -> np.ndarray:
    """What a page lies on: flat, grainy, or with edges."""
    base = rng.uniform(10, 235)
    image = np.full((WINDOW, WINDOW), base, np.float32)
    coarse = rng.normal(0, rng.uniform(0, 30), (rng.integers(2, 40), rng.integers(2, 40)))
    image += cv2.resize(coarse.astype(np.float32), (WINDOW, WINDOW), interpolation=cv2.INTER_CUBIC)
    for _ in range(rng.integers(0, 5)):
        a, b = rng.integers(0, WINDOW, 2), rng.integers(0, WINDOW, 2)
        ink = float(rng.uniform(0, 255))
        cv2.line(image, a.tolist(), b.tolist(), ink, int(rng.integers(1, 12)), cv2.LINE_AA)
    return np.clip(image, 0, 255).astype(np.uint8)


def _warp(image: np.ndarray, H: np.ndarray, background: np.ndarray) -> np.ndarray:
    scale = math.sqrt(abs(np.linalg.det(H[:2, :2])))
    factor = 1.0
    while scale / factor < 0.6 and factor > 0.15:
        factor *= 0.5
    if factor < 1:
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        # Pixel centres: x_small = (x + 0.5) * factor - 0.5.
        H = H @ np.array(
            [[1 / factor, 0, 0.5 / factor - 0.5], [0, 1 / factor, 0.5 / factor - 0.5], [0, 0, 1]]
        )
    size = (WINDOW, WINDOW)
    warped = cv2.warpPerspective(image, H, size, flags=cv2.INTER_LINEAR)
    mask = np.full(image.shape, 255, np.uint8)
    mask = cv2.warpPerspective(mask, H, size, flags=cv2.INTER_LINEAR)
    alpha = mask.astype(np.float32) / 255
    return (warped * alpha + background * (1 - alpha)).astype(np.uint8)


def _map(H: np.ndarray, points: np.ndarray) -> np.ndarray:
    mapped = points @ H[:, :2].T + H[:, 2]
    return np.where(mapped[:, 2:] > 0.05, mapped[:, :2] / np.maximum(mapped[:, 2:], 0.05), -1e4)


def _targets(page: dict[str, np.ndarray], H: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    side = WINDOW // STRIDE
    target = np.zeros((MAPS, side, side), np.float32)
    weight = np.ones((MAPS, side, side), np.float32)
    boxes = page["boxes"].astype(float)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    for channel, points in enumerate((centres, page["bubbles"], page["crossings"])):
        if len(points):
            _bells(target[channel], weight[channel], _map(H, points.astype(float)))
    weight[3:] = 0
    yy, xx = np.mgrid[0:side, 0:side]
    cells = np.stack([xx.ravel(), yy.ravel()], 1) * STRIDE + (STRIDE - 1) / 2
    back = _map(np.linalg.inv(H), cells.astype(float))
    up = _map(H, back - [0, 4.0]) - cells
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-6)
    low, high = page["page"].min(0), page["page"].max(0)
    inside = ((back >= low) & (back <= high)).all(1).reshape(side, side)
    target[3:5] = up.T.reshape(2, side, side)
    weight[3:5] = inside
    for (x, y, w, h), at in zip(boxes, _map(H, centres), strict=True):
        ends = _map(
            H, np.array([[x, y + h / 2], [x + w, y + h / 2], [x + w / 2, y], [x + w / 2, y + h]])
        )
        size = np.array([np.linalg.norm(ends[1] - ends[0]), np.linalg.norm(ends[3] - ends[2])])
        cx, cy = ((at + 0.5) / STRIDE - 0.5).round().astype(int)
        if 0 <= cx < side and 0 <= cy < side and (size > 2).all():
            near = (slice(max(cy - 1, 0), cy + 2), slice(max(cx - 1, 0), cx + 2))
            for k in range(2):
                target[5 + k][near] = math.log(size[k] / SIZE_UNIT_PX)
                weight[5 + k][near] = 1
    return target, weight


def _bells(heat: np.ndarray, weight: np.ndarray, points: np.ndarray) -> None:
    """Gaussian bells of one cell around each point; crowded points are left out of the loss."""
    side = len(heat)
    visible = points[((points > -STRIDE) & (points < WINDOW + STRIDE)).all(1)]
    if not len(visible):
        return
    apart = np.linalg.norm(visible[:, None] - visible[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    crowded = apart.min(1) < LEAST_DISTANCE_PX if len(visible) > 1 else np.zeros(1, bool)
    reach = np.arange(-3, 4)
    for point, skip in zip((visible + 0.5) / STRIDE - 0.5, crowded, strict=True):
        x, y = point.round().astype(int)[:, None] + reach
        ok_x, ok_y = (x >= 0) & (x < side), (y >= 0) & (y < side)
        ok = ok_x[None, :] & ok_y[:, None]
        rows, columns = np.broadcast_arrays(y[:, None], x[None, :])
        rows, columns = rows[ok], columns[ok]
        if skip:
            weight[rows, columns] = 0
            continue
        bell = np.exp(-((columns - point[0]) ** 2 + (rows - point[1]) ** 2) / 2)
        heat[rows, columns] = np.maximum(heat[rows, columns], bell)


def loss_of(logits: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Penalty-reduced focal loss for the heat maps (CenterNet, arXiv 1904.07850), L1 else."""
    heat, truth, mask = logits[:, :3], target[:, :3], weight[:, :3]
    p = torch.sigmoid(heat)
    # Every bell's top cells count as positives in the measure of how high the bell is there.
    positive = (truth > 0.6).float() * mask
    gain = -positive * truth * (1 - p) ** 2 * nnf.logsigmoid(heat)
    cost = -(1 - positive) * mask * (1 - truth) ** 4 * p**2 * nnf.logsigmoid(-heat)
    counts = positive.sum((0, 2, 3)) + 20
    heat_loss = ((gain + cost).sum((0, 2, 3)) / counts).sum()
    up = (torch.tanh(logits[:, 3:5]) - target[:, 3:5]) ** 2 * weight[:, 3:5]
    up_loss = up.sum() / (weight[:, 3:5].sum() + 1)
    size = (logits[:, 5:] - target[:, 5:]).abs() * weight[:, 5:]
    size_loss = size.sum() / (weight[:, 5:].sum() + 1)
    parts = {"heat": float(heat_loss), "up": float(up_loss), "size": float(size_loss)}
    return heat_loss + 1.0 * up_loss + 0.5 * size_loss, parts


def train(folders: list[Path], minutes: float, seed: int, start: Path | None) -> LandmarkNet:
    """Train for so many minutes of wall time; the rate follows one cosine."""
    torch.manual_seed(seed)
    net = LandmarkNet()
    if start is not None:
        net.load_state_dict(torch.load(start))
    net = net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-4)
    loader = DataLoader(Windows(folders, seed), batch_size=12, num_workers=1, prefetch_factor=4)
    begin, seen, means = time.monotonic(), 0, {}
    for step, (image, target, weight) in enumerate(loader):
        done = (time.monotonic() - begin) / (60 * minutes)
        if done >= 1:
            break
        warm = min(1.0, (step + 1) / 50)
        for group in optimiser.param_groups:
            group["lr"] = 2.5e-3 * warm * (0.5 + 0.5 * math.cos(math.pi * done)) + 1e-5
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = net.logits(image.to(memory_format=torch.channels_last))
        loss, parts = loss_of(logits.float(), target, weight)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        seen += len(image)
        means = {k: 0.98 * means.get(k, v) + 0.02 * v for k, v in parts.items()}
        if step % 50 == 0:
            took = time.monotonic() - begin
            print(
                f"{took:6.0f} s  {seen:7d} windows ",
                {k: round(v, 4) for k, v in means.items()},
                flush=True,
            )
    return net.eval()


def typical(folders: list[Path]) -> list[np.ndarray]:
    """Whole pages as the network sees them, (1, 1, H, W), some of every folder."""
    found = []
    for folder in dict.fromkeys(folders):
        for path in sorted(folder.glob("*.npz"))[:TYPICAL_PAGES]:
            with np.load(path) as page:
                image = normalise(resized(page["image"], TYPICAL_PX))
            height, width = (side // MULTIPLE * MULTIPLE for side in image.shape)
            found.append(image[None, None, :height, :width])
    return found


def export(net: LandmarkNet, out: Path, facts: dict[str, object], inputs: list[np.ndarray]) -> None:
    """Write landmarks.onnx (any height and width, 8 bits) and its card's data."""
    out.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net.to(memory_format=torch.contiguous_format),
        (torch.zeros(1, 1, 64, 64),),
        str(out / "landmarks.onnx"),
        input_names=["image"],
        output_names=["maps"],
        dynamic_axes={"image": {2: "h", 3: "w"}, "maps": {2: "h4", 3: "w4"}},
        opset_version=17,
        dynamo=False,
    )
    quantise(out / "landmarks.onnx", "image", inputs)
    (out / "landmarks.json").write_text(json.dumps(facts, indent=1) + "\n")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drawn", type=Path, help="a folder a form")
    parser.add_argument("--photos", type=Path, help="located photos, as one more folder")
    parser.add_argument("--out", type=Path, default=Path("ocr/weights"))
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="go on from these weights (.pt)")
    parser.add_argument("--keep", type=Path, help="also keep the weights as .pt here")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    folders = sorted(path for path in args.drawn.iterdir() if path.is_dir())
    if args.photos:
        folders += [args.photos] * max(1, round(PHOTO_SHARE * len(folders)))
    net = train(folders, args.minutes, args.seed, args.start)
    if args.keep:
        torch.save(net.state_dict(), args.keep)
    facts = {"minutes": args.minutes, "seed": args.seed, "window_px": WINDOW}
    export(net, args.out, facts, typical(folders))


if __name__ == "__main__":
    main()
