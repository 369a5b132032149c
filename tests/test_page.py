"""The page in a real browser, wide and on a phone: it answers, shows its proof, asks no other host, and guards its files."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant import Assistant
from retrieval import HashingEncoder
from shop.sample import sample_shop
from tests.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # uvicorn's websockets and starlette, not ours
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
WATCH = (
    "window.violations=[];document.addEventListener('securitypolicyviolation',e=>violations.push(e.effectiveDirective))"
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    assistant = Assistant(sample_shop(customers=120), llm="none", encoder=HashingEncoder())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.pages.chat._LOOK_SECONDS", 0.5)  # a person's answer is looked for at once
        with served(assistant) as found:
            yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as tool:
        opened = tool.chromium.launch(executable_path=chromium, args=quiet)
        yield opened
        opened.close()


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", is_mobile=width < 700, has_touch=width < 700
    )
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.add_init_script(WATCH)
    opened.goto(address)
    opened.wait_for_selector("#sk-question textarea", timeout=30_000)
    yield opened
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert opened.evaluate("violations") == []
    assert not opened.evaluate("document.documentElement.scrollWidth > innerWidth")
    context.close()


def ask(page: Page, words: str) -> None:
    page.fill("#sk-question textarea", words)
    page.click("#sk-send")


def test_question_is_answered_in_the_shops_words_with_its_passage(page: Page) -> None:
    ask(page, "Do you deliver to Ireland?")
    page.wait_for_selector("#sk-chat .cite", timeout=20_000)
    assert "Republic of Ireland" in page.inner_text("#sk-chat")
    page.click("#sk-chat .cite summary")
    assert "faq, entry" in page.inner_text("#sk-chat .cite blockquote")
    if page.viewport_size and page.viewport_size["width"] > 1000:
        assert "faq, entry" in page.inner_text("#sk-facts")


def test_unclear_question_is_asked_back_and_a_choice_is_answered(page: Page) -> None:
    ask(page, "deliver Ireland plants something")
    page.wait_for_selector("#sk-chat .option", timeout=20_000)
    page.click("#sk-chat .option >> nth=0")
    page.wait_for_selector("#sk-chat .cite", timeout=20_000)


def test_markup_that_is_typed_stays_text(page: Page) -> None:
    ask(page, '<img src="http://outside.example/x.png" onerror="alert(1)"> **bold**')
    page.wait_for_selector("#sk-chat .notice, #sk-chat .option, #sk-chat .cite", timeout=20_000)
    assert page.locator("#sk-chat .user-row img").count() == 0
    assert '<img src="http://outside.example/x.png"' in page.inner_text("#sk-chat")


def test_personas_show_their_proof_on_focus(page: Page) -> None:
    page.click("#sk-personas-tab-button")
    fact = page.locator(".persona .fact").first
    fact.wait_for(timeout=20_000)
    fact.focus()
    assert fact.locator(".src").is_visible()
    assert "segment = " in fact.locator(".src").inner_text()


def test_copy_is_written_and_fits_its_channel(page: Page) -> None:
    page.click("#sk-studio-tab-button")
    page.click("#sk-channel label:has-text('SMS')")
    page.click("#sk-write")
    page.wait_for_selector("#sk-variants .variant", timeout=20_000)
    count = page.locator("#sk-variants .count").first.inner_text()
    assert count.endswith("/ 160")
    assert int("".join(char for char in count.split("/")[0] if char.isdigit())) <= 160


def test_page_is_usable_by_keyboard_alone(page: Page) -> None:
    page.focus("#sk-question textarea")
    page.keyboard.type("Do you deliver to Ireland?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sk-chat .cite", timeout=20_000)


def fetch(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


@pytest.mark.parametrize(
    "path", ["/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/file=pyproject.toml"]
)
def test_files_of_the_machine_cannot_be_read(address: str, path: str) -> None:
    status, body, _ = fetch(address + path)
    assert status in (403, 404)
    assert b"root:" not in body
    assert b"[project]" not in body


def test_file_named_in_an_event_cannot_be_read(address: str) -> None:
    """A client that hands a path of the server to a component must not get the file back (has_launched is set)."""
    import json

    payload: dict[str, Any] = {
        "data": [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}],
        "fn_index": 0,
        "session_hash": "x",
    }
    request = urllib.request.Request(
        f"{address}/gradio_api/queue/join", json.dumps(payload).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    assert b"root:" not in body


def test_no_listener_is_a_public_endpoint(address: str) -> None:
    _, body, _ = fetch(f"{address}/gradio_api/info")
    assert b'"named_endpoints":{}' in body.replace(b" ", b"")


def test_every_answer_carries_the_policy(address: str) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/nothing"):
        _, _, headers = fetch(address + path)
        policy = {name.lower(): value for name, value in headers.items()}["content-security-policy"]
        assert "unsafe-eval" not in policy
        assert "connect-src 'self'" in policy


def test_another_host_name_is_refused(address: str) -> None:
    assert fetch(address, Host="rebound.example")[0] == 421


def test_customer_is_found_and_shown_with_orders_and_reasons(page: Page) -> None:
    page.click("#sk-customers-tab-button")
    page.wait_for_selector("#sk-customer .tiles", timeout=20_000)
    page.fill("#sk-find textarea, #sk-find input", "C00042")
    page.press("#sk-find textarea, #sk-find input", "Enter")
    page.locator("#sk-found", has_text="1 of 1").wait_for(timeout=30_000)
    page.click("#sk-customers .body-cell >> nth=1")
    page.locator("#sk-customer", has_text="Would fit next").wait_for(timeout=30_000)
    assert page.locator("#sk-customer .products .fact").count() >= 1


def test_files_are_read_and_the_question_is_answered_on_the_page(page: Page, tmp_path: Path) -> None:
    if page.viewport_size and page.viewport_size["width"] < 1000:
        pytest.skip("the same on a phone: once is enough")
    lines = "".join(
        f"{1000 + at},C{at % 17:03d},P{at % 9:02d},Cup {at % 9},1,5.00,{1 + at % 12:02d}/{1 + at * 5 % 12:02d}/2024\n"
        for at in range(60)
    )
    given = tmp_path / "orders.csv"
    given.write_text("order_id,customer_id,product_id,title,quantity,unit_price,order_date\n" + lines, encoding="utf-8")
    page.click("#sk-data-tab-button")
    page.set_input_files("#sk-upload input[type=file]", [str(given)])
    page.click("#sk-which label:has-text('day first')", timeout=20_000)
    page.click("#sk-use")
    page.locator("#sk-understood", has_text="60 rows accounted for").wait_for(timeout=30_000)
    page.click("#sk-index")
    page.locator("#sk-steps", has_text="Indexed").wait_for(timeout=30_000)


def answer_as_staff(page: Page, ticket: str, asked: str, reply: str) -> None:
    """Open a ticket on the Desk tab, see what was asked in it, and answer as Ines."""
    page.click("#sk-desk-tab-button")
    page.click("#sk-tickets-again")
    page.click(f"#sk-tickets label:has-text('{ticket}  ')", timeout=20_000)
    page.locator("#sk-ticket .transcript", has_text=asked).wait_for(timeout=20_000)
    page.fill("#sk-reply textarea", reply)
    page.fill("#sk-reply-by input, #sk-reply-by textarea", "Ines")
    page.click("#sk-reply-send")
    page.locator("#sk-desk-done", has_text="Sent").wait_for(timeout=20_000)


def test_customer_asks_for_a_person_who_answers_in_the_same_conversation(page: Page) -> None:
    """One customer's journey: a page, the own orders that ask who one is, a person, a ticket, its answer in the chat."""
    ask(page, "Do you deliver to Ireland?")
    page.wait_for_selector("#sk-chat .cite", timeout=20_000)
    ask(page, "Where is my order?")
    page.locator("#sk-chat .bot-row", has_text="order number").wait_for(timeout=20_000)
    assert page.locator("#sk-signed").inner_text().startswith("Not signed in")
    page.click("#sk-person")
    page.locator("#sk-chat .notice", has_text="A person takes over").wait_for(timeout=20_000)
    number = page.locator("#sk-chat .notice > b").last.inner_text().split()[-1]
    answer_as_staff(page, number, "Where is my order?", "Good day, this is Ines. It is on its way.")
    page.click("#sk-chat-tab-button")
    page.locator("#sk-chat .bot-row", has_text="this is Ines").wait_for(timeout=30_000)
