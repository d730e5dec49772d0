"""Makes small picture files, whole and broken, byte by byte where it matters."""

import struct
import zlib

import cv2
import numpy as np

from ocr.arrays import Gray

WIDTH, HEIGHT = 160, 120


def scene(width: int = WIDTH, height: int = HEIGHT) -> Gray:
    """A smooth gray picture with a bright top left quarter, (height, width)."""
    noise = np.random.default_rng(5).integers(0, 120, (height, width), dtype=np.uint8)
    picture = cv2.GaussianBlur(noise, (0, 0), 2.0)
    picture[: height // 2, : width // 2] += 130
    return np.asarray(picture, dtype=np.uint8)


def encoded(kind: str, picture: Gray | None = None, *options: int) -> bytes:
    """A picture as ``.jpg``, ``.png`` or ``.webp`` bytes."""
    ok, data = cv2.imencode(kind, scene() if picture is None else picture, list(options))
    assert ok
    return data.tobytes()


def lossy_webp() -> bytes:
    return encoded(".webp", scene(), cv2.IMWRITE_WEBP_QUALITY, 80)


def lossless_webp() -> bytes:
    return encoded(".webp", scene(), cv2.IMWRITE_WEBP_QUALITY, 101)


def extended_webp(flags: int = 0) -> bytes:
    """A WebP with a VP8X chunk that gives the canvas."""
    canvas = (WIDTH - 1).to_bytes(3, "little") + (HEIGHT - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<II", 10, flags) + canvas
    chunks = b"WEBP" + extended + lossy_webp()[12:]
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def animated_webp() -> bytes:
    return extended_webp(flags=0x02)


def animated_png() -> bytes:
    data = encoded(".png")
    return data[:33] + _chunk(b"acTL", struct.pack(">II", 1, 0)) + data[33:]


def png_text_chunk() -> bytes:
    return _chunk(b"tEXt", b"")


def whole_files() -> dict[str, bytes]:
    """One good file of every kind that is allowed."""
    return {
        "jpeg": encoded(".jpg"),
        "jpeg_progressive": encoded(".jpg", scene(), cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        "jpeg_restart_markers": encoded(".jpg", scene(), cv2.IMWRITE_JPEG_RST_INTERVAL, 4),
        "jpeg_trailing_bytes": encoded(".jpg") + b"\0" * 40,
        "png": encoded(".png"),
        "webp_lossy": lossy_webp(),
        "webp_lossless": lossless_webp(),
        "webp_extended": extended_webp(),
    }


def jpeg_with_orientation(orientation: int) -> bytes:
    """The scene with an EXIF segment that says how to turn it."""
    exif = b"Exif\0\0" + _tiff(orientation)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    data = encoded(".jpg")
    return data[:2] + segment + data[2:]


def png_with_orientation(orientation: int) -> bytes:
    data = encoded(".png")
    return data[:33] + _chunk(b"eXIf", _tiff(orientation)) + data[33:]


def _tiff(orientation: int) -> bytes:
    entry = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header lies about its dimensions."""
    data = bytearray(encoded(".jpg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG bomb: a few bytes that claim any size, with right checksums."""
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", ihdr) + pixels + _chunk(b"IEND", b"")


def webp_claiming(width: int, height: int) -> bytes:
    """A WebP whose lossless header lies about its dimensions (at most 16,384)."""
    data = bytearray(lossless_webp())
    rest = int.from_bytes(data[21:25], "little") >> 28 << 28
    data[21:25] = (width - 1 | (height - 1) << 14 | rest).to_bytes(4, "little")
    return bytes(data)


def jpeg_with_scans(count: int) -> bytes:
    """A JPEG with that many scan headers: what makes progressive bombs slow."""
    data = encoded(".jpg")
    start = data.index(b"\xff\xda")
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    scan = data[start : start + 2 + length]
    return data[:start] + scan * (count - 1) + data[start:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
