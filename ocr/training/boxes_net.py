"""The box reader's network: contrast normalisation, three small residual stages, one layer."""

import torch
from torch import Tensor, nn

from ocr.boxes import CLASSES, SIDE

#: Channels at 20, 10 and 5 px; together 0.21 M parameters, 0.85 MB.
WIDTHS = (16, 40, 80)
#: Contrast below this many gray levels is taken for noise rather than ink.
FLOOR_GLOBAL, FLOOR_LOCAL = 2.0, 3.0
#: Window of the local normalisation in px, and the blocks it is made of: a stroke and its paper.
WINDOW, BLOCK = 12, 4


class Normalise(nn.Module):
    """Gray crops (n, S, S) 0-255 -> (n, 2, S, S): against the whole crop, and locally.

    The first channel keeps what is darker than what; in the second a faint pen inside a black
    frame stands out as well as any. Both do not change when the light does.
    """

    def forward(self, gray: Tensor) -> Tensor:
        """See the class."""
        x = gray.float().unsqueeze(1)
        centred = x - x.mean(dim=(2, 3), keepdim=True)
        deviation = torch.sqrt((centred * centred).mean(dim=(2, 3), keepdim=True) + FLOOR_GLOBAL**2)
        local = centred - _local_mean(centred)
        power = _local_mean(local * local)
        return torch.cat([centred / deviation, local / torch.sqrt(power + FLOOR_LOCAL**2)], dim=1)


def _local_mean(x: Tensor) -> Tensor:
    """The mean over about WINDOW px around each pixel, from blocks: cheap on every runtime."""
    blocks = nn.functional.avg_pool2d(x, BLOCK)
    wide = nn.functional.avg_pool2d(blocks, WINDOW // BLOCK, 1, 1, count_include_pad=False)
    return nn.functional.interpolate(wide, scale_factor=BLOCK, mode="bilinear")


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
    )


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _conv(width, width), _conv(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, h, w) -> the same."""
        inner = self.second(torch.relu(self.first(x)))
        return torch.relu(inner + x)


class BoxNet(nn.Module):
    """(n, SIDE, SIDE) gray, uint8 or float -> (n, 13) scores before the softmax."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        a, b, c = WIDTHS
        self.normalise = Normalise()
        self.body = nn.Sequential(
            _conv(2, a, 2), nn.ReLU(), Block(a),
            _conv(a, b, 2), nn.ReLU(), Block(b),
            _conv(b, c, 2), nn.ReLU(), Block(c),
            nn.Flatten(), nn.Dropout(dropout),
        )  # fmt: skip
        self.head = nn.Linear(c * (SIDE // 8) ** 2, len(CLASSES))

    def forward(self, gray: Tensor) -> Tensor:
        """See the class."""
        scores: Tensor = self.head(self.body(self.normalise(gray)))
        return scores
