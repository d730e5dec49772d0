"""How a stage says that it cannot go on: a typed reason, what it expected and what it saw."""

from typing import ClassVar

from pipeline.errors import CermatError
from pipeline.reading.reasons import Reason, sentence


class Refused(CermatError):  # noqa: N818 - a refusal is an answer about a photo, not a failure
    """A photo that a stage cannot go on with; the sheet becomes ``rejected``.

    Attributes:
        reason: why, from the closed list.
        expected: what the stage needs, in words or numbers that read in any language.
        seen: what it found instead.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, reason: Reason, *, expected: str, seen: str) -> None:
        super().__init__(
            message_id=f"{sentence(reason, 'id')} (diharapkan {expected}, ternyata {seen})",
            message_en=f"{sentence(reason, 'en')} (expected {expected}, saw {seen})",
        )
        self.reason = reason
        self.expected = expected
        self.seen = seen
