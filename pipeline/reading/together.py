"""Several pages of one TPS: the rules across pages apply to all of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from pipeline.errors import CermatError
from pipeline.forms.load import Catalogue
from pipeline.reading.decide import check_rules
from pipeline.reading.model import Reading
from pipeline.reading.read import SheetResult
from pipeline.reading.reasons import Reason

#: provinsi 2 + kabupaten/kota 2 + kecamatan 2 + kelurahan/desa 4 + TPS 3 digits.
TPS_CODE_DIGITS = 13


class BadTpsCodeError(CermatError):
    """A TPS code that is not 13 digits."""

    code: ClassVar[str] = "bad_tps_code"
    exit_status: ClassVar[int] = 2


def check_together(
    tps: str, results: Sequence[tuple[Path, SheetResult]], catalogue: Catalogue
) -> list[tuple[Path, SheetResult]]:
    """Add the rules across pages to the readings of one TPS.

    A page is given twice when photographed twice; the values of the last photo count for the
    rules, and every photo's reading gets them.

    Raises:
        BadTpsCodeError: when the code is not 13 digits.
    """
    if len(tps) != TPS_CODE_DIGITS or not tps.isdecimal():
        raise BadTpsCodeError(
            message_id=f"Kode TPS {tps!r} harus {TPS_CODE_DIGITS} angka.",
            message_en=f"The TPS code {tps!r} must have {TPS_CODE_DIGITS} digits.",
        )
    return [
        (path, replace(result, reading=_with_rules_across(result.reading, results, catalogue)))
        for path, result in results
    ]


def _with_rules_across(
    reading: Reading, results: Sequence[tuple[Path, SheetResult]], catalogue: Catalogue
) -> Reading:
    if reading.form is None:
        return reading
    own_set = catalogue.set_of(catalogue.page(reading.form))
    if own_set is None:
        return reading
    values = {
        name: field.value
        for _, result in results
        if result.reading.form in own_set.pages
        for name, field in result.reading.fields.items()
    }
    rules = own_set.parsed_rules
    seen = check_rules(rules, values)
    failing = {
        name for rule, s in zip(rules, seen, strict=True) if s.holds is False for name in rule.names
    }
    fields = {
        name: replace(field, status="review", reasons=(*field.reasons, Reason.RULE_FAILS))
        if name in failing and Reason.RULE_FAILS not in field.reasons
        else field
        for name, field in reading.fields.items()
    }
    sound = reading.status == "accepted" and not failing & set(fields)
    return replace(
        reading,
        fields=fields,
        rules=(*reading.rules, *seen),
        status="accepted" if sound else "review",
        reasons=tuple(dict.fromkeys(r for f in fields.values() for r in f.reasons)),
    )
