"""What a customer knows is told as the reason for a product only where the two belong together: by words, category or buyers."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.neighbours import Neighbours
from retrieval import FaissIndex, Reason
from shop import Shop

LATELY = Reason("popular lately", None, None, 30, 30)


def did(other: str) -> Reason:
    return Reason("what you did", other, "Other", action="buy", share=0.4)


@pytest.fixture(scope="module")
def planted(small_shop: Shop) -> tuple[Neighbours, dict[str, str]]:
    """Of four products one is of the first's category, one has its words, and the last one of the shop has neither."""
    rows = small_shop.products.select("product_id", "category").rows()
    first, category = rows[0]
    same = next(product for product, of in rows[1:] if of == category)
    words, far = [product for product, of in rows if of != category][-2:]
    vectors = np.tile(np.array([[0.0, 1.0]], dtype=np.float32), (len(rows), 1))
    ids = [product for product, _ in rows]
    for product in (first, words):
        vectors[ids.index(product)] = (1.0, 0.0)
    counts = {first: {"customers": 10}}
    named = {"first": first, "same": same, "words": words, "far": far}
    return Neighbours(small_shop, FaissIndex(ids, vectors, "by hand"), counts), named


@pytest.mark.parametrize(("other", "is_told"), [("same", True), ("words", True), ("far", False)])
def test_neighbour_is_told_and_far_product_is_not(
    planted: tuple[Neighbours, dict[str, str]], other: str, is_told: bool
) -> None:
    neighbours, named = planted
    reason = did(named[other])
    told = neighbours.told(named["first"], (reason, LATELY))
    assert told == ((reason, LATELY) if is_told else (LATELY,))


@pytest.mark.parametrize(("both", "is_told"), [(8, False), (25, True)])
def test_far_product_is_told_where_a_fifth_of_its_buyers_chose_this(
    planted: tuple[Neighbours, dict[str, str]], both: int, is_told: bool
) -> None:
    """Of 100 buyers of the other one, 8 or 25 bought this, which 10 of the shop's hundreds of customers bought at all."""
    neighbours, named = planted
    reasons = (did(named["far"]), Reason("bought together", named["far"], "Other", both, 100))
    assert neighbours.told(named["first"], reasons) == (reasons if is_told else ())
