"""The kinds of facts and what each of them says. Whatever else is shown follows from these."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

#: One character a box: digits, cross, dash, nothing.
Written = Annotated[str, Field(pattern=r"^[0-9x_-]{1,6}$")]


class Fact(BaseModel):
    """Base of all payloads; frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]


class Number(BaseModel):
    """A number as it stands on paper, and what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    written: Written
    value: int | None


class PhotoReceived(Fact):
    """A photo lies in the photo folder, complete and flushed to the disk."""

    kind = "photo_received"
    size: int
    image: str = Field(description="jpeg, png or webp")
    name: str


class SheetRead(Fact):
    """The reader looked at a photo."""

    kind = "sheet_read"
    reader: str
    contract: dict[str, Any]
    located: dict[str, Any] | None


class ReadingFailed(Fact):
    """The reader broke down on a photo: a bug, to be mended; a person can still look."""

    kind = "reading_failed"
    reader: str
    error: str


class FieldCorrected(Fact):
    """A person says that another number stands there than the one shown."""

    kind = "field_corrected"
    field: str
    reading: str = Field(description="the event that said what was read")
    read: Number
    before: Number
    after: Number
    why: str


class FieldConfirmed(Fact):
    """A person looked at a doubtful field and found it right."""

    kind = "field_confirmed"
    field: str
    reading: str
    number: Number


class RuleChecked(BaseModel):
    """A rule over the submitted numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rule: str
    holds: bool | None
    difference: int | None


class SheetSubmitted(Fact):
    """A person answers for a sheet; complete in itself."""

    kind = "sheet_submitted"
    form: str
    reading: str
    numbers: dict[str, Number]
    rules: tuple[RuleChecked, ...]
    paper_wrong: bool = Field(description="the person saw that the paper itself does not add up")
    note: str


class SheetReopened(Fact):
    """A submission is taken back so that it can be corrected."""

    kind = "sheet_reopened"
    why: str


KINDS: dict[str, type[Fact]] = {
    fact.kind: fact
    for fact in (
        PhotoReceived,
        SheetRead,
        ReadingFailed,
        FieldCorrected,
        FieldConfirmed,
        SheetSubmitted,
        SheetReopened,
    )
}
