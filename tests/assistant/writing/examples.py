"""Facts made by hand or drawn at random for the tests of writing; their truth is set here, never taken from the code under test."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from assistant.writing.facts import Fact, Source, Subject, fact
from assistant.writing.show import Printing

POUNDS = Printing("en_GB", "GBP")
SOURCE = Source("events", "segment = 1", None, 100)
CATEGORIES = ("Tea", "Home Decor", "Toys & Games", "Baby Care", "Refill & Zero Waste", "Garden", "Books")
PRODUCTS = (
    "Red stoneware mug",
    "Dr. Brown's bottle no. 4",
    "A4 paper, 5 x 500",
    "Lamp {blue}",
    "Wow! Glitter pens",
    "Tent (4 p.)",
)


def facts_of(subject: Subject, **values: object) -> list[Fact]:
    return [fact(subject, name, value, SOURCE) for name, value in values.items()]  # type: ignore[arg-type]


def evening() -> Subject:
    return Subject("segment", "1", "Evening Orderers")


def evening_facts() -> list[Fact]:
    return facts_of(
        evening(),
        customers=412,
        share=0.0949,
        revenue_share=0.31,
        orders_mean=11.2,
        average_order_value=164.3,
        interval_days=31.2,
        recency_days=12.0,
        top_category="Home Decor",
        top_category_share=0.34,
        hour=21,
        weekday=5,
        weekday_share=0.31,
        return_rate=0.012,
    )


def random_segment(seed: int, *, name: str = "", parts: float = 0.8) -> list[Fact]:
    """Return facts of one segment, each there with probability `parts`; names come with odd characters."""
    dice = random.Random(seed)
    first, second = dice.sample(CATEGORIES, 2)
    values: dict[str, object] = {
        "customers": dice.choice([1, 2, dice.randint(3, 999), dice.randint(1000, 99_999)]),
        "share": dice.choice([dice.random(), dice.random() / 10, 0.0001, 0.9999, 1.0]),
        "revenue_share": dice.random(),
        "orders_mean": 1 + dice.random() * 20,
        "average_order_value": dice.random() * 500,
        "spend_per_year": dice.random() * 3000,
        "spend_mean": dice.random() * 9000,
        "order_value_ratio": dice.random() * 4,
        "spend_ratio": dice.random() * 4,
        "basket_size": 1 + dice.random() * 60,
        "single_order_share": dice.random(),
        "interval_days": 1 + dice.random() * 100,
        "recency_days": dice.random() * 400,
        "tenure_days": dice.random() * 700,
        "top_category": first,
        "top_category_share": dice.random(),
        "second_category": second,
        "category_lift": dice.random() * 6,
        "top_product": dice.choice(PRODUCTS),
        "top_channel": dice.choice(["web", "store", "mobile app"]),
        "top_channel_share": dice.random(),
        "weekday": dice.randint(1, 7),
        "weekday_share": 1 / 7 + dice.random() / 2,
        "weekend_share": dice.random(),
        "hour": dice.randint(0, 23),
        "month": dice.randint(1, 12),
        "month_share": 1 / 12 + dice.random() / 2,
        "country": dice.choice(["Ireland", "Côte d'Ivoire", "Norway"]),
        "country_share": dice.random(),
        "return_rate": dice.choice([0.0, dice.random() / 50, dice.random()]),
        "views_without_order_share": dice.random(),
        "abandoned_cart_share": dice.random(),
    }
    kept = {key: value for key, value in values.items() if key == "customers" or dice.random() < parts}
    return facts_of(
        Subject("segment", str(seed), name or f"Group Number {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[seed % 26]}"), **kept
    )


def mug() -> Subject:
    return Subject("product", "mug", "Red stoneware mug")


def mug_facts() -> list[Fact]:
    """A mug with all a copy may need: a reason, the shop, the reader."""
    reason, shop, reader = (
        Subject("reason", "mug", "Red stoneware mug"),
        Subject("shop", "s", "Larch"),
        Subject("customer", "c", "Ann"),
    )
    described = ("A stoneware mug with a thick base that keeps tea warm.", "It holds 300 ml.")
    return [
        *facts_of(
            mug(), title="Red stoneware mug", category="Kitchen", brand="Larch & Co", price=12.5, buyers=214, stock=4
        ),
        *[fact(mug(), "description_sentence", sentence, SOURCE) for sentence in described],
        *facts_of(
            reason, because_product="Blue teapot", because_date=date(2026, 10, 2), reason_title="Red stoneware mug"
        ),
        *facts_of(shop, shop_name="Larch", contact="hello@larch.example"),
        *facts_of(reader, customer_name="Ann"),
    ]


class ScriptedLLM:
    """Chooses the option it is told to and writes what it is told to, in turn; it remembers what it was asked."""

    name = "scripted"

    def __init__(self, *texts: str, choice: int | None = 0) -> None:
        self.texts, self.choice = list(texts), choice
        self.options: list[Sequence[str]] = []
        self.prompts: list[str] = []
        self.only: Sequence[str] | None = None

    def choose(self, prompt: str, options: Sequence[str]) -> int | None:
        self.options.append(options)
        return self.choice

    def generate(
        self, prompts: Sequence[str], *, max_new_tokens: int, seed: int, only: Sequence[str] | None = None
    ) -> list[str]:
        self.prompts += prompts
        self.only = only
        return [self.texts.pop(0) if self.texts else "" for _ in prompts]

    def draft(
        self, prompts: Sequence[str], *, stated: Sequence[str], ordinary: Sequence[str], max_new_tokens: int, seed: int
    ) -> list[str]:
        return self.generate(prompts, max_new_tokens=max_new_tokens, seed=seed)
