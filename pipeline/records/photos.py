"""The photo folder: original bytes by their SHA-256, written once and never touched again."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pipeline.errors import CermatError
from pipeline.records.canonical import sha256_hex


class MissingPhotoError(CermatError):
    """A photo that the ledger knows is not in the folder, or its bytes changed."""

    code: ClassVar[str] = "missing_photo"


@dataclass(frozen=True)
class PhotoStore:
    """A folder of photos, ``ab/abcd...``; two letters keep each folder small."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Where a photo lies or would lie."""
        return self.folder / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep a photo and return its SHA-256; once this returns it survives a power cut."""
        sha256 = sha256_hex(data)
        target = self.path(sha256)
        if target.is_file() and target.stat().st_size == len(data):
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, data)
        sync_folder(self.folder)  # the entry of target's folder, should that be new
        return sha256

    def get(self, sha256: str) -> bytes:
        """The original bytes.

        Raises:
            MissingPhotoError: when they are gone or no longer what was received.
        """
        path = self.path(sha256)
        if not path.is_file():
            raise _missing(sha256, "tidak ada", "is gone")
        data = path.read_bytes()
        if sha256_hex(data) != sha256:
            raise _missing(sha256, "sudah berubah", "has changed")
        return data


def write_durably(target: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens in between."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make a renaming inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _missing(sha256: str, indonesian: str, english: str) -> MissingPhotoError:
    return MissingPhotoError(
        message_id=f"Berkas foto {sha256[:12]} {indonesian}. Pulihkan dari cadangan folder foto.",
        message_en=f"Photo file {sha256[:12]} {english}. Restore it from a backup of the folder.",
    )
