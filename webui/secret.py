"""The key that signs sessions: made once, readable by nobody else."""

import os
import secrets
from pathlib import Path

FILE = "secret-key"
BYTES = 32


def secret_key(data: Path) -> str:
    """The key in the data folder, made at the first start with mode 0600."""
    path = data / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_hex(BYTES)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
