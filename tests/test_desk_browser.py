"""The desk in a real browser: keyboard, live sums, small screens, no script at all."""

import json
import shutil
import threading
from contextlib import contextmanager
from itertools import product

import pytest
from desk_client import close, make_app, person, put, whole
from desk_fakes import CLEAR, DOUBTFUL, MISREAD, NO_FORM, PAGE_3, SCAN_2019, WRONG_SUM
from werkzeug.serving import make_server

from pipeline.forms.load import default_catalogue
from pipeline.records.numbers import BadNumberError, understood

pytestmark = pytest.mark.browser

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser(request):
    why = None
    if CHROMIUM is None:
        why = "no Chromium here (Debian, Ubuntu: apt-get install chromium)"
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be missing
    except ImportError:
        why = 'no Playwright here (pip install -e ".[dev]")'
    if why:
        capture = request.config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\nNOT TESTED in a browser: {why}")  # noqa: T201 - said even where -rs is off
        pytest.skip(f"NOT TESTED in a browser: {why}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def app(tmp_path):
    made = make_app(tmp_path)
    yield made
    close(made)


@pytest.fixture
def address(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def tab(browser, address, **options):
    """A fresh browser session at that address; errors of scripts or of the policy fail the test."""
    context = browser.new_context(base_url=address, **{"viewport": DESKTOP, **options})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Security Policy" in m.text else None)
    yield page
    context.close()
    assert complaints == []


def focused(page):
    return page.evaluate("document.activeElement.id")


def wait_for_focus(page, selector):
    """Where the browser moves the focus by itself it does so with the next frame drawn."""
    page.wait_for_function("(s) => document.activeElement.matches(s)", arg=selector)


def test_a_misread_digit_is_corrected_and_submitted_with_the_keyboard_alone(app, address, browser):
    sheet_id = put(app, MISREAD)
    with tab(browser, address) as page:
        page.goto(f"/lembar/{sheet_id}")
        assert focused(page) == "f-suara_2"  # the doubtful field, its content selected
        first_sum = page.locator(".sums li").first
        assert "selisih −50" in first_sum.inner_text()
        page.keyboard.type("89")
        assert "106 + 89 = 195" in first_sum.inner_text()
        assert "selisih" not in first_sum.inner_text()
        page.keyboard.press("Enter")
        assert focused(page) == "who"
        page.keyboard.type("Budi")
        page.keyboard.press("Enter")
        page.wait_for_selector(".result")
        text = page.inner_text("main")
    assert "dikoreksi: x39 (39) menjadi x89 (89)" in text
    sheet = whole(app, sheet_id)
    assert (sheet.sheet.state, sheet.sheet.submitted_by) == ("submitted", "Budi")
    assert sheet.fields["suara_2"].value == 89


def test_a_whole_queue_goes_by_without_a_mouse_and_with_few_keys(app, address, browser):
    put(app, DOUBTFUL)
    second = put(app, MISREAD)
    with tab(browser, address) as page:
        page.goto("/nama")
        wait_for_focus(page, "#who")
        page.keyboard.type("Ani")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        page.goto(f"/lembar/{second}")
        for key in ("8", "9", "Enter", "Enter"):  # type, accept, submit: four keys
            page.keyboard.press(key)
        wait_for_focus(page, ".next a")
        page.keyboard.press("Enter")  # the next sheet is under the finger
        wait_for_focus(page, "#f-suara_2")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_selector(".result")
        assert "diperiksa dan benar: x89 (89)" in page.inner_text(".history")


def test_a_sum_that_fails_needs_its_own_key(app, address, browser):
    sheet_id = put(app, WRONG_SUM)
    with tab(browser, address) as page:
        page.goto(f"/lembar/{sheet_id}")
        page.fill("#who", "Budi")
        page.focus("#f-suara_sah")
        page.keyboard.press("Enter")
        assert focused(page) == "paper_wrong"
        page.keyboard.press("Enter")
        assert not page.is_checked("#paper_wrong")
        assert "Spasi" in page.inner_text("#say")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        assert focused(page) == "send"
        page.keyboard.press("Enter")
        page.wait_for_selector(".result")
    assert whole(app, sheet_id).history[-1].payload["paper_wrong"] is True


def test_arrows_move_letters_are_explained_and_z_zooms(app, address, browser):
    with tab(browser, address) as page:
        page.goto(f"/lembar/{put(app, DOUBTFUL)}")
        page.keyboard.press("ArrowDown")
        assert focused(page) == "f-suara_1"
        page.keyboard.press("ArrowUp")
        assert focused(page) == "f-suara_2"
        whole_page = page.get_attribute("#paper", "viewBox")
        page.keyboard.press("z")
        assert page.get_attribute("#paper", "viewBox") != whole_page
        page.keyboard.press("z")
        assert page.get_attribute("#paper", "viewBox") == whole_page
        page.keyboard.type("12a")
        page.keyboard.press("Enter")
        assert focused(page) == "f-suara_2"
        assert "Pakai 0-9" in page.inner_text("[data-field=suara_2] .problem")
        page.click(".place[data-field=suara_total]")
        assert focused(page) == "f-suara_total"


def test_a_doubtful_field_that_nobody_looked_at_holds_the_submission_back(app, address, browser):
    sheet_id = put(app, DOUBTFUL)
    with tab(browser, address) as page:
        page.goto(f"/lembar/{sheet_id}")
        page.fill("#who", "Budi")
        page.click("#send")
        assert focused(page) == "f-suara_2"
        assert "belum diperiksa" in page.inner_text("#say")
    assert whole(app, sheet_id).sheet.state == "review"


def test_a_double_click_and_the_back_button_make_one_submission(app, address, browser):
    sheet_id = put(app, DOUBTFUL)
    with tab(browser, address) as page:
        page.goto(f"/lembar/{sheet_id}")
        page.fill("#who", "Budi")
        page.focus("#f-suara_2")
        page.keyboard.press("Enter")
        page.dblclick("#send")
        page.wait_for_selector(".result")
        page.go_back()
        page.wait_for_load_state()
    assert [event.kind for event in whole(app, sheet_id).history].count("sheet_submitted") == 1


def test_without_scripts_everything_can_still_be_done(app, address, browser, tmp_path):
    (tmp_path / "a.jpg").write_bytes(MISREAD.photo())
    with tab(browser, address, java_script_enabled=False) as page:
        page.goto("/unggah")
        page.set_input_files("#photos", tmp_path / "a.jpg")
        page.click("main button")
        page.fill("#f-suara_2", "x89")
        page.fill("#who", "Budi")
        page.click("#send")
        assert "Lembar dikirim." in page.inner_text(".history")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_fit_the_screen_and_everything_has_a_name(app, address, browser, size, language):
    ids = [put(app, sheet) for sheet in (MISREAD, WRONG_SUM, CLEAR, NO_FORM)]
    sent = {f"field.{name}": text for name, text in CLEAR.written.items()}
    sent |= {
        "who": "Nama yang panjang sekali tanpa akhir",
        "revision": whole(app, ids[2]).sheet.revision,
    }
    person(app).post(f"/lembar/{ids[2]}", sent)
    with tab(browser, address, viewport=size) as page:
        page.goto("/")
        page.click(f"button[value={language}]")
        for path in ("/", "/unggah", "/nama", "/nowhere", *(f"/lembar/{i}" for i in ids)):
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], path
            nameless = page.evaluate(
                """[...document.querySelectorAll("input:not([type=hidden]), button, a, img, svg")]
                .filter(e => !(e.labels?.length || e.ariaLabel || e.alt || e.textContent.trim()))
                .map(e => e.outerHTML)"""
            )
            assert nameless == [], path
            images = page.evaluate(
                "Promise.all([...document.images].map(i => (i.loading = 'eager', i.decode())))"
                ".then(all => all.length)"
            )
            assert images >= (1 if path == f"/lembar/{ids[3]}" else 0)


def test_the_scripts_understand_numbers_and_rules_as_the_server_does(app, address, browser):
    signs = "09x-_ a"
    typed = ["".join(t) for n in range(5) for t in product(signs, repeat=n)]
    expected = [_value(text) for text in typed]
    rules = [
        (rule, {"left": [(k, n) for k, n in rule.terms if k > 0],
                "right": [(-k, n) for k, n in rule.terms if k < 0],
                "constant": rule.constant, "relation": rule.relation,
                "tolerance": rule.tolerance})
        for page_ in default_catalogue().pages for rule in page_.parsed_rules
    ]  # fmt: skip
    with tab(browser, address) as page:
        page.goto("/")
        got = page.evaluate(
            """async (typed) => { const sums = await import("/static/sums.mjs");
            return typed.map((text) => sums.valueOf(text, 3)); }""",
            typed,
        )
        assert dict(zip(typed, got, strict=True)) == dict(zip(typed, expected, strict=True))
        for seed in range(3):
            cases = []
            for rule, data in rules:
                values = {name: (7 * seed + 13 * i) % 101 for i, name in enumerate(rule.names)}
                if seed == 2:
                    values[rule.names[0]] = None
                off = rule.difference(values)
                cases.append((data, values, [off, rule.holds(off)]))
            got = page.evaluate(
                """async (cases) => { const sums = await import("/static/sums.mjs");
                return cases.map(([rule, values]) => {
                  const off = sums.difference(rule, new Map(Object.entries(values)));
                  return [off, sums.holds(rule, off)]; }); }""",
                json.loads(json.dumps(cases)),
            )
            assert got == [case[2] for case in cases]
    assert {SCAN_2019, PAGE_3} <= {page_.key for page_ in default_catalogue().pages}


def _value(text):
    try:
        return understood(text, 3).value
    except BadNumberError:
        return None
