import re
import shutil

import cv2
import numpy as np
import pytest
from desk_client import answer, close, desk_of, make_app, person, put, whole
from desk_fakes import CLEAR, DOUBTFUL, NO_FORM, WRONG_SUM, fake_reader
from records_databases import DATABASES, database_url

from pipeline.records import intake
from pipeline.records.derive import rebuild
from webui import pictures


@pytest.fixture
def app(tmp_path):
    made = make_app(tmp_path)
    yield made
    close(made)


@pytest.fixture
def user(app):
    return person(app)


def kinds(app, sheet_id):
    return [event.kind for event in whole(app, sheet_id).history]


def _content(page):
    """A page below its messages, without the token of the moment."""
    return re.sub(r'name="csrf" value="[^"]+"', "", page[page.index("<h1") :])


@pytest.mark.parametrize("database", DATABASES)
def test_from_upload_to_history(tmp_path, database):
    with database_url(database) as url:
        app = make_app(tmp_path, url)
        user = person(app)
        response = user.upload((DOUBTFUL.photo(), "tps-012.jpg"), who="Ani")
        assert response.status_code == 302
        sheet_id = response.location.rsplit("/", 1)[1]
        page = user.get(response.location).text
        assert "Angka tidak terbaca dengan pasti" in page
        sent = answer(app, sheet_id, DOUBTFUL, suara_2="x39", suara_sah="145", suara_total="149")
        response = user.post(f"/lembar/{sheet_id}", sent)
        page = user.get(response.location).text
        assert "Suara pasangan calon 02 dikoreksi: x89 (89) menjadi x39 (39)." in page
        assert "dikoreksi oleh Budi" in page
        assert [word for word in ("Ani", "Budi", "Lembar dikirim.") if word not in page] == []
        with desk_of(app).records.write() as session:
            rebuild(session)
        rebuilt = user.get(f"/lembar/{sheet_id}").text
        assert _content(rebuilt) == _content(page)
        close(app)


def test_the_list_says_state_reason_form_and_time_and_can_be_narrowed(app, user):
    for sheet in (DOUBTFUL, WRONG_SUM, CLEAR, NO_FORM):
        put(app, sheet)
    page = user.get("/").text
    for words in (
        "tps-012.jpg", "Model C1-PPWP 2019", "Suara pasangan calon 02",
        "Angka tidak terbaca dengan pasti", "Penjumlahan tidak cocok", "Terbaca pasti",
        "Tidak ada formulir yang dikenal", "<time datetime=",
    ):  # fmt: skip
        assert words in page
    shown = {
        show: re.findall(r'class="name" href="[^"]+">([^<]+)<', user.get(f"/?show={show}").text)
        for show in ("look", "sums", "accepted", "rejected", "submitted")
    }
    assert shown == {
        "look": ["tps-013.jpg", "tps-012.jpg"],
        "sums": ["tps-013.jpg"],
        "accepted": ["tps-014.jpg"],
        "rejected": ["cat.jpg"],
        "submitted": [],
    }


def test_an_empty_list_says_what_to_do(user):
    assert "Unggah foto pertama" in user.get("/").text


@pytest.mark.parametrize("query", ["?show=nonsense", "?page=0", "?page=-1", "?page=x", "?page=9e9"])
def test_a_list_that_cannot_be_is_not_found(user, query):
    assert user.get("/" + query).status_code == 404


def test_doubtful_fields_come_first_with_crop_value_confidence_and_reason(app, user):
    sheet_id = put(app, DOUBTFUL)
    page = user.get(f"/lembar/{sheet_id}").text
    inputs = re.findall(r'name="field\.(\w+)" value="([^"]*)"', page)
    assert inputs[0] == ("suara_2", "x89")
    assert sorted(name for name, _ in inputs) == sorted(DOUBTFUL.written)
    assert "Yakin 62,0 %" in page
    assert re.search(r'src="/bacaan/\w+/boxes-suara_2\.jpg"', page)
    assert "195 + 4 = 199" in page
    assert "106 + 89 = 195" in page


