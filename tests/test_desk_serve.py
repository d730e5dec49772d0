import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from desk_client import close, desk_of, make_app, whole
from desk_fakes import CLEAR

from pipeline.records import intake
from pipeline.settings import SettingsError
from webui.cli import read_what_waits, serve

ROOT = Path(__file__).parent.parent
SERVE = "from webui.cli import serve; serve()"


@contextmanager
def serving(folder, *options):
    """The real command in a process of its own; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "--port", "0", "--data", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    try:
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address, process.communicate(timeout=10)
        yield address[0], process
    finally:
        process.kill()
        process.communicate(timeout=10)


def opened(url):
    return urllib.request.urlopen(url, timeout=10)  # noqa: S310 - our own address


def test_serve_listens_says_where_and_stops_on_ctrl_c(tmp_path):
    with serving(tmp_path / "data") as (address, process):
        with opened(f"{address}/health") as answer:
            assert json.load(answer) == {"status": "ok"}
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert "anyone on this network" not in process.stderr.read()
    assert (tmp_path / "data" / "cermat.db").is_file()


def test_serving_a_network_warns_that_there_are_no_accounts(tmp_path):
    with serving(tmp_path / "data", "--host", "0.0.0.0") as (_, process):  # noqa: S104
        process.send_signal(signal.SIGINT)
        assert "anyone on this network" in process.communicate(timeout=10)[1]


def test_a_bad_setting_is_named_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("CERMAT_THREADS", "0")
    with pytest.raises(SettingsError, match="threads"):
        serve.main(["--data", str(tmp_path / "data")], standalone_mode=False)
    assert not (tmp_path / "data").exists()


def test_the_command_is_quick_to_import():
    code = "import sys, webui.cli; print(sorted({'flask', 'sqlalchemy', 'cv2'} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert result.stdout.strip() == "[]"


def test_photos_left_unread_by_a_crash_are_read_at_the_next_start(tmp_path):
    app = make_app(tmp_path)
    desk = desk_of(app)
    got = intake.receive(desk.records, CLEAR.photo(), name="a.jpg", who="", limits=desk.limits)
    assert whole(app, got.sheet).sheet.state == "waiting"
    read_what_waits(app)
    assert whole(app, got.sheet).sheet.state == "accepted"
    close(app)


@pytest.mark.slow
def test_a_killed_server_loses_no_photo_that_it_said_it_had(tmp_path):
    data = tmp_path / "data"
    with serving(data) as (address, process):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        token = re.search(
            r'name="csrf" value="([^"]+)"', opener.open(f"{address}/unggah").read().decode()
        )[1]
        body, kind = _multipart({"csrf": token}, "photos", "a.jpg", CLEAR.photo())
        request = urllib.request.Request(f"{address}/unggah", body, {"Content-Type": kind})  # noqa: S310
        with opener.open(request, timeout=120) as answer:
            assert answer.status == 200
            sheet = answer.url.rsplit("/", 1)[1]
        process.kill()
        process.wait(timeout=10)
    with serving(data) as (address, _), opened(f"{address}/lembar/{sheet}/foto") as answer:
        assert answer.read() == CLEAR.photo()


def _multipart(values, field, name, data):
    mark = "mark-that-is-in-no-photo"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in values.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    body = b"".join(parts) + head.encode() + data + f"\r\n--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"
