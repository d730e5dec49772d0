"""Takes photos in: kept first, then read; what a crash left unread is read at the next start."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from pipeline.reading.decode import Limits
from pipeline.reading.headers import read_header
from pipeline.reading.reasons import Reason
from pipeline.reading.refusal import Refused
from pipeline.records.derive import record
from pipeline.records.events import PhotoReceived, ReadingFailed, SheetRead
from pipeline.records.store import Records
from pipeline.records.tables import PhotoRow, SheetRow
from pipeline.records.text import clean

log = logging.getLogger(__name__)

#: Who is named as the author of what the software says.
SOFTWARE = "cermat"
_NAME_CHARACTERS = 255
_MEGA = 1_000_000


@dataclass(frozen=True)
class ReadSheet:
    """What a reader says of a photo, ready to be kept.

    Attributes:
        contract: the JSON object of docs/contract.md.
        located: where the form lies (``pipeline.records.placed``), or None.
    """

    contract: dict[str, Any]
    located: dict[str, Any] | None


@dataclass(frozen=True)
class Reader:
    """A way to read photos.

    Attributes:
        version: which software and weights.
        read: (original bytes, file name) -> what is said of them.
    """

    version: str
    read: Callable[[bytes, str], ReadSheet]


@dataclass(frozen=True)
class Received:
    """A photo that is kept.

    Attributes:
        sheet: id of its sheet.
        new: False when the same photo had been received before.
    """

    sheet: str
    new: bool


def receive(records: Records, data: bytes, *, name: str, who: str, limits: Limits) -> Received:
    """Keep a photo: on the disk, then in the ledger. The same photo twice is one photo.

    Raises:
        Refused: when it is no whole picture of a sane size; nothing is kept then.
    """
    kind = _checked_kind(data, limits)
    sha256 = records.photos.put(data)
    with records.write() as session:
        if session.get(PhotoRow, sha256) is not None:
            return Received(sha256, new=False)
        fact = PhotoReceived(size=len(data), image=kind, name=clean(name, _NAME_CHARACTERS))
        record(session, records.node, fact, subject=sha256, who=clean(who))
    return Received(sha256, new=True)


def read_sheet(
    records: Records, sheet: str, reader: Reader, executor: Executor | None = None
) -> None:
    """Read a sheet's photo and keep what is said of it.

    The executor bounds how many photos are read at the same time; without one, a thread is made.
    A reader that breaks down is a bug: it is logged and kept as a fact, so that one photo never
    stops the others and a person can see which one it was.
    """
    with records.read() as session:
        photo = session.get_one(SheetRow, sheet).photo
        name = session.get_one(PhotoRow, photo).name
    data = records.photos.get(photo)
    fact: SheetRead | ReadingFailed
    if executor is None:
        with ThreadPoolExecutor(max_workers=1) as own:
            future = own.submit(reader.read, data, name)
    else:
        future = executor.submit(reader.read, data, name)
    error = future.exception()
    if error is None:
        said = future.result()
        fact = SheetRead(reader=reader.version, contract=said.contract, located=said.located)
    else:
        log.error("reading %s failed", sheet, exc_info=error)
        fact = ReadingFailed(reader=reader.version, error=f"{type(error).__name__}: {error}"[:500])
    with records.write() as session:
        record(session, records.node, fact, subject=sheet, who=SOFTWARE)


def unread(records: Records) -> list[str]:
    """Sheets that wait to be read, oldest first."""
    with records.read() as session:
        waiting = select(SheetRow.id).where(SheetRow.state == "waiting")
        return list(session.scalars(waiting.order_by(SheetRow.received_at)))


def _checked_kind(data: bytes, limits: Limits) -> str:
    """The kind of picture, by its header alone."""
    if len(data) > limits.max_bytes:
        raise Refused(
            Reason.TOO_LARGE,
            expected=f"<= {limits.max_bytes / _MEGA:g} MB",
            seen=f"{len(data) / _MEGA:.1f} MB",
        )
    header = read_header(data)
    if header.width * header.height > limits.max_pixels:
        raise Refused(
            Reason.TOO_LARGE,
            expected=f"<= {limits.max_pixels / _MEGA:g} MP",
            seen=f"{header.width} x {header.height} px",
        )
    return header.kind
