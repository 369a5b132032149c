"""Order lines and events of one file, typed and with a reason for each row that is no sale. It nets nothing and builds no table."""

from __future__ import annotations

import re
from functools import reduce

import polars as pl

from shop.cleaning_columns import ColumnReader
from shop.columns import ADJUSTMENT_WORDS, CARRIAGE, FEE_WORDS, PLACE
from shop.recognise_facts import as_text
from shop.settings import Instructions
from shop.tables import UTC

_ACTION_WORDS = {
    "view": "view product_view page_view pageview view_item detail click clicks pv browse viewed impression detail_view visit product_viewed",
    "search": "search searched query search_query view_search_results",
    "favourite": "favourite favorite fav wishlist add_to_wishlist like liked save bookmark addtowishlist",
    "cart": "cart add_to_cart addtocart added_to_cart basket add_to_basket cart_add product_added",
    "buy": "buy purchase purchased order transaction sale sold bought checkout order_completed paid completed_purchase",
    "return": "return returned refund refunded cancel cancelled canceled cancellation",
    "rate": "rate rating rated review reviewed",
}
ACTION_OF = {word: action for action, words in _ACTION_WORDS.items() for word in words.split()}
_FILES = {
    "returns?|refunds?|retouren?|cancellations?|devoluciones": "return",
    "(?:page|product)?_?views?|clicks?|impressions?|visits?": "view",
    "add_?to_?carts?|carts?": "cart",
    "wish_?lists?|favou?rites?|likes?": "favourite",
    "search(?:es)?": "search",
}
NOT_SOLD = ("cancelled", "returned")
TEXTS = ("title", "channel", "category", "brand", "image", *PLACE, "address", "tracking", "status")


def read_lines(reader: ColumnReader) -> pl.DataFrame:
    """Return every row of a file of order lines or events with typed columns, all fields there, null where the file has none."""
    plan = reader.plan
    reader.currency()
    columns = [reader.ids(name) for name in ("order_id", "customer_id", "product_id")]
    columns += [reader.numbers(name) for name in ("quantity", "unit_price", "line_total", "position")]
    columns += [reader.times(name) for name in ("time", "sent", "delivered")]
    columns += [reader.text(name) for name in TEXTS]
    frame = reader.index().with_columns([column for column in columns if column is not None])
    frame = frame.with_columns(**{f"_bad_{name}": bad for name, bad in reader.unreadable.items()})
    frame = frame.with_columns(
        as_text(plan.table.frame[column]).alias(name) for name, column in plan.attributes.items()
    )
    action = reader.text("action")
    frame = frame.with_columns(_said=action if action is not None else pl.lit(_action_of_file(reader)))
    wanted = {name: pl.String for name in ("order_id", "customer_id", "product_id", *TEXTS)}
    wanted |= dict.fromkeys(("quantity", "unit_price", "line_total", "position"), pl.Float64)  # type: ignore[arg-type]
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in wanted.items() if name not in frame.columns]
    missing += [
        pl.lit(None, dtype=UTC).alias(name) for name in ("time", "sent", "delivered") if name not in frame.columns
    ]
    frame = frame.with_columns(missing)
    bad = [
        pl.lit(False).alias(f"_bad_{n}")
        for n in ("quantity", "unit_price", "line_total", "time")
        if f"_bad_{n}" not in frame.columns
    ]
    return _with_price(_with_action(frame.with_columns(bad), plan.fields), plan.fields)


def _action_of_file(reader: ColumnReader) -> str:
    """Return what a file without an action column is of, by its name: "returns.csv" holds no purchases."""
    table = reader.plan.table
    for pattern, action in _FILES.items():
        if re.search(rf"(?i)(?:^|[^a-z])(?:{pattern})(?:[^a-z]|$)", table.name):
            reason = f"file without an action column: by its name each row is a {action}"
            reader.ledger.note(table.source, "noted", reason, table.frame.height)
            return action
    return "buy"


def _with_action(frame: pl.DataFrame, fields: object) -> pl.DataFrame:
    key = pl.col("_said").str.to_lowercase().str.replace_all(r"[\s\-]+", "_").str.strip_chars("_")
    return frame.with_columns(action=key.replace_strict(ACTION_OF, default=None, return_dtype=pl.String))


def _with_price(frame: pl.DataFrame, fields: object) -> pl.DataFrame:
    assert isinstance(fields, dict)
    if "quantity" not in fields:
        frame = frame.with_columns(quantity=pl.lit(1.0))
    else:  # views and searches have no quantity
        passive = ~pl.col("action").is_in(["buy", "return"]) & pl.col("quantity").is_null()
        frame = frame.with_columns(quantity=pl.when(passive).then(1.0).otherwise(pl.col("quantity")))
    if "unit_price" not in fields and "line_total" in fields:
        price = pl.when(pl.col("quantity") != 0).then(pl.col("line_total") / pl.col("quantity"))
        frame = frame.with_columns(unit_price=price, _bad_unit_price=pl.col("_bad_line_total"))
    return frame


