"""Passages: markup of the shop's files reaches none, and an index with further passages is the one built of them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from retrieval import HashingEncoder, Passage, PassageIndex, passages_of
from retrieval.pages import without_markup
from shop import Shop
from shop.tables import FAQ


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Press <script>alert(1)</script>it.", "Press it."),
        ('<a href="https://evil.example">here</a> ![x](https://evil.example/p.png)', "here x"),
        ("javascript:alert(1) stays out", " stays out"),
        ("Under 3 < 4 and 5 > 4, at 9:30 (see [1])", "Under 3 < 4 and 5 > 4, at 9:30 (see [1])"),
    ],
)
def test_markup_is_taken_out_and_words_stay(text: str, expected: str) -> None:
    assert without_markup(text) == expected


def test_pages_of_a_shop_hold_no_markup(tiny_shop: Shop) -> None:
    faq = pl.DataFrame([("Is <b>wool</b> warm?", "Yes. <img src=x onerror=y>", "Care")], schema=dict(FAQ), orient="row")
    page = passages_of(replace(tiny_shop, faq=faq))[0]
    assert (page.title, page.text.strip()) == ("Is wool warm?", "Yes.")


def test_index_with_added_passages_finds_as_one_built_of_all() -> None:
    encoder = HashingEncoder()
    pages = [
        Passage(f"faq-{n}", "faq", f"Question about {word}?", f"It is {word}.", "faq") for n, word in enumerate("abcd")
    ]
    whole = PassageIndex.build(pages, encoder)
    added = PassageIndex.build(pages[:2], encoder).with_added(pages[2:], encoder)
    for one, other in zip(whole.search("about c", encoder, 4), added.search("about c", encoder, 4), strict=True):
        assert one.passage == other.passage
        assert np.isclose(one.score, other.score)
    assert added.with_added([], encoder) is added
    with pytest.raises(ValueError, match="not with"):
        added.with_added(pages[:1], HashingEncoder(dim=8))
