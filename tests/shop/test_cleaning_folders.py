"""Folders of several tables as shops export them: keys meet, texts are whole, every row is kept or counted."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from shop.mapping import DataReport
from shop.questions import ShopQuestion
from shop.settings import Instructions
from shop.tables import ShopDataError
from tests.shop.exports import as_csv, load, raw, sales

SHOPIFY_ORDERS = """Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total
Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku
Lineitem requires shipping,Billing Name,Billing Country,Shipping Name,Shipping Street,Shipping City,Shipping Country,Notes,Cancelled at
Payment Method,Payment Reference,Refunded Amount,Vendor,Id,Tags,Risk Level,Source,Phone,Receipt Number""".replace(
    "\n", ","
).split(",")


def shopify_row(**values: str) -> dict[str, str | None]:
    return {name: values.get(name) for name in SHOPIFY_ORDERS}


def shopify_orders() -> pl.DataFrame:
    """#1001: 2 mugs and a lamp, paid; #1002: a lamp, refunded; #1003: a guest's mug without a SKU."""
    head = {"Currency": "EUR", "Source": "web", "Lineitem requires shipping": "true", "Risk Level": "Low"}
    rows = [
        shopify_row(**{"Name": "#1001", "Email": "ann@example.org", "Financial Status": "paid", "Created at": "2024-05-14 10:00:00 +0200",
                       "Paid at": "2024-05-14 10:00:09 +0200", "Lineitem quantity": "2", "Lineitem name": "Red mug", "Lineitem price": "5.00",
                       "Lineitem sku": "MUG-R", "Shipping Country": "NO", "Billing Country": "NO", "Subtotal": "43.80", "Total": "48.80",
                       "Shipping": "5.00", "Accepts Marketing": "yes", "Vendor": "Larch", "Id": "611", **head}),
        shopify_row(**{"Name": "#1001", "Email": "ann@example.org", "Created at": "2024-05-14 10:00:00 +0200", "Lineitem quantity": "1",
                       "Lineitem name": "Blue lamp", "Lineitem price": "33.80", "Lineitem sku": "LAMP-B", "Vendor": "Larch"}),
        shopify_row(**{"Name": "#1002", "Email": "bob@example.org", "Financial Status": "refunded", "Created at": "2024-05-16 09:30:00 +0200",
                       "Lineitem quantity": "1", "Lineitem name": "Blue lamp", "Lineitem price": "33.80", "Lineitem sku": "LAMP-B",
                       "Shipping Country": "NO", "Subtotal": "33.80", "Total": "33.80", "Id": "612", **head}),
        shopify_row(**{"Name": "#1003", "Financial Status": "paid", "Created at": "2024-05-17 09:30:00 +0200", "Lineitem quantity": "1",
                       "Lineitem name": "Red mug", "Lineitem price": "5.00", "Subtotal": "5.00", "Total": "10.00", "Id": "613", **head}),
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(SHOPIFY_ORDERS, pl.String))