def test_certainty_is_never_said_to_be_complete(app, user):
    assert "100" not in re.findall(r"Yakin ([\d,]+) %", user.get(f"/lembar/{put(app, CLEAR)}").text)


def test_evidence_of_bubbles_is_shown_where_the_form_has_them(app, user):
    desk = desk_of(app)
    sheet = CLEAR.__class__(
        CLEAR.written, CLEAR.form, doubtful={"suara_3": "low_confidence"}, seed=9
    )
    got = intake.receive(desk.records, sheet.photo(), name="b.jpg", who="", limits=desk.limits)
    intake.read_sheet(desk.records, got.sheet, fake_reader(sheet))
    page = user.get(f"/lembar/{got.sheet}").text
    assert "Bulatan <b>xx3</b>" in page
    assert "bubbles-suara_3.jpg" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12a", "bukan isi kotak"),
        ("1234", "terlalu panjang"),
        ("-5", "Ada 3 kotak"),
        ("", "Belum diisi"),
    ],
)
def test_bad_numbers_are_named_at_their_field_and_nothing_is_kept(app, user, typed, words):
    sheet_id = put(app, DOUBTFUL)
    before = kinds(app, sheet_id)
    sent = answer(app, sheet_id, DOUBTFUL, suara_1=typed, suara_2="x39")
    response = user.post(f"/lembar/{sheet_id}", sent)
    assert response.status_code == 422
    assert words in response.text
    assert 'name="field.suara_2" value="x39"' in response.text  # what was typed is not lost
    assert kinds(app, sheet_id) == before


def test_sums_that_fail_must_be_confirmed(app, user):
    sheet_id = put(app, WRONG_SUM)
    sent = answer(app, sheet_id, WRONG_SUM)
    response = user.post(f"/lembar/{sheet_id}", sent)
    assert response.status_code == 422
    assert "Jumlahnya tidak cocok" in response.text
    assert "tidak cocok, selisih −10" in response.text
    assert user.post(f"/lembar/{sheet_id}", {**sent, "paper_wrong": "1"}).status_code == 302
    assert "di kertas memang tertulis tidak cocok" in user.get(f"/lembar/{sheet_id}").text


