"""Draws pictures that are no forms, among them those that look most like one.

Every maker is deterministic. Flat pages are photographed: perspective, light, blur, noise, JPEG.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from ocr.arrays import Gray

#: The tag of page 2 of the 2024 sheet: right family, right id.
PAGE_2_TAG = 102
INK, PAPER = 30, 240
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WORDS = ["saldo", "harga", "jumlah", "tanggal", "nomor", "barang", "kota", "alamat", "bayar"]


def photographed(page: Gray, seed: int = 0, turn: float = 0.0) -> Gray:
    """A flat page as a phone sees it: (1200, 900) uint8, as JPEG of quality 80 would give it."""
    rng = np.random.default_rng(seed)
    height, width = page.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = np.array([[90, 90], [810, 90], [810, 1110], [90, 1110]], np.float64)
    target += rng.uniform(-55, 55, (4, 2))
    turned = cv2.getRotationMatrix2D((450, 600), turn, 1.0)
    target = target @ turned[:, :2].T + turned[:, 2]
    H = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    wall = cv2.GaussianBlur(rng.integers(90, 150, (1200, 900), np.uint8), (0, 0), 4)
    seen = cv2.warpPerspective(
        page, H, (900, 1200), dst=wall, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT
    )
    light = np.linspace(1.0, rng.uniform(0.6, 0.9), 900)[None, :]
    seen = cv2.GaussianBlur(seen, (0, 0), 0.9) * light + rng.normal(0, 4, seen.shape)
    _, data = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8), [1, 80])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def _page(width: int = 840, height: int = 1188) -> Gray:
    return np.full((height, width), PAPER, np.uint8)


def _lines(page: Gray, xs: list[int], ys: list[int], stroke: int = 2) -> None:
    """A ruled table with a line at every x and every y."""
    for x in xs:
        cv2.line(page, (x, ys[0]), (x, ys[-1]), INK, stroke)
    for y in ys:
        cv2.line(page, (xs[0], y), (xs[-1], y), INK, stroke)


def _text(page: Gray, text: str, x: int, y: int, scale: float = 0.6, stroke: int = 1) -> None:
    cv2.putText(page, text, (x, y), _FONT, scale, INK, stroke, cv2.LINE_AA)


def _boxed(page: Gray, text: str, x: int, y: int, side: int = 40) -> None:
    """Characters in touching boxes, as on forms of banks and shops."""
    for i, character in enumerate(text):
        left = x + i * side
        cv2.rectangle(page, (left, y), (left + side, y + side), INK, 2)
        _text(page, character, left + side // 4, y + side * 3 // 4, side / 40, 2)


def _tag(side: int) -> Gray:
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    return np.asarray(cv2.aruco.generateImageMarker(family, PAGE_2_TAG, side), dtype=np.uint8)


def flat(value: int) -> Gray:
    return np.full((900, 1200), value, np.uint8)


def noise() -> Gray:
    return np.random.default_rng(1).integers(0, 256, (900, 1200), dtype=np.uint8)


def gradient() -> Gray:
    return np.tile(np.linspace(0, 255, 1200).astype(np.uint8), (900, 1))


def clouds() -> Gray:
    rough = np.random.default_rng(2).uniform(0, 255, (10, 12)).astype(np.float32)
    return np.clip(cv2.resize(rough, (1200, 900), interpolation=cv2.INTER_CUBIC), 0, 255).astype(
        np.uint8
    )


def text_page() -> Gray:
    page, rng = _page(), np.random.default_rng(3)
    for y in range(80, 1140, 28):
        _text(page, " ".join(rng.choice(_WORDS, 8)), 60, y, 0.55)
    return page


def newspaper() -> Gray:
    page, rng = _page(), np.random.default_rng(4)
    _text(page, "KABAR PAGI", 200, 90, 2.2, 5)
    for x in (40, 310, 580):
        for y in range(160, 1150, 20):
            _text(page, " ".join(rng.choice(_WORDS, 3)), x, y, 0.42)
    cv2.rectangle(page, (310, 400), (800, 700), 120, -1)
    return page


def spreadsheet() -> Gray:
    page, rng = _page(), np.random.default_rng(5)
    xs, ys = list(range(40, 800, 108)), list(range(60, 1140, 36))
    _lines(page, xs, ys, 1)
    for y in ys[1:]:
        for x in xs[:-1]:
            _text(page, str(rng.integers(1, 9999)), x + 8, y - 10, 0.55)
    return page


def crossword() -> Gray:
    page, rng = _page(), np.random.default_rng(6)
    xs, ys = list(range(80, 761, 40)), list(range(120, 801, 40))
    _lines(page, xs, ys)
    for x in xs[:-1]:
        for y in ys[:-1]:
            if rng.random() < 0.25:
                cv2.rectangle(page, (x, y), (x + 40, y + 40), INK, -1)
            elif rng.random() < 0.5:
                _text(page, chr(rng.integers(65, 91)), x + 10, y + 30, 0.8, 2)
    return page


def calendar() -> Gray:
    page = _page()
    _text(page, "AGUSTUS", 260, 120, 2.0, 4)
    xs, ys = list(range(60, 761, 100)), list(range(180, 781, 100))
    _lines(page, xs, ys)
    for day in range(1, 32):
        _text(page, str(day), xs[(day + 2) % 7] + 25, ys[(day + 2) // 7] + 65, 1.2, 2)
    return page


def chessboard() -> Gray:
    board = (np.add.outer(np.arange(8), np.arange(8)) % 2 * 200 + 30).astype(np.uint8)
    return np.kron(board, np.ones((100, 100), np.uint8))


def keyboard() -> Gray:
    page = np.full((600, 1400), 60, np.uint8)
    for row, keys in enumerate(("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")):
        for i, key in enumerate(keys):
            x, y = 60 + row * 30 + i * 128, 50 + row * 128
            cv2.rectangle(page, (x, y), (x + 112, y + 112), 210, -1)
            _text(page, key, x + 36, y + 74, 1.6, 3)
    return page


def keypad() -> Gray:
    """Three columns of round keys with digits: like bubbles under three boxes."""
    page = _page()
    for i, key in enumerate("123456789*0#"):
        centre = (220 + i % 3 * 200, 300 + i // 3 * 200)
        cv2.circle(page, centre, 70, INK, 4)
        _text(page, key, centre[0] - 22, centre[1] + 24, 2.0, 4)
    return page


def receipt() -> Gray:
    page, rng = _page(500, 1300), np.random.default_rng(7)
    _text(page, "TOKO MAKMUR", 110, 80, 1.1, 3)
    for y in range(140, 1100, 34):
        _text(page, f"{rng.choice(_WORDS):<10}", 40, y)
        _text(page, f"{rng.integers(1, 99)}.{rng.integers(100, 999)}", 340, y)
    cv2.line(page, (40, 1120), (460, 1120), INK, 2)
    _text(page, "TOTAL 482.500", 40, 1170, 1.0, 2)
    return page


def notebook() -> Gray:
    page, rng = _page(), np.random.default_rng(8)
    cv2.line(page, (110, 0), (110, 1188), 120, 2)
    for y in range(90, 1180, 36):
        cv2.line(page, (0, y), (840, y), 150, 2)
        if rng.random() < 0.6:
            cv2.putText(page, " ".join(rng.choice(_WORDS, 5)), (130, y - 6), 7, 0.8, 60, 1)
    return page


def graph_paper() -> Gray:
    page = _page()
    _lines(page, list(range(0, 840, 24)), list(range(0, 1188, 24)), 1)
    return page


def qr_code() -> Gray:
    code = cv2.QRCodeEncoder.create().encode("https://example.org/tps/3171010001001")
    page = _page()
    page[200:760, 140:700] = cv2.resize(code, (560, 560), interpolation=cv2.INTER_NEAREST)
    return page


def tag_alone() -> Gray:
    """The right tag on a blank wall."""
    page = _page()
    page[100:300, 560:760] = _tag(200)
    return page


def tag_on(maker: Callable[[], Gray]) -> Gray:
    """The right tag, at its place, on a page that is no form."""
    page = cv2.resize(maker(), (840, 1260), interpolation=cv2.INTER_AREA)
    page[140:205, 680:745] = PAPER
    page[150:195, 691:736] = cv2.rotate(_tag(45), cv2.ROTATE_180)
    return page


def exam_sheet() -> Gray:
    """Columns of ten bubbles, some blackened, and boxes above them."""
    page, rng = _page(), np.random.default_rng(9)
    _text(page, "LEMBAR JAWABAN UJIAN", 180, 70, 1.1, 2)
    for block in range(3):
        x0 = 70 + block * 260
        _boxed(page, "".join(map(str, rng.integers(0, 10, 5))), x0, 110)
        for column in range(5):
            chosen = rng.integers(0, 10)
            for digit in range(10):
                centre = (x0 + 20 + column * 40, 190 + digit * 40)
                cv2.circle(page, centre, 14, INK, -1 if digit == chosen else 2)
        for question in range(14):
            for option in range(4):
                cv2.circle(page, (x0 + 40 + option * 44, 640 + question * 38), 12, INK, 2)
    return page


def barcode() -> Gray:
    page, rng = _page(), np.random.default_rng(10)
    bars = np.repeat(rng.integers(0, 2, 110).astype(np.uint8), 6) * (PAPER - INK) + INK
    page[300:700, 90:750] = bars[None, :]
    _text(page, "8 991234 567890", 200, 750, 1.2, 2)
    return page


def faces() -> Gray:
    picture, rng = np.full((900, 1200), 170, np.uint8), np.random.default_rng(11)
    for x in range(150, 1200, 300):
        for y in (240, 640):
            cv2.ellipse(picture, (x, y), (100, 140), 0, 0, 360, int(rng.integers(90, 150)), -1)
            for side in (-35, 35):
                cv2.circle(picture, (x + side, y - 30), 12, 30, -1)
            cv2.ellipse(picture, (x, y + 50), (40, 18), 0, 0, 180, 40, 5)
    return cv2.GaussianBlur(picture, (0, 0), 3).astype(np.uint8)


def bricks() -> Gray:
    wall, rng = np.full((900, 1200), 190, np.uint8), np.random.default_rng(12)
    for row in range(15):
        for i in range(-1, 10):
            x, y = i * 124 + row % 2 * 62, row * 60
            tone = int(rng.integers(80, 140))
            cv2.rectangle(wall, (x + 4, y + 4), (x + 120, y + 56), tone, -1)
    return wall


def windows() -> Gray:
    """A block of flats: a regular grid of dark rectangles."""
    wall, rng = np.full((1200, 900), 180, np.uint8), np.random.default_rng(13)
    for x in range(60, 840, 130):
        for y in range(60, 1150, 140):
            cv2.rectangle(wall, (x, y), (x + 80, y + 100), int(rng.integers(20, 100)), -1)
            cv2.rectangle(wall, (x, y), (x + 80, y + 100), 230, 3)
    return wall


def tiles() -> Gray:
    floor = np.full((1200, 1200), 205, np.uint8)
    _lines(floor, list(range(0, 1200, 100)), list(range(0, 1200, 100)), 4)
    return floor


def sudoku() -> Gray:
    page, rng = _page(840, 900), np.random.default_rng(14)
    ticks = list(range(60, 781, 80))
    _lines(page, ticks, ticks, 2)
    _lines(page, ticks[::3], ticks[::3], 6)
    for x in ticks[:-1]:
        for y in ticks[:-1]:
            if rng.random() < 0.6:
                _text(page, str(rng.integers(1, 10)), x + 22, y + 60, 1.7, 3)
    return page


def invoice() -> Gray:
    """A table whose last column has every amount in three boxes."""
    page, rng = _page(), np.random.default_rng(15)
    _text(page, "FAKTUR", 60, 90, 1.8, 4)
    ys = list(range(150, 871, 80))
    _lines(page, [50, 120, 480, 620, 790], ys)
    for number, y in enumerate(ys[:-1], 1):
        _text(page, str(number), 70, y + 50)
        _text(page, " ".join(rng.choice(_WORDS, 3)), 135, y + 50)
        _boxed(page, f"{rng.integers(0, 1000):03d}", 645, y + 20)
    _boxed(page, f"{rng.integers(0, 1000):03d}", 645, 910)
    return page


def bank_form() -> Gray:
    page, rng = _page(), np.random.default_rng(16)
    _text(page, "FORMULIR SETORAN", 200, 80, 1.3, 3)
    for row, label in enumerate(("Nama", "No. rekening", "Tanggal", "Jumlah", "Telepon", "NIK")):
        y = 160 + row * 110
        _text(page, label, 50, y, 0.8, 2)
        _boxed(page, "".join(map(str, rng.integers(0, 10, 16))), 50, y + 20, 44)
    cv2.rectangle(page, (50, 900), (380, 1100), INK, 2)
    _text(page, "Tanda tangan", 120, 1130)
    return page


def attendance() -> Gray:
    """A ruled list of names with narrow columns: the shape of a tally grid."""
    page, rng = _page(), np.random.default_rng(17)
    xs = [40, 90, 330, *range(366, 799, 36)]
    ys = list(range(120, 1121, 40))
    _lines(page, xs, ys)
    for number, y in enumerate(ys[:-1], 1):
        _text(page, str(number), 50, y + 28, 0.55)
        _text(page, " ".join(rng.choice(_WORDS, 2)), 100, y + 28, 0.6)
        for x in xs[3:-1]:
            if rng.random() < 0.5:
                _text(page, "/", x + 10, y + 28, 0.8, 2)
    return page


def scoreboard() -> Gray:
    board = np.full((700, 1200), 40, np.uint8)
    for row in range(3):
        for i, digit in enumerate(str(105 + row * 131)):
            x, y = 700 + i * 150, 40 + row * 220
            cv2.rectangle(board, (x, y), (x + 140, y + 190), 220, 4)
            cv2.putText(board, digit, (x + 20, y + 160), _FONT, 5, 220, 10)
    return board


def phone_screen() -> Gray:
    screen, rng = np.full((1600, 720), 250, np.uint8), np.random.default_rng(18)
    cv2.rectangle(screen, (0, 0), (720, 140), 70, -1)
    for y in range(180, 1500, 150):
        cv2.circle(screen, (80, y + 55), 45, int(rng.integers(80, 200)), -1)
        _text(screen, " ".join(rng.choice(_WORDS, 2)), 150, y + 45, 1.0, 2)
        cv2.line(screen, (140, y + 130), (720, y + 130), 220, 2)
    return screen


_FLAT_PAGES = (
    text_page, newspaper, spreadsheet, crossword, calendar, chessboard, keypad, receipt, notebook,
    graph_paper, qr_code, tag_alone, exam_sheet, barcode, tiles, sudoku, invoice, bank_form,
    attendance,
)  # fmt: skip

#: name -> maker of a picture in which no form is to be found.
NO_FORMS: dict[str, Callable[[], Gray]] = {
    "white": partial(flat, 255),
    "black": partial(flat, 0),
    "gray": partial(flat, 128),
    **{m.__name__: m for m in (noise, gradient, clouds, keyboard, faces, bricks, windows)},
    **{m.__name__: m for m in (scoreboard, phone_screen)},
    **{m.__name__: m for m in _FLAT_PAGES},
    **{
        f"{m.__name__}_photographed": lambda m=m, i=i: photographed(m(), i, (i % 5 - 2) * 4.0)
        for i, m in enumerate(_FLAT_PAGES)
    },
    "tag_on_invoice": lambda: tag_on(invoice),
    "tag_on_spreadsheet": lambda: photographed(tag_on(spreadsheet), 40),
    "tag_on_exam_sheet": lambda: photographed(tag_on(exam_sheet), 41),
    "exam_sheet_upside_down": lambda: photographed(exam_sheet(), 42, 180.0),
    "bank_form_sideways": lambda: photographed(bank_form(), 43, 90.0),
}


def as_jpeg(picture: Gray) -> bytes:
    """The bytes of a photo file."""
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert ok
    return data.tobytes()