def shopify_products() -> pl.DataFrame:
    columns = ["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value", "Variant SKU",
               "Variant Inventory Qty", "Variant Price", "Variant Compare At Price", "Image Src"]  # fmt: skip
    rows = [
        ("mug", "Mug", "<p>A <b>stoneware</b> mug.</p>", "Larch", "Kitchen", "new", "true", "Colour", "Red", "MUG-R", "4", "5.00", None, "http://x/1.jpg"),
        ("mug", None, None, None, None, None, None, None, "Blue", "MUG-B", "7", "5.50", None, None),
        ("mug", None, None, None, None, None, None, None, None, None, None, None, None, "http://x/2.jpg"),
        ("lamp", "Desk lamp", "A lamp &amp; shade.", "Larch", "Light", None, "true", "Title", "Default Title", "LAMP-B", "0", "39.00", "45.00", None),
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def balanced(report: DataReport) -> bool:
    dropped = {
        name: sum(n.count for n in report.notes if n.kind == "dropped" and n.source == name)
        for name in report.rows_read
    }
    return all(report.rows_read[name] == report.rows_kept[name] + dropped[name] for name in report.rows_read)


def reasons(report: DataReport, kind: str = "dropped") -> dict[str, int]:
    found: dict[str, int] = {}
    for note in report.notes:
        if note.kind == kind:
            found[note.reason] = found.get(note.reason, 0) + note.count
    return found


def test_shopify_exports_are_read_whole() -> None:
    cleaned = load(raw("orders_export.csv", shopify_orders()), raw("products_export.csv", shopify_products()))

    events = (
        cleaned.tables["events"]
        .select("customer_id", "product_id", "quantity", "unit_price", "order_id", "time")
        .rows()
    )
    ten = datetime(2024, 5, 14, 8, tzinfo=UTC)
    assert events == [
        ("ann@example.org", "MUG-R", 2.0, 5.0, "#1001", ten),
        ("ann@example.org", "LAMP-B", 1.0, 33.8, "#1001", ten),
        (None, "Red mug", 1.0, 5.0, "#1003", datetime(2024, 5, 17, 7, 30, tzinfo=UTC)),
    ]
    products = {row["product_id"]: row for row in cleaned.tables["products"].iter_rows(named=True)}
    assert products["MUG-B"]["title"] == "Mug, Blue"
    assert products["MUG-B"]["description"] == "A stoneware mug."
    assert products["MUG-B"]["stock"] == 7
    assert products["LAMP-B"] | {"image": None} == {
        "product_id": "LAMP-B", "title": "Desk lamp", "description": "A lamp & shade.", "category": "Light", "brand": "Larch",
        "price": 39.0, "stock": 0, "image": None,
    }  # fmt: skip
    assert cleaned.settings.currency == "EUR"
    assert cleaned.tables["orders"].select("order_id", "status").rows() == [("#1001", "paid"), ("#1003", "paid")]
    assert reasons(cleaned.report) == {
        "order cancelled or refunded: nothing was sold": 1,
        "a further picture of the product above, no product of its own": 1,
    }
    assert balanced(cleaned.report)


def olist_like() -> list[pl.DataFrame]:
    """Orders and their items in two files, customers and products in two more."""
    truth = sales(120)
    items = as_csv(truth.select(order_id="order", product_id="code", quantity="quantity", unit_price="price"))
    orders = as_csv(truth.unique("order", maintain_order=True).select(order_id="order", customer_id="customer", order_status=pl.lit("delivered"),
                                                                     order_purchase_timestamp="time"))  # fmt: skip
    customers = as_csv(
        truth.unique("customer", maintain_order=True).select(
            customer_id="customer", country="country", age_band=pl.lit("25-34")
        )
    )
    products = as_csv(
        truth.unique("code", maintain_order=True).select(
            product_id="code", product_name="title", category=pl.lit("Home")
        )
    )
    return [items, orders, customers, products]


def test_lines_take_customer_and_time_from_the_orders_file() -> None:
    truth = sales(120)
    names = ["order_items.csv", "orders.csv", "customers.csv", "products.csv"]
    cleaned = load(*map(raw, names, olist_like()))

    events = cleaned.tables["events"]
    assert sorted(events.select("customer_id", "product_id", "time").rows()) == sorted(
        truth.select("customer", "code", "time").rows()
    )
    assert cleaned.tables["orders"]["status"].unique().to_list() == ["delivered"]
    assert cleaned.tables["customers"].columns == ["customer_id", "country", "age_band"]
    assert balanced(cleaned.report)
    assert set(cleaned.report.lacks) == {
        "channel",
        "description",
        "brand",
        "price",
        "stock",
        "reviews",
        "faq",
        "policies",
    }


def test_action_log_keeps_views_carts_and_purchases() -> None:
    log = pl.DataFrame(
        {
            "user_id": ["u1", "u1", "u1", "u2", "u2", "u2"],
            "event_type": ["page_view", "add_to_cart", "purchase", "view", "search", "dance"],
            "product_id": ["p1", "p1", "p1", "p2", None, "p2"],
            "price": ["9.90", "9.90", "9.90", "4.00", None, "4.00"],
            "event_time": [f"2024-02-0{day} 10:00:00 UTC" for day in range(1, 7)],
        }
    )
    names = pl.DataFrame({"product_id": ["p1", "p2"], "title": ["Red mug", "Oak tray"]})
    cleaned = load(raw("log.csv", log), raw("products.csv", names))

    events = cleaned.tables["events"]
    assert events.select("customer_id", "action", "product_id").rows() == [
        ("u1", "view", "p1"), ("u1", "cart", "p1"), ("u1", "buy", "p1"), ("u2", "view", "p2"), ("u2", "search", None),
    ]  # fmt: skip
    assert reasons(cleaned.report) == {"an action that is not known": 1}
    assert balanced(cleaned.report)


def test_faq_policies_and_reviews_are_recognised() -> None:
    faq = pl.DataFrame(
        {
            "Question": ["How do I return?", "How do I return?", None],
            "Answer": ["Send it back.", "Send it back.", "Lost."],
        }
    )
    policies = pl.DataFrame(
        {"title": ["Returns"], "text": ["You may send anything back within thirty days of the delivery."]}
    )
    reviews = pl.DataFrame({"sku": ["RE-1000", None], "rating": ["5", "4"], "review": ["Good mug.", "Which?"]})
    lines = as_csv(
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

    cleaned = load(*map(raw, ["faq.csv", "policies.csv", "reviews.csv", "lines.csv"], [faq, policies, reviews, lines]))

    assert cleaned.tables["faq"].rows() == [("How do I return?", "Send it back.", None)]
    assert cleaned.tables["policies"].rows() == [
        ("Returns", "You may send anything back within thirty days of the delivery.")
    ]
    assert cleaned.tables["reviews"].rows() == [("RE-1000", None, 5.0, "Good mug.", None)]
    assert reasons(cleaned.report) == {
        "no question or no answer": 1,
        "the same text again: merged": 1,
        "a review without a product, or without rating and text": 1,
    }
    assert balanced(cleaned.report)


def test_ratings_alone_are_events_without_a_purchase() -> None:
    ratings = pl.DataFrame(
        {
            "user_id": ["a", "a", "b"],
            "item_id": ["1", "2", "1"],
            "rating": ["5", "3", "4"],
            "timestamp": ["1700000000"] * 3,
        }
    )
    items = pl.DataFrame({"item_id": ["1", "2"], "title": ["Oak tray", "Red mug"]})
    cleaned = load(raw("ratings.csv", ratings), raw("items.csv", items))
    assert cleaned.tables["events"]["action"].to_list() == ["rate"] * 3
    assert balanced(cleaned.report)


def small(**changes: list[str | None]) -> pl.DataFrame:
    columns: dict[str, list[str | None]] = {
        "order_id": ["1", "1", "2", "3"], "customer_id": ["a", "a", "b", None], "sku": ["x1", "y2", "x1", "x1"],
        "title": ["Red mug", "Oak tray", "Red mug", "Red mug"], "quantity": ["1", "2", "3", "1"], "price": ["2.50", "9.00", "2.50", "2.50"],
        "date": ["2024-01-05", "2024-01-05", "2024-02-01", "2024-02-02"],
    }  # fmt: skip
    return pl.DataFrame(columns | changes, schema=dict.fromkeys(columns, pl.String))


def test_guest_order_stays_as_guest() -> None:
    cleaned = load(raw("o.csv", small()))
    assert cleaned.tables["events"]["customer_id"].to_list() == ["a", "a", "b", None]
    assert cleaned.tables["customers"]["customer_id"].to_list() == ["a", "b"]
    assert reasons(cleaned.report, "noted")["no customer: kept as a guest order"] == 1


def test_prices_that_are_no_prices_are_set_aside_by_reason() -> None:
    cleaned = load(raw("o.csv", small(price=["0", "-9.00", "NaN", "2.50"])))
    assert cleaned.tables["events"].height == 1
    assert reasons(cleaned.report) == {
        "price 0: not a sale": 1,
        "negative price": 1,
        "price is no number (NaN or infinite)": 1,
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"date": ["2024-01-05", "05/01/2024", "2024-02-01", "02/02/2024"]}, r"two date formats, row 2 \('2024-01-05'\) and row 3 \('05/01/2024'\)"),
        ({"date": ["13/01/2024", "01/14/2024", "02/02/2024", "03/03/2024"]}, "row 2 .* has the day first and row 3 .* the month first"),
        ({"price": ["£2.50", "€9.00", "£2.50", "£2.50"]}, "two currencies, £ in row 2 .* and € in row 3"),
        ({"price": ["2,50", "9.00", "2,50", "2,50"]}, "row 2 .* has a decimal comma and row 3 .* a decimal point"),
    ],
)  # fmt: skip
def test_columns_written_two_ways_stop_and_name_a_row_of_each(changes: dict[str, list[str | None]], says: str) -> None:
    with pytest.raises(ShopDataError, match=says):
        load(raw("o.csv", small(**changes)))


