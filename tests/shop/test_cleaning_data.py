"""The public data sets: published figures, and counts made here by pandas, independently of the product."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from shop.cleaning import Cleaned
from tests.shop.exports import load, raw
from tests.shop.test_cleaning_folders import balanced, reasons

pytestmark = pytest.mark.data
NET = ["customer_id", "order_id", "product_id"]


def load_set(folder: Path) -> Cleaned:
    if not folder.is_dir():
        pytest.skip(f"no {folder.name} among the public data")
    return load(*(raw(path.name, pl.read_parquet(path)) for path in sorted(folder.glob("*.parquet"))))


@pytest.fixture(scope="module")
def retail(data_folder: Path) -> Cleaned:
    return load_set(data_folder / "online_retail")


@pytest.fixture(scope="module")
def retail_rows(data_folder: Path) -> pd.DataFrame:
    """The raw rows with marks: `odd` is a code without five figures first, or the carriage sold as 23444; `back` a cancellation."""
    rows = pd.read_parquet(data_folder / "online_retail" / "online_retail.parquet")
    rows["code"] = rows["StockCode"].str.strip()
    rows["odd"] = ~rows["code"].str.match(r"\d{5}") | (rows["code"] == "23444")
    rows["back"] = rows["InvoiceNo"].str.startswith("C")
    return rows


def test_retail_has_the_published_rows_and_the_report_balances(retail: Cleaned, retail_rows: pd.DataFrame) -> None:
    assert retail.report.rows_read == {"online_retail.parquet": 541_909}
    assert len(retail_rows[retail_rows["back"]]) == 9_288
    assert balanced(retail.report)


def test_retail_rows_set_aside_are_those_pandas_counts(retail: Cleaned, retail_rows: pd.DataFrame) -> None:
    rows = retail_rows
    real = rows[~rows["odd"]]
    found = reasons(retail.report)
    assert (rows["UnitPrice"] == 0).sum() == 2_515
    assert found["account adjustment, not a sale"] == rows["InvoiceNo"].str.startswith("A").sum() == 3
    assert found["not a product: postage, fee, adjustment"] == rows["odd"].sum() - 3
    writeoff = (real["Quantity"] < 0) & ~real["back"]
    assert found["stock write-off: negative quantity outside a cancellation"] == writeoff.sum()
    assert found["price 0: not a sale"] == ((real["UnitPrice"] == 0) & ~writeoff).sum()
    assert "negative price" not in found  # the two negative prices are bad-debt adjustments


def test_retail_guests_and_repeated_rows_stay(retail: Cleaned, retail_rows: pd.DataFrame) -> None:
    rows = retail_rows
    assert rows["CustomerID"].isna().sum() == 135_080
    sold = rows[~rows["odd"] & (rows["Quantity"] > 0) & (rows["UnitPrice"] > 0)]
    events = retail.tables["events"]
    buys = events.filter(pl.col("action") == "buy")
    assert buys.height == len(sold)
    assert buys["customer_id"].null_count() == sold["CustomerID"].isna().sum()
    noted = reasons(retail.report, "noted")
    assert (
        next(n for reason, n in noted.items() if reason.startswith("the same as an earlier row"))
        == rows.duplicated().sum()
        == 5_268
    )


def test_retail_customers_are_text_and_their_latest_country_is_kept(retail: Cleaned, retail_rows: pd.DataFrame) -> None:
    rows = retail_rows[~retail_rows["odd"] & (retail_rows["Quantity"] > 0) & (retail_rows["UnitPrice"] > 0)]
    customers = retail.tables["customers"]
    expected = sorted(rows["CustomerID"].dropna().astype(int).astype(str).unique())
    assert customers["customer_id"].to_list() == expected
    assert dict(customers.iter_rows())["12370"] == "Cyprus"  # Austria in December 2010, Cyprus later
    moved = retail_rows[~retail_rows["odd"] & (retail_rows["UnitPrice"] > 0)].groupby("CustomerID")["Country"].nunique()
    (note,) = [n for n in retail.report.notes if "more than one country" in n.reason]
    assert note.reason.startswith(f"{(moved > 1).sum()} customers")


def test_retail_giant_orders_net_to_nothing(retail: Cleaned) -> None:
    from shop.shop import Shop

    shop = Shop(retail.tables["events"], retail.tables["products"], retail.tables["customers"])
    for units, product, order in ((80_995.0, "23843", "581483"), (74_215.0, "23166", "541431")):
        back = shop.events.filter((pl.col("action") == "return") & (pl.col("quantity") == units))
        assert back.select("product_id", "order_id").rows() == [(product, order)]
        assert shop.purchases().filter(pl.col("order_id") == order).is_empty()
    assert shop.purchases()["quantity"].max() < 5_000


def test_retail_returns_never_exceed_what_the_order_bought(retail: Cleaned) -> None:
    events = retail.tables["events"]
    buys = events.filter(pl.col("action") == "buy").group_by(NET).agg(pl.col("quantity").sum(), pl.col("time").min())
    back = (
        events.filter(pl.col("action") == "return")
        .group_by(NET)
        .agg(pl.col("quantity").sum().alias("back"), pl.col("time").min().alias("when"))
    )
    joined = back.join(buys, on=NET, how="left", nulls_equal=True)
    assert joined["quantity"].null_count() == 0
    assert bool((joined["back"] <= joined["quantity"] + 1e-9).all())
    assert bool((joined["when"] >= joined["time"]).all())


def test_retail_units_returned_are_what_a_stack_in_pandas_gives(retail: Cleaned, retail_rows: pd.DataFrame) -> None:
    """Returned units per customer and product by a running balance: a return can undo no more than is held then."""
    rows = retail_rows[~retail_rows["odd"] & (retail_rows["UnitPrice"] > 0) & retail_rows["CustomerID"].notna()].copy()
    rows["code"] = rows["code"].str.upper()
    rows["when"] = pd.to_datetime(rows["InvoiceDate"])
    keys = set(map(tuple, rows.loc[rows["back"], ["CustomerID", "code"]].to_numpy()))
    rows = rows[[key in keys for key in zip(rows["CustomerID"], rows["code"], strict=True)]]
    matched = 0
    for _, part in rows.sort_values(["when", "back"], kind="stable").groupby(["CustomerID", "code"]):
        held = 0
        for units in part["Quantity"]:
            back = min(held, -units) if units < 0 else 0
            matched += back
            held += units if units > 0 else -back
    returns = retail.tables["events"].filter(pl.col("action") == "return")
    assert returns["quantity"].sum() == matched


def test_retail_products_have_their_most_frequent_name_and_no_notes(retail: Cleaned, retail_rows: pd.DataFrame) -> None:
    products = dict(retail.tables["products"].select("product_id", "title").iter_rows())
    assert products["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"  # and not CREAM …, which some rows say
    assert products["22423"] == "REGENCY CAKESTAND 3 TIER"
    sold = retail_rows[~retail_rows["odd"] & (retail_rows["Quantity"] > 0) & (retail_rows["UnitPrice"] > 0)]
    assert set(products) == set(sold["code"].str.upper())
    assert not any(title and title == title.lower() for title in products.values())
    assert sum(title is None for title in products.values()) == 0


def test_beauty_has_the_published_figures_and_no_clock(data_folder: Path) -> None:
    beauty = load_set(data_folder / "amazon_beauty")
    events, products = beauty.tables["events"], beauty.tables["products"]
    assert (events.height, products.height, beauty.tables["customers"].height) == (198_502, 12_101, 22_363)
    assert products["title"].null_count() == 7
    assert reasons(beauty.report, "noted")["a product without a name"] == 7
    assert events["action"].unique().to_list() == ["buy"]
    assert {"time", "unit_price", "quantity", "order_id"} <= set(beauty.report.lacks)
    assert events["time"].null_count() == events["unit_price"].null_count() == 198_502
    first = events.filter(pl.col("customer_id") == "A1YJEY40YUW4SE")["product_id"].to_list()
    assert first[:4] == ["B004756YJA", "B004ZT0SSG", "B0020YLEYK", "7806397051"]  # the file's first rows
    assert balanced(beauty.report)


def test_office_keeps_the_log_and_leaves_the_evaluation_rows_out(data_folder: Path) -> None:
    office = load_set(data_folder / "amazon_office")
    events, products = office.tables["events"], office.tables["products"]
    assert (events.height, products.height, office.tables["customers"].height) == (22_447, 3_459, 3_231)
    assert office.report.rows_kept["test_split.parquet"] == office.report.rows_kept["valid_split.parquet"] == 0
    described = dict(products.select("product_id", "description").iter_rows())
    assert described["1"] == "An Amazon Brand."
    assert described["2"] is None  # "['', '']"
    assert products["brand"].null_count() == 5
    texts = products["description"].drop_nulls()
    assert not texts.str.contains(r"</?(?:p|br|b|div|span|style|li|ul|h\d)\b[^>]*>|&amp;|^\[['\"]").any()
    assert balanced(office.report)


def test_complete_journey_turns_line_totals_into_unit_prices(data_folder: Path) -> None:
    journey = load_set(data_folder / "complete_journey")
    events = journey.tables["events"]
    found = reasons(journey.report)
    lines = pd.read_parquet(data_folder / "complete_journey" / "transactions_sample.parquet")
    assert journey.report.rows_read["transactions_sample.parquet"] == len(lines) == 75_000
    assert lines["household_id"].nunique() == 2_377
    assert found["quantity 0"] == (lines["quantity"] <= 0).sum() == 416
    assert (lines["sales_value"] == 0).sum() == 528
    assert found["price 0: not a sale"] == ((lines["sales_value"] == 0) & (lines["quantity"] > 0)).sum()
    price = events.filter(
        (pl.col("customer_id") == "400") & (pl.col("product_id") == "13094913") & (pl.col("quantity") == 2)
    )
    assert price["unit_price"].to_list() == pytest.approx([11.87 / 2])  # row 4: two for 11.87
    kept = lines[(lines["quantity"] > 0) & (lines["sales_value"] > 0)]
    assert events["customer_id"].n_unique() == kept["household_id"].nunique()
    revenue = events.select((pl.col("quantity") * pl.col("unit_price")).sum()).item()
    assert revenue == pytest.approx(kept["sales_value"].sum())
    assert balanced(journey.report)


def test_complete_journey_makes_texts_and_keeps_demographics(data_folder: Path) -> None:
    journey = load_set(data_folder / "complete_journey")
    products, customers = journey.tables["products"], journey.tables["customers"]
    rows = {row["product_id"]: row for row in products.iter_rows(named=True)}
    assert rows["25671"]["title"] == "ICE - CRUSHED/CUBED, 22 LB"
    assert rows["25671"]["description"] == "FRZN ICE, ICE - CRUSHED/CUBED, GROCERY, 22 LB; brand: National"
    assert (rows["26081"]["title"], rows["26081"]["category"]) == (None, "MISCELLANEOUS")
    assert customers.columns[:3] == ["customer_id", "age", "income"]
    assert customers["age"].drop_nulls().len() == 801
    left_out = {name for name, kept in journey.report.rows_kept.items() if kept == 0}
    assert left_out == {
        f"{name}.parquet"
        for name in ("campaign_descriptions", "campaigns", "coupon_redemptions", "coupons", "promotions_sample")
    }
