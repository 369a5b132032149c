"""Made-up facts to try a wording on: hundreds of shops in which a line may or may not hold. No real shop is in them.

They are drawn wide, so that a line no case reaches is a line that can hardly ever be said.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from assistant.writing.facts import Fact, Source, Subject, fact
from assistant.writing.known import KNOWN

CASES = 300
_SOURCE = Source("cases")
_NAMES = {
    "category": ("Tea", "Home Decor", "Toys & Games", "Garden", "Books"),
    "product": ("Red Stoneware Mug", "Oak Desk Lamp", "A4 Paper, 5 x 500", "Tent (4 p.)", "Cast-Iron Teapot"),
    "person": ("Ann", "Zoë", "Mr Ng"),
    "place": ("Ireland", "Norway", "Japan"),
    "firm": ("Larch & Co", "Fennel", "Birk"),
    "word": ("Christmas", "Nail", "Vintage"),
    "segment": ("Evening Orderers", "Weekend Buyers", "Tea People"),
    "channel": ("web", "store", "mobile app"),
    "code": ("TEN", "SPRING20", "ANN5"),
    "occasion": ("Christmas", "Mother's Day", "the garden party"),
    "status": ("paid", "packed", "sent"),
    "number": ("10023", "A-77-1", "550012"),
    "page": ("Returns",),
}
_NAMES_IN = {
    "zh": {
        "category": ("茶叶", "家居装饰", "玩具", "园艺", "图书"),
        "product": ("红色陶杯", "橡木台灯", "A4 打印纸（五百张）", "双人帐篷", "铸铁茶壶"),
        "person": ("王小明", "李女士", "Zoë"),
        "place": ("中国", "新加坡", "日本"),
        "firm": ("落叶松", "小茴香", "Birk"),
        "word": ("圣诞", "复古", "旅行"),
        "segment": ("高频茶叶顾客", "周末顾客", "大单顾客"),
        "channel": ("网站", "门店", "小程序"),
        "occasion": ("春节", "母亲节", "开学季"),
        "status": ("已付款", "已打包", "已发货"),
        "page": ("退货",),
    }
}
_KIND_OF_NAME = {
    **dict.fromkeys(
        ("top_category", "second_category", "category", "shared_category", "favourite_category"), "category"
    ),
    **dict.fromkeys(
        ("title", "top_product", "reason_title", "because_product", "because_viewed", "offer_product"), "product"
    ),
    **dict.fromkeys(("because_carted", "because_saved", "because_rated"), "product"),
    **dict.fromkeys(("brand", "shared_brand", "shop_name"), "firm"),
    **dict.fromkeys(("order_number", "tracking", "ticket_number", "sign_in_code"), "number"),
    "customer_name": "person",
    "country": "place",
    "title_word": "word",
    "top_channel": "channel",
    "code": "code",
    **dict.fromkeys(("status", "first_status", "last_status"), "status"),
    "occasion": "occasion",
}
_TEXTS = {
    "description_sentence": ("It holds 300 ml.", "A lamp with a heavy foot and a long arm."),
    "hours": ("Mon to Fri, 9 to 17",),
}
_NUMBERS: dict[str, Callable[[random.Random], Any]] = {
    "count": lambda dice: dice.choice([1, 2, dice.randint(3, 60), dice.randint(60, 9_999)]),
    "mean": lambda dice: 1 + dice.random() * dice.choice([4, 40, 150, 600]),
    "share": lambda dice: dice.choice(
        [0.0, 1.0, *(dice.random() for _ in range(5)), dice.random() / 8, 1 - dice.random() / 8]
    ),
    "percent": lambda dice: dice.choice([5, 8, 10, 15, 20, 33, 50]),
    "money": lambda dice: round(0.5 + dice.random() * dice.choice([20, 900]), 2),
    "days": lambda dice: dice.random() * dice.choice([10, 60, 1000]),
    "times": lambda dice: dice.random() * dice.choice([2, 6, 50]),
    "hour": lambda dice: dice.randint(0, 23),
    "weekday": lambda dice: dice.randint(1, 7),
    "month": lambda dice: dice.randint(1, 12),
    "date": lambda dice: date(2026, 1, 1) + timedelta(days=dice.randint(0, 600)),
}
_TERMS = ("code", "ends", "offer_product")  # an offer's line must state those there are: each may be absent
_RATING = "rating"  # of 5
# facts said where they are none, or few: values drawn for them
_DRAWN: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("kept_purchases", "held_differences"), (0, 0, 3)),
    **dict.fromkeys(("stock", "reviews", "products_within", "word_products"), (0, 0, 1, 3, 12, 40)),
    "near_rank": (1, 2, 5),
}
_INTERVALS = ("customer_value", "demand_units", "units_lost")
_DAYS_IN_ORDER = (
    ("next_order_from", "next_order_on", "next_order_to"),
    ("data_from", "data_to"),
    ("placed_on", "sent_on", "delivered_on", "cancelled_on"),
)


def made_up_facts(seed: int, language: str = "en") -> list[Fact]:
    """Return facts of one subject of each kind, the same for the same seed.

    Names are of the language where there are some.
    """
    dice = random.Random(seed)
    names = _NAMES | _NAMES_IN.get(language, {})
    title = dice.choice(names["product"])
    subjects = {
        "segment": Subject("segment", "1", dice.choice(names["segment"])),
        "customer": Subject("customer", "c", dice.choice(names["person"])),
        "product": Subject("product", "p", title),
        "reason": Subject("reason", "p", title),
        "order": Subject("order", "o", "10023"),
        "offer": Subject("offer", "f", "offer"),
        "shop": Subject("shop", "shop", dice.choice(names["firm"])),
        "passage": Subject("passage", "g", "Returns"),
        "ticket": Subject("ticket", "t", "ticket"),
    }
    percent, whole = (
        dice.random() < 0.5,
        dice.random() < 0.5,
    )  # of an offer: percent or amount, everything or one product
    amounts = {
        "percent_off": percent and whole,
        "amount_off": not percent and whole,
        "product_percent_off": percent and not whole,
        "product_amount_off": not percent and not whole,
        "offer_product": not whole,
    }
    values: dict[str, list[Any]] = {}
    for name, about in KNOWN.items():
        if amounts.get(name, name not in _TERMS or dice.random() < 0.5):
            values[name] = _values(name, about.unit, (title, names), dice)
    _order_intervals(values, dice)
    return [fact(subjects[KNOWN[name].kind], name, value, _SOURCE) for name, found in values.items() for value in found]


def _order_intervals(values: dict[str, list[Any]], dice: random.Random) -> None:
    """Put the ends of intervals of predictions around what they are of."""
    for name in _INTERVALS:
        (middle,) = values[name] = [dice.random() * dice.choice([1, 30]) if name == "demand_units" else values[name][0]]
        stem = name.removesuffix("_units")
        high = middle * (1 + dice.random())
        values[f"{stem}_low"] = [middle * dice.random()]
        values[f"{stem}_high"] = [min(high, 1.0) if KNOWN[name].unit == "share" else high]
    for in_order in _DAYS_IN_ORDER:
        days = sorted(values[name][0] for name in in_order)
        values |= {name: [day] for name, day in zip(in_order, days, strict=True)}
    values["orders_expected_mean"] = [dice.random() * 3]


def many_cases(count: int = CASES, language: str = "en") -> Iterator[list[Fact]]:
    """Yield `count` made-up shops' facts."""
    for seed in range(count):
        yield made_up_facts(seed, language)


def _values(
    name: str, unit: str, known_names: tuple[str, Mapping[str, tuple[str, ...]]], dice: random.Random
) -> list[Any]:
    title, all_names = known_names
    if name in ("title", "reason_title", "offer_product"):
        return [title]
    if name in _TEXTS:
        return [dice.choice(_TEXTS[name])]
    if name in _DRAWN:
        return [dice.choice(_DRAWN[name])]
    if name == _RATING:
        return [round(1 + dice.random() * 4, 2)]
    if unit == "count" and KNOWN[name].topic in ("rule", "desk"):
        return [dice.choice((0, 1) if KNOWN[name].topic == "rule" else (0, 1, 2, 30))]
    if unit in ("name", "text"):
        names = all_names.get(_KIND_OF_NAME.get(name, ""), all_names["page"])
        return [dice.choice([one for one in names if one != title] or names)]
    return [_NUMBERS[unit](dice)]
