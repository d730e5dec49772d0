"""A reading as plain data: the JSON of the contract."""

from typing import Any

from pipeline.reading.model import FieldReading, Reading
from pipeline.reading.read import SheetResult

#: Decimals of pixels and milliseconds: a tenth is finer than either is known.
DECIMALS = 1
#: Decimals of probabilities: five nines can be told from six.
PROBABILITY_DECIMALS = 6


def to_contract(photo_name: str, result: SheetResult) -> dict[str, Any]:
    """The contract's object of one photo, ready for ``json.dumps``."""
    return {
        "photo": photo_name,
        "sha256": result.sha256,
        **reading_data(result.reading),
        "ms": {stage: round(ms, DECIMALS) for stage, ms in result.ms.items()},
    }


def reading_data(reading: Reading) -> dict[str, Any]:
    """The part of the contract that speaks of the sheet."""
    return {
        "form": reading.form,
        "status": reading.status,
        "reasons": [str(reason) for reason in reading.reasons],
        "fields": {name: _field(field) for name, field in reading.fields.items()},
        "rules": [
            {"rule": seen.rule, "holds": seen.holds, "difference": seen.difference}
            for seen in reading.rules
        ],
    }


def _field(field: FieldReading) -> dict[str, Any]:
    return {
        "value": field.value,
        "written": field.written,
        "confidence": round(field.confidence, PROBABILITY_DECIMALS),
        "status": field.status,
        "reasons": [str(reason) for reason in field.reasons],
        "evidence": dict(field.evidence),
        "box_quad": [[round(float(v), DECIMALS) for v in point] for point in field.box_quad],
    }
