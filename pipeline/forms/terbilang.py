"""Numbers in Indonesian words, as they are written on the sheets in capitals."""

_UNITS = (
    "NOL",
    "SATU",
    "DUA",
    "TIGA",
    "EMPAT",
    "LIMA",
    "ENAM",
    "TUJUH",
    "DELAPAN",
    "SEMBILAN",
    "SEPULUH",
    "SEBELAS",
)
#: Value, name, and the word for one of it where there is one, largest first.
_POWERS = ((1000, "RIBU", "SERIBU"), (100, "RATUS", "SERATUS"), (10, "PULUH", ""))
#: The largest number that has words here; sheets have at most six boxes.
LARGEST = 999_999


def terbilang(number: int) -> str:
    """The words of a number: 117 -> ``SERATUS TUJUH BELAS``.

    Raises:
        ValueError: below 0 or above ``LARGEST``.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"expected 0 to {LARGEST}, got {number}")
    return _UNITS[0] if number == 0 else " ".join(_words(number))


def _words(number: int) -> list[str]:
    if number < 12:
        return [_UNITS[number]] if number else []
    if number < 20:
        return [_UNITS[number - 10], "BELAS"]
    for value, name, single in _POWERS:
        many, rest = divmod(number, value)
        if many:
            head = [single] if many == 1 and single else [*_words(many), name]
            return [*head, *_words(rest)]
    raise AssertionError(number)