def mark_returns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with `_is_return`: negative units on a cancellation invoice, or of a known customer at a price.

    A letter before the order number marks cancellations where nine of ten of its lines are negative ("C536379").
    """
    prefix = pl.col("order_id").str.extract(r"^([A-Za-z]+)[-#_]?\d")
    negative = pl.col("quantity") < 0
    frame = frame.with_columns(_prefix=prefix, _negative=negative.fill_null(False))
    share = pl.col("_negative").mean().over("_prefix")
    plain = (pl.col("_prefix").is_null() | (share < 0.5)).any()
    cancelled = pl.col("_prefix").is_not_null() & (share >= 0.9) & plain
    personal = pl.col("customer_id").is_not_null() & (pl.col("unit_price") > 0)
    told = pl.col("action") == "return"
    is_return = (pl.col("_negative") & (cancelled | personal.fill_null(False))) | told
    return frame.with_columns(_is_return=is_return.fill_null(False)).drop("_prefix", "_negative")


def not_products(frame: pl.DataFrame, instructions: Instructions) -> list[str]:
    """Return the codes of a shop's lines that are postage, fees and adjustments, by their shape and what they are called.

    A code is one when it is thin (no figure, or two signs at most) and called like a fee, when its name is nothing but
    postage or carriage, or when it is unlike the shape that
    practically all codes of a large catalogue share.
    """
    title = pl.col("title").drop_nulls().mode().sort().first()
    codes = (
        frame.filter(pl.col("product_id").is_not_null())
        .group_by("product_id")
        .agg(title.alias("title"), pl.len().alias("n"))
    )
    shape = pl.col("product_id").str.slice(0, 5).str.replace_all(r"\d", "9").str.replace_all(r"\p{L}", "A")
    codes = codes.with_columns(shape=shape)
    by_shape = (
        codes.group_by("shape")
        .agg(pl.len().alias("codes"), pl.col("n").sum().alias("lines"))
        .sort("lines", descending=True)
    )
    uniform = False
    if codes.height >= 500:
        top = by_shape.row(0, named=True)
        uniform = (
            top["codes"] >= 0.98 * codes.height and top["lines"] >= 0.98 * int(codes["n"].sum()) and "9" in top["shape"]
        )
    thin = ~pl.col("product_id").str.contains(r"\d") | (pl.col("product_id").str.len_chars() <= 2)
    worded = float(codes.select((~pl.col("product_id").str.contains(r"\d")).mean()).item() or 0.0) > 0.3
    words = f"(?i){FEE_WORDS}"
    whole = rf"(?i)^(?:{FEE_WORDS})[\s&+,]*(?:and|und|et)?[\s\w]{{0,12}}$"
    called = pl.col("title").str.contains(whole if worded else words) | (
        pl.col("product_id").str.replace_all(r"[_\-]", " ").str.contains(whole if worded else words)
    )
    fee = (thin & called.fill_null(False)) | pl.col("title").str.contains(CARRIAGE).fill_null(False)
    odd = (pl.col("shape") != by_shape["shape"][0]) if uniform else pl.lit(False)
    found = codes.filter((fee | odd) & ~pl.col("product_id").is_in(list(instructions.keep)))["product_id"].to_list()
    return [*found, *instructions.leave_out]


def reasons(frame: pl.DataFrame, no_products: list[str], *, has_clock: bool, has_quantity: bool) -> pl.DataFrame:
    """Return the lines with `_why`: the first reason a row is set aside, null where it is kept."""
    trade = pl.col("action").is_in(["buy", "return"])
    odd = pl.col("product_id").is_in(no_products)
    price = pl.col("unit_price")
    rules: list[tuple[pl.Expr, str]] = [
        (pl.col("action").is_null(), "an action that is not known"),
        (pl.col("product_id").is_null() & (pl.col("action") != "search"), "no product code"),
        (
            odd & pl.col("title").str.contains(f"(?i){ADJUSTMENT_WORDS}").fill_null(False),
            "account adjustment, not a sale",
        ),
        (odd, "not a product: postage, fee, adjustment"),
        (pl.lit(has_clock) & pl.col("time").is_null(), "no readable time"),
        (
            trade & (pl.col("quantity").is_null() | ~pl.col("quantity").is_finite()).fill_null(True),
            "no readable quantity",
        ),
        (trade & pl.col("_bad_unit_price"), "no readable price"),
        (trade & ~price.is_finite().fill_null(True), "price is no number (NaN or infinite)"),
        (trade & (pl.col("quantity") == 0), "quantity 0"),
        (
            trade & (pl.col("quantity") < 0) & ~pl.col("_is_return"),
            "stock write-off: negative quantity outside a cancellation",
        ),
        (trade & (price < 0), "negative price"),
        (trade & (price == 0), "price 0: not a sale"),
        (trade & pl.col("status").is_in(list(NOT_SOLD)), "order cancelled or refunded: nothing was sold"),
    ]
    if not has_quantity:
        rules = [rule for rule in rules if not rule[1].startswith(("no readable quantity", "quantity 0"))]
    start = pl.lit(None, dtype=pl.String)
    chain = reduce(
        lambda rest, rule: pl.when(rule[0].fill_null(False)).then(pl.lit(rule[1])).otherwise(rest),
        reversed(rules),
        start,
    )
    return frame.with_columns(_why=chain)
