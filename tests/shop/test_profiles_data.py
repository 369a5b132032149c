"""Profiles of a real shop against the same counts made by pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from shop.loading import load_shop
from shop.profiles import customer_profiles, product_profiles
from shop.shop import Shop

pytestmark = pytest.mark.data
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def retail(data_folder: Path) -> Shop:
    folder = data_folder / "online_retail"
    if not folder.is_dir():
        pytest.skip(f"no online_retail in {data_folder}")
    return load_shop(folder)


def recount(shop: Shop) -> pd.DataFrame:
    """Return some columns of the profiles, counted by pandas from purchase lines and gross events, by customer."""
    lines = pd.DataFrame({name: shop.purchases()[name].to_list() for name in shop.events.columns})
    lines = lines.dropna(subset=["customer_id"]).assign(spend=lambda x: x.quantity * x.unit_price)
    lines["day"] = lines.time.dt.normalize()
    by = lines.groupby("customer_id")
    orders = lines.groupby(["customer_id", "order_id"]).agg(
        spend=("spend", "sum"), products=("product_id", "nunique"), time=("time", "min")
    )
    gaps = lines[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    gaps["gap"] = gaps.groupby("customer_id").day.diff() / DAY
    favourite = lines.groupby(["customer_id", "product_id"]).quantity.sum().reset_index()
    favourite = favourite.sort_values(["customer_id", "quantity", "product_id"], ascending=[True, False, True])
    weekday = orders.time.dt.weekday + 1
    events = pd.DataFrame({name: shop.events[name].to_list() for name in ("customer_id", "action", "quantity")})
    units = events.pivot_table(index="customer_id", columns="action", values="quantity", aggfunc="sum", fill_value=0)
    return pd.DataFrame(
        {
            "orders": by.order_id.nunique(),
            "monetary_value": by.spend.sum(),
            "average_order_value": orders.groupby("customer_id").spend.mean(),
            "basket_size": orders.groupby("customer_id").products.mean(),
            "units": units["buy"] - units["return"],
            "products": by.product_id.nunique(),
            "recency_days": (pd.Timestamp(shop.as_of) - orders.time.groupby("customer_id").max()) / DAY,
            "tenure_days": (pd.Timestamp(shop.as_of) - orders.time.groupby("customer_id").min()) / DAY,
            "interval_days": gaps.groupby("customer_id").gap.median(),
            "interval_mean_days": gaps.groupby("customer_id").gap.mean(),
            "return_rate": units["return"] / units["buy"],
            "top_product": favourite.groupby("customer_id").product_id.first(),
            "order_hour": orders.time.dt.hour.groupby("customer_id").agg(lambda x: x.mode().min()),
            "order_weekday": weekday.groupby("customer_id").agg(lambda x: x.mode().min()),
            "weekend_share": (weekday >= 6).groupby("customer_id").mean(),
        }
    )


def test_profiles_of_online_retail_equal_a_pandas_recount(retail: Shop) -> None:
    table = customer_profiles(retail)
    assert table["customer_id"].to_list() == retail.customers["customer_id"].to_list()
    expected = recount(retail).reindex(table["customer_id"].to_list())
    bought = expected.orders.notna().to_numpy()
    assert table["orders"].to_list() == expected.orders.fillna(0).astype(int).to_list()
    for name in expected.columns.drop("orders"):
        found = pd.Series(table[name].to_list(), index=expected.index)[bought]
        if name == "top_product":
            assert found.to_list() == expected[name][bought].to_list()
        else:
            pd.testing.assert_series_equal(
                found.astype(float), expected[name][bought].astype(float), check_names=False, rtol=1e-9, atol=1e-6
            )


def test_product_profiles_of_online_retail_add_up_to_its_purchases(retail: Shop) -> None:
    table, lines = product_profiles(retail), retail.purchases()
    assert table["units"].sum() == pytest.approx(lines["quantity"].sum())
    assert table["revenue"].sum() == pytest.approx(lines.select(pl.col("quantity") * pl.col("unit_price")).sum().item())
    heart = lines.filter(pl.col("product_id") == "85123A")
    row = table.row(by_predicate=pl.col("product_id") == "85123A", named=True)
    assert row["orders"] == heart["order_id"].n_unique()
    assert row["customers"] == heart["customer_id"].drop_nulls().n_unique()
