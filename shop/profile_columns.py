"""The columns of customer and product profiles: type, unit and meaning, each spelled once. Nothing is counted here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from shop.tables import UTC

WITHIN_DAYS = 7  # a product left in a cart, or a search, that led to no order within so many days was given up


class Column(NamedTuple):
    """A column of a profile. `needs`: the action the data must hold for it to be known, or "" for a purchase."""

    kind: pl.DataType | type[pl.DataType]
    unit: str
    meaning: str
    needs: str = ""


_COUNT, _NUMBER, _TEXT = pl.Int64, pl.Float64, pl.String

CUSTOMER_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "orders": Column(_COUNT, "orders", "orders of which something was kept; 0 where nothing was bought"),
        "frequency": Column(_COUNT, "orders", "the same as orders, under the name of recency–frequency–monetary"),
        "monetary_value": Column(_NUMBER, "shop currency", "spend in all, net of returns"),
        "average_order_value": Column(_NUMBER, "shop currency", "mean net spend of an order"),
        "units": Column(_NUMBER, "units", "units bought and kept"),
        "products": Column(_COUNT, "products", "different products bought and kept"),
        "basket_size": Column(_NUMBER, "products", "mean number of different products in an order"),
        "average_unit_price": Column(
            _NUMBER, "shop currency per unit", "spend divided by units, of lines with a price"
        ),
        "first_order": Column(UTC, "UTC", "time of the first order, which is that of its first line"),
        "last_order": Column(UTC, "UTC", "time of the last order, which is that of its first line"),
        "recency_days": Column(_NUMBER, "days", "from the last order to as_of"),
        "tenure_days": Column(_NUMBER, "days", "from the first order to as_of"),
        "interval_days": Column(_NUMBER, "days", "median days between two days with an order; null for one such day"),
        "interval_mean_days": Column(_NUMBER, "days", "mean days between two days with an order"),
        "returned_units": Column(_NUMBER, "units", "units sent back; null where the data hold no return", "return"),
        "return_rate": Column(_NUMBER, "0–1", "units sent back divided by units ordered", "return"),
        "top_category": Column(_TEXT, "category", "the category with most spend; of units where there are no prices"),
        "top_category_share": Column(_NUMBER, "0–1", "its part of all spend, products without a category included"),
        "second_category": Column(_TEXT, "category", "the category with the second most spend"),
        "top_product": Column(_TEXT, "product_id", "the product with most units kept"),
        "order_hour": Column(_COUNT, "hour 0–23, shop time", "the hour of most orders; null where only days are known"),
        "order_weekday": Column(_COUNT, "1 Monday – 7 Sunday, shop time", "the weekday of most orders"),
        "weekday_share": Column(_NUMBER, "0–1", "part of the orders placed on that weekday"),
        "weekend_share": Column(_NUMBER, "0–1", "part of the orders placed on a Saturday or Sunday"),
        "top_channel": Column(_TEXT, "channel", "the channel of most orders"),
        "channel_share": Column(_NUMBER, "0–1", "part of the orders with a known channel placed through it"),
        "views": Column(_COUNT, "events", "products looked at, each look counted", "view"),
        "searches": Column(_COUNT, "events", "searches", "search"),
        "carts": Column(_COUNT, "products", "different products put in a cart", "cart"),
        "views_without_order": Column(_COUNT, "events", "views of a product that was not ordered since", "view"),
        "searches_without_order": Column(
            _COUNT,
            "events",
            f"searches whose product was not ordered since; without a product: nothing ordered in {WITHIN_DAYS} days",
            "search",
        ),
        "carts_abandoned": Column(
            _COUNT,
            "products",
            f"different products once put in a cart and not ordered in {WITHIN_DAYS} days (the last {WITHIN_DAYS} days "
            "before as_of are left out); without a clock: not ordered since",
            "cart",
        ),
    }
)

PRODUCT_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "units": Column(_NUMBER, "units", "units sold and kept"),
        "orders": Column(_COUNT, "orders", "orders it was kept from"),
        "customers": Column(_COUNT, "customers", "different known customers who kept it; guests do not count here"),
        "revenue": Column(_NUMBER, "shop currency", "net spend on it; null where no price is known"),
        "average_price": Column(_NUMBER, "shop currency per unit", "revenue divided by units, of lines with a price"),
        "returned_units": Column(_NUMBER, "units", "units sent back; null where the data hold no return", "return"),
        "views": Column(_COUNT, "events", "looks at it; null where the data hold no view", "view"),
        "first_sale": Column(UTC, "UTC", "time of the first sale"),
        "last_sale": Column(UTC, "UTC", "time of the last sale"),
        "units_30_days": Column(_NUMBER, "units", "units sold in the 30 days before as_of"),
    }
)
