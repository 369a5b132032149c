"""What the tables of a shop look like: every column name of the project is spelled here once, with its meaning and unit.

Nothing here knows where the tables come from or what they are used for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

ACTIONS = ("view", "search", "favourite", "cart", "buy", "return", "rate")
STATUSES = ("placed", "paid", "packed", "sent", "delivered", "cancelled", "returned")
UTC = pl.Datetime("us", "UTC")


class ShopDataError(ValueError):
    """A file of the shop cannot be used as it is; the message says where, what was found, what was expected and the mend."""


class StoreError(RuntimeError):
    """A database cannot be used as it is; the message says which, what was found and the mend."""


EVENTS: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {
        "customer_id": pl.String,  # who acted; null for a guest
        "product_id": pl.String,  # on what; null only for a search without a product
        "action": pl.String,  # one of ACTIONS
        "time": UTC,  # when; null in a shop without a clock
        "position": pl.Int64,  # order of the events, 0 first; unique
        "quantity": pl.Float64,  # units, above 0
        "unit_price": pl.Float64,  # shop currency per unit, as paid; null where unknown
        "order_id": pl.String,  # for a return: the order it nets against
        "channel": pl.String,  # "web", "store", …
    }
)
PRODUCTS: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {
        "product_id": pl.String,
        "title": pl.String,  # as customers read it
        "description": pl.String,
        "category": pl.String,
        "brand": pl.String,
        "price": pl.Float64,  # shop currency per unit, today
        "stock": pl.Int64,  # units on hand
        "image": pl.String,  # address of a picture
    }
)
CUSTOMERS: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {"customer_id": pl.String}  # any further column is an attribute the shop keeps: country, age_band, consent, …
)
ORDERS: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {
        "order_id": pl.String,
        "customer_id": pl.String,
        "status": pl.String,  # one of STATUSES
        "placed": UTC,
        "sent": UTC,
        "delivered": UTC,
        "address": pl.String,
        "tracking": pl.String,
    }
)
REVIEWS: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {"product_id": pl.String, "customer_id": pl.String, "rating": pl.Float64, "text": pl.String, "time": UTC}
)
FAQ: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {"question": pl.String, "answer": pl.String, "category": pl.String}
)
POLICIES: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType({"title": pl.String, "text": pl.String})

TABLES: Mapping[str, Mapping[str, pl.DataType | type[pl.DataType]]] = MappingProxyType(
    {
        "events": EVENTS,
        "products": PRODUCTS,
        "customers": CUSTOMERS,
        "orders": ORDERS,
        "reviews": REVIEWS,
        "faq": FAQ,
        "policies": POLICIES,
    }
)


def empty_table(name: str) -> pl.DataFrame:
    """Return the table `name` without rows, in its right types."""
    return pl.DataFrame(schema=dict(TABLES[name]))
