"""The products of a shop: from its product table, and from the names on order lines. It knows texts and prices, not who buys."""

from __future__ import annotations

import polars as pl

from shop.cleaning_columns import ColumnReader
from shop.cleaning_ledger import Ledger
from shop.cleaning_text import clean_texts, staff_notes
from shop.recognise_facts import as_text
from shop.tables import PRODUCTS, ShopDataError

_TEXTS = ("title", "description", "category", "brand", "type", "size", "department", "image", "variant")


def read_products(reader: ColumnReader, ledger: Ledger) -> pl.DataFrame:
    """Return the products of one file: a row each, texts cleaned, identical rows merged, all columns of the table.

    Raises
    ------
    ShopDataError
        When two rows of one product differ and no column says which is newer.
    """
    plan, source = reader.plan, reader.plan.table.source
    reader.currency()
    columns = [
        reader.ids("product_id"),
        reader.ids("group"),
        *(reader.numbers(name) for name in ("price", "sale_price", "stock")),
    ]
    updated = reader.times("updated")
    frame = reader.index().with_columns([c for c in (*columns, updated) if c is not None])
    for name in _TEXTS:
        raw = plan.column(name)
        if raw is not None:
            clean = clean_texts(raw)
            changed = (clean != as_text(raw)).fill_null(clean.is_null() & as_text(raw).is_not_null())
            frame = frame.with_columns(clean.alias(name), _changed=changed)
            reason = f"{name}: markup, list brackets or needless blanks taken out"
            ledger.rows("changed", reason, frame.filter("_changed"), ("product_id", name))
    frame = _filled_groups(frame, ledger)
    without = frame.filter(pl.col("product_id").is_null())
    ledger.rows("dropped", "no product code", without, ("title",))
    frame = _prices(frame.filter(pl.col("product_id").is_not_null()), ledger)
    frame = _composed(frame, ledger)
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in PRODUCTS.items() if name not in frame.columns]
    frame = frame.with_columns(missing)
    keep = ["_source", "_row", *PRODUCTS, *(["updated"] if updated is not None else [])]
    one = one_row_each(frame.select(keep), "product_id", source, ledger)
    unnamed = one.filter(pl.col("title").is_null())
    ledger.rows("noted", "a product without a name", unnamed, ("product_id",))
    return one.select("_source", "_row", *(pl.col(name).cast(kind) for name, kind in PRODUCTS.items()))


