"""Lies that need the facts: a true value in a wrong place, a true sentence of somebody else, comparisons the counts contradict.

It reads names, values and units of facts, writes by its own templates, and never reads a label.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from benchmarks.lies_disguise import planted
from benchmarks.lies_known import Edit, Known, numbers_in, put, sentences_in, value_of
from benchmarks.lies_said import COMPARISONS, DISCOUNTS, HOOKS, OTHER_NAMES, OTHER_PLACES, OTHER_SHOPS, PROMISES

if TYPE_CHECKING:
    from benchmarks.lies_texts import TrueText


@dataclass(frozen=True)
class Others:
    """Names and sentences of the other texts, to mix things up with."""

    texts: Sequence[TrueText]

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The values of every name fact by its name, and the names of segments."""
        found: dict[str, set[str]] = {}
        for text in self.texts:
            for fact in text.facts:
                if fact.unit == "name":
                    found.setdefault(fact.name, set()).add(str(fact.value))
                if fact.subject.kind == "segment":
                    found.setdefault("segment", set()).add(fact.subject.name)
        return {name: tuple(sorted(values)) for name, values in found.items()}

    @cached_property
    def by_job(self) -> Mapping[str, tuple[TrueText, ...]]:
        """The texts of each job."""
        return {job: tuple(one for one in self.texts if one.job == job) for job in {one.job for one in self.texts}}


def _listed(lines: Sequence[tuple[tuple[str, ...], str]], known: Known, dice: random.Random) -> str | None:
    cues, said = dice.choice(lines)
    return said if known.lacks(cues) else None


def discount(known: Known, dice: random.Random) -> Edit | None:
    """Plant a discount nobody gives."""
    off = known.share("percent_off") or known.share("product_percent_off")
    if off is None or dice.random() < 0.7:
        said = _listed(DISCOUNTS, known, dice)
    else:
        said = f"{dice.choice(('Save', 'Take', 'You save'))} {round(off) + dice.choice((5, 20, 33))}%{dice.choice((' off.', ' today.', '.'))}"
    return planted(known, said, dice, "no fact or page gives this") if said else None


def promise(known: Known, dice: random.Random) -> Edit | None:
    """Plant a promise nobody made."""
    said = _listed(PROMISES, known, dice)
    return planted(known, said, dice, "no fact or page promises this") if said else None


_FRAMES = ("Did you know that {}?", "Isn't it nice that {}?", "Have you heard that {}?", "Who knew that {}?", "Fancy that {}?",
    "{}, right?",
           "{}, isn't it?", "Ready, now that {}?", "Guess what: {}?", "Why wait when {}?", "{} – interested?", "What if {}?")  # fmt: skip


def hook(known: Known, dice: random.Random) -> Edit | None:
    """Plant a claim that looks like a question or an opening."""
    if dice.random() < 0.7:
        said = _listed(HOOKS, known, dice)
    else:
        claims = list(_false_claims(known, dice))
        said = dice.choice(_FRAMES).format(dice.choice(claims).rstrip(".")) if claims else None
    return planted(known, said, dice, "it presupposes what no fact or page says") if said else None


def _false_claims(known: Known, dice: random.Random) -> Iterator[str]:
    for fact in known.source.facts:
        if fact.name == "price":
            yield f"it costs £{float(str(fact.value)) + dice.choice((-3, 2, 10)):.2f}"
        if fact.name == "title":
            yield f"{fact.value} is sold out"
            yield f"{fact.value} is new"
        if fact.name == "customers":
            yield f"they are {int(float(str(fact.value))) + 40} customers"
        if fact.name == "shop_name":
            yield f"{fact.value} delivers at night"
        if fact.name == "share":
            yield (
                "they are half of all customers"
                if float(str(fact.value)) < 0.4
                else "they are a tenth of all customers"
            )


def comparative(known: Known, dice: random.Random) -> Edit | None:
    """Plant a comparison the counts contradict, or none supports; or hedge a number on its wrong side."""
    if dice.random() < 0.45:
        return _hedged(known, dice)
    said = list(_against_counts(known)) if known.source.job == "persona" or dice.random() < 0.6 else []
    chosen = dice.choice(said) if said else _listed(COMPARISONS, known, dice)
    return planted(known, chosen, dice, "the counts say otherwise, or nothing") if chosen else None