def test_day_and_month_that_cannot_be_told_apart_are_asked_and_answered() -> None:
    lines = small(date=["01/02/2024", "01/02/2024", "03/02/2024", "04/02/2024"])
    with pytest.raises(ShopQuestion, match="day and month cannot be told apart"):
        load(raw("o.csv", lines))
    told = Instructions(formats={"o.csv": {"date": "day first"}})
    assert load(raw("o.csv", lines), instructions=told).tables["events"]["time"][0] == datetime(2024, 2, 1, tzinfo=UTC)


def test_columns_shifted_half_way_stop_at_the_row() -> None:
    lines = as_csv(
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
    half = lines.height // 2
    shifted = lines[half:].select(
        pl.lit("x").alias("order_id"),
        *(pl.col(a).alias(b) for a, b in zip(lines.columns[:-1], lines.columns[1:], strict=True)),
    )
    with pytest.raises(ShopDataError, match=f"from row {half + 2} on the values are no numbers"):
        load(raw("o.csv", pl.concat([lines[:half], shifted])))


def test_price_list_alone_says_what_is_missing() -> None:
    prices = pl.DataFrame({"sku": ["1", "2", "3"], "title": ["Red mug", "Oak tray", "Lamp"], "price": ["1", "2", "3"]})
    with pytest.raises(
        ShopDataError,
        match="no order lines and no events: found prices.csv .products: sku, title, price.; expected a table of order",
    ):
        load(raw("prices.csv", prices))


def test_product_that_stands_twice_differently_stops_and_names_both_rows() -> None:
    products = pl.DataFrame(
        {"sku": ["x1", "y2", "x1"], "title": ["Red mug", "Oak tray", "Blue mug"], "price": ["1", "2", "1"]}
    )
    with pytest.raises(
        ShopDataError,
        match="products.csv, rows 2 and 4: product_id 'x1' stands twice and title differs .'Red mug', 'Blue mug'.",
    ):
        load(raw("products.csv", products), raw("o.csv", small()))


def test_product_that_stands_twice_alike_is_merged_and_the_newest_wins() -> None:
    same = pl.DataFrame(
        {"sku": ["x1", "y2", "x1"], "title": ["Red mug", "Oak tray", "Red mug"], "price": ["1", "2", "1"]}
    )
    cleaned = load(raw("products.csv", same), raw("o.csv", small()))
    assert reasons(cleaned.report) == {"the same row of a product again: merged": 1}
    newer = same.with_columns(
        title=pl.Series(["Red mug", "Oak tray", "Blue mug"]),
        updated_at=pl.Series(["2024-01-01", "2024-01-01", "2024-06-01"]),
    )
    cleaned = load(raw("products.csv", newer), raw("o.csv", small()))
    assert dict(cleaned.tables["products"].select("product_id", "title").iter_rows())["x1"] == "Blue mug"
    assert balanced(cleaned.report)


def test_unknown_currency_in_a_column_names_the_iso_form() -> None:
    with pytest.raises(
        ShopDataError, match="o.csv, column 'Currency': unknown currency 'EURO'; expected a three-letter ISO 4217 code"
    ):
        load(raw("o.csv", small().with_columns(Currency=pl.lit("Euro"))))


def test_mixed_time_zones_become_utc_and_are_noted() -> None:
    times: list[str | None] = [
        "2024-01-05T10:00:00+01:00",
        "2024-01-05T10:00:00+01:00",
        "2024-02-01T10:00:00-05:00",
        "2024-02-02T10:00:00Z",
    ]
    cleaned = load(raw("o.csv", small(date=times)))
    assert [t.hour for t in cleaned.tables["events"]["time"]] == [9, 9, 15, 10]
    assert reasons(cleaned.report, "noted")["column 'date': times in more than one time zone, all turned to UTC"] == 4


def test_header_only_file_says_so() -> None:
    with pytest.raises(ShopDataError, match="no order line"):
        load(raw("o.csv", small().head(0)))
