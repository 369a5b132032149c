"""Returns against purchases, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from shop.netting import net_returns


def lines(*rows: tuple[str | None, str, str, int, float]) -> pl.DataFrame:
    """Customer, product, order, day, units; the price of a unit is the day."""
    schema = {
        "customer_id": pl.String,
        "product_id": pl.String,
        "order_id": pl.String,
        "day": pl.Int64,
        "quantity": pl.Float64,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    stamp = [datetime(2024, 1, day, tzinfo=UTC) for day in frame["day"]]
    return frame.with_columns(
        time=pl.Series(stamp, dtype=pl.Datetime("us", "UTC")), unit_price=pl.col("day").cast(pl.Float64)
    ).drop("day")


def netted(buys: pl.DataFrame, returns: pl.DataFrame) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    both = pl.concat([buys, returns]).with_columns(_seq=pl.int_range(pl.len(), dtype=pl.Int64))
    result = net_returns(both[: buys.height], both[buys.height :])
    return result.events.select("order_id", "quantity", "unit_price").rows(), result.unmatched.select(
        "order_id", "_left"
    ).rows()


def test_return_takes_the_latest_earlier_order_first_and_never_more_than_bought() -> None:
    """Bought 5 (o1) and 3 (o2), 4 more later (o3); 6 come back before o3: 3 of o2, 3 of o1."""
    buys = lines(("a", "mug", "o1", 1, 5), ("a", "mug", "o2", 3, 3), ("a", "mug", "o3", 9, 4))
    assert netted(buys, lines(("a", "mug", "C1", 5, 6))) == ([("o1", 3.0, 1.0), ("o2", 3.0, 3.0)], [])


def test_second_return_sees_what_the_first_left() -> None:
    """Bought 5; 4 come back, then 4 more: 1 of them is left to take, 3 have no purchase."""
    events, left = netted(lines(("a", "mug", "o1", 1, 5)), lines(("a", "mug", "C1", 2, 4), ("a", "mug", "C2", 3, 4)))
    assert events == [("o1", 4.0, 1.0), ("o1", 1.0, 1.0)]
    assert left == [("C2", 3.0)]


def test_return_before_the_purchase_or_of_another_customer_has_no_purchase() -> None:
    buys = lines(("a", "mug", "o1", 5, 5), ("b", "lamp", "o2", 1, 5))
    events, left = netted(buys, lines(("a", "mug", "C1", 4, 1), ("a", "lamp", "C2", 9, 1)))
    assert events == []
    assert sorted(left) == [("C1", 1.0), ("C2", 1.0)]


def test_return_that_names_its_order_nets_there_and_a_guest_only_there() -> None:
    buys = lines(("a", "mug", "o1", 1, 5), ("a", "mug", "o2", 2, 5), (None, "mug", "g1", 1, 2))
    events, left = netted(buys, lines(("a", "mug", "o1", 3, 2), (None, "mug", "g1", 3, 1), (None, "mug", "g9", 3, 1)))
    assert sorted(events) == [("g1", 1.0, 1.0), ("o1", 2.0, 1.0)]
    assert left == [("g9", 1.0)]


def test_return_in_the_minute_of_the_purchase_nets() -> None:
    assert netted(lines(("a", "mug", "o1", 1, 5)), lines(("a", "mug", "C1", 1, 5))) == ([("o1", 5.0, 1.0)], [])
