"""The chat in another site's page, in a real browser: under that site's strict policy it opens, answers and asks only its own host."""

from __future__ import annotations

import http.server
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from retrieval import HashingEncoder
from shop.sample import sample_shop

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # uvicorn's websockets, not ours
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Assistant]]:
    """The shop's own site on one port, the API on another."""
    import uvicorn

    from assistant.http_api import api_application

    ours, theirs = free_port(), free_port()
    state = tmp_path_factory.mktemp("embed")
    (state / "people").mkdir()
    (state / "people" / "desk.toml").write_text(f'origins = ["http://127.0.0.1:{theirs}"]\n')
    assistant = Assistant(sample_shop(customers=60), llm="none", encoder=HashingEncoder(), state=state)
    key = assistant.service.keys.make("www", "site")
    api = f"http://127.0.0.1:{ours}"
    page = (
        f'<!doctype html><html lang="en"><title>Shop</title><h1>Our shop</h1>'
        f'<script src="{api}/embed.js" data-key="{key}" data-title="Ask us" defer></script></html>'
    )
    policy = f"default-src 'none'; script-src {api}; connect-src {api}"

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            return

    static = http.server.ThreadingHTTPServer(("127.0.0.1", theirs), Site)
    threading.Thread(target=static.serve_forever, daemon=True).start()
    settings = uvicorn.Config(api_application(assistant), host="127.0.0.1", port=ours, log_level="error", ws="none")  # type: ignore[arg-type]
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{theirs}", api, assistant
    server.should_exit = True
    thread.join(10)
    static.shutdown()
    assistant.service.store.engine.dispose()


def test_chat_opens_answers_and_shows_a_persons_reply_in_another_sites_page(
    site: tuple[str, str, Assistant], tmp_path: Path
) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    address, api, assistant = site
    asked: list[str] = []
    problems: list[str] = []
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1000, "height": 700}, locale="en-GB")
        # a closed shadow root is closed to tests too
        page.add_init_script(
            "const open = Element.prototype.attachShadow;"
            "Element.prototype.attachShadow = function (init) { return open.call(this, { ...init, mode: 'open' }); };"
        )
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.goto(address)
        page.get_by_role("button", name="Ask us").click()
        page.get_by_label("Your question").fill("Do you deliver to Ireland?")
        page.keyboard.press("Enter")
        page.get_by_text("Living plants, seeds and Large items cannot be sent to Ireland.").wait_for(timeout=30_000)
        page.get_by_role("button", name="Helpful", exact=True).click()
        page.get_by_text("Thank you", exact=True).wait_for()
        page.screenshot(path=str(tmp_path / "chat.png"))
        page.keyboard.press("Escape")
        assert page.get_by_role("dialog").count() == 0
        page.reload()
        page.get_by_role("button", name="Ask us").click()
        page.get_by_text("Do you deliver to Ireland?", exact=True).wait_for()
        browser.close()
    assert assistant.service.feedback_list()[0].is_helpful
    assert {url.split("/", 3)[2] for url in asked} <= {address.split("//")[1], api.split("//")[1]}
    assert [one for one in problems if "favicon" not in one] == []
