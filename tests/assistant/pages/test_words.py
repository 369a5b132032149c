"""The strings of the page: every language has the same ones, and in Chinese no English is left to see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assistant import Assistant
from assistant.pages.words import FALLBACK, page_languages, page_words, slots, words_for
from assistant.writing.known import KNOWN
from retrieval import HashingEncoder
from shop import Settings, Shop

PAGES = Path(__file__).parents[3] / "assistant" / "pages"
PLURAL = re.compile(r"\.(one|other)$")


def shared(language: str) -> dict[str, set[str]]:
    """Return the slots of each string every language must have, plural forms as one."""
    told: dict[str, set[str]] = {}
    for key, text in page_words(language).said.items():
        if not key.startswith(("of.", "facts.", "source.", "lacks.")):
            told[PLURAL.sub("", key)] = told.get(PLURAL.sub("", key), set()) | slots(text)
    return told


@pytest.mark.parametrize("language", page_languages())
def test_language_has_the_strings_of_english_with_the_same_slots(language: str) -> None:
    assert shared(language) == shared(FALLBACK)


def test_chinese_says_what_facts_mean() -> None:
    """A fact that is new may be told in English for a while; one that is gone has no line."""
    told = {key[6:] for key in page_words("zh").said if key.startswith("facts.")}
    assert told <= set(KNOWN)
    assert len(told) >= 0.95 * len(KNOWN)


def test_string_named_in_a_tab_is_there() -> None:
    said = set(shared(FALLBACK))
    for path in PAGES.glob("*.py"):
        for name in re.findall(r"""words(?:\.count)?\(\s*["']([a-z_.-]+)["']""", path.read_text(encoding="utf-8")):
            assert name in said, f"{path.name} says {name}"


def test_language_without_strings_gets_english() -> None:
    assert words_for("fr").language == "en"
    with pytest.raises(KeyError, match="there are en, zh"):
        page_words("fr")


def test_number_chooses_the_form() -> None:
    en, zh = page_words("en"), page_words("zh")
    assert [en.count("personas.customers", n) for n in (1, 2)] == ["1 customer", "2 customers"]
    assert zh.count("personas.customers", 1) == "1 位顾客"


def chinese_shop() -> Shop:
    """A small shop whose own words are all Chinese: what English is left on its page is the page's."""
    people = [f"顾{n:02d}" for n in range(24)]
    bought = [(one, f"品{(n * 7 + part) % 9}", n, part) for n, one in enumerate(people) for part in range(2 + n % 3)]
    events = pl.DataFrame(
        {
            "customer_id": [one for one, _, _, _ in bought],
            "product_id": [product for _, product, _, _ in bought],
            "action": "buy",
            "quantity": 1.0,
            "unit_price": [10.0 + n % 5 for _, _, n, _ in bought],
            "order_id": [f"单{n}{part}" for _, _, n, part in bought],
            "time": [f"2026-{1 + (n + part) % 9:02d}-{1 + n:02d} 10:00:00" for _, _, n, part in bought],
        }
    ).with_columns(pl.col("time").str.to_datetime(time_zone="UTC"))
    products = pl.DataFrame(
        {
            "product_id": [f"品{n}" for n in range(9)],
            "title": [f"茶壶{n}号" for n in range(9)],
            "description": [f"容量{n}升的茶壶。" for n in range(9)],
            "category": "茶具",
            "price": 20.0,
            "stock": 5,
        }
    )
    faq = pl.DataFrame({"question": ["怎么退货？", "多久送到？"], "answer": ["三十天内寄回。", "四天。"]})
    return Shop.from_frames(
        events, products, faq=faq, settings=Settings(name="松林小店", currency="CNY", locale="zh_CN")
    )


SHOWN = ("label", "placeholder", "value", "info", "headers", "choices", "examples", "title")
ALLOWED = {"Shopkeeper", "English"}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in ("plot", "data", "headers", "text", "value"):
                yield from texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value[:1] if len(value) == 2 and isinstance(value[1], (str, int)) else value:
            yield from texts(one)


def visible(text: str) -> str:
    """Return the words of a piece of markup: no tag, nothing set as code, no filter such as `product_id = 3` of a source."""
    return re.sub(r"<code>.*?</code>|</b><span>[^<]*</span></span>|<[^>]+>", " ", text)


def test_no_english_is_left_on_the_chinese_page(tmp_path: Path) -> None:
    from assistant.pages.page import build

    assistant = Assistant(chinese_shop(), llm="none", encoder=HashingEncoder(), state=tmp_path)
    page = build(assistant)
    seen, left = 0, []
    for block in page.config["components"]:
        if block["type"] in ("plot", "state"):
            continue
        hidden = ("value",) if block["type"] in ("radio", "dropdown") else ()  # what a choice is called in calls
        for name in set(SHOWN) - set(hidden):
            for text in texts(block["props"].get(name)):
                seen += 1
                left += [word for word in re.findall(r"[A-Za-z]{3,}", visible(text)) if word not in ALLOWED]
    assistant.service.store.engine.dispose()
    assert seen > 80
    assert left == []
