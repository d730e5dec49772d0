"""What the characters in a field's boxes mean as a number."""

#: Characters that hold no digit.
EMPTY = "x-_"


def value_of(written: str) -> int | None:
    """The number that ``written`` stands for, one character a box.

    Crosses, dashes and empty boxes before the digits count for nothing, in all boxes they mean 0;
    after a digit a cross or dash stands for 0. An empty box after a digit ends the number: it was
    not written from the right (``83_`` is 83), and is to be looked at.

    Raises:
        ValueError: on characters other than ``0-9x-_``.
    """
    if not written or set(written) - set("0123456789" + EMPTY):
        raise ValueError(f"not the content of boxes: {written!r}")
    digits = written.lstrip(EMPTY)
    if not digits:
        return 0
    digits = digits.rstrip("_")
    if "_" in digits:
        return None
    return int(digits.replace("x", "0").replace("-", "0"))


def is_misaligned(written: str) -> bool:
    """Whether an empty box follows a digit: the number does not stand at the right."""
    return "_" in written.lstrip(EMPTY)


def is_blank(written: str) -> bool:
    """Whether nothing at all is written."""
    return set(written) == {"_"}
