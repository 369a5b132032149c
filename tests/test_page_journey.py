"""One customer's whole way in a real browser: a question, products, who one is, the own order, its cancelling, a person, a new visit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from assistant import Assistant
from retrieval import HashingEncoder
from shop.sample import sample_shop
from tests.serving import served
from tests.test_page import WATCH, answer_as_staff, ask, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]  # the fixture
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # uvicorn's websockets and starlette, not ours
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("state")
    return Assistant(sample_shop(customers=120), llm="none", encoder=HashingEncoder(), state=folder)


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.pages.chat._LOOK_SECONDS", 0.5)  # a person's answer is looked for at once
        with served(assistant) as found:
            yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    opened = context.new_page()
    opened.add_init_script(WATCH)
    visit(opened, address)
    yield opened
    assert opened.evaluate("violations") == []
    context.close()


def visit(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#sk-question textarea", timeout=30_000)


def hears(page: Page, words: str) -> None:
    """Wait until the last reply of the shop, as it is seen (without the facts behind its values), holds some words."""
    said = "Array.from(document.querySelectorAll('#sk-chat .bot-row')).at(-1)?.innerText ?? ''"
    page.wait_for_function(f"words => ({said}).replace(/\\s+/g, ' ').includes(words)", arg=words, timeout=20_000)


def mailed_code(assistant: Assistant) -> str:
    assistant.service.wait_for_mail()
    newest = max(assistant.service.folder.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = re.search(r"\b\d{6}\b", newest.read_text(encoding="utf-8").split("\n\n", 1)[1])
    assert found is not None
    return found[0]


def sign_in(page: Page, assistant: Assistant, who: str) -> None:
    page.click("#sk-sign-in")
    page.fill("#sk-who input, #sk-who textarea", who)
    page.click("#sk-send-code")
    page.locator("#sk-signing-told", has_text="minutes").wait_for(timeout=20_000)
    page.fill("#sk-code input, #sk-code textarea", mailed_code(assistant))
    page.click("#sk-enter-code")
    page.locator("#sk-signed", has_text="Signed in").wait_for(timeout=20_000)


def test_customer_asks_looks_signs_in_cancels_and_is_answered_by_a_person(
    page: Page, assistant: Assistant, address: str
) -> None:
    row = assistant.shop.orders.filter(pl.col("status") == "paid").row(0, named=True)
    order = row["order_id"]

    def status() -> str | None:
        found = assistant.service.orders.one(row["customer_id"], order)
        return found and found.status

    ask(page, "Do you deliver to Ireland?")
    page.wait_for_selector("#sk-chat .cite", timeout=20_000)
    page.click("#sk-chat .cite summary")
    assert "Republic of Ireland" in page.inner_text("#sk-chat .cite blockquote")

    ask(page, "Something for the kitchen under £20")
    page.wait_for_selector("#sk-chat .products li", timeout=20_000)
    prices = re.findall(r"£(\d+\.\d\d)", " ".join(page.locator("#sk-chat .products li .price").all_inner_texts()))
    assert prices
    assert all(float(price) <= 20 for price in prices)

    ask(page, f"Where is my order {order}?")
    hears(page, "order number")
    assert "paid" not in page.locator("#sk-chat .bot-row").last.inner_text()
    sign_in(page, assistant, order)
    ask(page, f"Where is my order {order}?")
    hears(page, "status is “paid”")

    ask(page, f"Please cancel order {order}")
    hears(page, "so it can be cancelled. Shall we?")
    assert status() == "paid"  # nothing is written before the yes
    page.click("#sk-chat .option:has-text('Yes')")
    hears(page, f"{datetime.now(UTC):%B %Y}")  # the day it was cancelled
    assert status() == "cancelled"

    page.click("#sk-person")
    page.locator("#sk-chat .notice", has_text="A person takes over").wait_for(timeout=20_000)
    number = page.locator("#sk-chat .notice > b").last.inner_text().split()[-1]
    told = "Good day, this is Ines. Your money is on its way back."
    answer_as_staff(page, number, f"Please cancel order {order}", told)
    page.click("#sk-chat-tab-button")
    hears(page, "this is Ines")

    visit(page, address)  # another visit: signed out, and the order is still cancelled
    assert page.locator("#sk-signed").inner_text().startswith("Not signed in")
    sign_in(page, assistant, order)
    ask(page, f"Where is my order {order}?")
    hears(page, "cancelled")
