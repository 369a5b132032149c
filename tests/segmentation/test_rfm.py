"""Scores and classes of recency, frequency and monetary value against a table made by hand."""

from __future__ import annotations

import polars as pl

from segmentation import rfm_classes
from segmentation.rfm import RFM_CLASSES


def profiles_of(recency: list[float | None], orders: list[int], spend: list[float | None]) -> pl.DataFrame:
    ids = [f"c{at}" for at in range(len(orders))]
    return pl.DataFrame(
        {"customer_id": ids, "recency_days": recency, "orders": orders, "monetary_value": spend},
        schema_overrides={"recency_days": pl.Float64, "monetary_value": pl.Float64},
    )


def test_ten_customers_get_two_of_each_score_and_the_class_of_the_table() -> None:
    """Ranks 1 to 10 fall two by two into fifths; the youngest orders and the largest counts and sums score 5."""
    table = rfm_classes(
        profiles_of(
            [5, 10, 20, 30, 40, 50, 60, 70, 80, 90],
            [10, 1, 9, 5, 8, 4, 2, 3, 6, 7],
            [99, 1, 88, 50, 70, 40, 20, 30, 66, 67],
        )
    )
    assert table["recency_score"].to_list() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert table["frequency_score"].to_list() == [5, 1, 5, 3, 4, 2, 1, 2, 3, 4]
    assert table["monetary_score"].to_list() == [5, 1, 5, 3, 4, 2, 1, 2, 3, 4]
    # means of the two: 5, 1, 5, 3, 4, 2, 1, 2, 3, 4
    assert table["rfm_class"].to_list() == [
        "Champions", "New customers", "Loyal customers", "Potential loyalists", "Loyal customers",
        "Need attention", "Hibernating", "Hibernating", "At risk", "Cannot lose them",
    ]  # fmt: skip


def test_equal_values_share_the_score_of_their_middle_rank() -> None:
    """Six of ten bought once, ranks 1 to 6, middle 3.5: the second fifth. The others rank 7 to 10."""
    table = rfm_classes(profiles_of([float(at) for at in range(10)], [1] * 6 + [2, 3, 4, 5], [1.0] * 10))
    assert table["frequency_score"].to_list() == [2] * 6 + [4, 4, 5, 5]
    assert set(table["monetary_score"]) == {3}


def test_who_never_bought_has_neither_score_nor_class_and_does_not_move_the_others() -> None:
    bought = profiles_of([5.0, 50.0], [4, 1], [90.0, 9.0])
    with_idle = profiles_of([5.0, 50.0, None], [4, 1, 0], [90.0, 9.0, None])
    assert rfm_classes(with_idle).head(2).equals(rfm_classes(bought))
    assert rfm_classes(with_idle).row(2) == ("c2", None, None, None, None)


def test_every_pair_of_scores_has_a_class() -> None:
    for recency in range(1, 6):
        for twice_worth in range(2, 11):
            worth = twice_worth / 2
            assert any(
                low <= recency <= high and least <= worth <= most for _, (low, high), (least, most) in RFM_CLASSES
            ), (recency, worth)
