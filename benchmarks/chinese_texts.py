"""True Chinese texts with everything they were written from: the sample shop's, and those of made-up shops with Chinese names.

It knows no lie and no label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.lies_texts import TrueText, gather

if TYPE_CHECKING:
    from assistant import Assistant

_SHOPS = 160  # made-up shops
_COPIES = 480  # of the sample shop
_ALONE = ("orders", "customers", "reasons", "predictions", "captions", "copy_offer")  # sections whose lines are texts
_CHANNELS = ("email", "push", "sms", "ad")


def chinese_assistant(assistant: Assistant) -> Assistant:
    """Return an assistant of the same shop that writes Chinese, in yuan."""
    from assistant import Assistant

    shop = replace(assistant.shop, settings=replace(assistant.shop.settings, locale="zh_CN", currency="CNY"))
    other = Assistant(shop, encoder="hashing", llm="none")
    other.made = assistant.made  # the tables are the same
    return other


def chinese_texts(assistant: Assistant) -> list[TrueText]:
    """Return distinct true texts in Chinese, in an order that does not change."""
    found = [*gather(assistant, copies=_COPIES), *_made_up(assistant)]
    return list({(one.job, one.text, one.facts): one for one in found if one.text}.values())


def _made_up(assistant: Assistant) -> Iterator[TrueText]:
    from assistant.writing import compose_copy, plan_texts
    from assistant.writing.cases import made_up_facts

    book, printing = assistant.book, assistant.printing
    for seed in range(_SHOPS):
        facts = tuple(made_up_facts(seed, "zh"))
        group = tuple(one for one in facts if one.subject.kind == "segment")
        for candidate in plan_texts(group, book, n=4, seed=seed, printing=printing):
            yield TrueText("persona", candidate.text, group, (), None, printing)
        goods = tuple(one for one in facts if one.subject.kind not in ("segment", "order", "passage", "ticket"))
        try:
            copy = compose_copy(goods, channel=_CHANNELS[seed % 4], book=book, seed=seed, printing=printing)
        except ValueError:  # the title is too long for the channel
            continue
        product = next(one.subject for one in goods if one.subject.kind == "product")
        leans_on = product if _CHANNELS[seed % 4] == "ad" else None  # an advertisement's body leans on its head
        yield TrueText(_CHANNELS[seed % 4], copy.body.text, goods, (), leans_on, printing)
        for section in _ALONE:
            for candidate in plan_texts(facts, book, kind=section, n=3, seed=seed, printing=printing):
                about = candidate.facts_used[0].subject
                yield TrueText(section, candidate.text, facts, (), about, printing)
