"""New wordings of one shop: offered by a model or taken from its own past texts, tried, queued, decided by a person.

It brings the shop's tables to the learner and what was learned to the queue. It judges no line itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from assistant.errors import CallError
from assistant.writing.past_files import read_past_texts
from assistant.writing.past_texts import KnownProduct, KnownShop, Left, learn_from_past_texts
from assistant.writing.proposing import reworded
from assistant.writing.queue import Offered, Queue, Turned

if TYPE_CHECKING:
    from assistant.llm import LLM
    from shop import Shop

_MOST_PRICES = 50  # of one product: a past mail may state any price it was sold at


@dataclass(frozen=True)
class Offering:
    """What came of looking for new wordings.

    `queued` wait for a person now; `turned` did not pass the checks; `left` are sentences of past texts, or texts of a
    model, that are no line at all.
    """

    queued: tuple[Offered, ...]
    turned: tuple[Turned, ...]
    left: tuple[Left, ...]


class WordingWork:
    """New wordings of one shop.

    Parameters
    ----------
    shop : Shop
    folder : Path
        Where its own wordings and the queue lie.
    language : str
    """

    def __init__(self, shop: Shop, folder: Path, *, language: str = "en") -> None:
        self._shop = shop
        self.queue = Queue(folder, language=language)

    def from_model(
        self,
        llm: LLM,
        *,
        sections: Sequence[str] = (),
        facts: Sequence[str] = (),
        n: int = 50,
        seed: int = 0,
        tick: Callable[[int, int], None] = lambda done, total: None,
    ) -> Offering:
        """Let a model say lines of the book in other words; see `assistant.writing.proposing.reworded`."""
        book = self.queue.book()
        lines, useless = reworded(llm, book, sections=sections, facts=facts, n=n, seed=seed, tick=tick)
        queued, turned = self.queue.offer(lines)
        return Offering(tuple(queued), tuple(turned), tuple(Left(text, llm.name, why) for text, why in useless))

    def from_folder(self, folder: Path) -> Offering:
        """Learn lines from the shop's past mails and pages; see `assistant.writing.past_texts`.

        Raises
        ------
        CallError
            When the folder is not there or holds nothing that can be read.
        """
        try:
            texts = read_past_texts(Path(folder))
        except ValueError as error:
            raise CallError(str(error)) from error
        learned, left = learn_from_past_texts(texts, self._known, self.queue.book())
        queued, turned = self.queue.offer([(one.section, one.line, one.told) for one in learned])
        return Offering(tuple(queued), tuple(turned), tuple(left))

    @cached_property
    def _known(self) -> KnownShop:
        settings, customers = self._shop.settings, self._shop.customers
        columns = [name for name in ("first_name", "name") if name in customers.columns]
        names = {str(value) for column in columns for value in customers[column].drop_nulls()}
        return KnownShop(self._products(), settings.name, settings.contact, frozenset(names))

    def _products(self) -> tuple[KnownProduct, ...]:
        priced = self._shop.purchases().select("product_id", "unit_price").drop_nulls()
        common = (
            priced.group_by("product_id", "unit_price")
            .len()
            .sort("len", "unit_price", descending=True)
            .group_by("product_id", maintain_order=True)
            .agg(pl.col("unit_price").head(_MOST_PRICES))
        )
        sold = dict(common.iter_rows())
        rows = self._shop.products.select("product_id", "title", "price", "brand", "category").iter_rows()
        return tuple(
            KnownProduct(
                title,
                frozenset(_cents(one) for one in (*sold.get(product, ()), price) if one is not None),
                brand or "",
                category or "",
            )
            for product, title, price, brand, category in rows
            if title
        )


def _cents(price: float) -> Decimal:
    return Decimal(str(price)).quantize(Decimal("0.01"))
