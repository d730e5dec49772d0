"""Whatever the bytes, decoding gives a photo or a refusal, quietly."""

import os
import threading
from pathlib import Path

import bad_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.decode import Limits, decode
from pipeline.reading.headers import JPEG_MAGIC, PNG_MAGIC
from pipeline.reading.model import Photo
from pipeline.reading.quiet import quiet_codecs
from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused

FILES = bad_files.whole_files()
#: Small, so that a lucky flip in a header does not make the tests decode 100 megapixels.
LIMITS = Limits(max_pixels=1_000_000)


def photo_or_reason(data: bytes) -> Photo | Reason:
    try:
        return decode(data, LIMITS)
    except Refused as refused:
        return refused.reason


@pytest.mark.parametrize("name", FILES)
def test_a_picture_cut_anywhere_is_never_read(name: str):
    data = FILES[name].rstrip(b"\0") if name == "jpeg_trailing_bytes" else FILES[name]
    allowed = {Reason.TRUNCATED, Reason.NOT_AN_IMAGE, Reason.EMPTY_FILE}
    for length in range(0, len(data), 1 if len(data) < 3000 else 7):
        assert photo_or_reason(data[:length]) in allowed, length
    assert photo_or_reason(data[:-1]) is Reason.TRUNCATED


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=8),
)
def test_flipped_bytes_give_a_photo_or_a_refusal(name: str, flips: list[tuple[float, int]]):
    data = bytearray(FILES[name])
    for place, mask in flips:
        data[int(place * len(data))] ^= mask
    assert isinstance(photo_or_reason(bytes(data)), Photo | Reason)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    header_flips=st.lists(
        st.tuples(st.integers(2, 60), st.integers(1, 255)), min_size=1, max_size=4
    ),
)
def test_flipped_headers_give_a_photo_or_a_refusal(name: str, header_flips):
    data = bytearray(FILES[name])
    for place, mask in header_flips:
        data[place] ^= mask
    assert isinstance(photo_or_reason(bytes(data)), Photo | Reason)


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from(
        [b"", JPEG_MAGIC, PNG_MAGIC, b"RIFF\x10\0\0\0WEBPVP8 ", b"\xff\xd8\xff\xc0"]
    ),
    rest=st.binary(max_size=300),
)
def test_random_bytes_after_any_magic_are_refused(start: bytes, rest: bytes):
    assert isinstance(photo_or_reason(start + rest), Reason)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(FILES)), a=st.floats(0, 1), b=st.floats(0, 1))
def test_a_missing_middle_gives_a_photo_or_a_refusal(name: str, a: float, b: float):
    data = FILES[name]
    first, last = sorted((int(a * len(data)), int(b * len(data))))
    assert isinstance(photo_or_reason(data[:first] + data[last:]), Photo | Reason)


def broken_but_readable() -> bytes:
    """A JPEG over which libjpeg grumbles."""
    data = FILES["jpeg"]
    return data[:-2] + b"abcde" + data[-2:]


def test_a_flawed_jpeg_is_read_without_a_word_on_the_terminal(capfd: pytest.CaptureFixture[str]):
    assert isinstance(photo_or_reason(broken_but_readable()), Photo)
    damaged = bytearray(FILES["png"])
    damaged[len(damaged) // 2] ^= 255
    assert photo_or_reason(bytes(damaged)) is Reason.DAMAGED
    assert capfd.readouterr() == ("", "")


def test_what_others_write_meanwhile_still_reaches_the_terminal(capfd: pytest.CaptureFixture[str]):
    with quiet_codecs():
        os.write(
            2, b"Corrupt JPEG data: premature end\nanother thread's log line\nlibpng error: x\n"
        )
    assert capfd.readouterr().err == "another thread's log line\n"


def test_standard_error_is_restored_after_an_error_inside(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(ZeroDivisionError), quiet_codecs():
        raise ZeroDivisionError
    os.write(2, b"libpng is only hidden while decoding\n")
    assert "only hidden" in capfd.readouterr().err


def test_many_threads_decode_at_once_and_leave_no_descriptor_behind():
    decode(FILES["jpeg"], LIMITS)
    before = len(list(Path("/proc/self/fd").iterdir()))
    threads = [
        threading.Thread(target=lambda: [photo_or_reason(broken_but_readable()) for _ in range(30)])
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
