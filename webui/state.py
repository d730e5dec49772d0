"""What the views share: made once by ``create_app``, found again in every request."""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import cast

from flask import current_app

from pipeline.forms.load import Catalogue
from pipeline.reading.decode import Limits
from pipeline.records.intake import Reader
from pipeline.records.store import Records
from pipeline.settings import Settings
from webui.pictures import Pictures

KEY = "cermat"


@dataclass(frozen=True)
class Desk:
    """The desk's parts.

    Attributes:
        executor: reads photos, so many at a time as the settings say.
    """

    settings: Settings
    records: Records
    reader: Reader
    catalogue: Catalogue
    pictures: Pictures
    executor: Executor

    @property
    def limits(self) -> Limits:
        """What a photo may be at most."""
        return limits_of(self.settings)


def limits_of(settings: Settings) -> Limits:
    """The settings' limits, as the reading core takes them."""
    return Limits(max_bytes=settings.max_file_bytes, max_pixels=settings.max_pixels)


def desk() -> Desk:
    """The desk of the running app."""
    return cast(Desk, current_app.extensions[KEY])
