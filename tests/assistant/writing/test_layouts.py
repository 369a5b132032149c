"""How copy is laid out: titles as people write them, the product named once, the offer said once, an occasion where it is asked for."""

from __future__ import annotations

import pytest

from assistant.writing import CHANNELS, compose_copy, fact, prove
from assistant.writing.facts import Subject
from assistant.writing.offers import Offer, offer_facts
from assistant.writing.show import show
from assistant.writing.titles import is_called, short_titles
from assistant.writing.wordings import load_book
from tests.assistant.writing.examples import POUNDS, SOURCE, facts_of, mug, mug_facts

CLOCK = Subject("product", "clock", "WHITE SQUARE TABLE CLOCK, 20CM")


def test_short_titles_are_cut_only_where_no_other_title_begins_so() -> None:
    """By hand: two bowls share their beginning, so theirs are whole; two jars differ in case alone, so theirs stay as they stand."""
    titles = {
        "a": "SALAD BOWL, RED",
        "b": "SALAD BOWL, BLUE",
        "c": "OAK DESK LAMP (4411)",
        "d": "Jam jar",
        "e": "JAM JAR",
    }
    assert short_titles(titles) == {
        "a": "Salad Bowl, Red",
        "b": "Salad Bowl, Blue",
        "c": "Oak Desk Lamp",
        "d": "Jam jar",
        "e": "JAM JAR",
    }


def test_number_of_the_stock_list_is_not_said_and_a_year_is() -> None:
    """By hand: two sets differ in their number alone, so both are told apart by it."""
    titles = {
        "a": "SET 10 CARDS SNOWY ROBIN 17099",
        "b": "Wall calendar birds 2027",
        "c": "CARDS 3 WISE MEN 17107",
        "d": "CARDS 3 WISE MEN 17108",
    }
    assert short_titles(titles) == {
        "a": "Set 10 Cards Snowy Robin",
        "b": "Wall Calendar Birds 2027",
        "c": "Cards 3 Wise Men 17107",
        "d": "Cards 3 Wise Men 17108",
    }
    robin = fact(Subject("product", "a", titles["a"]), "title", titles["a"], SOURCE, "Set 10 Cards Snowy Robin")
    assert show(robin) == "Set 10 Cards Snowy Robin"


@pytest.mark.parametrize("channel", ["ad", "email"])
def test_heading_names_the_product_and_leaves_the_reason_to_the_text(channel: str) -> None:
    for seed in range(12):
        made = compose_copy(mug_facts(), channel=channel, printing=POUNDS, seed=seed)
        assert mug().name.casefold() in made.subject.text.casefold()
        assert "teapot" not in made.subject.text


def test_what_a_product_is_called_must_be_a_beginning_of_its_title() -> None:
    assert is_called(CLOCK.name, "White Square Table Clock")
    assert not is_called(CLOCK.name, "White Square")
    with pytest.raises(ValueError, match="called 'Black Clock'; expected the title or a beginning of it"):
        fact(CLOCK, "title", CLOCK.name, SOURCE, "Black Clock")


def test_proof_takes_the_title_as_shown_or_as_in_the_table_and_no_other() -> None:
    facts = [fact(CLOCK, "title", CLOCK.name, SOURCE, "White Square Table Clock"), *facts_of(CLOCK, price=9.0)]
    said = "The White Square Table Clock is yours for £9.00."
    for true in ("White Square Table Clock", "WHITE SQUARE TABLE CLOCK"):
        assert prove(said.replace("White Square Table Clock", true), facts, printing=POUNDS).may_leave
    for lie in ("White Square Clock", "white square table clock", "WHITE Square Table Clock"):
        assert not prove(said.replace("White Square Table Clock", lie), facts, printing=POUNDS).may_leave


def test_product_called_as_another_is_not_priced_as_it() -> None:
    other = Subject("product", "other", "White square table clock, 30cm")
    both = [
        fact(CLOCK, "title", CLOCK.name, SOURCE, "White Square Table Clock"),
        fact(other, "title", other.name, SOURCE, "White Square Table Clock"),
        *facts_of(CLOCK, price=9.0),
        *facts_of(other, price=12.0),
    ]
    assert not prove("The White Square Table Clock is yours for £9.00.", both, printing=POUNDS).may_leave


@pytest.mark.parametrize("channel", CHANNELS)
def test_offer_is_said_once_and_the_occasion_where_there_is_one(channel: str) -> None:
    facts = mug_facts() + offer_facts(Offer(percent_off=10, code="FRIEND10"), product=mug())
    shop = next(one.subject for one in facts if one.subject.kind == "shop")
    for seed in range(4):
        copy = compose_copy(
            [*facts, fact(shop, "occasion", "Christmas", SOURCE)], channel=channel, seed=seed, printing=POUNDS
        )
        whole = f"{copy.subject.text}\n{copy.body.text}"
        assert whole.count("FRIEND10") == 1
        assert channel == "ad" or "Christmas" in whole


def test_mail_names_the_product_in_its_headline_and_then_says_it() -> None:
    for seed in range(8):
        body = compose_copy(mug_facts(), channel="email", seed=seed, printing=POUNDS).body.text
        assert body.count("Red stoneware mug") == 1
        assert any(line.startswith("Red stoneware mug") for line in body.splitlines())


def test_quote_in_another_script_is_left_out() -> None:
    made = [compose_copy(mug_facts(), channel="email", book=load_book("zh"), seed=seed) for seed in range(6)]
    assert not any("stoneware mug with" in one.body.text for one in made)


def test_brand_that_ends_with_a_stop_ends_no_sentence() -> None:
    maker = [one for one in mug_facts() if one.name != "brand"] + facts_of(mug(), brand="Larch Inc.")
    made = [compose_copy(maker, channel=channel, printing=POUNDS) for channel in CHANNELS]
    assert not any(".." in one.body.text + one.subject.text for one in made)


def test_names_of_books_take_no_article() -> None:
    novel = Subject("product", "n", "Pride and Prejudice")
    facts = facts_of(novel, title=novel.name, category="Books", price=9.0)
    made = [
        compose_copy(facts, channel=channel, printing=POUNDS, seed=seed) for channel in CHANNELS for seed in range(4)
    ]
    assert not any("the Pride" in one.body.text + one.subject.text for one in made)
    assert prove("Pride and Prejudice is yours for £9.00.", facts, printing=POUNDS).may_leave
