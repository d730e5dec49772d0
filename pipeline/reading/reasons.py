"""The closed list of reason codes, each with a sentence in Indonesian and in English."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a person must look, or why nothing could be read."""

    LOW_CONFIDENCE = "low_confidence"
    EVIDENCE_DISAGREES = "evidence_disagrees"
    RULE_FAILS = "rule_fails"
    OVERWRITTEN = "overwritten"
    MISALIGNED = "misaligned"
    OUT_OF_BOUNDS = "out_of_bounds"
    BLANK = "blank"
    CUT_OFF = "cut_off"
    TOO_SMALL = "too_small"
    UNSURE_PLACE = "unsure_place"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    NO_FORM = "no_form"
    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"


#: reason -> (Indonesian, English); each says what to do.
SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.LOW_CONFIDENCE: (
        "Angka tidak terbaca dengan pasti; lihat fotonya dan isi angkanya.",
        "The digits cannot be read with certainty; look at the picture and type them.",
    ),
    Reason.EVIDENCE_DISAGREES: (
        "Kotak angka dan bulatan (atau turus) tidak sama; periksa keduanya di foto.",
        "Digit boxes and bubbles (or tally marks) differ; check both in the picture.",
    ),
    Reason.RULE_FAILS: (
        "Penjumlahan tidak cocok; pastikan angka ini memang tertulis begitu di kertas.",
        "The sum does not fit; make sure that the paper really says this.",
    ),
    Reason.OVERWRITTEN: (
        "Angka dicoret atau ditimpa; tentukan angka yang berlaku.",
        "A digit was crossed out or written over; decide which one counts.",
    ),
    Reason.MISALIGNED: (
        "Angka tidak ditulis satu per kotak dari kanan; baca langsung dari foto.",
        "The digits are not one a box from the right; read them from the picture.",
    ),
    Reason.OUT_OF_BOUNDS: (
        "Angka lebih besar dari yang mungkin di satu TPS; periksa di foto.",
        "The number is larger than one polling station can have; check the picture.",
    ),
    Reason.BLANK: (
        "Kotak kosong dan tidak ada jumlah yang memastikan nol; periksa di foto.",
        "The boxes are empty and no sum confirms a zero; check the picture.",
    ),
    Reason.CUT_OFF: (
        "Bagian formulir ini tidak masuk foto; foto ulang seluruh halaman.",
        "This part of the form is outside the picture; photograph the whole page again.",
    ),
    Reason.TOO_SMALL: (
        "Kotak terlalu kecil di foto ini; foto ulang lebih dekat.",
        "The boxes are too small in this picture; photograph again from nearer.",
    ),
    Reason.UNSURE_PLACE: (
        "Letak kotak di foto tidak pasti (kertas terlipat atau tertutup); periksa di foto.",
        "Where the boxes lie is unsure (paper folded or covered); check the picture.",
    ),
    Reason.BLURRED: (
        "Foto buram; pegang diam dan foto ulang.",
        "The picture is blurred; hold still and photograph again.",
    ),
    Reason.TOO_DARK: (
        "Foto terlalu gelap; tambah cahaya dan foto ulang.",
        "The picture is too dark; add light and photograph again.",
    ),
    Reason.NO_FORM: (
        "Tidak ada formulir yang dikenal di foto ini; foto seluruh halaman dari depan.",
        "No known form is in this picture; photograph the whole page from the front.",
    ),
    Reason.NOT_AN_IMAGE: (
        "Berkas ini bukan foto JPEG, PNG, atau WebP; pilih berkas lain.",
        "This file is no JPEG, PNG or WebP picture; choose another file.",
    ),
    Reason.TRUNCATED: (
        "Berkas foto terpotong; kirim ulang dari aslinya.",
        "The picture file is cut short; send the original again.",
    ),
    Reason.DAMAGED: (
        "Berkas foto rusak; kirim ulang dari aslinya.",
        "The picture file is damaged; send the original again.",
    ),
    Reason.EMPTY_FILE: (
        "Berkas kosong; kirim ulang dari aslinya.",
        "The file is empty; send the original again.",
    ),
    Reason.TOO_LARGE: (
        "Foto melebihi batas ukuran; perkecil lalu kirim ulang.",
        "The picture is over the size limit; make it smaller and send it again.",
    ),
}


def sentence(reason: Reason, language: str) -> str:
    """The sentence of a reason; ``language`` is ``id`` or ``en``."""
    indonesian, english = SENTENCES[reason]
    return indonesian if language == "id" else english
