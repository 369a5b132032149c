"""What many customers at once would like, as recommendations. It knows no single customer's list and scores nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.errors import CallError
from retrieval import Recommendation
from retrieval.filters import Filter, FilterError

if TYPE_CHECKING:
    from retrieval.crowd import Crowd
    from retrieval.filters import Catalogue


def products_liked(
    crowd: Crowd, catalogue: Catalogue, customers: Sequence[str], k: int, filters: Filter
) -> list[Recommendation]:
    """Return the products on sale of the highest mean score over some customers; see `Serving.products_for`.

    Raises
    ------
    CallError
        When there is no customer with history among them, or a filter names what is not there.
    """
    try:
        allowed = catalogue.passing(filters)
    except FilterError as error:
        raise CallError(str(error)) from error
    allowed = allowed & ~catalogue.blocked() & ~catalogue.out_of_stock()
    ranked = crowd.for_customers(customers, allowed, k)
    if not len(ranked.rows) and allowed.any():
        raise CallError(f"none of these {len(customers)} customers has a history to go by.")
    return [
        Recommendation(catalogue.ids[row], catalogue.titles[row], float(score))
        for row, score in zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True)
    ]
