"""Reads labelled photos with ``cermat read --json`` and prints the figures that count.

    python bench/score.py --data FOLDER [--score SCRIPT] [--part NAME]... [--errors] [--out FOLDER]

FOLDER has sheets/ppwp-2024-p2-crops, sheets/real and sheets/pilkada-2015, each with its
labels.jsonl. Of the crops only TPS_301 to TPS_400 count: nothing was trained on them. With
--score the figures are those of that script (SCRIPT LABELS READINGS); without it, the same
ones are counted here.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: part -> (folder under the data, first photo, last photo); the crops before are for training.
PARTS = {
    "validation": ("sheets/ppwp-2024-p2-crops", "TPS_301.jpg", "TPS_400.jpg"),
    "real": ("sheets/real", "", "~"),
    "pilkada-2015": ("sheets/pilkada-2015", "", "~"),
}


def labels_of(folder: Path, first: str, last: str) -> list[dict[str, Any]]:
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines if line.strip()]
    return [label for label in labels if first <= label["photo"] <= last]


def read_all(photos: list[Path]) -> str:
    """What the command prints, one JSON object a line."""
    command = [sys.executable, "-m", "pipeline.cli", "read", "--json", *map(str, photos)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"cermat read ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def count(labels: list[dict[str, Any]], readings: list[dict[str, Any]]) -> dict[str, int]:
    """The figures of one part.

    A label of form ``other`` is a sheet that the catalogue does not have: none may be found. A
    field without a value in the label is one that not even a person can be sure of.
    """
    names = "photos form_found fields exact accepted silent_errors review_fields missed_reviews"
    n = dict.fromkeys([*names.split(), "hands_free"], 0)
    by_photo = {Path(reading["photo"]).name: reading for reading in readings}
    for label in labels:
        reading = by_photo[label["photo"]]
        foreign = label["form"] == "other"
        values = label.get("values") or (dict.fromkeys(reading["fields"]) if foreign else {})
        must = set(label.get("must_review", ()))
        n["photos"] += 1
        n["form_found"] += reading["form"] == (None if foreign else label["form"])
        clean = not must
        for name in {*values, *must}:
            got = reading["fields"].get(name, {})
            accepted = got.get("status") == "accepted"
            n["review_fields"] += name in must
            n["missed_reviews"] += accepted and name in must
            if name in values:
                right = values[name] is not None and got.get("value") == values[name]
                n["fields"] += 1
                n["exact"] += right
                n["accepted"] += accepted
                n["silent_errors"] += accepted and not right and name not in must
                clean = clean and right
        n["hands_free"] += bool(values) and reading["status"] == "accepted" and clean
    return n


def show(n: dict[str, int]) -> None:
    def share(part: str, whole: str) -> str:
        percent = f" ({100 * n[part] / n[whole]:.2f} %)" if n[whole] else ""
        return f"{n[part]} of {n[whole]}{percent}"

    print("form found    ", share("form_found", "photos"))
    print("exact         ", share("exact", "fields"))
    print("accepted      ", share("accepted", "fields"))
    print("silent errors ", n["silent_errors"])
    print("missed reviews", share("missed_reviews", "review_fields"))
    print("hands-free    ", share("hands_free", "photos"))


def run_part(name: str, options: argparse.Namespace, folder: Path) -> None:
    place, first, last = PARTS[name]
    labels = labels_of(options.data / place, first, last)
    begin = time.perf_counter()
    printed = read_all([options.data / place / label["photo"] for label in labels])
    taken = time.perf_counter() - begin
    print(f"== {name}: {len(labels)} photos, {taken / len(labels):.2f} s each", flush=True)
    labels_file, readings_file = folder / f"{name}-labels.jsonl", folder / f"{name}-readings.jsonl"
    labels_file.write_text("".join(json.dumps(x) + "\n" for x in labels), encoding="utf-8")
    readings_file.write_text(printed, encoding="utf-8")
    if options.score:
        errors = ["--errors"] if options.errors else []
        command = [sys.executable, options.score, labels_file, readings_file, *errors]
        subprocess.run(command, check=True)
    else:
        show(count(labels, [json.loads(line) for line in printed.splitlines()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with sheets/")
    parser.add_argument("--score", type=Path, help="scoring script to call")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part")
    parser.add_argument("--errors", action="store_true", help="with --score: list wrong fields")
    parser.add_argument("--out", type=Path, help="keep labels and readings here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.part or PARTS:
            run_part(name, options, folder)


if __name__ == "__main__":
    main()