def _hedged(known: Known, dice: random.Random) -> Edit | None:
    found = [match for match in numbers_in(known.source.text) if value_of(match.group()) >= 3]
    if not found:
        return None
    match = dice.choice(found)
    value, text = value_of(match.group()), known.source.text
    before = match.start() - (text[match.start() - 1] == "£")
    words, factor = dice.choice(
        (
            ("more than ", 1.3),
            ("over ", 1.6),
            ("at least ", 1.5),
            ("less than ", 0.7),
            ("under ", 0.6),
            ("up to ", 0.5),
            ("nearly ", 1.8),
            ("at most ", 0.6),
        )
    )
    number = round(value * factor)
    if text[match.end() : match.end() + 1] == "%" and number > 99 or not known.is_new(number):
        return None
    new = words + text[before : match.start()] + f"{number:,}"
    return put(text, (before, match.end()), new, words.strip(), f"{match.group()} is not {words}{number}")


def _against_counts(known: Known) -> Iterator[str]:
    share, revenue = known.share("share"), known.share("revenue_share")
    if share is not None and revenue is not None:
        yield (
            "They bring in more revenue than their number suggests."
            if revenue < share
            else "They bring in less revenue than their number suggests."
        )
        yield "They bring in most of the revenue." if revenue < 0.5 else "They bring in hardly any revenue."
        yield "They are most of all customers." if share < 0.5 else "They are a small group."
    pairs = {
        "spend_ratio": "They spend {} than other customers.", "order_value_ratio": "Their orders are worth {} than those of others.",
        "category_lift": "They are {} likely than others to buy from their first category.",
    }  # fmt: skip
    for name, line in pairs.items():
        if (value := known.share(name)) is not None and abs(value - 1) > 0.05:
            yield line.format("less" if value > 1 else "more")
    for name, line in (
        ("weekend_share", "They order {} at weekends."),
        ("single_order_share", "{} of them have ordered exactly once."),
    ):
        if (value := known.share(name)) is not None and abs(value - 0.5) > 0.05:
            words = ("rarely", "mostly") if name == "weekend_share" else ("Few", "Most")
            yield line.format(words[value < 0.5])
    price, buyers = known.share("price"), known.share("buyers")
    if price is not None:
        yield f"It costs less than £{price * 0.8:.0f}." if price > 5 else "It costs more than £50."
        yield f"It costs more than £{price + 10:.0f}."
    if buyers is not None:
        yield f"More than {buyers + 25:.0f} customers have bought it."
        yield f"Fewer than {max(1, buyers):.0f} customers have bought it."


def names(known: Known, others: Others, dice: random.Random) -> Edit | None:
    """Put another name in place of one: product, segment, brand, category, shop, reader, place."""
    text = known.source.text
    options: list[tuple[tuple[int, int], str]] = []
    for fact in known.source.facts:
        pools = [(str(fact.value), others.names.get(fact.name, ()))] if fact.unit == "name" else []
        if fact.subject.kind == "segment":
            pools.append((fact.subject.name, others.names["segment"]))
        own = {"shop_name": OTHER_SHOPS, "customer_name": OTHER_NAMES}.get(fact.name, ())
        for said, pool in pools:
            spans = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(said)}(?!\w)", text)]
            free = [
                each for each in dice.sample(pool, min(len(pool), 3)) + list(own) if each.lower() not in known.words
            ]
            options += [(span, each) for span in spans for each in free]
    for place, other in OTHER_PLACES:
        options += [
            (match.span(), other) for match in re.finditer(rf"\b{place}\b", text) if other.lower() not in known.words
        ]
    if not options:
        return None
    span, new = dice.choice(options)
    return put(text, span, new, "another name", f"{text[slice(*span)]!r} became {new!r}, which no fact or page names")


def predicate(known: Known, dice: random.Random) -> Edit | None:
    """Say a true value of the wrong thing: two values of one form change places, or a template of its own takes a value."""
    text, found = known.source.text, numbers_in(known.source.text)
    forms = {
        match: (
            text[match.start() - 1 : match.start()] == "£",
            re.match(r"%| days| customers|", text[match.end() :]).group(),
        )
        for match in found
    }  # type: ignore[union-attr]
    pairs = [
        (a, b)
        for a in found
        for b in found
        if a.start() < b.start() and a.group() != b.group() and forms[a] == forms[b]
    ]
    pairs = [
        (a, b) for a, b in pairs if abs(value_of(a.group()) - value_of(b.group())) > 0.02 * value_of(a.group()) + 0.06
    ]
    if pairs and dice.random() < 0.5:
        a, b = dice.choice(pairs)
        made = text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :]
        return Edit(
            made, (a.start(), b.end()), "two values change places", f"{a.group()} and {b.group()} change places"
        )
    said = list(_misplaced(known))
    if not said:
        return None
    return planted(known, dice.choice(said), dice, "the value is true of something else")


