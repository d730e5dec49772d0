"""Times a reading against the mere decoding of its JPEG, on one core, in one run.

    python bench/speed.py [--data FOLDER] [--runs N]

Measures a 12-megapixel photo of a whole page with its tag and a crop of page 2, both drawn by
Cermat; with --data also real ones (sheets/real/2024-p2.jpg, ten of the validation crops). Then
the time to show help, and the peak memory of reading the 12-megapixel photo in a fresh process.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# Before numpy, OpenCV and the ONNX runtime look at how many cores there are.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import cv2
import numpy as np

from pipeline.forms.camera import Shot, encode_jpeg, photograph
from pipeline.forms.fill import draw_filled, fill_page
from pipeline.forms.load import default_catalogue
from pipeline.forms.samples import SAMPLES
from pipeline.forms.style import written_fields
from pipeline.reading.read import SheetResult, read_bytes

#: A 12-megapixel phone held upright; such a photo has 3 to 5 MB.
PHONE_PX, PHONE_QUALITY, PHONE_NOISE = (3000, 4000), 92, 3.0
#: What is in view of the crops that are uploaded: tally marks, boxes and bubbles of three fields.
CROP_SHARE = (0.3, 0.17, 0.6, 0.55)
CROP_PX = 1000
#: The limits that the readings are held to.
PHOTO_LIMIT, CROP_LIMIT, HELP_LIMIT_S, MEMORY_LIMIT_MB = 4.0, 20.0, 0.5, 500.0


def drawn_page(form_id: str = "c-hasil-ppwp-2024-p2") -> np.ndarray:
    """A filled page 2 as a phone takes it, (4000, 3000) gray."""
    sample = next(s for s in SAMPLES if s.form == form_id)
    form = default_catalogue().page(form_id)
    rng = np.random.default_rng(12)
    scale = 1.05 * PHONE_PX[1] / form.size_mm[1]
    written = written_fields(form, sample.numbers, sample.style.leading)
    filled = fill_page(form, written, rng, style=sample.style)
    shot = Shot(size_px=PHONE_PX, noise=PHONE_NOISE, quality=PHONE_QUALITY)
    photo, _ = photograph(draw_filled(filled, scale), scale, rng, shot)
    return photo


def cropped(photo: np.ndarray) -> np.ndarray:
    height, width = photo.shape
    x, y, w, h = CROP_SHARE
    part = photo[int(y * height) : int((y + h) * height), int(x * width) : int((x + w) * width)]
    factor = CROP_PX / max(part.shape)
    return cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def median_s(
    work: Callable[[], object], runs: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Median of processor seconds: what else runs on the machine does not count."""
    times = []
    for _ in range(runs):
        begin = clock()
        work()
        times.append(clock() - begin)
    return statistics.median(times)


def compare(name: str, data: bytes, runs: int, limit: float) -> float:
    """Print one line; returns how many decodings a reading takes."""
    raw = np.frombuffer(data, np.uint8)
    result: SheetResult = read_bytes(data, default_catalogue())  # also loads what is loaded once
    decode = median_s(lambda: cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE), runs)
    read = median_s(lambda: read_bytes(data, default_catalogue()), runs)
    height, width = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE).shape
    stages = " ".join(f"{stage} {ms:.0f}" for stage, ms in result.ms.items() if stage != "total")
    print(
        f"{name:<22} {width}x{height} {len(data) / 1e6:.2f} MB  decode {decode * 1e3:6.1f} ms  "
        f"read {read * 1e3:7.1f} ms  ratio {read / decode:5.2f} (limit {limit:g})  "
        f"{result.reading.form} {result.reading.status}  [{stages}]"
    )
    return read / decode


def help_time(runs: int) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "--help"]
    root = Path(__file__).parents[1]

    def show_help() -> object:
        return subprocess.run(command, cwd=root, check=True, capture_output=True)

    taken = median_s(show_help, runs, time.perf_counter)
    print(f"{'cermat --help':<22} {taken * 1e3:.0f} ms (limit {HELP_LIMIT_S * 1e3:.0f})")


def own_peak_mb() -> float:
    """The most memory that this process ever held, in MB.

    getrusage would count the process that started this one too: its peak survives exec.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s*(\d+) kB", status).group(1)) * 1024 / 1e6


def peak_memory(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
        file.write(data)
        file.flush()
        command = [sys.executable, __file__, "--peak", file.name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(f"{'peak memory':<22} {float(done.stdout):.0f} MB (limit {MEMORY_LIMIT_MB:.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with sheets/, for real photos too")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.peak:
        read_bytes(options.peak.read_bytes(), default_catalogue())
        print(own_peak_mb())
        return
    page = drawn_page()
    photo = encode_jpeg(page, PHONE_QUALITY)
    print(f"OpenCV {cv2.__version__}, one core, processor time, median of {options.runs}")
    compare("12-MP photo, drawn", photo, options.runs, PHOTO_LIMIT)
    crop = encode_jpeg(cropped(page), PHONE_QUALITY)
    compare("page-2 crop, drawn", crop, options.runs, CROP_LIMIT)
    if options.data:
        sheets = options.data / "sheets"
        real = (sheets / "real/2024-p2.jpg").read_bytes()
        compare("12-MP photo, real", real, options.runs, PHOTO_LIMIT)
        crops = sorted((sheets / "ppwp-2024-p2-crops").glob("TPS_3*.jpg"))[1:11]
        ratios = [compare(p.stem, p.read_bytes(), options.runs, CROP_LIMIT) for p in crops]
        print(f"{'page-2 crops, real':<22} median ratio {statistics.median(ratios):.2f}")
    help_time(5)
    peak_memory(photo)


if __name__ == "__main__":
    main()
