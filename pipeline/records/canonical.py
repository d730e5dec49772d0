"""One way to write a JSON value, so that equal values have equal bytes and hashes."""

import hashlib
import json

#: What JSON can hold.
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def canonical(value: object) -> str:
    """JSON with sorted keys and no blanks; floats in their shortest form that reads back equal.

    Raises:
        ValueError: for NaN and infinities, which JSON does not have.
        TypeError: for what is no JSON value.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
