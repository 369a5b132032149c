"""The shops texts are written for in benchmarks: the sample shop and two public sets, looked at on several days.

It opens shops and gathers what texts are made from. It judges no text.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.form import ROOT

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.llm import LLM
    from assistant.writing import Fact
    from retrieval import Encoder
    from shop import Shop

# days each shop is looked at, besides its last; a set without a clock has none
DAYS: Mapping[str, tuple[str, ...]] = {
    "sample": ("2026-01-01", "2026-04-01", "2026-08-01"),
    "online_retail": ("2011-04-01", "2011-06-01", "2011-08-01", "2011-10-01"),
    "amazon_office": (),
}
_CURRENCY = {"online_retail": "GBP", "amazon_office": "USD"}  # what their owners would say in shop.toml
CHANNELS = ("email", "push", "sms", "ad")
_OFFERS: tuple[Mapping[str, Any] | None, ...] = (
    {"percent_off": 10, "code": "FRIEND10", "days": 21},
    {"percent_off": 25, "days": 40},
    {"amount_off": 5, "code": "WELCOME"},
    {"percent_off": 15},
    None,
    None,
)


@dataclass(frozen=True)
class Seen:
    """A shop looked at on one day."""

    name: str
    day: str  # "" for the last
    assistant: Assistant


@dataclass(frozen=True)
class Wanted:
    """A text that is asked for: product, reader, channel, offer."""

    product_id: str
    customer_id: str | None
    segment: int | None
    channel: str
    offer: Mapping[str, Any] | None

    @property
    def call(self) -> dict[str, Any]:
        """Return it as `Assistant.write_copy` takes it."""
        return {
            "product_id": self.product_id,
            "customer_id": self.customer_id,
            "segment": self.segment,
            "channel": self.channel,
            "offer": self.offer,
        }


def data_folder() -> Path:
    """Return where the public data sets are looked for."""
    return Path(os.environ.get("SHOPKEEPER_DATA", ROOT.parent / "shared" / "data"))


def shops() -> Iterator[tuple[str, Shop]]:
    """Yield the shops there are on this machine by name."""
    from shop import Shop
    from shop.sample import sample_shop

    yield "sample", sample_shop()
    for name in ("online_retail", "amazon_office"):
        if not (data_folder() / name).is_dir():
            print(f"{name}: not in {data_folder()}, left out; set SHOPKEEPER_DATA", file=sys.stderr)
        else:
            shop = Shop.load(data_folder() / name)
            yield name, replace(shop, settings=replace(shop.settings, currency=_CURRENCY[name]))


def seen(llm: LLM | str, encoder: Encoder, work: Path, *, days: bool = True) -> Iterator[Seen]:
    """Yield each shop on each day. `work` keeps vectors and what a model said ahead, a folder a shop and day."""
    from assistant import Assistant
    from assistant.said_ahead import SaidAhead
    from retrieval import CachedEncoder

    for name, shop in shops():
        known = CachedEncoder(encoder, work / "vectors")
        for day in ("", *DAYS[name]) if days else ("",):
            looked = shop if not day else shop.until(datetime.fromisoformat(day).replace(tzinfo=UTC))
            assistant = Assistant(looked, llm=llm, encoder=known, state=work / f"{name}{day}")
            if assistant.llm is not None:  # what a model says ahead is kept for all shops and days
                assistant._said = SaidAhead(assistant.llm, (assistant.book, assistant.printing), work / "said")
            yield Seen(name, day, assistant)


def briefs(one: Seen, count: int, seed: int) -> list[Wanted]:
    """Return so many texts to ask for, evenly over the channels, to customers and groups, with and without offers."""
    dice = random.Random(f"{one.name} {one.day} {seed}")
    shop, made = one.assistant.shop, one.assistant.made
    products = shop.products["product_id"].to_list()
    bought = (
        made.profiles.filter(made.profiles["orders"] > 0)["customer_id"].to_list()
        or shop.customers["customer_id"].to_list()
    )
    found = []
    for number in range(count):
        customer = dice.choice(bought) if dice.random() < 0.7 else None
        segment = dice.randrange(made.segments.k) if customer is None else None
        offer = _offer(dice.choice(_OFFERS), one.assistant.as_of)
        found.append(Wanted(dice.choice(products), customer, segment, CHANNELS[number % 4], offer))
    return found


def _offer(terms: Mapping[str, Any] | None, as_of: datetime | None) -> Mapping[str, Any] | None:
    if terms is None:
        return None
    today = as_of.date() if as_of is not None else date(2026, 6, 1)
    ends = {"ends": (today + timedelta(days=terms["days"])).isoformat()} if "days" in terms else {}
    return {key: value for key, value in terms.items() if key != "days"} | ends


def facts_of(one: Seen, wanted: Wanted) -> tuple[Fact, ...]:
    """Return the facts a text is written from."""
    from assistant.briefs import Brief

    brief = Brief(wanted.product_id, wanted.customer_id, wanted.segment)
    return tuple(one.assistant._briefs.facts(brief, wanted.offer))


def as_shown(one: Seen, facts: Sequence[Fact]) -> list[str]:
    """Return facts for a person to read: what is counted, of whom, and the value as it is printed."""
    from assistant.writing import show
    from assistant.writing.known import KNOWN

    place = one.assistant.printing
    return [
        f"{KNOWN[fact.name].meaning} ({fact.subject.name}): {show(fact, locale=place.locale, currency=place.currency)}"
        for fact in facts
    ]
