"""The counting of bench/score.py: every figure on labels and readings made by hand."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def load_score():
    spec = importlib.util.spec_from_file_location("bench_score", ROOT / "bench/score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def label(photo: str, values: dict | None, form: str = "f", must_review: tuple = ()) -> dict:
    return {"photo": photo, "form": form, "values": values, "must_review": list(must_review)}


def reading(photo: str, status: str, form: str | None = "f", **fields: tuple) -> dict:
    said = {name: {"value": v, "status": s} for name, (v, s) in fields.items()}
    return {"photo": photo, "form": form, "status": status, "fields": said}


def test_every_figure_is_counted_as_it_is_named():
    labels = [
        label("whole.jpg", {"a": 1, "b": 2}),
        label("silent.jpg", {"a": 1}),
        label("must.jpg", {"a": 1}, must_review=("a",)),
        label("unsure.jpg", {"a": 1}, must_review=("b",)),
        label("foreign.jpg", None, form="other"),
        label("lost.jpg", {"a": 7}),
    ]
    readings = [
        reading("folder/whole.jpg", "accepted", a=(1, "accepted"), b=(2, "accepted")),
        reading("silent.jpg", "accepted", a=(9, "accepted")),
        reading("must.jpg", "accepted", a=(1, "accepted")),
        reading("unsure.jpg", "review", a=(1, "accepted"), b=(5, "review")),
        reading("foreign.jpg", "review", a=(3, "accepted")),
        reading("lost.jpg", "rejected", form=None),
    ]
    assert load_score().count(labels, readings) == {
        "photos": 6,
        "form_found": 4,  # not the foreign one, which got a form, nor the lost one
        "fields": 7,  # with the foreign sheet's, which no value can be right for
        "exact": 4,
        "accepted": 6,
        "silent_errors": 2,  # silent.jpg and foreign.jpg
        "review_fields": 2,
        "missed_reviews": 1,  # must.jpg
        "hands_free": 1,  # whole.jpg alone
    }


def test_only_crops_that_nothing_was_trained_on_are_counted(tmp_path: Path):
    names = ["TPS_001", "TPS_300", "TPS_301", "TPS_400"]
    lines = [f'{{"photo": "{name}.jpg"}}' for name in names]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines), encoding="utf-8")
    score = load_score()
    _, first, last = score.PARTS["validation"]
    assert [x["photo"] for x in score.labels_of(tmp_path, first, last)] == [
        "TPS_301.jpg",
        "TPS_400.jpg",
    ]
