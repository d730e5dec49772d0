"""Stage 1: bytes -> Photo. Refuses what is no whole picture of a sane size."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.arrays import Gray
from pipeline.reading.headers import read_header
from pipeline.reading.model import Photo
from pipeline.reading.quiet import quiet_codecs
from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused

MEGA = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a picture may be at most and must be at least.

    Attributes:
        max_bytes: of the file; a 108-megapixel phone photo has about 30 MB.
        max_pixels: width times height as the header gives them; one byte each once decoded.
        min_side_px: the shorter side; with fewer px no box of any form can be told.
    """

    max_bytes: int = 50 * MEGA
    max_pixels: int = 100 * MEGA
    min_side_px: int = 64


def decode(data: bytes, limits: Limits) -> Photo:
    """Decode a JPEG, PNG or WebP to gray, upright by its EXIF orientation.

    Dimensions are checked before anything is decoded.

    Raises:
        Refused: ``empty_file``, ``not_an_image``, ``truncated``, ``damaged``, ``too_large`` or
            ``too_small``.
    """
    if len(data) > limits.max_bytes:
        raise Refused(
            Reason.TOO_LARGE,
            expected=f"<= {limits.max_bytes / MEGA:g} MB",
            seen=f"{len(data) / MEGA:.1f} MB",
        )
    header = read_header(data)
    size = f"{header.width} x {header.height} px"
    if header.width * header.height > limits.max_pixels:
        limit = f"<= {limits.max_pixels / MEGA:g} MP"
        raise Refused(Reason.TOO_LARGE, expected=limit, seen=size)
    if min(header.width, header.height) < limits.min_side_px:
        raise Refused(Reason.TOO_SMALL, expected=f">= {limits.min_side_px} px", seen=size)
    gray = _to_gray(data)
    if sorted(gray.shape) != sorted((header.height, header.width)):
        # A file that shows one size and decodes to another gets round the limits.
        seen = f"{gray.shape[1]} x {gray.shape[0]} px"
        raise Refused(Reason.DAMAGED, expected=size, seen=seen)
    return Photo(gray=gray, sha256=hashlib.sha256(data).hexdigest())


def _to_gray(data: bytes) -> Gray:
    """(H, W) uint8; the decoder turns it by the EXIF orientation."""
    try:
        with quiet_codecs():
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (cv2.error, MemoryError) as error:
        # Hostile bytes find bugs in decoders; that is a property of the photo, not of us.
        raise Refused(Reason.DAMAGED, expected="pixels", seen=type(error).__name__) from error
    if image is None:
        raise Refused(Reason.DAMAGED, expected="pixels", seen="-")
    return np.asarray(image, dtype=np.uint8)
