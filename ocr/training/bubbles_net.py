"""The bubble reader's network: one small judge looks at each bubble, then all are compared."""

import torch
from torch import Tensor, nn

from ocr.bubbles import CLASSES, SIDE

#: Contrast in a column below this many gray levels is noise.
FLOOR = 3.0
WIDTHS = (12, 16, 16)
FEATURES = 12


class BubbleNet(nn.Module):
    """(n, 10, SIDE, SIDE) gray -> (n, 11) scores before the softmax.

    Each bubble is normalised against its whole column, so that a blue pen in a dark photo counts
    as much as a marker in the sun, and seen beside the column's median patch, which shows what
    an empty bubble looks like in this photo.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c = WIDTHS
        self.see = nn.Sequential(
            nn.Conv2d(1, a, 3, 2, 1, bias=False), nn.BatchNorm2d(a), nn.ReLU(),
            nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, c, 3, 1, 0, bias=False), nn.BatchNorm2d(c), nn.ReLU(),
            nn.Flatten(), nn.Linear(c * (SIDE // 4 - 2) ** 2, FEATURES), nn.ReLU(),
        )  # fmt: skip
        self.judge = nn.Sequential(nn.Linear(3 * FEATURES, 24), nn.ReLU(), nn.Linear(24, 1))
        self.nothing = nn.Sequential(nn.Linear(2 * FEATURES, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, gray: Tensor) -> Tensor:
        """See the class."""
        digits = len(CLASSES) - 1
        x = gray.float()
        # Paper under each bubble: light falls off along a column, a fill darkens only the ring.
        paper = x.amax(dim=(2, 3), keepdim=True)
        x = x - paper
        x = x / torch.sqrt((x * x).mean(dim=(1, 2, 3), keepdim=True) + FLOOR**2)
        each = self.see(x.reshape(-1, 1, SIDE, SIDE)).reshape(-1, digits, FEATURES)
        most, mean = each.amax(dim=1), each.mean(dim=1)
        context = torch.cat([most, mean], dim=1)
        beside = context.unsqueeze(1).expand(-1, digits, -1)
        filled = self.judge(torch.cat([each, beside], dim=2)).squeeze(2)
        return torch.cat([filled, self.nothing(context)], dim=1)
