"""Keeps libjpeg and libpng from writing their warnings to the user's terminal.

They print to file descriptor 2 themselves, past Python and past OpenCV, once for every photo
with a harmless flaw. While a picture is decoded, descriptor 2 leads to a scratch file; what the
codecs wrote is dropped, and lines of anyone else (another thread) are passed on afterwards.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: How the lines begin that libjpeg (all its JWRN_ messages), libpng and OpenCV's codecs print.
CODEC_LINES = (
    b"Application transferred too many scanlines",
    b"Corrupt JPEG data",
    b"Inconsistent progression sequence",
    b"Invalid SOS parameters",
    b"Premature end of JPEG",
    b"Unknown Adobe color transform",
    b"Warning: unknown JFIF revision",
    b"libpng ",
    b"[ WARN:",
    b"[ERROR:",
)

_STDERR = 2
_lock = threading.Lock()
_inside = 0
_kept: tuple[int, int] | None = None


@contextmanager
def quiet_codecs() -> Iterator[None]:
    """Run the body without codec warnings; threads may overlap, the last one out restores."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _kept  # noqa: PLW0603 - descriptor 2 is one for the whole process
    with _lock:
        _inside += 1
        if _inside == 1:
            _kept = _redirect()


def _redirect() -> tuple[int, int] | None:
    """Descriptors of the true standard error and of the scratch file that stands in for it."""
    try:
        stderr = os.dup(_STDERR)
    except OSError:  # closed, as in some daemons: there is nothing to keep quiet
        return None
    try:
        with tempfile.TemporaryFile() as scratch:
            os.dup2(scratch.fileno(), _STDERR)
            return stderr, os.dup(scratch.fileno())
    except OSError:  # nowhere to write: a warning on the terminal is the lesser evil
        os.dup2(stderr, _STDERR)
        os.close(stderr)
        return None


def _leave() -> None:
    global _inside, _kept  # noqa: PLW0603 - as above
    with _lock:
        _inside -= 1
        if _inside or _kept is None:
            return
        stderr, scratch = _kept
        os.dup2(stderr, _STDERR)
        os.close(stderr)
        os.lseek(scratch, 0, os.SEEK_SET)
        with os.fdopen(scratch, "rb") as written:
            others = [line for line in written if not line.startswith(CODEC_LINES)]
        if others:
            os.write(_STDERR, b"".join(others))
        _kept = None
