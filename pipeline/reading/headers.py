"""Kind and dimensions of a picture file, from its header alone: nothing is decoded.

Sources: ITU-T T.81 (JPEG) annex B, the PNG specification section 5, the WebP container
specification (RIFF, VP8, VP8L and VP8X chunks).
"""

import re
import struct
from dataclasses import dataclass
from typing import Literal

from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused

JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"

#: Markers that begin a frame: SOF0-SOF15 without DHT (c4), JPG (c8) and DAC (cc).
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Markers that stand alone, without a length: TEM, RST0-7 and a repeated SOI.
_BARE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_SOS, _EOI = 0xDA, 0xD9

#: Any number of fill bytes 0xff, the last of which begins a marker.
_FILL = re.compile(rb"\xff+")

#: Segments before the picture; the longest real headers (ICC, extended XMP) have some hundreds.
MAX_SEGMENTS = 2000
#: Scans of one picture. Progressive encoders write about ten; thousands of them over few bytes
#: keep a decoder busy for hours.
MAX_SCANS = 100

#: Chunks of one PNG; encoders that write 4 KiB a chunk need 12,500 for 50 MB.
MAX_CHUNKS = 20_000
#: The bit of a VP8X header that says that frames follow.
_WEBP_ANIMATION = 0x02


@dataclass(frozen=True)
class Header:
    """What a file says of itself; width and height in px before the EXIF orientation."""

    kind: Literal["jpeg", "png", "webp"]
    width: int
    height: int


def read_header(data: bytes) -> Header:
    """Kind and dimensions of a whole JPEG, PNG or WebP file.

    Raises:
        Refused: ``empty_file``, ``not_an_image``, ``truncated``, ``damaged``, or ``too_large``
            for a JPEG with more scans than any camera writes.
    """
    if not data:
        raise Refused(Reason.EMPTY_FILE, expected="JPEG, PNG, WebP", seen="0 B")
    if data.startswith(JPEG_MAGIC):
        return _jpeg(data)
    if data.startswith(PNG_MAGIC):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise Refused(Reason.NOT_AN_IMAGE, expected="JPEG, PNG, WebP", seen=f"0x{data[:8].hex()}")


def _jpeg(data: bytes) -> Header:
    header: Header | None = None
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker, at = _next_marker(data, at)
        if marker in _BARE:
            continue
        if marker == _EOI:
            raise Refused(Reason.DAMAGED, expected="SOS", seen=f"EOI @ {at}")
        length = int.from_bytes(data[at : at + 2], "big")
        if at + max(length, 2) > len(data):
            raise _cut(f"{at + length} B", data)
        if marker in _SOF and header is None:
            header = _frame(data, at)
        if marker == _SOS:
            _check_scans(data, at)
            if header is None:
                raise Refused(Reason.DAMAGED, expected="SOF", seen=f"SOS @ {at}")
            return header
        at += max(length, 2)
    raise Refused(Reason.DAMAGED, expected=f"< {MAX_SEGMENTS} segments", seen="more")


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at ``at`` (fill bytes 0xff allowed) and where its segment begins."""
    fill = _FILL.match(data, at)
    end = fill.end() if fill else at
    if end >= len(data):
        raise _cut("SOS", data)
    if fill is None:
        raise Refused(Reason.DAMAGED, expected=f"marker @ {at}", seen=f"0x{data[at]:02x}")
    return data[end], end + 1


def _frame(data: bytes, at: int) -> Header:
    if at + 7 > len(data):
        raise _cut("SOF", data)
    height, width = struct.unpack(">HH", data[at + 3 : at + 7])
    return Header("jpeg", width, height)


def _check_scans(data: bytes, at: int) -> None:
    """Refuse a picture whose end is missing, or with absurdly many scans.

    Inside compressed data a byte 0xff is always followed by 0x00 or a restart marker, so the two
    bytes of a marker are found by a plain search.
    """
    end = data.find(b"\xff\xd9", at)
    if end < 0:
        raise _cut("EOI", data)
    scans = 1 + data.count(b"\xff\xda", at, end)
    if scans > MAX_SCANS:
        raise Refused(Reason.TOO_LARGE, expected=f"<= {MAX_SCANS} scans", seen=f"{scans} scans")


def _png(data: bytes) -> Header:
    """Walk all chunks: decoders trust a chunk's length and reserve up to 4 GB for it."""
    at = len(PNG_MAGIC)
    for number in range(MAX_CHUNKS):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if at + 12 + length > len(data):
            raise _cut(f"{at + 12 + length} B", data)
        if number == 0 and (name, length) != (b"IHDR", 13):
            raise Refused(Reason.DAMAGED, expected="IHDR", seen=f"0x{name.hex()}")
        if name == b"acTL":
            raise _animated()
        if name == b"IEND":
            width, height = struct.unpack(">II", data[16:24])
            return Header("png", width, height)
        at += 12 + length
    raise Refused(Reason.DAMAGED, expected=f"< {MAX_CHUNKS} chunks", seen="more")


def _webp(data: bytes) -> Header:
    size = 8 + int.from_bytes(data[4:8], "little")
    if len(data) < max(size, 30):
        raise _cut(f"{size} B", data)
    chunk, body = data[12:16], data[20:30]
    if chunk == b"VP8X":
        if body[0] & _WEBP_ANIMATION:
            raise _animated()
        width = 1 + int.from_bytes(body[4:7], "little")
        height = 1 + int.from_bytes(body[7:10], "little")
    elif chunk == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif chunk == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        # Two upper bits of each are a scaling that decoders ignore.
        width = int.from_bytes(body[6:8], "little") & 0x3FFF
        height = int.from_bytes(body[8:10], "little") & 0x3FFF
    else:
        raise Refused(Reason.DAMAGED, expected="VP8, VP8L, VP8X", seen=f"0x{chunk.hex()}")
    return Header("webp", width, height)


def _cut(expected: str, data: bytes) -> Refused:
    return Refused(Reason.TRUNCATED, expected=expected, seen=f"{len(data)} B")


def _animated() -> Refused:
    return Refused(Reason.NOT_AN_IMAGE, expected="JPEG, PNG, WebP", seen="animation")
