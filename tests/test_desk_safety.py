import stat

import pytest
from desk_client import answer, close, make_app, person, put, whole
from desk_fakes import DOUBTFUL

from pipeline.settings import Settings
from webui.app import create_app
from webui.people import own_path


@pytest.fixture
def app(tmp_path):
    made = make_app(tmp_path)
    yield made
    close(made)


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_nothing_is_taken_without_the_right_token(app, token):
    sheet_id = put(app, DOUBTFUL)
    client = app.test_client()
    client.get("/nama")
    data = answer(app, sheet_id, DOUBTFUL) | ({} if token is None else {"csrf": token})
    for path in (f"/lembar/{sheet_id}", f"/lembar/{sheet_id}/buka", "/unggah", "/nama", "/bahasa"):
        response = client.post(path, data=data)
        assert response.status_code == 400
        assert "Tidak ada yang disimpan" in response.text
    assert whole(app, sheet_id).sheet.state == "review"


def test_every_route_that_changes_something_is_guarded(app):
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            path = rule.rule.replace("<sheet_id>", "x")
            assert client.open(path, method=method).status_code == 400, (method, rule)


def test_another_sessions_token_is_not_taken(app):
    other, client = app.test_client(), app.test_client()
    token = other.get("/nama").text.split('name="csrf" value="')[1].split('"')[0]
    client.get("/nama")
    assert client.post("/nama", data={"csrf": token, "who": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/unggah", "/nama", "/nowhere", "/static/desk.css", "SHEET"])
def test_every_answer_has_strict_headers(app, path):
    path = f"/lembar/{put(app, DOUBTFUL)}" if path == "SHEET" else path
    headers = app.test_client().get(path, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Cache-Control" in headers


def test_pages_have_no_inline_code_and_no_foreign_hosts(app):
    sheet_id = put(app, DOUBTFUL)
    user = person(app)
    pages = [user.get(path).text for path in ("/", "/unggah", "/nama", f"/lembar/{sheet_id}")]
    user.post(f"/lembar/{sheet_id}", answer(app, sheet_id, DOUBTFUL))
    pages.append(user.get(f"/lembar/{sheet_id}").text)
    for page in pages:
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page


def test_the_session_cookie_cannot_be_read_by_scripts_or_sent_across_sites(tmp_path):
    for https in (False, True):
        app = make_app(tmp_path / str(https), https=https)
        cookie = app.test_client().get("/").headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == https
        close(app)


def test_the_secret_key_is_made_once_and_is_nobody_elses(app, tmp_path):
    file = tmp_path / "data" / "secret-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len(app.config["SECRET_KEY"]) >= 64
    again = create_app(Settings(data=tmp_path / "data"))
    assert again.config["SECRET_KEY"] == app.config["SECRET_KEY"]
    close(again)


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "x"]
)
def test_going_back_never_leads_elsewhere(app, path):
    with app.test_request_context():
        assert own_path(path) == "/"
        assert own_path("/unggah?a=1") == "/unggah?a=1"


def test_names_with_markup_are_shown_as_text(app):
    sheet_id = put(app, DOUBTFUL)
    user = person(app)
    sent = answer(app, sheet_id, DOUBTFUL) | {"who": "<img src=x>", "note": "<script>1</script>"}
    user.post(f"/lembar/{sheet_id}", sent)
    page = user.get(f"/lembar/{sheet_id}").text
    assert "<img src=x>" not in page
    assert "<script>1" not in page
    assert "&lt;img src=x&gt;" in page


def test_a_bug_becomes_a_page_without_its_innards(app, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret innards")

    monkeypatch.setattr("webui.sheet_list.count_sheets", broken)
    response = app.test_client().get("/")
    assert response.status_code == 500
    assert "secret innards" not in response.text
    assert "Ini bukan salah Anda" in response.text


def test_a_form_with_absurdly_many_parts_is_refused(app):
    data = {f"field.{n}": "1" for n in range(2_500)}
    response = person(app).post("/nama", data, content_type="multipart/form-data")
    assert response.status_code == 413
