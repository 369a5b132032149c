"""Planted lies: true texts of the plan, each made false in one place. Nothing false may be proven or claim-free."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache

import pytest

from assistant.writing import Prover, Subject, load_book, offer_facts, plan_texts, prove
from assistant.writing.copying import compose_copy
from assistant.writing.facts import Fact
from assistant.writing.offers import Offer
from assistant.writing.proof import Proof
from tests.assistant.writing.examples import POUNDS, evening, evening_facts, facts_of, mug, mug_facts, random_segment

TEXTS = 14  # true texts, each of other facts, that every kind of lie is planted in
OTHER = "Tea Buyers"
Lie = Callable[[str, Proof, random.Random], str | None]


def changed_digit(text: str, proof: Proof, dice: random.Random) -> str | None:
    places = [at for claim in proof.claims for at in range(*claim.span) if text[at].isdigit()]
    if not places:
        return None
    at = dice.choice(places)
    return text[:at] + str((int(text[at]) + dice.randint(1, 9)) % 10) + text[at + 1 :]


def longer_number(text: str, proof: Proof, dice: random.Random) -> str | None:
    numbers = [claim for claim in proof.claims if claim.said[-1].isdigit()]
    if not numbers:
        return None
    claim = dice.choice(numbers)
    return text[: claim.span[1]] + dice.choice(["0", ",000", ".5", "%"]) + text[claim.span[1] :]


def other_unit(text: str, proof: Proof, dice: random.Random) -> str | None:
    pairs = [
        ("%", " points"),
        ("£", "$"),
        (" days", " weeks"),
        (" times", " million times"),
        (" orders", " hundred orders"),
    ]
    found = [(one, other) for one, other in pairs if one in text]
    return text.replace(*dice.choice(found), 1) if found else None


def minus_sign(text: str, proof: Proof, dice: random.Random) -> str | None:
    places = [claim.span[0] for claim in proof.claims if claim.said[0].isdigit()]
    return f"{text[: (at := dice.choice(places))]}-{text[at:]}" if places else None


def swapped_values(text: str, proof: Proof, dice: random.Random) -> str | None:
    for sentence in proof.sentences:
        shown = [claim for claim in sentence.claims if claim.fact.unit in ("share", "days", "mean", "money", "name")]
        pairs = [(a, b) for a in shown for b in shown if a.span < b.span and a.said != b.said]
        if pairs:
            a, b = dice.choice(pairs)
            return text[: a.span[0]] + b.said + text[a.span[1] : b.span[0]] + a.said + text[b.span[1] :]
    return None


def other_subject(text: str, proof: Proof, dice: random.Random) -> str | None:
    name = proof.claims[0].fact.subject.name
    return text.replace(name, OTHER) if name in text else None


def wrong_predicate(text: str, proof: Proof, dice: random.Random) -> str | None:
    pairs = [
        ("revenue", "profit"), ("per order", "a month"), ("have ordered", "have returned"), ("customers", "orders"),
        ("order every", "write every"), ("last order", "first order"), ("spend", "visits"), ("returned", "praised"),
        ("favourite", "least favourite"), ("their orders", "their complaints"), ("the base", "the staff"),
    ]  # fmt: skip
    found = [(one, other) for one, other in pairs if one in text]
    return text.replace(*dice.choice(found), 1) if found else None


def smuggled_strength(text: str, proof: Proof, dice: random.Random) -> str | None:
    claim = dice.choice(proof.claims)
    word = dice.choice(
        ["only ", "just ", "almost ", "more than ", "at least ", "up to ", "a mere ", "mainly ", "always "]
    )
    return text[: claim.span[0]] + word + text[claim.span[0] :]


def negation(text: str, proof: Proof, dice: random.Random) -> str | None:
    pairs = [
        (" are ", " are not "),
        ("They ", "They do not "),
        (" is ", " is not "),
        ("Their ", "Never their "),
        (" have ", " have not "),
    ]
    found = [(one, other) for one, other in pairs if one in text]
    return text.replace(*dice.choice(found), 1) if found else None


def number_word(text: str, proof: Proof, dice: random.Random) -> str | None:
    numbers = [claim for claim in proof.claims if claim.said[0].isdigit()]
    if not numbers:
        return None
    claim = dice.choice(numbers)
    return text[: claim.span[0]] + dice.choice(["twelve", "forty", "a hundred", "two"]) + text[claim.span[1] :]


def promise(text: str, proof: Proof, dice: random.Random) -> str | None:
    promises = [
        "Delivery is free.", "We guarantee it.", "You will love it!", "Your money back, always.", "It will be with you tomorrow.",
        "Have a free gift.", "Welcome to our best prices!", "Let us give you a gift.", "Enjoy free delivery!",
    ]  # fmt: skip
    return f"{text} {dice.choice(promises)}"


def claim_as_question(text: str, proof: Proof, dice: random.Random) -> str | None:
    sentence = dice.choice(proof.sentences).text
    start = dice.choice(["Did you know that", "Have you heard that", "Would you believe:", "Hello, did you know:"])
    return f"{text} {start} {sentence[0].lower()}{sentence[1:-1]}?"


def claim_as_hook(text: str, proof: Proof, dice: random.Random) -> str | None:
    hooks = [
        "Ready for our best week?", "Looking for your favourite tea again?", "Hello big spenders!", "Welcome back!",
        "Looking for more tea than others?", "Have a look at our new shop.", "Ready for a free cup of tea?", "Time for 3 cups of tea?",
        "Thank you for your loyalty.", "Enjoy the first of many gifts.", "Did you know it is free?", "Hello Ann!",
    ]  # fmt: skip
    return f"{dice.choice(hooks)} {text}"


def comparison(text: str, proof: Proof, dice: random.Random) -> str | None:
    sentence = dice.choice(proof.sentences)
    end = sentence.span[1] - 1
    return (
        text[:end]
        + dice.choice([", more than all others", " and rising", ", less than before", ", twice as much as last year"])
        + text[end:]
    )


def invented_offer(text: str, proof: Proof, dice: random.Random) -> str | None:
    offers = [
        "Take 50% off your order.",
        "Until 1 January 2027, you get £5 off your order.",
        "Enter SAVE for 10% off your order.",
    ]
    return f"{text} {dice.choice(offers)}"


def invisible(text: str, proof: Proof, dice: random.Random) -> str | None:
    claim = dice.choice(proof.claims)
    return text[: claim.span[1]] + dice.choice(["\u200b", "\u202e", "\u2060", "\u200f"]) + text[claim.span[1] :]


def look_alike(text: str, proof: Proof, dice: random.Random) -> str | None:
    return text.replace("a", "а", 1) if "a" in text else None  # a Cyrillic letter that looks the same


def reported(text: str, proof: Proof, dice: random.Random) -> str | None:
    sentence = dice.choice([one for one in proof.sentences if one.claims])
    start = dice.choice(["It is false that ", "Nobody believes that ", "Rumour has it: ", "Mr. ", "Not so... ", "“"])
    return text[: sentence.span[0]] + start + text[sentence.span[0] :]


LIES: list[Lie] = [
    changed_digit, longer_number, other_unit, minus_sign, swapped_values, other_subject, wrong_predicate, smuggled_strength,
    negation, number_word, promise, claim_as_question, claim_as_hook, comparison, invented_offer, invisible, look_alike, reported,
]  # fmt: skip


@cache
def persona(number: int) -> tuple[str, list[Fact]]:
    facts = random_segment(number + 500)
    return plan_texts(facts, load_book(), n=12, seed=number, printing=POUNDS)[0].text, facts


def other_facts() -> list[Fact]:
    """Facts of another segment, so that its name is known: a true text said of it is still false."""
    return facts_of(Subject("segment", "tea", OTHER), customers=77, share=0.0777, average_order_value=7.77)


@pytest.mark.parametrize("number", range(TEXTS))
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_prove_planted_lie_is_refused(lie: Lie, number: int) -> None:
    text, facts = persona(number)
    prover = Prover.of([*facts, *other_facts()], load_book(), printing=POUNDS)
    before = prover.prove(text)
    assert [sentence.label for sentence in before.sentences] == ["proven"] * len(before.sentences)
    told = lie(text, before, random.Random(number))
    if told is None:
        pytest.skip("this text has no place for this lie")
    assert told != text
    after = prover.prove(told)
    assert not after.may_leave, told
    true = {sentence.text for sentence in before.sentences}
    assert {sentence.text for sentence in after.sentences if sentence.may_leave} <= true, told


@pytest.mark.parametrize("channel", ["email", "push", "sms", "ad"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("10%", "15%"), ("FRIEND10", "FRIEND20"), ("30 November 2026", "31 December 2026"), ("£12.50", "£11.50"),
        ("Red stoneware mug", "Blue teapot"), ("your order", "all your orders"), ("everything", "everything and more"),
        ("Larch & Co", "Fir & Co"), ("costs", "saves you"), ("bought", "returned"), ("214", "2,140"), ("left in stock", "sold"),
    ],
)  # fmt: skip
def test_prove_lie_in_copy_is_refused(channel: str, old: str, new: str) -> None:
    facts = mug_facts() + offer_facts(Offer(percent_off=10, code="FRIEND10", ends="2026-11-30"), product=mug())
    prover = Prover.of(facts, load_book(), printing=POUNDS)
    bodies = [compose_copy(facts, channel=channel, seed=seed, printing=POUNDS).body for seed in range(8)]
    told = [(body, body.text.replace(old, new, 1)) for body in bodies if old in body.text]
    if not told:
        pytest.skip("no copy of this channel says it")
    for body, lie in told:
        after = prover.prove(lie)
        assert not after.may_leave, lie
        left = [sentence for sentence in after.sentences if sentence.may_leave]
        assert all(sentence.text in body.text for sentence in left), lie
        assert {claim.said for one in left for claim in one.claims} <= {claim.said for claim in body.claims}, lie


@pytest.mark.parametrize(
    "text",
    [
        "Evening Orderers spend £9.50 per order on average.",  # the value of their share
        "Evening Orderers account for 31% of all customers.",  # the value of the revenue share
        "They are 412 customers.",
        "Evening Orderers and Tea Buyers are 412 customers.",
        "Evening Orderers are 412.0 customers.",
        "Evening Orderers are four hundred and twelve customers.",
        "evening orderers number 412.",
        "Evening Orderers number 412",
        "Evening Orderers number 412. They number 412 more.",
        "More than half of all customers, 9.5%, are Evening Orderers.",  # the line's condition does not hold
        "The 412 Evening Orderers make up 9.5% of all customers but bring in only 31% of revenue.",
    ],
)
def test_prove_false_sentence_by_hand_is_refused(text: str) -> None:
    proof = prove(text, evening_facts() + other_facts(), printing=POUNDS)
    assert not proof.may_leave


def test_pronoun_after_another_subject_is_refused() -> None:
    facts = evening_facts() + other_facts()
    text = "Evening Orderers number 412. Tea Buyers number 77. Their average order comes to £164."
    labels = [sentence.label for sentence in prove(text, facts, printing=POUNDS).sentences]
    assert labels == ["proven", "proven", "unproven"]
    turned = "Tea Buyers number 77. Evening Orderers number 412. Their average order comes to £164."
    assert prove(turned, facts, printing=POUNDS).may_leave


def test_pronoun_after_an_unproven_sentence_is_refused() -> None:
    text = "Evening Orderers number 412. Tea lovers are nicer. Their average order comes to £164."
    labels = [sentence.label for sentence in prove(text, evening_facts(), printing=POUNDS).sentences]
    assert labels == ["proven", "unproven", "unproven"]


def test_pronoun_at_the_start_is_proven_only_under_a_heading() -> None:
    text = "Their average order comes to £164."
    assert (
        prove(text, evening_facts(), printing=POUNDS).sentences[0].reason
        == "no sentence before it says which segment it is about"
    )
    assert prove(text, evening_facts(), printing=POUNDS, about=evening()).may_leave


def test_name_of_two_subjects_is_proven_only_where_true_of_both() -> None:
    twin = Subject("segment", "9", "Evening Orderers")
    facts = facts_of(evening(), customers=412, orders_mean=3.0) + facts_of(twin, customers=412, orders_mean=4.0)
    assert prove("Evening Orderers number 412.", facts).may_leave
    said = prove("Evening Orderers have ordered 3 times each on average.", facts).sentences[0]
    assert said.label == "unproven"
    assert "more than one segment" in said.reason


def test_same_value_of_another_subject_does_not_prove() -> None:
    facts = facts_of(evening(), customers=412) + facts_of(Subject("segment", "2", OTHER), share=0.412)
    assert not prove("Tea Buyers number 412.", facts).may_leave


def test_every_value_of_a_true_text_is_a_claim_in_place() -> None:
    for number in range(TEXTS):
        text, facts = persona(number)
        proof = Prover.of(facts, load_book(), printing=POUNDS).prove(text)
        spoken = {at for claim in proof.claims for at in range(*claim.span)}
        names = [match.span() for fact in facts for match in re.finditer(re.escape(fact.subject.name), text)]
        assert all(text[slice(*claim.span)] == claim.said for claim in proof.claims)
        digits = {match.start() for match in re.finditer(r"\d", text)}
        assert digits <= spoken | {at for span in names for at in range(*span)}


def test_offer_said_without_its_code_or_its_last_day_is_refused() -> None:
    facts = offer_facts(Offer(percent_off=10, code="FRIEND10", ends="2026-11-30"))
    assert prove("10% off with FRIEND10, until 30 November 2026.", facts).may_leave
    for text in ("Take 10% off your order.", "10% off with FRIEND10.", "10% off everything until 30 November 2026."):
        assert not prove(text, facts).may_leave, text
    assert prove("Take 10% off your order.", offer_facts(Offer(percent_off=10))).may_leave


def test_lines_of_two_offers_are_never_mixed() -> None:
    facts = offer_facts(Offer(percent_off=10, code="AUTUMN")) + offer_facts(Offer(percent_off=20, code="WINTER"))
    assert prove("10% off with AUTUMN.", facts, about=facts[0].subject).may_leave
    assert not prove("20% off with AUTUMN.", facts, about=facts[0].subject).may_leave
    assert not prove("10% off with WINTER.", facts, about=facts[0].subject).may_leave