_SHARES = {
    "share": "{} of all customers", "revenue_share": "{} of revenue comes from them.",
    "single_order_share": "{} of them have ordered exactly once.",
    "return_rate": "Of the items they buy, {} come back.", "weekend_share": "{} of their orders fall on a weekend.",
    "abandoned_cart_share": "{} of them left a cart behind.",
    "top_category_share": "{} of their spend goes on their first category.", "country_share": "{} of them share a country.",
    "month_share": "{} of their orders come in one month.",
}  # fmt: skip
_ROLES = {
    "price": "The offer takes {} off.", "brand": "It is called {}.", "category": "It is from {}.",
    "buyers": "In stock: {} on hand.", "stock": "It has gone to {} customers so far.",
    "recent_buyers": "{} customers have bought it so far.", "code": "It is made by {}.",
    "average_order_value": "In a year they spend {} each.", "spend_mean": "An average order comes to {}.",
    "basket_size": "They place {} orders each.", "orders_mean": "An average order holds {} items.",
    "recency_days": "They order every {} days.", "tenure_days": "Their last order is {} days old.",
    "interval_days": "Their first order was {} days ago.", "top_product": "They like nothing less than {}.",
    "second_category": "Most of their spend goes on {}.", "because_product": "You have never bought {}.",
    "also_bought_n": "It is on sale for £{}.", "reason_buyers": "There are {} left.", "favourite_category": "This is from our {} range.",
    "percent_off": "{}% of our customers bought it.", "amount_off": "It costs £{:.2f}.", "reason_days": "It takes {} days to arrive.",
}  # fmt: skip


def _misplaced(known: Known) -> Iterator[str]:
    facts = {fact.name: fact for fact in known.source.facts}
    shares = {name: f"{float(facts[name].value):.0%}" for name in _SHARES if name in facts}  # type: ignore[arg-type]
    for name, said in shares.items():
        for other, line in _SHARES.items():
            if other != name and other in shares and shares[other] != said and other != "share":
                yield line.format(said)
    for name, line in _ROLES.items():
        if name in facts and _is_false_of_all(name, facts):
            value = facts[name].value
            yield line.format(value if isinstance(value, str) or "." in line.split("}")[0] else f"{float(value):.0f}")  # type: ignore[arg-type]


def _is_false_of_all(name: str, facts: Mapping[str, object]) -> bool:
    said = {"recent_buyers": "buyers", "buyers": "stock", "stock": "buyers", "average_order_value": "spend_per_year",
    "spend_mean": "average_order_value",
            "basket_size": "orders_mean", "orders_mean": "basket_size", "recency_days": "interval_days", "tenure_days": "recency_days",
            "interval_days": "tenure_days", "second_category": "top_category", "favourite_category": "category", "amount_off": "price",
            "also_bought_n": "price", "reason_buyers": "stock"}  # fmt: skip
    other = facts.get(said.get(name, ""))
    if other is None:
        return name not in said
    mine, theirs = (getattr(each, "value", None) for each in (facts[name], other))
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine != theirs
    return abs(float(mine or 0) - float(theirs or 0)) > 1 + 0.02 * float(theirs or 0)


def subject(known: Known, others: Others, dice: random.Random) -> Edit | None:
    """Say a true sentence of somebody else, or two neighbours' pronouns crossed."""
    source = known.source
    pool = others.by_job.get(source.job, ())
    for _ in range(20):
        other = dice.choice(pool)
        spans = sentences_in(other.text)
        start, end = dice.choice(spans)
        said = other.text[start:end]
        new = [match for match in numbers_in(said) if known.is_new(value_of(match.group()))]
        title = str(other.facts[0].subject.name) if other.facts else ""
        is_of_it = title and title.lower() not in known.words and title in said
        if not new and not is_of_it or source.job in ("answer",) and any(said in page.text for page in source.passages):
            continue
        if title and source.facts and dice.random() < 0.6:
            said = said.replace(title, source.facts[0].subject.name)
            if not any(known.is_new(value_of(match.group())) for match in numbers_in(said)):
                continue
        return planted(known, said, dice, f"true of {title!r} only")
    return None
