"""What a person types for a field: understood as boxes on paper, or refused with what to do."""

import re
from typing import ClassVar

from pipeline.errors import CermatError
from pipeline.reading.numbers import EMPTY, value_of
from pipeline.records.events import Number

_DIGITS = re.compile(r"[0-9]+")


class BadNumberError(CermatError):
    """A number that cannot stand in the boxes of a field."""

    code: ClassVar[str] = "bad_number"
    exit_status: ClassVar[int] = 2


def understood(typed: str, boxes: int, before: str = "") -> Number:
    """Digits alone may be fewer than boxes; otherwise one character a box.

    In front of fewer digits stands what was seen there ``before`` (89 typed over x39 is x89),
    as long as that holds no digit; else the boxes are empty.

    ``x`` is a cross, ``-`` a dash, ``_`` an empty box; what they mean is said in
    ``pipeline.reading.numbers``.

    Raises:
        BadNumberError: saying what is wrong and what to type instead.
    """
    text = typed.strip().lower().replace("×", "x").replace(" ", "_")
    if not text:
        raise BadNumberError(
            message_id="Belum diisi. Bila kotaknya kosong di kertas, ketik " + "_" * boxes + ".",
            message_en="Not filled in. If the boxes are empty on paper, type " + "_" * boxes + ".",
        )
    if _DIGITS.fullmatch(text):
        if len(text) > boxes:
            raise _too_long(text, boxes)
        lead = before[: boxes - len(text)] if len(before) == boxes else ""
        if set(lead) - set(EMPTY):
            lead = ""
        return Number(written=lead + text.rjust(boxes - len(lead), "_"), value=int(text))
    if re.search(r"[^0-9x_-]", text):
        raise BadNumberError(
            message_id=f"“{typed.strip()[:12]}” bukan isi kotak. Pakai angka 0-9, x, - atau _.",
            message_en=f"“{typed.strip()[:12]}” is no number. Use the digits 0-9, x, - or _.",
        )
    if len(text) > boxes:
        raise _too_long(text, boxes)
    if len(text) < boxes:
        raise BadNumberError(
            message_id=f"Ada {boxes} kotak: ketik angkanya saja, atau {boxes} tanda, satu sekotak.",
            message_en=f"There are {boxes} boxes: type digits only, or {boxes} signs, one a box.",
        )
    value = value_of(text)
    if value is None:
        raise BadNumberError(
            message_id="Ada kotak kosong di antara angka. Ketik angkanya saja, tanpa _.",
            message_en="A box is empty between digits. Type the digits alone, without _.",
        )
    return Number(written=text, value=value)


def _too_long(text: str, boxes: int) -> BadNumberError:
    return BadNumberError(
        message_id=f"{text[:12]} terlalu panjang: hanya ada {boxes} kotak.",
        message_en=f"{text[:12]} is too long: there are only {boxes} boxes.",
    )
