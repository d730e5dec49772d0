"""Decoding: whole pictures come out right, everything else is refused with the right reason."""

import hashlib

import bad_files
import cv2
import numpy as np
import pytest

from pipeline.reading.decode import Limits, decode
from pipeline.reading.headers import read_header
from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused

LIMITS = Limits()


def refusal(data: bytes, limits: Limits = LIMITS) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(data, limits)
    return caught.value


@pytest.mark.parametrize(("name", "data"), bad_files.whole_files().items())
def test_whole_pictures_are_decoded_to_gray(name: str, data: bytes):
    photo = decode(data, LIMITS)
    assert photo.gray.dtype == np.uint8
    assert photo.gray.shape == (bad_files.HEIGHT, bad_files.WIDTH)
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert np.abs(photo.gray.astype(int) - bad_files.scene()).mean() < 6


@pytest.mark.parametrize(("name", "data"), bad_files.whole_files().items())
def test_the_header_gives_kind_and_dimensions_without_decoding(name: str, data: bytes):
    header = read_header(data)
    assert header.kind == name.split("_", maxsplit=1)[0]
    assert (header.width, header.height) == (bad_files.WIDTH, bad_files.HEIGHT)


@pytest.mark.parametrize("maker", [bad_files.jpeg_with_orientation, bad_files.png_with_orientation])
@pytest.mark.parametrize(
    ("orientation", "bright_corner"),
    [(1, "top left"), (3, "bottom right"), (6, "top right"), (8, "bottom left")],
)
def test_the_exif_orientation_turns_the_picture(maker, orientation: int, bright_corner: str):
    gray = decode(maker(orientation), LIMITS).gray
    landscape = orientation in (1, 3)
    size = (bad_files.HEIGHT, bad_files.WIDTH)
    assert gray.shape == (size if landscape else size[::-1])
    h, w = gray.shape[0] // 2, gray.shape[1] // 2
    means = {
        "top left": gray[:h, :w].mean(),
        "top right": gray[:h, w:].mean(),
        "bottom left": gray[h:, :w].mean(),
        "bottom right": gray[h:, w:].mean(),
    }
    assert max(means, key=means.__getitem__) == bright_corner


def test_sixteen_bit_and_colour_pictures_become_eight_bit_gray():
    deep = bad_files.scene().astype(np.uint16) * 257
    assert (
        np.abs(decode(bad_files.encoded(".png", deep), LIMITS).gray.astype(int) - deep // 257).max()
        <= 1
    )
    colour = cv2.cvtColor(bad_files.scene(), cv2.COLOR_GRAY2BGR)
    assert decode(bad_files.encoded(".png", colour), LIMITS).gray.ndim == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b"\xff", Reason.NOT_AN_IMAGE),
        (b"%PDF-1.7 and so on", Reason.NOT_AN_IMAGE),
        (b"GIF89a" + bytes(40), Reason.NOT_AN_IMAGE),
        (b"BM" + bytes(80), Reason.NOT_AN_IMAGE),
        (b"II*\0" + bytes(80), Reason.NOT_AN_IMAGE),
        (b"hanya teks biasa, bukan foto", Reason.NOT_AN_IMAGE),
        (bytes(1000), Reason.NOT_AN_IMAGE),
        (b"RIFF" + bytes(4) + b"WAVE" + bytes(40), Reason.NOT_AN_IMAGE),
        (b"\xff\xd8\xff\xd9", Reason.DAMAGED),
        (b"\xff\xd8\xff\xe0" + b"ab", Reason.TRUNCATED),
        (b"\xff\xd8" + b"\xff" * 100_000, Reason.TRUNCATED),
        (b"\xff\xd8" + b"\xff\xd0" * 100_000, Reason.DAMAGED),
        (b"\x89PNG\r\n\x1a\n", Reason.TRUNCATED),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_the_reason(data: bytes, reason: Reason):
    assert refusal(data).reason is reason


def test_a_text_file_named_as_a_photo_is_told_apart_by_its_bytes():
    error = refusal(b"<!doctype html><title>Not found</title>")
    assert error.reason is Reason.NOT_AN_IMAGE
    assert "JPEG" in error.message("id")
    assert "JPEG" in error.message("en")


@pytest.mark.parametrize(
    "claim", [bad_files.jpeg_claiming, bad_files.png_claiming, bad_files.webp_claiming]
)
def test_a_file_that_claims_too_many_pixels_is_refused_before_decoding(claim, monkeypatch):
    def must_not_run(*_):
        raise AssertionError("decoded a bomb")

    monkeypatch.setattr(cv2, "imdecode", must_not_run)
    error = refusal(claim(16_000, 16_000))
    assert error.reason is Reason.TOO_LARGE
    assert error.seen == "16000 x 16000 px"
    assert error.expected == "<= 100 MP"


def test_a_picture_at_the_pixel_limit_is_read_and_one_above_is_not():
    data = bad_files.encoded(".png")
    pixels = bad_files.WIDTH * bad_files.HEIGHT
    assert decode(data, Limits(max_pixels=pixels)).gray.size == pixels
    assert refusal(data, Limits(max_pixels=pixels - 1)).reason is Reason.TOO_LARGE


def test_a_file_over_the_byte_limit_is_refused():
    data = bad_files.encoded(".png")
    assert decode(data, Limits(max_bytes=len(data))).gray.size
    assert refusal(data, Limits(max_bytes=len(data) - 1)).reason is Reason.TOO_LARGE


def test_a_thumbnail_is_too_small():
    icon = bad_files.encoded(".png", bad_files.scene(63, 400))
    assert refusal(icon).reason is Reason.TOO_SMALL


def test_a_jpeg_with_thousands_of_scans_is_refused_without_decoding(monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", None)
    assert refusal(bad_files.jpeg_with_scans(5000)).reason is Reason.TOO_LARGE


def test_a_png_chunk_longer_than_the_file_never_reaches_the_decoder(monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", None)
    data = bytearray(bad_files.encoded(".png"))
    at = data.index(b"IDAT") - 4
    data[at : at + 4] = (3_900_000_000).to_bytes(4, "big")
    assert refusal(bytes(data)).reason is Reason.TRUNCATED


def test_a_png_of_endless_tiny_chunks_is_refused():
    data = bad_files.encoded(".png")
    assert (
        refusal(data[:33] + bad_files.png_text_chunk() * 30_000 + data[33:]).reason
        is Reason.DAMAGED
    )


@pytest.mark.parametrize("maker", [bad_files.animated_png, bad_files.animated_webp])
def test_an_animation_is_no_photo(maker):
    error = refusal(maker())
    assert error.reason is Reason.NOT_AN_IMAGE
    assert error.seen == "animation"


def test_a_picture_that_decodes_to_another_size_than_its_header_is_damaged(monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", lambda *_: np.zeros((10, 10), np.uint8))
    assert refusal(bad_files.encoded(".png")).reason is Reason.DAMAGED


@pytest.mark.parametrize("error", [cv2.error("bug in a codec"), MemoryError()])
def test_a_failing_codec_is_a_property_of_the_photo(error: Exception, monkeypatch):
    def fails(*_):
        raise error

    monkeypatch.setattr(cv2, "imdecode", fails)
    assert refusal(bad_files.encoded(".jpg")).reason is Reason.DAMAGED
