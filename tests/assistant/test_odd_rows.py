"""Odd rows in a batch: each costs its own text at most, is named, and nothing of it is read as markup, slot or wording."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from assistant import Assistant
from assistant.writing import Prover, Subject, compose_copy, load_book, name_segments, offer_facts, plan_texts, prove
from assistant.writing.facts import hidden_characters
from assistant.writing.offers import Offer
from retrieval import HashingEncoder
from tests.assistant.writing.examples import POUNDS, facts_of

BRACES = "{price} {title|is|are} <b>$customer</b> [a](b) \\d+ %s"
HEBREW = "ספל חרס \u202eאדום\u202c"
LONG = "long title " * 460  # 5,060 characters


@pytest.fixture(scope="module")
def odd(small_assistant: Assistant) -> Assistant:
    """The small shop, its first products with odd titles."""
    titles = [BRACES, HEBREW, LONG, "\u200b\u200f", "Nice. Free! Now?"]
    products = small_assistant.shop.products
    changed = [*titles, *products["title"].to_list()[len(titles) :]]
    shop = replace(small_assistant.shop, products=products.with_columns(pl.Series("title", changed)))
    assistant = Assistant(shop, llm="none", encoder=HashingEncoder())
    assistant.made = small_assistant.made  # the ids are the same
    return assistant


def test_batch_with_odd_rows_loses_those_at_most_and_names_them(odd: Assistant) -> None:
    ids = odd.shop.products["product_id"].to_list()
    good = [{"product_id": ids[number], "segment": 0} for number in range(10, 40)]
    bad: list[Any] = [
        {"product_id": "no such thing", "segment": 0},
        {"product_id": ids[20], "segment": 99},
        {"product_id": ids[20], "customer_id": "nobody"},
        {"product_id": ids[20]},
        {"segment": 0},
        {},
        None,
        {"product_id": ids[2], "segment": 0},  # 5,060 characters fit no message
        {"product_id": ids[3], "segment": 0},  # a title nobody can see
    ]
    mixed = [one for pair in zip(good, [*bad, *good[: len(good) - len(bad)]], strict=True) for one in pair]
    made, failed = odd.write_copies(mixed, channel="sms")
    assert len(failed) == len(bad)
    assert len(made) == len(mixed) - len(bad)
    assert [one.product_id for one in failed] == ["no such thing", *[ids[20]] * 3, *["None"] * 3, ids[2], ids[3]]
    reasons = [one.reason for one in failed]
    assert "no product 'no such thing'" in reasons[0]
    assert "no segment 99; there are 0 to" in reasons[1]
    assert "no customer 'nobody'" in reasons[2]
    assert "brief 14: None; expected product_id" in reasons[6]
    assert "(5060 characters); shorten the title" in reasons[7]
    assert "a product with a title" in reasons[8].replace("one product", "a product")


def test_braces_and_markup_in_a_title_are_said_as_they_are(odd: Assistant) -> None:
    product = str(odd.shop.products["product_id"][0])
    for seed in range(4):
        made = odd.write_copy(product_id=product, segment=0, channel="email", seed=seed)
        assert BRACES in made.body or BRACES in made.subject
        assert "£" not in BRACES
        assert not made.refused


def test_right_to_left_title_is_said_without_its_invisible_signs(odd: Assistant) -> None:
    made = odd.write_copy(product_id=str(odd.shop.products["product_id"][1]), segment=0, channel="push")
    assert "ספל חרס אדום" in made.body
    assert hidden_characters(made.body) == []
    facts = facts_of(Subject("product", "p", HEBREW), title=HEBREW, price=9.0)
    assert prove("ספל חרס אדום costs £9.00.", facts, printing=POUNDS).may_leave
    assert not prove(
        f"{HEBREW} costs £9.00.", facts, printing=POUNDS
    ).may_leave  # an invisible sign turns the text round


def test_title_that_looks_like_sentences_is_no_claim_of_its_own(odd: Assistant) -> None:
    facts = facts_of(Subject("product", "p", "Nice. Free! Now?"), title="Nice. Free! Now?", price=9.0)
    assert prove("Nice. Free! Now? costs £9.00.", facts, printing=POUNDS).may_leave
    assert not prove("Free! Now? costs £9.00.", facts, printing=POUNDS).may_leave
    assert not prove("It is free! Nice.", facts, printing=POUNDS).may_leave


def test_empty_facts_prove_nothing_and_write_nothing() -> None:
    book = load_book()
    assert prove("", []).sentences == ()
    assert not prove("Tea Buyers number 412.", []).may_leave
    assert plan_texts([], book) == []
    assert name_segments([[]], book) == ["Mixed Buyers"]
    with pytest.raises(ValueError, match="copy is about one product with a title; the facts are of 0"):
        compose_copy([], channel="sms")


def test_names_that_collide_prove_only_what_is_true_of_all() -> None:
    """Two products of one title at two prices: no price may be said of the title."""
    cheap, dear = (
        facts_of(Subject("product", key, "Red mug"), title="Red mug", price=price)
        for key, price in (("a", 5.0), ("b", 9.0))
    )
    prover = Prover.of([*cheap, *dear], load_book(), printing=POUNDS)
    assert not prover.prove("Red mug costs £5.00.").may_leave
    assert Prover.of(cheap, load_book(), printing=POUNDS).prove("Red mug costs £5.00.").may_leave
    name = Subject("segment", "s", "Red mug")  # a group called as a product: each sentence says of which kind it speaks
    mixed = Prover.of([*cheap, *facts_of(name, customers=3, average_order_value=5.0)], load_book(), printing=POUNDS)
    assert mixed.prove("Red mug costs £5.00.").may_leave
    assert not mixed.prove("Red mug are 5 customers.").may_leave


def test_offer_with_markup_in_its_code_is_said_as_it_is() -> None:
    facts = offer_facts(Offer(percent_off=10, code="<b>{x}</b>"))
    assert prove("10% off with <b>{x}</b>.", facts).may_leave
    assert not prove("10% off with {x}.", facts).may_leave
