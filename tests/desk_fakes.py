"""Sheets for the tests of records and desk: drawn from the real templates, read by a fake."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from ocr.arrays import Gray
from pipeline import geometry
from pipeline.forms.draw import draw_page
from pipeline.forms.load import default_catalogue
from pipeline.forms.model import FormPage
from pipeline.reading.model import Located
from pipeline.reading.numbers import value_of
from pipeline.records.intake import Reader, ReadSheet
from pipeline.records.placed import placed_to_json

PAGE_2 = "c-hasil-ppwp-2024-p2"
PAGE_3 = "c-hasil-ppwp-2024-p3"
SCAN_2019 = "c1-ppwp-2019-p2"
VERSION = "fake 1"
#: Height of a drawn photo in px.
HEIGHT = 900
#: Photos drawn so far: drawing takes longer than most tests.
_PHOTOS: dict[str, bytes] = {}


@dataclass(frozen=True)
class FakeSheet:
    """What the fake reader makes of a sheet; ``drawn`` is what stands there where that differs."""

    written: Mapping[str, str]
    form: str = SCAN_2019
    doubtful: Mapping[str, str] = field(default_factory=dict)  # field -> reason
    seed: int = 0
    drawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> FormPage:
        return default_catalogue().page(self.form)

    @property
    def scale(self) -> float:
        return HEIGHT / self.page.size_mm[1]

    def photo(self) -> bytes:
        """A JPEG of the filled page; ``seed`` makes otherwise equal ones differ."""
        if repr(self) not in _PHOTOS:
            _PHOTOS[repr(self)] = self._draw()
        return _PHOTOS[repr(self)]

    def _draw(self) -> bytes:
        image = draw_page(self.page, self.scale)
        for name, text in {**self.written, **self.drawn}.items():
            _fill(image, self.page, name, text, self.scale)
        image[0, :8] = self.seed
        return encoded(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))

    def located(self) -> Located:
        return Located(
            self.page, geometry.scale(self.scale), None, 1.0, np.zeros(len(self.written))
        )

    def contract(self, photo: bytes, name: str) -> dict[str, object]:
        values = {name: value_of(text) for name, text in self.written.items()}
        rules = []
        for rule in self.page.parsed_rules:
            difference = rule.difference(values)
            rules.append(
                {"rule": rule.text, "holds": rule.holds(difference), "difference": difference}
            )
        review = bool(self.doubtful) or any(rule["holds"] is False for rule in rules)
        return {
            "photo": name,
            "sha256": hashlib.sha256(photo).hexdigest(),
            "form": self.page.id,
            "status": "review" if review else "accepted",
            "reasons": sorted(set(self.doubtful.values())),
            "fields": {name: self._field(name) for name in self.written},
            "rules": rules,
            "ms": {"total": 1.5},
        }

    def _field(self, name: str) -> dict[str, object]:
        text, reason = self.written[name], self.doubtful.get(name)
        evidence: dict[str, object] = {"boxes": text}
        if self.page.by_name[name].bubbles is not None:
            evidence["bubbles"] = text
        quad = geometry.rect_quad(self.page.by_name[name].boxes.hull) * self.scale
        return {
            "value": value_of(text),
            "written": text,
            "confidence": 0.62 if reason else 0.9998,
            "status": "review" if reason else "accepted",
            "reasons": [reason] if reason else [],
            "evidence": evidence,
            "box_quad": quad.tolist(),
        }


#: The three sheets that every page of the desk is shown with.
DOUBTFUL = FakeSheet(
    {"suara_1": "106", "suara_2": "x89", "suara_sah": "195", "suara_tidak_sah": "xx4",
     "suara_total": "199"},
    doubtful={"suara_2": "low_confidence"},
)  # fmt: skip
WRONG_SUM = FakeSheet(
    {"suara_1": "120", "suara_2": "x31", "suara_sah": "161", "suara_tidak_sah": "xx2",
     "suara_total": "163"},
    doubtful={"suara_sah": "rule_fails"}, seed=1,
)  # fmt: skip
CLEAR = FakeSheet({"suara_1": "173", "suara_2": "x27", "suara_3": "xx3"}, PAGE_2, seed=2)
NO_FORM = FakeSheet({}, seed=3)
#: The 8 of 89 was read as a 3, so the sum fails until somebody types what stands there.
MISREAD = FakeSheet(
    {"suara_1": "106", "suara_2": "x39", "suara_sah": "195", "suara_tidak_sah": "xx4",
     "suara_total": "199"},
    doubtful={"suara_2": "rule_fails"}, seed=4, drawn={"suara_2": "x89"},
)  # fmt: skip


def fake_reader(*sheets: FakeSheet) -> Reader:
    """Knows these sheets' photos; another photo has no form, and NO_FORM neither."""
    known = {sheet.photo(): sheet for sheet in sheets if sheet.written}

    def read(data: bytes, name: str) -> ReadSheet:
        sheet = known.get(data)
        if sheet is None:
            return ReadSheet(rejected(data, name), None)
        return ReadSheet(dict(sheet.contract(data, name)), placed_to_json(sheet.located()))

    return Reader(VERSION, read)


def rejected(data: bytes, name: str) -> dict[str, object]:
    return {
        "photo": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "form": None,
        "status": "rejected",
        "reasons": ["no_form"],
        "fields": {},
        "rules": [],
        "ms": {"total": 1.0},
    }


def encoded(image: Gray) -> bytes:
    ok, data = cv2.imencode(".jpg", image)
    assert ok
    return data.tobytes()


def _fill(image: Gray, page: FormPage, name: str, text: str, scale: float) -> None:
    for character, rect in zip(text, page.by_name[name].boxes.boxes, strict=True):
        x, y, w, h = (round(v * scale) for v in rect)
        if character == "x":
            cv2.line(image, (x, y), (x + w, y + h), 60, 2)
            cv2.line(image, (x + w, y), (x, y + h), 60, 2)
        elif character == "-":
            cv2.line(image, (x + 4, y + h // 2), (x + w - 4, y + h // 2), 60, 2)
        elif character != "_":
            size = h / 34
            cv2.putText(image, character, (x + w // 5, y + h - h // 6), 0, size, 60, 2, cv2.LINE_AA)