def _filled_groups(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Give the variants of a product the texts of its first row, and their own name; rows that only add a picture go."""
    if "group" not in frame.columns:
        return frame
    shared = [name for name in ("title", "description", "category", "brand", "type", "image") if name in frame.columns]
    frame = frame.with_columns(pl.col(shared).fill_null(pl.col(shared).drop_nulls().first().over("group")))
    own = [name for name in ("price", "stock", "variant") if name in frame.columns]
    if own:
        first = frame.select(pl.col("group").is_first_distinct()).to_series()
        picture = pl.all_horizontal(pl.col(own).is_null()) & ~first
        ledger.rows(
            "dropped",
            "a further picture of the product above, no product of its own",
            frame.filter(picture),
            ("group",),
        )
        frame = frame.filter(~picture)
    if "variant" in frame.columns and "title" in frame.columns:
        several = (
            (pl.len().over("group") > 1) & pl.col("variant").is_not_null() & (pl.col("variant") != "Default Title")
        )
        frame = frame.with_columns(
            title=pl.when(several).then(pl.concat_str("title", "variant", separator=", ")).otherwise("title")
        )
    single = pl.len().over("group") == 1
    return frame.with_columns(
        product_id=pl.when(pl.col("product_id").is_null() & single).then("group").otherwise("product_id")
    )


def _prices(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    if "sale_price" in frame.columns:
        own = pl.col("price") if "price" in frame.columns else pl.lit(None, dtype=pl.Float64)
        frame = frame.with_columns(price=pl.coalesce("sale_price", own))
    if "price" in frame.columns:
        wrong = (~pl.col("price").is_finite() | (pl.col("price") < 0)).fill_null(False)
        ledger.rows(
            "changed", "price below 0 or no number: read as unknown", frame.filter(wrong), ("product_id", "price")
        )
        frame = frame.with_columns(price=pl.when(~wrong).then("price"))
    if "stock" in frame.columns:
        stock = pl.col("stock")
        frame = frame.with_columns(stock=pl.when(stock.is_finite()).then(stock.floor()).cast(pl.Int64, strict=False))
    return frame


def _composed(frame: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Make the text of a product that has no name column from its type, category, size and brand."""
    for name in ("category", "type", "department", "size", "brand"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    broad = pl.coalesce("category", "type", "department").alias("category")
    if "title" in frame.columns:
        return frame.with_columns(broad)
    what = pl.coalesce("type", "category")
    title = pl.when(what.is_not_null()).then(pl.concat_str(what, "size", separator=", ", ignore_nulls=True))
    group = pl.when(pl.col("type") != pl.col("category")).then("category")
    parts = pl.concat_str(group, "type", "department", "size", separator=", ", ignore_nulls=True)
    brand = pl.concat_str(pl.lit("brand: "), pl.col("brand"))
    text = pl.concat_str(pl.when(parts != "").then(parts), brand, separator="; ", ignore_nulls=True)
    frame = frame.with_columns(title=title)
    made = frame.filter(pl.col("title").is_not_null())
    if "description" not in frame.columns:
        frame = frame.with_columns(description=pl.when(title.is_not_null()).then(text))
    ledger.rows(
        "changed", "no name column: the name is made of type or category and size", made, ("product_id", "title")
    )
    return frame.with_columns(broad)


def one_row_each(frame: pl.DataFrame, key: str, source: str, ledger: Ledger) -> pl.DataFrame:
    """Return a table with one row a key: identical rows merged, of differing ones the newest where `updated` says so.

    Raises
    ------
    ShopDataError
        When rows of one key differ and nothing says which holds.
    """
    own = [name for name in frame.columns if name not in ("_source", "_row")]
    first = frame.select(pl.struct(own).is_first_distinct()).to_series()
    ledger.rows("dropped", f"the same row of a {key.removesuffix('_id')} again: merged", frame.filter(~first), (key,))
    frame = frame.filter(first)
    twice = frame.filter(pl.len().over(key) > 1)
    if twice.is_empty():
        return frame
    if "updated" in frame.columns and twice["updated"].null_count() == 0:
        newest = frame.sort("updated", descending=True, nulls_last=True).unique(key, keep="first", maintain_order=True)
        older = frame.join(newest.select("_source", "_row"), on=["_source", "_row"], how="anti")
        ledger.rows("dropped", f"an older row of the same {key.removesuffix('_id')}", older, (key, "updated"))
        return newest
    pair = twice.filter(pl.col(key) == twice[key][0])
    one, two = pair.row(0, named=True), pair.row(1, named=True)
    differing = next(name for name in own if one[name] != two[name])
    raise ShopDataError(
        f"{source}, rows {one['_row']} and {two['_row']}: {key} {one[key]!r} stands twice and {differing} differs "
        f"({one[differing]!r}, {two[differing]!r}); expected one row each. "
        f"Delete one, or add a column updated_at so that the newest holds. ({twice[key].n_unique() - 1} more alike.)"
    )


def products_of_lines(sold: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Return the products named on kept lines: the name most often given to a code (of equals the first in the alphabet)."""
    sold = sold.filter(pl.col("product_id").is_not_null())
    notes = staff_notes(sold["title"])
    named = sold.filter(~notes & pl.col("title").is_not_null())
    names = (
        named.group_by("product_id", "title").len().sort("product_id", "len", "title", descending=[False, True, False])
    )
    title = names.unique("product_id", keep="first", maintain_order=True).select(
        "product_id", pl.col("title").alias("_chosen")
    )
    other = named.join(title, on="product_id").filter(pl.col("title") != pl.col("_chosen"))
    ledger.rows(
        "changed", "several names for one code: the most frequent is kept", other, ("product_id", "title", "_chosen")
    )
    texts = [name for name in ("category", "brand", "image") if sold[name].null_count() < sold.height]
    more = [pl.col(name).drop_nulls().mode().sort().first() for name in texts]
    products = (
        sold.group_by("product_id").agg(more).join(title, on="product_id", how="left").rename({"_chosen": "title"})
    )
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in PRODUCTS.items() if name not in products.columns]
    return products.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in PRODUCTS.items())


def merged_products(tables: list[pl.DataFrame], of_lines: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Return all products, sorted by code: those of the product tables, and sold ones that are in none, noted."""
    if not tables:
        return of_lines.sort("product_id")
    stacked = pl.concat(tables)
    first = stacked.select(pl.col("product_id").is_first_distinct()).to_series()
    ledger.rows("dropped", "a product that another file already has", stacked.filter(~first), ("product_id",))
    listed = stacked.filter(first)
    ledger.keep(listed)
    missing = of_lines.join(listed, on="product_id", how="anti")
    if missing.height:
        source, example = str(listed["_source"][0]), f"product_id {missing['product_id'][0]}"
        ledger.note(
            source,
            "noted",
            "sold, but not in the product table: kept with what the order lines say",
            missing.height,
            example,
        )
    extra = of_lines.select(
        "product_id", *(pl.col(name).alias(f"_{name}") for name in ("title", "category", "brand", "image"))
    )
    filled = listed.join(extra, on="product_id", how="left")
    filled = filled.with_columns(
        pl.coalesce(name, f"_{name}").alias(name) for name in ("title", "category", "brand", "image")
    )
    return pl.concat([filled.select(list(PRODUCTS)), missing.select(list(PRODUCTS))]).sort("product_id")
