"""How one polling station fills in its sheets: the pen, the leading boxes, the tally, the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.forms.handwriting import Hand, random_hand
from pipeline.forms.model import FormPage

#: What stands in boxes before the digits.
Leading = Literal["x", "0", "-", "_"]
#: How the unused rest of a tally grid is ruled off.
Rest = Literal["diagonal", "snake", "none"]


@dataclass(frozen=True)
class Style:
    """One way to fill in a sheet.

    Attributes:
        hand: who writes.
        leading: what stands in boxes before the digits.
        crosses_fill_box: a cross runs from corner to corner instead of being a small x.
        zero_bubble: 0 is blackened under a leading cross, dash or empty box; else nothing is.
        bubbles: bubbles are blackened at all.
        tally: tally marks and row totals are there.
        rest: how unused rows are ruled off.
        words: the number is written in words.
        signed: signatures, names and date are there.
        drift: standard deviation of a character's place, in shares of the box.
    """

    hand: Hand
    leading: Leading = "x"
    crosses_fill_box: bool = False
    zero_bubble: bool = True
    bubbles: bool = True
    tally: bool = True
    rest: Rest = "diagonal"
    words: bool = True
    signed: bool = True
    drift: float = 0.03


def random_style(form: FormPage, rng: np.random.Generator) -> Style:
    """A way to fill in that form; the shares follow what sheets of 2024 look like."""
    leading: tuple[Leading, ...] = ("x", "0", "-", "_")
    rest: tuple[Rest, ...] = ("diagonal", "snake", "none")
    return Style(
        hand=random_hand(rng, box_mm=form.fields[0].boxes.size_mm[1]),
        leading=leading[rng.choice(4, p=[0.55, 0.3, 0.05, 0.1])],
        crosses_fill_box=bool(rng.random() < 0.45),
        zero_bubble=bool(rng.random() < 0.75),
        bubbles=bool(rng.random() < 0.97),
        tally=bool(rng.random() < 0.95),
        rest=rest[rng.choice(3, p=[0.6, 0.25, 0.15])],
        words=bool(rng.random() < 0.9),
        signed=bool(rng.random() < 0.9),
        drift=float(rng.uniform(0.01, 0.06)),
    )


def written(number: int, boxes: int, leading: str) -> str:
    """A number as it stands in that many boxes: 89 -> ``x89``.

    Raises:
        ValueError: when it has more digits than there are boxes.
    """
    digits = str(number)
    if len(digits) > boxes:
        raise ValueError(f"{number} does not fit into {boxes} boxes")
    return leading * (boxes - len(digits)) + digits


def written_fields(form: FormPage, numbers: Mapping[str, int], leading: str) -> dict[str, str]:
    """The numbers of a page as they stand in its boxes."""
    return {
        field.name: written(numbers[field.name], field.boxes.count, leading)
        for field in form.fields
    }
