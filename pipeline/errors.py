"""The one base of all errors that a user can cause or mend. Anything else is a bug."""

from typing import ClassVar


class CermatError(Exception):
    """An error with a code, an exit status and a message in both languages.

    Attributes:
        code: short stable name, snake_case.
        exit_status: what the command line exits with.
        message_id: sentence for the user, Indonesian; says what to do next.
        message_en: the same in English.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, *, message_id: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_id = message_id
        self.message_en = message_en

    def message(self, language: str) -> str:
        """The sentence for the user; ``language`` is ``id`` or ``en``."""
        return self.message_id if language == "id" else self.message_en
