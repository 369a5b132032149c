"""Exports in shapes the product was not written for, and made-up shops: loaded with a true report, or stopped with a clear reason."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.questions import ShopQuestion
from shop.tables import ShopDataError
from tests.shop.exports import as_csv, expected, found, load, raw, sales
from tests.shop.test_cleaning_folders import balanced, reasons, small

SALES = sales()


def day(form: str) -> pl.Expr:
    return pl.col("time").dt.strftime(form)


def test_till_export_with_date_and_clock_apart_and_decimal_commas() -> None:
    comma = [pl.col(name).cast(pl.String).str.replace(".", ",", literal=True) + " €" for name in ("price", "total")]
    till = SALES.select(
        day("%d.%m.%Y").alias("Datum"), day("%H:%M:%S").alias("Uhrzeit"), pl.col("order").alias("Bon-Nr"), pl.col("code").alias("Artikel-Nr"),
        pl.col("title").alias("Bezeichnung"), pl.col("quantity").cast(pl.String).alias("Menge"), comma[0].alias("Einzelpreis"),
        comma[1].alias("Gesamt"), pl.col("customer").alias("Kunde"),
    )  # fmt: skip
    cleaned = load(raw("kasse.csv", till))
    assert found(cleaned.tables["events"]) == expected(SALES, "customer")
    assert cleaned.settings.currency == "EUR"


def test_wide_sales_table_reads_its_sales_column_as_line_totals() -> None:
    wide = as_csv(SALES.select(**{"Row ID": pl.int_range(pl.len()), "Order ID": "order", "Order Date": day("%m/%d/%Y"), "Ship Date": day("%m/%d/%Y"),
                                  "Ship Mode": pl.lit("Second Class"), "Customer ID": "customer", "Customer Name": "email", "Country": "country",
                                  "Postal Code": pl.lit("42420"), "Product ID": "code", "Category": pl.lit("Home"), "Product Name": "title",
                                  "Sales": "total", "Quantity": "quantity", "Discount": pl.lit("0"), "Profit": pl.col("total") * 0.2}))  # fmt: skip
    cleaned = load(raw("wide.csv", wide))
    assert [row[:5] for row in found(cleaned.tables["events"])] == [row[:5] for row in expected(SALES, "customer")]
    assert cleaned.tables["customers"].columns == ["customer_id", "country"]
    assert cleaned.tables["products"]["category"].unique().to_list() == ["Home"]


def test_line_numbers_are_no_quantity() -> None:
    """One row a unit, with the number of the line in its order: each row counts as one."""
    numbered = SALES.with_columns(n=pl.int_range(pl.len()).over("order") + 1)
    lines = as_csv(
        numbered.select(
            order_id="order", order_item_id="n", customer_id="customer", product_id="code", price="price", date="time"
        )
    )
    names = as_csv(SALES.unique("code").select(product_id="code", title="title"))
    cleaned = load(raw("items.csv", lines), raw("products.csv", names))
    assert cleaned.tables["events"]["quantity"].unique().to_list() == [1.0]
    assert "quantity" in cleaned.report.lacks


def test_log_without_any_product_text_stops() -> None:
    log = as_csv(SALES.select(timestamp="time", visitorid="customer", itemid="code", transactionid="order"))
    with pytest.raises(ShopDataError, match="no text for any product: found events.csv"):
        load(
            raw(
                "events.csv",
                log.rename({"visitorid": "visitor id", "itemid": "item id", "transactionid": "transaction id"}),
            )
        )


def test_gross_and_net_sales_are_asked() -> None:
    till = as_csv(SALES.select(Date="time", Item="title", Qty="quantity", SKU="code", **{"Gross Sales": "total", "Net Sales": pl.col("total") * 0.9,
                               "Transaction ID": "order", "Customer ID": "customer"}))  # fmt: skip
    with pytest.raises(ShopQuestion, match="is this the price of one unit, the total of the line, or neither") as asked:
        load(raw("items.csv", till))
    assert {candidate.column for candidate in asked.value.candidates} == {"Gross Sales", "Net Sales"}


def test_second_customer_like_column_without_headers_is_asked() -> None:
    other = pl.col("customer").cast(pl.Int64) + 1
    lines = as_csv(
        SALES.select(
            a="order",
            b="customer",
            z=other,
            c="code",
            d="title",
            e="quantity",
            f="price",
            g="time",
        )
    )
    with pytest.raises(ShopQuestion, match="which column is the customer"):
        load(raw("o.csv", lines))


def test_few_rows_without_headers_are_asked_whole() -> None:
    lines = as_csv(
        SALES.head(6).select(a="order", b="customer", c="code", d="title", e="quantity", f="price", g="time")
    )
    with pytest.raises(ShopQuestion, match="neither headers nor values tell what these columns are"):
        load(raw("o.csv", lines))


def test_returns_in_a_file_of_their_own_net_against_their_order() -> None:
    back = pl.DataFrame({"order_id": ["2", "9"], "customer_id": ["b", "b"], "sku": ["x1", "y2"], "quantity": ["1", "1"], "price": ["2.50", "9"],
                         "date": ["2024-02-09", "2024-02-09"]})  # fmt: skip
    cleaned = load(raw("orders.csv", small()), raw("returns.csv", back))
    returned = cleaned.tables["events"].filter(pl.col("action") == "return")
    assert returned.select("order_id", "product_id", "quantity", "time").rows() == [
        ("2", "x1", 1.0, datetime(2024, 2, 9, tzinfo=UTC))
    ]
    assert reasons(cleaned.report) == {"return without a purchase in the data": 1}
    assert balanced(cleaned.report)


HEAD = as_csv(
    sales(60).select(
        order_id="order",
        customer_id="customer",
        sku="code",
        title="title",
        quantity="quantity",
        price="price",
        date="time",
    )
)
cells = {
    "order_id": st.sampled_from(["1", "2", "C3", "C4", "5", None]),
    "customer_id": st.sampled_from(["a", "b", "17.0", None]),
    "sku": st.sampled_from(["x1", "X1", "y2", "POST", None]),
    "title": st.sampled_from(["Red mug", "Oak tray", "POSTAGE", "?", "damaged", None]),
    "quantity": st.sampled_from(["1", "2", "-1", "-3", "0", None]),
    "price": st.sampled_from(["2.50", "0", "-1.00", "NaN", "9.99", "inf", None]),
    "date": st.sampled_from(["2024-01-05", "2024-02-05 10:00", "2024-02-30", None]),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=25))
def test_every_row_of_any_shop_is_kept_or_counted(rows: list[dict[str, str | None]]) -> None:
    """A clean head, then anything: rows kept + dropped = rows read; returns never exceed purchases; positions are 0, 1, 2 …"""
    frame = pl.concat([HEAD, pl.DataFrame(rows, schema=dict.fromkeys(cells, pl.String))])
    stopped = ""
    try:
        cleaned = load(raw("o.csv", frame))
    except ShopDataError as error:
        stopped = str(error)
    if stopped:
        assert "as if columns were shifted" in stopped
        return
    events = cleaned.tables["events"]
    assert balanced(cleaned.report)
    assert cleaned.report.rows_kept == {"o.csv": frame.height - sum(reasons(cleaned.report).values())}
    assert events["position"].to_list() == list(range(events.height))
    assert bool((events["quantity"] > 0).all())
    assert bool((events["unit_price"].drop_nulls() > 0).all())
    assert set(events["product_id"]) <= set(cleaned.tables["products"]["product_id"])
    per = ["customer_id", "order_id", "product_id"]
    bought = events.filter(pl.col("action") == "buy").group_by(per).agg(pl.col("quantity").sum().alias("bought"))
    back = (
        events.filter(pl.col("action") == "return")
        .group_by(per)
        .agg(pl.col("quantity").sum())
        .join(bought, on=per, how="left", nulls_equal=True)
    )
    assert bool((back["quantity"] <= back["bought"]).all())
