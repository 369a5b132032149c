"""One made-up shop written as the exports of many programs: what is loaded from each must be the same sales."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl

from shop.cleaning import Cleaned, clean
from shop.raw import RawTable
from shop.recognise import recognise
from shop.settings import Instructions

THINGS = "mug lamp rug vase bowl clock tray towel basket candle mirror cushion".split()
LOOKS = "red blue oak linen stone brass glass wool".split()
COUNTRIES = ["United Kingdom", "Germany", "France", "Spain", "Norway"]


def raw(name: str, frame: pl.DataFrame, first_row: int = 2) -> RawTable:
    """A raw table as the reader hands it over."""
    return RawTable(name=name.split(".")[0], source=name, frame=frame, first_row=first_row, notes=())


def load(*tables: RawTable, instructions: Instructions | None = None) -> Cleaned:
    told = instructions or Instructions()
    return clean(recognise(tables, told), told)


def as_csv(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table as a CSV file would give it: all text, empty is null."""
    return frame.select(
        pl.col(c).dt.strftime("%Y-%m-%d %H:%M:%S") if t.is_temporal() else pl.col(c).cast(pl.String)
        for c, t in frame.schema.items()
    )


def sales(orders: int = 400, seed: int = 7) -> pl.DataFrame:
    """The true sales: a row a line, with order, customer, e-mail, country, code, title, quantity, price, total, time, status."""
    draw = random.Random(seed)
    products = [
        (f"{look[:2].upper()}-{1000 + 7 * i}", f"{look.title()} {thing} no. {i}", round(draw.uniform(2, 60), 2))
        for i, (look, thing) in enumerate((a, b) for a in LOOKS for b in THINGS)
    ]
    moment = datetime(2024, 1, 3, 9, tzinfo=UTC)
    rows = []
    for number in range(orders):
        moment += timedelta(minutes=draw.randint(30, 2000))
        customer = draw.randint(0, 89)
        for code, title, price in draw.sample(products, draw.randint(1, 5)):
            quantity = draw.choice([1, 1, 1, 2, 2, 3, 4, 6, 12])
            rows.append(
                {
                    "order": f"#{5000 + number}",
                    "customer": f"{70000 + 13 * customer}",
                    "email": f"buyer{customer}@example.org",
                    "country": COUNTRIES[customer % 5],
                    "code": code,
                    "title": title,
                    "quantity": quantity,
                    "price": price,
                    "total": round(quantity * price, 2),
                    "time": moment,
                }
            )
    return pl.DataFrame(rows)


# export → (file of lines: header → column of `sales`), the key of the customer
DIALECTS: dict[str, tuple[dict[str, str], str]] = {
    "uci": (
        {"InvoiceNo": "order", "StockCode": "code", "Description": "title", "Quantity": "quantity", "InvoiceDate": "time",
         "UnitPrice": "price", "CustomerID": "customer", "Country": "country"}, "customer"),
    "shopify": (
        {"Name": "order", "Email": "email", "Created at": "time", "Lineitem quantity": "quantity", "Lineitem name": "title",
         "Lineitem price": "price", "Lineitem sku": "code", "Shipping Country": "country"}, "email"),
    "woo": (
        {"Order ID": "order", "Order Date": "time", "Customer User ID": "customer", "Billing Email": "email", "Item Name": "title",
         "SKU": "code", "Quantity": "quantity", "Item Cost": "price", "Item Total": "total", "Billing Country": "country"}, "customer"),
    "amazon": (
        {"amazon-order-id": "order", "purchase-date": "time", "buyer-email": "email", "sku": "code", "product-name": "title",
         "quantity": "quantity", "item-price": "total", "ship-country": "country"}, "email"),
    "magento": (
        {"increment_id": "order", "created_at": "time", "customer_id": "customer", "sku": "code", "name": "title", "qty_ordered": "quantity",
         "price": "price", "row_total": "total", "customer_email": "email"}, "customer"),
    "etsy": (
        {"Sale Date": "time", "Item Name": "title", "Buyer": "customer", "Quantity": "quantity", "Price": "price", "Order ID": "order",
         "SKU": "code", "Ship Country": "country"}, "customer"),
    "german": (
        {"Bestellnummer": "order", "Bestelldatum": "time", "Kundennummer": "customer", "Artikelnummer": "code", "Artikelbezeichnung": "title",
         "Menge": "quantity", "Einzelpreis": "price", "Gesamtpreis": "total", "Land": "country"}, "customer"),
    "french": (
        {"N° commande": "order", "Date de commande": "time", "ID client": "customer", "Référence": "code", "Désignation": "title",
         "Quantité": "quantity", "Prix unitaire": "price", "Pays": "country"}, "customer"),
    "spanish": (
        {"Número de pedido": "order", "Fecha": "time", "Cliente": "customer", "Código": "code", "Nombre del producto": "title",
         "Cantidad": "quantity", "Precio unitario": "price", "País": "country"}, "customer"),
    "chinese": (
        {"订单号": "order", "下单时间": "time", "客户编号": "customer", "商品编号": "code", "商品名称": "title", "数量": "quantity", "单价": "price",
         "国家": "country"}, "customer"),
}  # fmt: skip


def export(dialect: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The sales as one export writes them, as text."""
    headers, _ = DIALECTS[dialect]
    return as_csv(rows.select(pl.col(column).alias(header) for header, column in headers.items()))


def expected(rows: pl.DataFrame, key: str) -> list[tuple[object, ...]]:
    """The events as they must come out: customer, product, order, quantity, price, time."""
    columns = rows.select(key, "code", "order", "quantity", pl.col("price").round(2), "time")
    return sorted((a, b, c, float(q), p, t) for a, b, c, q, p, t in columns.iter_rows())


def found(events: pl.DataFrame) -> list[tuple[object, ...]]:
    columns = events.select("customer_id", "product_id", "order_id", "quantity", pl.col("unit_price").round(2), "time")
    return sorted(columns.iter_rows())
