"""Facts of customer groups, taken from the table `segmentation.describe_segments` counted. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.product_facts import called_titles
from assistant.writing.facts import Fact, Source, Subject, fact

if TYPE_CHECKING:
    import polars as pl

    from shop import Shop

# the column of the table is the name of the fact; what is counted says which table it can be counted again from
_TABLES = {
    "customers": "customers share single_order_share interval_days recency_days tenure_days country country_share spend_ratio "
    "products_median spend_median_ratio unit_price_ratio",
    "purchases": "revenue_share orders_mean items_mean average_order_value spend_mean spend_per_year order_value_ratio basket_size "
    "top_category top_category_share second_category category_lift drawn_category drawn_category_lift "
    "second_drawn_category second_drawn_category_lift second_drawn_product second_drawn_product_lift drawn_product "
    "drawn_product_lift third_drawn_product third_drawn_product_lift third_drawn_category third_drawn_category_lift "
    "shunned_category shunned_category_ratio title_word title_word_share title_word_lift second_title_word second_title_word_lift "
    "top_product top_channel top_channel_share weekday "
    "weekday_share weekend_share hour hour_share month month_share",
    "events": "return_rate views_without_order_share abandoned_cart_share",
}
_SOURCE = {name: table for table, names in _TABLES.items() for name in names.split()}
_PRODUCTS = ("top_product", "drawn_product", "second_drawn_product", "third_drawn_product")
_NOT_SAID = ("hour_share",)  # serves conditions of the page, has no line of its own


def segment_facts(row: Mapping[str, Any], shop: Shop, *, name: str, as_of: datetime | None) -> list[Fact]:
    """Return the facts of one group.

    Parameters
    ----------
    row : a row of `describe_segments`
    name : what the group is called
    as_of : the moment the row was counted at, UTC; None in a shop without a clock
    """
    segment = int(row["segment"])
    subject = Subject("segment", str(segment), name)
    titles = dict(shop.products.select("product_id", "title").iter_rows())
    short, facts = called_titles(shop), []
    for column, table in _SOURCE.items():
        value = row.get(column)
        if value is None or column in _NOT_SAID:
            continue
        called = ""
        if column in _PRODUCTS:
            value, called = titles.get(value) or value, short.get(value, "")
        if isinstance(value, str) and not value.strip():
            continue
        source = Source(table, f"segment = {segment}", as_of, int(row["customers"]) if table == "customers" else None)
        facts.append(fact(subject, column, value, source, called))
    return facts


def rows_by_segment(table: pl.DataFrame) -> dict[int, dict[str, Any]]:
    """Return the rows of a table of groups by their number."""
    return {int(row["segment"]): row for row in table.to_dicts()}
