"""Makes the sample sheets: synthetic, filled in and photographed, the same every time.

Nothing in them is anybody's: numbers are drawn to fit the rules, names and signatures are random.
The labels beside them are in the format of the scoring tool: what stands in the boxes, the values,
and which fields a person must see.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ocr.arrays import Floats, Gray
from pipeline import geometry
from pipeline.forms.camera import SCAN, Shot, encode_jpeg, photograph
from pipeline.forms.fill import draw_filled_colour, fill_page
from pipeline.forms.handwriting import Hand
from pipeline.forms.load import Catalogue
from pipeline.forms.model import FormPage, Rect
from pipeline.forms.style import Style, written_fields
from pipeline.reading.numbers import value_of

LABELS = "labels.jsonl"
#: Longer side of a drawn page before it is photographed, px.
DRAWN_SIDE = 1800
#: Room around the boxes in the labels, as a share of their height.
LABEL_MARGIN = 0.1

_PEN = Hand(
    shape=0, slant=0.05, wobble=0.012, pen_mm=0.9, gray=45, tint=(95, 12, -10), fill=0.68,
    fullness=0.58,
)  # fmt: skip
#: A ball pen on A4, scanned in gray.
_THIN = Hand(
    shape=1, slant=0.06, wobble=0.012, pen_mm=0.5, gray=40, tint=(0, 0, 0), fill=0.66, fullness=0.55
)
#: Numbers of one invented TPS: they satisfy every rule on and across the three pages of 2024.
_TPS_2024 = {
    "pemilih_dpt_l": 129, "pemilih_dpt_p": 136, "pemilih_dpt_j": 265,
    "pengguna_dpt_l": 98, "pengguna_dpt_p": 113, "pengguna_dpt_j": 211,
    "pengguna_dptb_l": 2, "pengguna_dptb_p": 1, "pengguna_dptb_j": 3,
    "pengguna_dpk_l": 4, "pengguna_dpk_p": 5, "pengguna_dpk_j": 9,
    "pengguna_total_l": 104, "pengguna_total_p": 119, "pengguna_total_j": 223,
    "surat_suara_diterima": 271, "surat_suara_digunakan": 223,
    "surat_suara_dikembalikan": 2, "surat_suara_tidak_digunakan": 46,
    "disabilitas_l": 1, "disabilitas_p": 2, "disabilitas_j": 3,
    "suara_1": 87, "suara_2": 106, "suara_3": 24,
    "suara_sah": 217, "suara_tidak_sah": 6, "suara_total": 223,
}  # fmt: skip
_STYLE = Style(_PEN)
_SHOT = Shot(noise=1.5, quality=72)
#: Smaller than a real scan, as the samples are part of the repository.
_SCAN = replace(SCAN, size_px=(1000, 1414), noise=1.0, quality=60)


@dataclass(frozen=True)
class Sample:
    """One sample sheet.

    Attributes:
        name: of the picture, with its suffix.
        form: form id or key.
        numbers: of its fields.
        note: what it shows, for the label.
        seed: of everything random in it.
        style: how it is filled in.
        shot: how it is photographed.
        overwritten: what stood in the boxes of a field first.
        must_review: fields that a person must see.
        part_mm: the part of the page that is in the picture, all where left out.
        colour: whether the picture has colours.
    """

    name: str
    form: str
    numbers: Mapping[str, int]
    note: str
    seed: int
    style: Style = _STYLE
    shot: Shot = _SHOT
    overwritten: Mapping[str, str] = field(default_factory=dict)
    must_review: tuple[str, ...] = ()
    part_mm: Rect | None = None
    colour: bool = True


SAMPLES = (
    Sample(
        "2024-p1.jpg",
        "c-hasil-ppwp-2024-p1",
        _TPS_2024,
        "page 1 of one TPS; everything adds up",
        seed=11,
        shot=Shot(turn_deg=-1, tilt=0.012, fill=0.99, noise=1.5, quality=72),
    ),
    Sample(
        "2024-p2.jpg",
        "c-hasil-ppwp-2024-p2",
        _TPS_2024,
        "page 2 of the same TPS; boxes, bubbles, tally marks and words agree",
        seed=12,
        shot=Shot(turn_deg=1.5, tilt=0.02, fill=0.99, shadow=0.2, noise=1.5, quality=72),
    ),
    Sample(
        "2024-p2-ditimpa.jpg",
        "c-hasil-ppwp-2024-p2",
        {"suara_1": 142, "suara_2": 65, "suara_3": 31},
        "the right part of page 2; a 7 in suara_2 was written over with a 5, both bubbles black",
        seed=13,
        style=Style(_PEN, leading="0", words=True, rest="snake"),
        shot=Shot(size_px=(840, 1120), tilt=0.015, fill=1.04, gradient=0.25, noise=2, quality=75),
        overwritten={"suara_2": "__7"},
        must_review=("suara_2",),
        part_mm=(172.0, 150.0, 362.0, 482.0),
    ),
    Sample(
        "2024-p3-selisih.jpg",
        "c-hasil-ppwp-2024-p3",
        {"suara_sah": 217, "suara_tidak_sah": 6, "suara_total": 233},
        "page 3; the officials added wrongly: 217 + 6 is not 233",
        seed=14,
        shot=Shot(turn_deg=3, tilt=0.025, fill=0.99, light=0.8, noise=1.5, quality=72),
        must_review=("suara_sah", "suara_tidak_sah", "suara_total"),
    ),
    Sample(
        "2019-p2-pindaian.jpg",
        "c1-ppwp-2019-p2",
        {
            "suara_1": 118,
            "suara_2": 93,
            "suara_sah": 211,
            "suara_tidak_sah": 4,
            "suara_total": 215,
        },
        "A4 form of 2019, scanned; everything adds up",
        seed=15,
        style=Style(_THIN, leading="x", crosses_fill_box=True),
        shot=_SCAN,
        colour=False,
    ),
    Sample(
        "2014-lampiran.jpg",
        "c1-ppwp-2014-lampiran",
        {"suara_1": 164, "suara_2": 201, "suara_sah": 365, "suara_tidak_sah": 8},
        "attachment of 2014 with its watermark, scanned; the candidates add up",
        seed=16,
        style=Style(_THIN, leading="0"),
        shot=_SCAN,
        colour=False,
    ),
)


def make_samples(folder: Path, catalogue: Catalogue) -> list[Path]:
    """Write all sample pictures and their labels into a folder.

    Returns:
        The pictures, in the order of the labels.

    Raises:
        OSError: when they cannot be written.
        UnknownFormError: when the catalogue lacks a form.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures, labels = [], []
    for sample in SAMPLES:
        photo, label = make_sample(sample, catalogue)
        path = folder / sample.name
        path.write_bytes(encode_jpeg(photo, sample.shot.quality))
        pictures.append(path)
        labels.append(json.dumps(label, ensure_ascii=False))
    (folder / LABELS).write_text("\n".join(labels) + "\n", encoding="utf-8")
    return pictures


