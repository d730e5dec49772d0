"""Text that people or files bring along, made fit to be kept and shown."""

import unicodedata

NAME_CHARACTERS = 80


def clean(text: str, length: int = NAME_CHARACTERS) -> str:
    """Without control characters, lone surrogates and needless blanks, at most ``length`` long."""
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed)
    return " ".join(kept.split())[:length]
