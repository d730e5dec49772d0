"""The one place where what is kept meets the reading core: a photo's bytes in, facts out."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from pipeline.forms.load import Catalogue, default_catalogue
from pipeline.reading.decide import Acceptance
from pipeline.reading.decode import Limits
from pipeline.reading.read import ReadSettings, read_bytes
from pipeline.reading.report import to_contract
from pipeline.records.intake import Reader, ReadSheet
from pipeline.records.placed import placed_to_json

#: Digits of the weights' fingerprint in the reader's name: enough to tell releases apart.
_FINGERPRINT_DIGITS = 8


def default_reader(
    limits: Limits, max_wrong_rate: float, catalogue: Catalogue | None = None
) -> Reader:
    """The reader of this release; ``max_wrong_rate`` as in the settings."""
    forms = catalogue or default_catalogue()
    settings = ReadSettings(limits=limits, acceptance=Acceptance(wrong_rate=max_wrong_rate))

    def read(data: bytes, name: str) -> ReadSheet:
        result = read_bytes(data, forms, settings)
        located = None if result.located is None else placed_to_json(result.located)
        return ReadSheet(to_contract(name, result), located)

    return Reader(reader_version(), read)


@cache
def reader_version() -> str:
    """Release and fingerprint of the weights: readings of different weights can be told apart."""
    try:
        release = version("cermat")
    except PackageNotFoundError:  # run from a folder that was never installed
        release = "?"
    digest = hashlib.sha256()
    weights = files("ocr") / "weights"
    for file in sorted(weights.iterdir(), key=lambda f: f.name) if weights.is_dir() else []:
        if file.name.endswith(".onnx"):
            digest.update(file.read_bytes())
    return f"cermat {release}, weights {digest.hexdigest()[:_FINGERPRINT_DIGITS]}"
