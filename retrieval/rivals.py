"""Simple orders every recommender has to beat on a window, by rows: what sells, what sells lately, what the customer bought. They learn nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from retrieval.judging import Scores
from retrieval.model import Floats, Rows
from retrieval.trend import buyers
from retrieval.windows import Window

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

RECENT = (7.0, 14.0, 30.0, 90.0)  # days, of what sells lately


def rivals(window: Window) -> Mapping[str, Scores]:
    """Return the simple rivals by name, each as of the moment it is asked for."""
    past = window.past

    def popular(moment: float) -> Floats:
        return buyers(past, moment if past.clock == "days" else None)

    def what_sells(customers: Rows, moment: float) -> Floats:
        return np.tile(popular(moment), (len(customers), 1))

    def lately(days: float) -> Scores:
        def what_sells_lately(customers: Rows, moment: float) -> Floats:
            return np.tile(buyers(past, moment, days=days), (len(customers), 1))

        return what_sells_lately

    counts = orders_of(window)

    def what_they_bought(customers: Rows, moment: float) -> Floats:
        between = popular(moment)
        return np.asarray(counts[customers].toarray() + between / (between.max(initial=0) + 1), dtype=np.float32)

    found: dict[str, Scores] = {"what sells": what_sells, "what they bought before": what_they_bought}
    if past.clock == "days":
        found |= {lately_name(days): lately(days) for days in RECENT}
    return found


def lately_name(days: float) -> str:
    """Return the name of the rival that ranks by sales of late."""
    return f"what sells lately, last {days:g} days"


def orders_of(window: Window) -> csr_matrix:
    """Return csr float32 (customers, products): how many orders of the customer held the product."""
    from scipy.sparse import csr_matrix

    buys = window.past.buys()
    lines = np.unique(np.stack([buys.customer, buys.product, buys.order]), axis=1)
    ones = np.ones(lines.shape[1], np.float32)
    return csr_matrix((ones, (lines[0], lines[1])), (window.past.customers, window.past.products))