def test_submitting_twice_keeps_one_submission(app, user):
    sheet_id = put(app, DOUBTFUL)
    sent = answer(app, sheet_id, DOUBTFUL)
    first, second = (user.post(f"/lembar/{sheet_id}", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert "kiriman kedua yang sama tidak dicatat lagi" in user.get(second.location).text
    assert kinds(app, sheet_id).count("sheet_submitted") == 1


def test_the_back_button_and_other_numbers_change_nothing(app, user):
    sheet_id = put(app, DOUBTFUL)
    sent = answer(app, sheet_id, DOUBTFUL)
    user.post(f"/lembar/{sheet_id}", sent)
    response = user.post(f"/lembar/{sheet_id}", {**sent, "field.suara_1": "999"})
    assert response.status_code == 409
    assert "sudah dikirim oleh Budi" in response.text
    assert whole(app, sheet_id).fields["suara_1"].value == 106


def test_two_people_at_one_sheet_do_not_overwrite_each_other(app):
    sheet_id = put(app, DOUBTFUL)
    first, second = answer(app, sheet_id, DOUBTFUL), answer(app, sheet_id, DOUBTFUL, suara_1="105")
    assert person(app).post(f"/lembar/{sheet_id}", first).status_code == 302
    assert person(app).post(f"/lembar/{sheet_id}", {**second, "who": "Edi"}).status_code == 409
    assert whole(app, sheet_id).sheet.submitted_by == "Budi"


def test_a_submission_without_a_name_is_asked_for_one(app, user):
    sheet_id = put(app, DOUBTFUL)
    response = user.post(f"/lembar/{sheet_id}", {**answer(app, sheet_id, DOUBTFUL), "who": " "})
    assert response.status_code == 422
    assert "Isi nama Anda dulu" in response.text


def test_all_faults_of_an_answer_are_shown_at_once(app, user):
    sheet_id = put(app, DOUBTFUL)
    sent = answer(app, sheet_id, DOUBTFUL, suara_1="12a", suara_sah="1234") | {"who": ""}
    page = user.post(f"/lembar/{sheet_id}", sent).text
    for words in (
        "2 angka belum benar",
        "bukan isi kotak",
        "terlalu panjang",
        "Isi nama Anda dulu.",
    ):
        assert words in page


def test_the_name_is_kept_for_the_session(app, user):
    user.post("/nama", {"who": "  Citra <b>  "})
    assert "Citra &lt;b&gt;" in user.get("/").text
    assert user.post("/nama", {"who": ""}).status_code == 422


def test_a_submitted_sheet_can_be_reopened_with_a_reason(app, user):
    sheet_id = put(app, DOUBTFUL)
    user.post(f"/lembar/{sheet_id}", answer(app, sheet_id, DOUBTFUL))
    revision = whole(app, sheet_id).sheet.revision
    said = {"who": "Citra", "revision": revision}
    assert user.post(f"/lembar/{sheet_id}/buka", {**said, "why": ""}).status_code == 422
    assert user.post(f"/lembar/{sheet_id}/buka", {**said, "why": "salah TPS"}).status_code == 302
    assert user.post(f"/lembar/{sheet_id}/buka", {**said, "why": "lagi"}).status_code == 409
    page = user.get(f"/lembar/{sheet_id}").text
    assert "<q>salah TPS</q>" in page
    assert 'id="numbers"' in page


def test_a_rejected_sheet_says_why_and_takes_no_numbers(app, user):
    sheet_id = put(app, NO_FORM)
    page = user.get(f"/lembar/{sheet_id}").text
    assert "foto seluruh halaman dari depan" in page
    assert 'name="field.' not in page
    sent = {"revision": whole(app, sheet_id).sheet.revision, "who": "Budi", "field.suara_1": "1"}
    assert user.post(f"/lembar/{sheet_id}", sent).status_code == 422
    assert kinds(app, sheet_id) == ["photo_received", "sheet_read"]


@pytest.mark.parametrize("path", ["/lembar/nonsense", "/lembar/" + "0" * 64, "/lembar/x/foto"])
def test_an_unknown_sheet_has_a_clear_page(user, path):
    response = user.get(path)
    assert response.status_code == 404
    assert "Lembar ini tidak ada di sini" in response.text


def test_posting_to_an_unknown_sheet_changes_nothing(user):
    assert user.post("/lembar/nonsense", {"who": "x"}).status_code == 404
    assert user.post("/lembar/nonsense/buka", {"who": "x", "why": "y"}).status_code == 404


def test_several_files_are_taken_and_each_failure_is_named(app, user):
    response = user.upload(
        (DOUBTFUL.photo(), "a.jpg"),
        (b"", "empty.jpg"),
        (b"<script>alert(1)</script>", "<script>.jpg"),
        (DOUBTFUL.photo()[:3000], "cut.jpg"),
        (b"%PDF-1.7", "scan.pdf"),
        (CLEAR.photo(), "b.jpg"),
    )
    assert response.status_code == 200
    page = response.text
    for words in ("Berkas kosong", "bukan foto JPEG", "terpotong", "&lt;script&gt;.jpg"):
        assert words in page
    assert page.count("Diterima dan dibaca.") == 2
    assert user.get("/").text.count('class="name"') == 2


def test_the_same_photo_twice_is_said_to_be_known(app, user):
    first = user.upload((CLEAR.photo(), "a.jpg"))
    again = user.upload((CLEAR.photo(), "again.jpg"))
    assert again.location == first.location
    assert "sudah pernah diterima" in user.get(again.location).text
    assert user.get("/").text.count('class="name"') == 1


def test_an_upload_without_files_or_with_too_many_keeps_nothing(tmp_path):
    app = make_app(tmp_path, max_files_per_upload=1)
    user = person(app)
    assert "Belum ada foto yang dipilih" in user.upload().text
    response = user.upload((CLEAR.photo(), "a.jpg"), (DOUBTFUL.photo(), "b.jpg"))
    assert response.status_code == 422
    assert "Paling banyak 1 foto" in response.text
    assert "Belum ada lembar" in user.get("/").text
    close(app)


def test_a_file_and_a_request_over_the_limit_are_refused_clearly(tmp_path):
    app = make_app(tmp_path, max_file_bytes=10_000, max_upload_bytes=200_000)
    user = person(app)
    response = user.upload((CLEAR.photo(), "large.jpg"))
    assert response.status_code == 422
    assert "melebihi batas ukuran" in response.text
    response = user.upload((b"x" * 300_000, "huge.jpg"))
    assert response.status_code == 413
    assert "Kirim lebih sedikit foto" in response.text
    close(app)


def test_a_reader_that_breaks_down_leaves_the_photo_safe_and_says_so(app, user, monkeypatch):
    desk = desk_of(app)

    def broken(data, name):
        raise ZeroDivisionError

    object.__setattr__(desk, "reader", desk.reader.__class__("broken", broken))
    response = user.upload((CLEAR.photo(), "a.jpg"))
    page = user.get(response.location)
    assert page.status_code == 200
    assert "foto aslinya aman" in page.text


def test_the_original_photo_is_served_byte_for_byte(app, user):
    response = user.get(f"/lembar/{put(app, CLEAR)}/foto")
    assert response.data == CLEAR.photo()
    assert response.mimetype == "image/jpeg"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_page_and_crops_show_what_the_photo_shows(app, user):
    sheet = whole(app, put(app, DOUBTFUL)).sheet
    images = {}
    for name in (pictures.PAGE, pictures.boxes_name("suara_2")):
        response = user.get(f"/bacaan/{sheet.reading}/{name}")
        assert response.mimetype == "image/jpeg"
        assert "immutable" in response.headers["Cache-Control"]
        images[name] = cv2.imdecode(np.frombuffer(response.data, np.uint8), cv2.IMREAD_COLOR)
    assert max(images[pictures.PAGE].shape) == pictures.PAGE_PX
    crop = images[pictures.boxes_name("suara_2")]
    assert crop.shape[0] == pictures.FIELD_PX
    # The cross of x89 is in the left box: its middle is dark.
    hull = DOUBTFUL.page.by_name["suara_2"].boxes
    assert crop.min() < 128 < crop.max()
    assert hull.count == 3


@pytest.mark.parametrize("name", ["boxes-nonsense.jpg", "page.json", "..", "%2e%2e", "a.png"])
def test_other_pictures_do_not_exist(app, user, name):
    sheet = whole(app, put(app, CLEAR)).sheet
    assert user.get(f"/bacaan/{sheet.reading}/{name}").status_code == 404
    assert user.get(f"/bacaan/nonsense/{name}").status_code == 404


def test_the_cache_of_pictures_can_be_deleted(app, user):
    sheet = whole(app, put(app, CLEAR)).sheet
    first = user.get(f"/bacaan/{sheet.reading}/page.jpg").data
    shutil.rmtree(desk_of(app).pictures.folder)
    assert user.get(f"/bacaan/{sheet.reading}/page.jpg").data == first


def test_a_lost_photo_file_is_a_clear_error_and_the_sheet_page_says_so(app, user):
    sheet_id = put(app, CLEAR)
    desk_of(app).records.photos.path(sheet_id).unlink()
    response = user.get(f"/lembar/{sheet_id}/foto")
    assert response.status_code == 500
    assert "Pulihkan dari cadangan" in response.text


def test_health_answers(user):
    assert user.get("/health").json == {"status": "ok"}
