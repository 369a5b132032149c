"""The plan: every text it makes is proven, quickly, and a batch does not begin alike; names and copy by channel."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.writing import (
    CHANNELS,
    Offer,
    Prover,
    Subject,
    compose,
    compose_copy,
    load_book,
    name_segments,
    offer_facts,
    plan_texts,
    prove,
)
from assistant.writing.facts import fact
from assistant.writing.proof import filled_lines
from assistant.writing.sheet import Sheet
from tests.assistant.writing.examples import (
    POUNDS,
    SOURCE,
    ScriptedLLM,
    evening,
    evening_facts,
    facts_of,
    mug,
    mug_facts,
    random_segment,
)

BOOK = load_book("en")


@pytest.mark.parametrize("seed", range(20))
def test_every_text_of_the_plan_is_proven(seed: int) -> None:
    facts = random_segment(seed, parts=0.3 + 0.7 * (seed % 3) / 2)
    texts = plan_texts(facts, BOOK, n=40, seed=seed, printing=POUNDS)
    assert len(texts) >= 20
    prover = Prover.of(facts, BOOK, printing=POUNDS)
    for candidate in texts:
        proof = prover.prove(candidate.text)
        assert {sentence.label for sentence in proof.sentences} == {"proven"}, candidate.text
        assert {claim.fact for claim in proof.claims} == set(candidate.facts_used)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.text(min_size=1, max_size=40).filter(lambda text: text.strip().isprintable() and text.strip() != ""),
    product=st.text(min_size=1, max_size=60).filter(lambda text: text.strip().isprintable() and text.strip() != ""),
    customers=st.integers(0, 10**7),
    share=st.floats(0, 1),
    days=st.floats(0, 5000),
    money=st.floats(0, 10**6),
)
def test_texts_of_any_names_and_numbers_are_proven(
    name: str, product: str, customers: int, share: float, days: float, money: float
) -> None:
    values = {"customers": customers, "share": share, "recency_days": days, "average_order_value": money}
    facts = facts_of(Subject("segment", "x", name), **values, top_category=product, top_product=product)
    for candidate in plan_texts(facts, BOOK, n=5, printing=POUNDS):
        assert prove(candidate.text, facts, printing=POUNDS).may_leave, candidate.text


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_is_read_without_error_and_covered(text: str) -> None:
    proof = prove(text, evening_facts())
    spans = [sentence.span for sentence in proof.sentences]
    assert spans == sorted(spans)
    assert all(low < high for low, high in spans)
    left = set(range(len(text))) - {at for span in spans for at in range(*span)}
    assert all(text[at].isspace() for at in left)


def test_same_seed_gives_the_same_texts_and_a_used_opening_is_set_back() -> None:
    first = plan_texts(evening_facts(), BOOK, seed=4, printing=POUNDS)
    assert [one.text for one in first] == [
        one.text for one in plan_texts(evening_facts(), BOOK, seed=4, printing=POUNDS)
    ]
    again = plan_texts(evening_facts(), BOOK, seed=4, printing=POUNDS, used_openings=[first[0].opening])
    assert again[0].opening != first[0].opening


def test_plan_says_share_of_weekday_only_where_it_stands_out() -> None:
    flat = facts_of(evening(), customers=90, weekday=3, weekday_share=0.15)
    assert not any("Wednesday" in one.text for one in plan_texts(flat, BOOK))


def test_plan_of_no_facts_is_empty_and_of_two_segments_refused() -> None:
    assert plan_texts([], BOOK) == []
    assert compose([], kind="persona").refused[0].reason == "no line of the book for persona fits these facts"
    with pytest.raises(ValueError, match="about one segment; the facts are of 2"):
        plan_texts(random_segment(1) + random_segment(2), BOOK)


def test_name_too_long_for_running_text_is_left_out() -> None:
    facts = facts_of(evening(), customers=412, share=0.1, top_product="long " * 1000, orders_mean=3.0)
    texts = plan_texts(facts, BOOK, printing=POUNDS)
    assert texts
    assert all(len(one.text) < 600 for one in texts)


def test_value_with_braces_markup_and_signs_is_said_literally() -> None:
    odd = "{customers} <b>.*</b> [a](b) $1 \\d"
    facts = facts_of(evening(), customers=412, top_category=odd)
    assert prove(f"Their favourite category is {odd}.", facts, about=evening()).may_leave
    assert not prove("Their favourite category is 412 <b>xx</b> [a](b) $1 7.", facts, about=evening()).may_leave


def test_title_with_full_stops_is_one_sentence() -> None:
    facts = facts_of(evening(), customers=412, top_product="Dr. Brown's No. 4! Set. Of 2")
    proof = prove(
        "The product they order most often is the Dr. Brown's No. 4! Set. Of 2. Take care.", facts, about=evening()
    )
    assert [sentence.label for sentence in proof.sentences] == ["proven", "claim-free"]


def test_names_are_distinct_true_and_the_specific_first() -> None:
    segments = [random_segment(seed) for seed in range(12)]
    names = name_segments(segments, BOOK, printing=POUNDS)
    assert len(set(names)) == 12
    for name, facts in zip(names, segments, strict=True):
        true = {line.text for line in filled_lines(Sheet(facts, POUNDS), BOOK, ["names"])}
        assert name in true or name.startswith("Mixed Buyers")
    twins = [facts_of(Subject("segment", str(i), ""), top_category="Tea") for i in range(2)]
    assert name_segments(twins, BOOK) == ["Tea Buyers", "Mixed Buyers"]


def test_name_says_frequent_only_where_the_interval_is_short() -> None:
    def named(days: float) -> str:
        facts = facts_of(Subject("segment", "1", ""), top_category="Tea", interval_days=days, single_order_share=0.2)
        return name_segments([facts], BOOK)[0]

    assert named(21.0) == "Frequent Tea Buyers"
    assert named(21.4) == "Tea Buyers"  # printed 21, stored above
    assert named(22.0) == "Tea Buyers"


@pytest.mark.parametrize("channel", sorted(CHANNELS))
@pytest.mark.parametrize("seed", range(6))
def test_copy_is_proven_and_within_the_lengths_of_its_channel(channel: str, seed: int) -> None:
    offer = Offer(percent_off=10, code="FRIEND10", ends=date(2026, 11, 30), product="mug" if seed % 2 else None)
    facts = mug_facts() + offer_facts(offer, product=mug())
    copy = compose_copy(facts, channel=channel, seed=seed, printing=POUNDS)
    limits = {"email": (60, 1000), "push": (0, 120), "sms": (0, 160), "ad": (30, 90)}[channel]
    assert len(copy.subject.text) <= limits[0]
    assert 20 < len(copy.body.text) <= limits[1]
    assert (copy.subject.text == "") is (limits[0] == 0)
    whole = f"{copy.subject.text}\n\n{copy.body.text}" if channel == "ad" else copy.body.text  # an ad leans on its head
    about = mug() if channel == "ad" else None
    assert prove(copy.body.text, facts, printing=POUNDS, about=about).may_leave
    assert len(copy.body.written_by) == len(copy.body.sentences)
    assert 0 < whole.count("Red stoneware mug") <= 1 + (seed % 2)  # once, and where the offer is for it alone
    assert "10%" in whole  # an offer that is there is said, with all its terms
    assert "FRIEND10" in whole
    assert "30 November 2026" in whole


def test_copy_without_offer_says_nothing_of_one() -> None:
    for seed in range(10):
        for channel in CHANNELS:
            text = compose_copy(mug_facts(), channel=channel, seed=seed, printing=POUNDS).body.text
            assert "off" not in text.lower().split()
            assert "%" not in text


def test_copy_email_takes_what_the_model_writes_only_as_far_as_it_claims_nothing() -> None:
    """Nobody sees whether an opening of this model suits the product, so it closes the mail."""
    said = ("free delivery today", "a bright evening that is free!", "a cup of tea", "a bright evening")
    llm = ScriptedLLM(*said)
    facts = [one for one in mug_facts() if one.subject.kind != "reason"]  # else it opens with why
    copy = compose_copy(facts, channel="email", llm=llm, printing=POUNDS, seed=3)
    assert re.search(r"^[A-Z][a-z ]+ a bright evening\.$", copy.body.text, re.MULTILINE)
    assert copy.body.written_by.count("model wrote") == 1
    assert "free" not in copy.body.text
    assert "?" not in copy.body.text
    assert [refusal.text.split(" ")[-3:] for refusal in copy.body.refused] == [["free", "delivery", "today"]]
    assert llm.only is not None
    begun = copy.body.refused[0].text.removesuffix(" free delivery today")
    assert {line.startswith(begun + " ") for line in llm.only if not line.startswith("… ")} == {True}
    assert not any("free" in line.split() for line in llm.only)


def test_copy_email_of_a_model_that_was_taught_is_closed_by_that_one() -> None:
    llm = ScriptedLLM("never asked to write")
    llm.taught = ScriptedLLM("a bright evening")  # type: ignore[attr-defined]
    copy = compose_copy(mug_facts(), channel="email", llm=llm, printing=POUNDS, seed=3)
    assert re.search(r"^[A-Z][a-z ]+ a bright evening\.$", copy.body.text, re.MULTILINE)
    assert copy.body.written_by.count("model wrote") == 1
    assert llm.prompts == []


def test_copy_with_a_model_that_says_nothing_is_the_plan_s() -> None:
    copy = compose_copy(mug_facts(), channel="email", llm=ScriptedLLM("", "\n", "!!!", "..."), printing=POUNDS)
    assert "model wrote" not in copy.body.written_by
    assert {refusal.reason for refusal in copy.body.refused} == {"the model added nothing"}
    assert copy.body.text


def test_copy_that_cannot_fit_or_has_no_single_product_is_refused() -> None:
    long = Subject("product", "x", "very long " * 500)
    facts = [fact(long, "title", long.name, SOURCE), fact(long, "price", 3.0, SOURCE)]
    with pytest.raises(ValueError, match="no sms of 160 characters can name 'very long"):
        compose_copy(facts, channel="sms")
    with pytest.raises(ValueError, match="one product with a title; the facts are of 0"):
        compose_copy([], channel="email")
    with pytest.raises(KeyError, match="no channel 'fax'; there are email, push, sms, ad"):
        compose_copy(mug_facts(), channel="fax")


def test_copy_with_a_title_too_long_for_a_subject_still_has_one() -> None:
    title = "Hand-thrown stoneware breakfast bowl with a speckled glaze"
    bowl = Subject("product", "b", title)
    facts = facts_of(bowl, title=title, price=18.0, category="Kitchen", brand="Larch")
    copy = compose_copy(facts, channel="ad", printing=POUNDS)
    assert 0 < len(copy.subject.text) <= 30
    assert title in copy.body.text