def make_sample(sample: Sample, catalogue: Catalogue) -> tuple[Gray, dict[str, object]]:
    """One sample picture, (H, W) or (H, W, 3), and its label."""
    rng = np.random.default_rng(sample.seed)
    form = catalogue.page(sample.form)
    texts = written_fields(form, sample.numbers, sample.style.leading)
    filled = fill_page(form, texts, rng, style=sample.style, overwritten=sample.overwritten)
    scale = _scale(form, sample)
    drawn = draw_filled_colour(filled, scale)
    page, corner = _part(drawn if sample.colour else drawn[..., 1], sample.part_mm, scale)
    photo, H = photograph(page, scale, rng, sample.shot)
    H = H @ geometry.shift(-corner[0], -corner[1])
    return photo, _label(sample, form, texts, H)


def _scale(form: FormPage, sample: Sample) -> float:
    """Pixels a millimetre, so that what is in the picture is drawn about DRAWN_SIDE high."""
    height = form.size_mm[1] if sample.part_mm is None else sample.part_mm[3]
    return DRAWN_SIDE / height


def _part(page: Gray, part_mm: Rect | None, scale: float) -> tuple[Gray, tuple[float, float]]:
    """The part of a drawn page that is in the picture, and its corner on the page in mm."""
    if part_mm is None:
        return page, (0.0, 0.0)
    x, y, w, h = (round(side * scale) for side in part_mm)
    return page[y : y + h, x : x + w], (x / scale, y / scale)


def _label(
    sample: Sample, form: FormPage, texts: Mapping[str, str], H: Floats
) -> dict[str, object]:
    box_px = {}
    for each in form.fields:
        quad = geometry.apply(H, geometry.rect_quad(each.boxes.hull))
        margin = LABEL_MARGIN * float(np.ptp(quad[:, 1]))
        x0, y0 = np.maximum(np.rint(quad.min(axis=0) - margin), 0)
        x1, y1 = np.minimum(np.rint(quad.max(axis=0) + margin), sample.shot.size_px)
        box_px[each.name] = [int(x0), int(y0), int(x1 - x0), int(y1 - y0)]
    return {
        "photo": sample.name,
        "form": form.id,
        "written": dict(texts),
        "values": {name: value_of(text) for name, text in texts.items()},
        "must_review": list(sample.must_review),
        "box_px": box_px,
        "note": sample.note,
    }
