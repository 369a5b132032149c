"""The wording book: wrong lines are named by file and line; conditions hold for the stored and the printed value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.writing import Subject, WordingError, load_book, prove
from assistant.writing.conditions import ConditionError, read_condition
from assistant.writing.free import why_not_free
from assistant.writing.known import KNOWN
from assistant.writing.plan import _BUNDLES
from assistant.writing.sheet import Sheet
from assistant.writing.show import Printing
from tests.assistant.writing.examples import POUNDS, evening, facts_of


def book_with(tmp_path: Path, line: str, name: str = "personas.txt") -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / name).write_text(f"# ours\n\n{line}\n", encoding="utf-8")
    load_book("en", tmp_path / "own")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("custmers | | {segment} are {custmers}.", "unknown fact: no fact is called 'custmers'"),
        ("customers | | {segment} are {customer.", "a brace without its partner"),
        ("customers | | {segment} are customers}.", "a brace without its partner"),
        ("customers | | {segment} are {custmers}.", "no fact and no kind of subject"),
        ("customers | | {segment} are {customers|customer}.", r"expected \{fact\|singular\|plural\}"),
        ("customers share | | {segment} are {customers}.", "lists share without using it"),
        ("customers | share > 3 % | {segment} are {customers}.", "uses share without listing it"),
        ("customers | {segment} are {customers}.", "expected facts | condition | text"),
        ("share | share > 3 % | ", "no text"),
        ("customers | | {segment} are {customers} or 3.", "a digit outside a slot"),
        ("customers | | {segment} are  {customers}.", "two spaces"),
        (
            "share | | {segment} are only {share} of all.",
            "strength word 'only' without its ground; it needs: condition",
        ),
        ("share | share < 40 % | Most of all customers, {share}, are {segment}.", "strength word 'most'"),
        ("share | share >= 50 % | More than half, {share}, are {segment}, mostly.", "strength word 'mostly'"),
        (
            "interval_days | | On average they order every {interval_days} days.",
            "'on average' without its ground; it needs: mean",
        ),
        ("orders_mean | | Each of them has placed {orders_mean} orders.", "strength word 'each'"),
        ("orders_mean | | They typically order {orders_mean} times.", "'typically'"),
        ("recency_days | | They have gone quiet, {recency_days} days ago.", "'gone quiet'"),
        ("share | | The best {share} are {segment}.", "'best' without its ground; it needs: never"),
        ("share | share < 30 days | {segment} are {share}.", "mixed units: share < days"),
        ("share customers | share > customers | {segment}: {share}, {customers}.", "mixed units: share > number"),
        (
            "average_order_value | average_order_value > 30 | They spend {average_order_value}.",
            "mixed units: money > number",
        ),
        ("share | share < | {segment} are {share}.", "'the end' where a fact or a number was expected"),
        ("share | share < 12 % share | {segment} are {share}.", "after the end of the condition"),
        ("share | __import__('os') | {segment} are {share}.", "is no part of a condition"),
        (
            "top_category | top_category > 3 | They buy {top_category}.",
            "is a name; a condition compares numbers and days",
        ),
        ("top_category | | They buy {a top_category}.", "is no number"),
        ("weekday | | Friday is like {weekday}.", "does not say which segment it is about"),
        ("customers | | {segment} are {customers}\u200b.", "invisible characters ZERO WIDTH SPACE"),
        (
            "churn_probability_mean | | Their average chance to stay away is {churn_probability_mean}.",
            "churn_probability_mean is predicted, and no word says so",
        ),
        ("customers | | {segment} are {customers} {customers|happy one|best ones}.", "strength word 'best'"),
        ("customers | | [shouting] {segment} are {customers}.", "tone 'shouting'; expected one of plain, warm, lively"),
        (
            "customers | | {segment} are {customers} {customers|customer|customers}.",
            r"the same text as personas\.txt, line 3",
        ),
    ],
)
def test_wrong_line_is_named_by_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(WordingError, match=message) as caught:
        book_with(tmp_path, line)
    assert str(caught.value).startswith("own/personas.txt, line 3: ")


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("joins.txt", "than | {first} and then", "expected {first}, words"),
        ("free_words.txt", "shout | hurray", "form 'shout'"),
        ("free_words.txt", "words | 24 hours", "a digit"),
        ("free_lines.txt", "closing | Delivery is free.", "is not claim-free"),
        ("strength_words.txt", "huge | maybe", "need 'maybe'"),
    ],
)
def test_wrong_entry_of_a_list_is_named_by_file_and_line(tmp_path: Path, name: str, line: str, message: str) -> None:
    with pytest.raises(WordingError, match=message) as caught:
        book_with(tmp_path, line, name)
    assert str(caught.value).startswith(f"own/{name}, line 3: ")


def test_folder_without_wordings_or_in_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match="no wording files"):
        load_book("en", tmp_path / "nothing")
    (tmp_path / "personas.txt").write_bytes("customers | | {segment}: {customers} \xfc".encode("latin-1"))
    with pytest.raises(WordingError, match="not UTF-8"):
        load_book("en", tmp_path)


def test_own_folder_adds_lines_that_proof_takes(tmp_path: Path) -> None:
    (tmp_path / "personas.txt").write_text("customers | | Hooray for {customers} {segment}.\n", encoding="utf-8")
    facts = facts_of(evening(), customers=412)
    assert not prove("Hooray for 412 Evening Orderers.", facts).may_leave
    proof = prove("Hooray for 412 Evening Orderers.", facts, book=load_book("en", tmp_path))
    assert proof.sentences[0].wordings == (f"{tmp_path.name}/personas.txt:1",)


def test_language_without_a_book_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no wording book for language 'fi'; there are books for"):
        prove("Hei.", [], language="fi")


def test_prediction_of_a_customer_names_the_customer(tmp_path: Path) -> None:
    line = "next_order_on | | The next order is expected around {next_order_on}."
    with pytest.raises(WordingError, match="does not say which customer it is about"):
        book_with(tmp_path, line, "predictions.txt")


def test_english_book_has_four_lines_for_every_known_fact() -> None:
    book = load_book("en")
    assert len(book.lines) > 800
    for name in (
        name for name, meaning in KNOWN.items() if meaning.topic != "rule"
    ):  # a rule's word is asked, not said
        lines = {line.text for line in book.lines if name in line.says}
        assert len(lines) >= 4, name


def test_first_book_has_four_lines_for_each_persona_fact_and_25_names() -> None:
    book = load_book("en")
    assert sum(book.counts().values()) > 400
    assert book.counts()["names"] >= 25
    lines = [line for line in book.lines if line.section in ("personas", "ideas")]
    for name, meaning in KNOWN.items():
        if meaning.kind == "segment":
            assert sum(name in line.says for line in lines) >= 4, name
    pairs = [set(bundle) for bundle, _ in _BUNDLES if len(bundle) == 2]
    for pair in ({"customers", "share"}, {"share", "revenue_share"}, *pairs):
        assert sum(set(line.covers) == pair for line in lines) >= 4, pair


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("share < 12 %", {"share": "0.12"}, False),
        ("share <= 12 %", {"share": "0.12"}, True),
        ("revenue_share > 1.4 * share", {"revenue_share": "0.14", "share": "0.1"}, False),
        ("revenue_share > 1.4 * share", {"revenue_share": "0.141", "share": "0.1"}, True),
        ("recency_days - interval_days > 30 days", {"recency_days": "61", "interval_days": "30"}, True),
        ("revenue_share / share >= 2", {"revenue_share": "0.4", "share": "0.2"}, True),
        ("revenue_share / share >= 2", {"revenue_share": "0.4", "share": "0"}, False),
        ("weekday >= Saturday", {"weekday": "6"}, True),
        ("hour >= 20 h, hour < 22 h", {"hour": "22"}, False),
        ("average_order_value > 30 money", {"average_order_value": "30.01"}, True),
        ("(share + revenue_share) * 2 > 100 %", {"share": "0.2", "revenue_share": "0.31"}, True),
        ("also_bought_n > 0.5 * also_bought_of", {"also_bought_n": "5", "also_bought_of": "10"}, False),
        ("percent_off >= 10 %", {"percent_off": "0.1"}, True),
        ("", {}, True),
    ],
)
def test_condition_holds_exactly_to_its_boundary(text: str, values: dict[str, str], holds: bool) -> None:
    assert read_condition(text).holds({name: Decimal(value) for name, value in values.items()}) is holds


@pytest.mark.parametrize(
    "text",
    [
        "share > 3 % ; share < 4 %",
        "share == 3 %",
        "share > 3 % or share < 1 %",
        "(share > 3 %",
        "share + 3 days > 1 days",
        "sent_on - placed_on > 3 days",
        "sent_on > 3 days",
        "sent_on * 2 > placed_on",
    ],
)
def test_condition_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        read_condition(text)


@pytest.mark.parametrize(
    ("share", "label"),
    [
        (0.502, "unproven"),  # stored above half, but "50%" is printed
        (0.505, "proven"),  # printed 51%
        (0.4951, "unproven"),  # printed 50%
        (0.5, "unproven"),
    ],
)
def test_condition_must_hold_for_the_stored_and_the_printed_value(share: float, label: str) -> None:
    facts = facts_of(evening(), share=share)
    shown = Sheet(facts, Printing()).shown(facts[0])
    text = f"More than half of all customers, {shown}, are Evening Orderers."
    assert prove(text, facts).sentences[0].label == label


@pytest.mark.parametrize(("sent", "may_leave"), [(3, True), (2, True), (1, False)])
def test_days_of_an_order_are_said_in_a_row_only_where_they_follow(sent: int, may_leave: bool) -> None:
    order = Subject("order", "o", "77")
    facts = facts_of(order, order_number="77", placed_on=date(2026, 5, 2), sent_on=date(2026, 5, sent))
    assert prove(f"Order 77 was placed on 2 May 2026 and sent on {sent} May 2026.", facts).may_leave is may_leave


@pytest.mark.parametrize(
    ("recency", "interval", "said", "holds"),
    [
        (
            93.0,
            31.0,
            "They have gone quiet: they typically ordered every 31 days, and the last order was 93 days ago.",
            False,
        ),
        (
            94.0,
            31.0,
            "They have gone quiet: they typically ordered every 31 days, and the last order was 94 days ago.",
            True,
        ),
        (
            89.0,
            10.0,
            "They have gone quiet: they typically ordered every 10 days, and the last order was 89 days ago.",
            False,
        ),
        (31.0, 31.0, "They typically order every 31 days and last ordered 31 days ago, so they are on schedule.", True),
        (
            31.4,
            31.0,
            "They typically order every 31 days and last ordered 31 days ago, so they are on schedule.",
            False,
        ),
    ],
)
def test_conditional_wording_is_proven_only_where_it_is_so(
    recency: float, interval: float, said: str, holds: bool
) -> None:
    facts = facts_of(evening(), recency_days=recency, interval_days=interval, single_order_share=0.2)
    assert prove(said, facts, printing=POUNDS, about=evening()).may_leave is holds


def test_rhythm_of_those_who_came_back_is_not_said_of_a_group_that_did_not() -> None:
    """The interval is counted of customers with two orders or more; where most have one, it is said of the others only."""
    facts = facts_of(evening(), interval_days=31.0, recency_days=12.0, single_order_share=0.8)
    assert not prove("They typically order every 31 days.", facts, about=evening()).may_leave
    assert prove("Those of them who come back typically do so every 31 days.", facts, about=evening()).may_leave


def test_singular_and_plural_follow_the_printed_number() -> None:
    one = facts_of(evening(), customers=1)
    assert prove("Evening Orderers are 1 customer.", one).may_leave
    assert not prove("Evening Orderers are 1 customers.", one).may_leave
    nearly = facts_of(evening(), orders_mean=1.02)  # printed 1
    assert prove("They have placed 1 order each on average.", nearly, about=evening()).may_leave


@pytest.mark.parametrize(
    "sentence",
    [
        "Looking for something nice for the week?",
        "Hello there,",
        "Have a lovely day!",
        "Hello, and take your time.",
        "Kind regards",
    ],
)
def test_free_sentence_is_claim_free(sentence: str) -> None:
    assert why_not_free(sentence, load_book().free) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Did you know it's free?", "Yes.", "No.", "Have a free day.", "Hello Ann,", "You will love it.", "Looking for the best tea?",
        "Have a look at 3 ideas.", "Have a look at www.example.org.", "Looking for something nice.", "Nice.", "Enjoy! Delivery is free.",
        "Welcome back.", "Have a lovely day 😀", "Take care (of our prices).", "looking for_something?", "Take care…", "Is it new?",
        "Have a look, it is yours.", "", "Hello, We win.",
    ],
)  # fmt: skip
def test_sentence_that_claims_is_not_free(sentence: str) -> None:
    assert why_not_free(sentence, load_book().free) != ""
