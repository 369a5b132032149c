"""True texts of the product with everything they were written from, to plant lies in. It knows no lie and no label.

The sample shop, the encoder without a model and the plan alone: personas, copy for four channels, reasons, answers.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.writing import Fact, Printing, Subject
    from retrieval import Passage

JOBS = ("persona", "email", "push", "sms", "ad", "subject", "reason", "answer")
OFFERS = (
    {"percent_off": 10, "code": "FRIEND10", "ends": "2026-11-30"},
    {"percent_off": 25, "ends": "2026-12-24"},
    {"amount_off": 5, "code": "WELCOME"},
    {"percent_off": 15},
    {"amount_off": 7.5, "ends": "2027-01-31"},
    None,
)
SMALL_TALK = ("Hello", "Thanks", "Good morning", "Thank you very much", "Bye")
STRANGE = ("blargh", "Do you fly to the moon?", "What is the capital of Peru?", "Tell me a secret", "Fix my car")


@dataclass(frozen=True)
class TrueText:
    """A finished text, the facts and pages it may rest on, whom its first pronoun means, and how values are printed."""

    job: str
    text: str
    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    about: Subject | None
    printing: Printing


def sample_assistant() -> Assistant:
    """Return the assistant of the sample shop, without any model."""
    from assistant import Assistant
    from shop import Shop
    from shop.sample import write_sample

    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder))
        shop = Shop.load(folder)
    return Assistant(shop, encoder="hashing", llm="none")


def gather(assistant: Assistant, *, copies: int = 1500, seed: int = 0) -> list[TrueText]:
    """Return distinct true texts of every job, `copies` of them copy, in an order that does not change."""
    found = [
        *_personas(assistant),
        *_copies(assistant, copies, seed),
        *_reasons(assistant, seed),
        *_answers(assistant),
    ]
    return list({(one.job, one.text, one.facts): one for one in found if one.text}.values())


def _personas(assistant: Assistant) -> Iterator[TrueText]:
    from assistant.writing import compose

    for persona in assistant.personas():
        yield TrueText("persona", persona.summary, persona.facts, (), None, assistant.printing)
        for seed in range(40):
            draft = compose(persona.facts, book=assistant.book, printing=assistant.printing, seed=seed)
            yield TrueText("persona", draft.text, persona.facts, (), None, assistant.printing)


def _copies(assistant: Assistant, count: int, seed: int) -> Iterator[TrueText]:
    from assistant.briefs import Brief, Briefs
    from assistant.writing import compose_copy

    made = assistant.made
    briefs = Briefs(assistant.shop, made, assistant.serving.explain, as_of=assistant.as_of)
    dice = random.Random(seed)
    products = assistant.shop.products["product_id"].to_list()
    customers = made.profiles["customer_id"].to_list()
    for number in range(count):
        channel = ("email", "push", "sms", "ad")[number % 4]
        product, offer = dice.choice(products), dice.choice(OFFERS)
        if offer and dice.random() < 0.3:
            offer = {**offer, "product": product}
        reader = {"customer_id": dice.choice(customers)} if dice.random() < 0.7 else {"segment": 0}
        facts = tuple(briefs.facts(Brief(product, **reader), offer))
        try:
            copy = compose_copy(facts, channel=channel, book=assistant.book, printing=assistant.printing, seed=number)
        except ValueError:  # the title is too long for the channel
            continue
        about = facts[0].subject
        leans_on = about if channel == "ad" else None  # an advertisement's body leans on its head
        yield TrueText(channel, copy.body.text, facts, (), leans_on, assistant.printing)
        yield TrueText("subject", copy.subject.text, facts, (), about, assistant.printing)


def _reasons(assistant: Assistant, seed: int) -> Iterator[TrueText]:
    from assistant.product_facts import RECENT_DAYS, reason_facts
    from assistant.writing import compose

    dice = random.Random(seed)
    customers = assistant.made.profiles["customer_id"].to_list()
    for customer in dice.sample(customers, 60):
        for one in assistant.recommend(customer, k=8):
            facts = tuple(reason_facts(one, as_of=assistant.as_of, days=RECENT_DAYS))
            draft = compose(facts, kind="reasons", book=assistant.book, printing=assistant.printing)
            about = facts[0].subject
            yield TrueText("reason", draft.text, facts, (), about, assistant.printing)


def _answers(assistant: Assistant) -> Iterator[TrueText]:
    from assistant.product_facts import shop_facts

    pages = assistant.made.passages.passages
    facts = tuple(shop_facts(assistant.shop))
    asked = [page.title for page in pages if page.kind in ("faq", "policy")]
    asked += [f"Please tell me: {title.lower()}" for title in asked]
    for question in [*asked, *SMALL_TALK, *STRANGE]:
        answer = assistant.answer(question)
        cited = {(one.title, one.text) for one in answer.citations}
        used = tuple(page for page in pages if (page.title, page.text) in cited)
        # a turn may rest on more than the shop: products that were looked up, the language of the customer
        said = (claim.fact for claim in answer.claims)
        counted = (_holding(assistant, claim.fact) for claim in answer.claims if claim.fact.name == "asked_word")
        rests_on = tuple(dict.fromkeys((*facts, *said, *counted)))
        yield TrueText("answer", answer.text, rests_on, used, None, assistant.printing)


def _holding(assistant: Assistant, word: Fact) -> Fact:
    """Return how many products hold a word a customer asked for, counted here: what "we have nothing with it" rests on."""
    from assistant.writing import fact

    rows = assistant.shop.products.select("title", "description").iter_rows()
    count = sum(str(word.value).casefold() in " ".join(filter(None, row)).casefold() for row in rows)
    return fact(word.subject, "word_products", count, word.source)


def counted(texts: Sequence[TrueText]) -> dict[str, int]:
    """Return how many texts there are of each job."""
    return {job: sum(one.job == job for one in texts) for job in JOBS}
