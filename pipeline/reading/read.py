"""The way of a photo, stage by stage."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.forms.load import Catalogue
from pipeline.reading.crops import cut
from pipeline.reading.decide import Acceptance, decide
from pipeline.reading.decode import Limits, decode
from pipeline.reading.evidence import weigh
from pipeline.reading.locate import locate
from pipeline.reading.model import FieldCrops, FieldEvidence, Located, Photo, Reading
from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class ReadSettings:
    """What a reading may cost and when it may answer alone."""

    limits: Limits = field(default_factory=Limits)
    acceptance: Acceptance = field(default_factory=Acceptance)


@dataclass(frozen=True)
class SheetResult:
    """A reading with what each stage made, as far as it came.

    Attributes:
        reading: what is said of the sheet.
        sha256: of the bytes.
        ms: milliseconds by stage, and ``total``.
        refusal: why it was rejected, where it was.
    """

    reading: Reading
    sha256: str
    ms: Mapping[str, float]
    photo: Photo | None = None
    located: Located | None = None
    crops: Mapping[str, FieldCrops] | None = None
    evidence: Mapping[str, FieldEvidence] | None = None
    refusal: Refused | None = None


class Clock:
    """Notes what each stage took."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._start = time.perf_counter()

    def run(self, stage: str, work: Callable[[], T]) -> T:
        """Run a stage and note its milliseconds, also when it refuses."""
        begin = time.perf_counter()
        try:
            return work()
        finally:
            self.ms[stage] = 1000 * (time.perf_counter() - begin)

    def done(self) -> dict[str, float]:
        """All stages, and the total so far."""
        return {"total": 1000 * (time.perf_counter() - self._start), **self.ms}


def read_bytes(
    data: bytes, catalogue: Catalogue, settings: ReadSettings | None = None
) -> SheetResult:
    """Read one photo. A photo that cannot be read is a rejected reading, not an error."""
    settings = settings or ReadSettings()
    clock = Clock()
    photo: Photo | None = None
    try:
        photo = clock.run("decode", lambda: decode(data, settings.limits))
        return read_photo(photo, catalogue, settings, clock)
    except Refused as refusal:
        digest = photo.sha256 if photo else hashlib.sha256(data).hexdigest()
        return SheetResult(_rejected(refusal.reason), digest, clock.done(), photo, refusal=refusal)


def read_photo(
    photo: Photo, catalogue: Catalogue, settings: ReadSettings, clock: Clock
) -> SheetResult:
    """All stages after decoding.

    Raises:
        Refused: by the stage that could not go on.
    """
    located = clock.run("locate", lambda: locate(photo, catalogue))
    crops = clock.run("crops", lambda: cut(photo, located))
    evidence = clock.run("evidence", lambda: weigh(crops))
    reading = clock.run("decide", lambda: decide(located, crops, evidence, settings.acceptance))
    return SheetResult(reading, photo.sha256, clock.done(), photo, located, crops, evidence)


def _rejected(reason: Reason) -> Reading:
    return Reading(form=None, status="rejected", reasons=(reason,), fields={}, rules=())
