"""The studio and the Wordings tab in a real browser: proof on focus, refusals with reasons, a draft approved, lines decided."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import Assistant
from retrieval import HashingEncoder
from shop.sample import sample_shop
from tests.fakes import ScriptedLLM
from tests.serving import served
from tests.test_page import WATCH, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]  # a fixture
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # uvicorn's websockets and starlette, not ours
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
LINE = "title price | | Have a look at {title}, at {price}."
OTHER = "title | | {title} is waiting in our shop."
LIE = "Everybody loves it and it is free."


class Drafting(ScriptedLLM):
    """Writes a lie where it opens a text, and a draft with a true and a false sentence."""

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        return ["half price today" for _ in prompts]

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        return [f"This is {stated[0]}. {LIE}" for _ in prompts]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio") / "state"


@pytest.fixture(scope="module")
def assistant(state: Path) -> Assistant:
    made = Assistant(sample_shop(customers=120), llm=Drafting(), encoder=HashingEncoder(), state=state)
    made.wordings.queue.offer(
        [("copy_product", LINE, "past mail, spring.txt"), ("copy_product", OTHER, "past mail, may.txt")]
    )
    return made


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with served(assistant) as found:
        yield found


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["wide", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", is_mobile=width < 700, has_touch=width < 700
    )
    opened = context.new_page()
    opened.add_init_script(WATCH)
    opened.goto(address)
    opened.wait_for_selector("#sk-question textarea", timeout=30_000)
    yield opened
    assert opened.evaluate("violations") == []
    assert not opened.evaluate("document.documentElement.scrollWidth > innerWidth")
    context.close()


def test_variant_shows_the_fact_behind_each_value_and_what_was_refused_and_why(page: Page) -> None:
    page.click("#sk-studio-tab-button")
    page.click("#sk-write")
    fact = page.locator("#sk-variants .fact").first
    fact.wait_for(timeout=30_000)
    fact.focus()
    assert "products" in fact.locator(".src").inner_text()
    page.click("#sk-variants .refused summary")
    refused = page.inner_text("#sk-variants .refused")
    assert "half price today" in refused
    assert "is no word of free_words.txt" in refused
    assert "half price" not in page.inner_text("#sk-variants .variant >> nth=0")


def test_draft_of_the_model_is_labelled_and_leaves_once_a_person_approves_it(page: Page, state: Path) -> None:
    page.click("#sk-studio-tab-button")
    page.click("#sk-draft")
    page.wait_for_selector("#sk-drafts .refused article", timeout=30_000)
    drafted = page.inner_text("#sk-drafts")
    assert "proven" in drafted
    assert LIE in drafted
    assert "unproven" in drafted
    page.fill("#sk-approve-text textarea", "This one is ours, and I answer for it.")
    page.wait_for_selector("#sk-approve-labels li", timeout=20_000)
    page.click("#sk-approve")  # nobody is named yet
    page.wait_for_selector("#sk-approved .notice.bad", timeout=20_000)
    name = "Ines" if page.viewport_size and page.viewport_size["width"] > 1000 else "Jon"
    page.fill("#sk-approve-by input, #sk-approve-by textarea", name)
    page.click("#sk-approve")
    page.wait_for_selector("#sk-approved .mark", timeout=20_000)
    kept = json.loads((state / "people" / "approved.json").read_text())["approved"]
    assert (kept[-1]["text"], kept[-1]["by"]) == ("This one is ours, and I answer for it.", name)


def test_line_of_the_queue_is_approved_edited_or_refused(page: Page, assistant: Assistant) -> None:
    """Wide, the first line is approved as it was edited; on the phone, the other is refused."""
    from playwright.sync_api import expect

    wide = bool(page.viewport_size and page.viewport_size["width"] > 1000)
    page.click("#sk-wordings-tab-button")
    page.wait_for_selector("#sk-queue .variant", timeout=20_000)
    assert "past mail" in page.inner_text("#sk-queue")
    assert "made-up shops" in page.inner_text("#sk-queue")
    waiting = {one.line: one for one in assistant.wordings.queue.waiting()}
    one = waiting[LINE if wide else OTHER]
    page.click("#sk-line input")
    page.click(f"[role=option]:has-text('{one.example}')")
    expect(page.locator("#sk-line-text textarea")).to_have_value(one.line, timeout=20_000)
    page.fill("#sk-line-by input, #sk-line-by textarea", "Ines")
    if wide:
        page.fill("#sk-line-text textarea", "title price | | Have a look at {title}, now at {price}.")
        page.click("#sk-line-approve")
        page.wait_for_selector("#sk-line-done .notice.bad, #sk-line-done .mark", timeout=20_000)
        if page.locator("#sk-line-done .notice.bad").count():  # "now" is a word the checks may refuse
            page.fill("#sk-line-text textarea", "title price | | Please look at {title}, at {price}.")
            page.click("#sk-line-approve")
        page.wait_for_selector("#sk-line-done .mark", timeout=20_000)
        assert "approved" in page.inner_text("#sk-line-done")
        assert any("look at {title}" in line.text for line in assistant.book.section("copy_product"))
    else:
        page.click("#sk-line-refuse")
        page.wait_for_selector("#sk-line-done .mark", timeout=20_000)
        assert "refused" in page.inner_text("#sk-line-done")
        assert not any("waiting in our shop" in line.text for line in assistant.book.lines)
    assert one.line not in {left.line for left in assistant.wordings.queue.waiting()}
