"""The made-up world of the sample shop before anybody orders: days and seasons, products with prices and tastes, people.

It draws and counts; it knows nothing of orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shop.sample_segments import COMPLEMENTS, ELASTICITY, SEASONAL_WORDS, SEGMENTS
from shop.tables import PRODUCTS, ShopDataError

START = date(2025, 5, 1)
DAYS = 549  # to the end of 31 October 2026, local time
WEEKS = DAYS // 7 + 1
TASTES = 3  # kinds of customers within a segment, who prefer other products of the same words
CAMPAIGN_DAY = 319  # Monday 16 March 2026
CAMPAIGN_DAYS = 7
CAMPAIGN_COLUMN = "spring_mail"
MAIL_SENT, MAIL_CONTROL = "sent", "control"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random numbers of one part of the simulation: a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, *part.encode()])


def data_folder() -> Traversable:
    """Return the folder of the shipped texts: products, questions, policies, sentences of reviews, shop.toml."""
    return files("shop") / "sample_data"


def read_table(name: str) -> pl.DataFrame:
    """Return one CSV file of the shipped texts."""
    return pl.read_csv((data_folder() / name).read_bytes())


def read_catalogue() -> pl.DataFrame:
    """Return the products with the columns of the table, sorted by id.

    Raises
    ------
    ShopDataError
        When a category has no planted elasticity.
    """
    raw = read_table("products.csv")
    raw = raw.with_columns(pl.lit(None, dtype=kind).alias(n) for n, kind in PRODUCTS.items() if n not in raw.columns)
    products = raw.select(pl.col(name).cast(kind) for name, kind in PRODUCTS.items()).sort("product_id")
    unknown = products.filter(~pl.col("category").is_in(list(ELASTICITY)))
    if unknown.height:
        raise ShopDataError(
            f"sample_data/products.csv: category {unknown['category'][0]!r} of {unknown['product_id'][0]!r} is not planned; "
            f"expected one of {', '.join(ELASTICITY)}. Correct it, or plan it in shop/sample_segments.py."
        )
    return products


def weekday_of(days: Ints) -> Ints:
    """Return the weekday of day numbers, 0 Monday."""
    return (days + START.weekday()) % 7


def season(kind: str) -> Floats:
    """Return the intensity of each day for "spring", "christmas" or "even", mean 1 over the period."""
    spring, christmas = _bump(118, 30), _bump(339, 17)
    if kind == "spring":
        daily = 0.5 + 1.6 * spring
    elif kind == "christmas":
        daily = 0.5 + 4.0 * christmas
    else:
        daily = 0.95 + 0.6 * christmas
    whole: Floats = daily / daily.mean()
    return whole


def _bump(centre: int, width: int) -> Floats:
    """Return a bell over the year around a day of the year, 1 at its top, for each day of the period."""
    day_of_year = (np.arange(DAYS) + START.timetuple().tm_yday - 1) % 365
    away = np.minimum(np.abs(day_of_year - centre), 365 - np.abs(day_of_year - centre))
    bell: Floats = np.exp(-0.5 * (away / width) ** 2)
    return bell


@dataclass(frozen=True)
class Goods:
    """The products as arrays, rows as in `table`.

    `prices` (products, weeks) as charged; `cdf` the cumulated chance of each product, one row a segment, taste and week,
    row number added, so that one search in the flat array draws for all rows at once; `lift` by how much offers make an order
    of such a row longer: what is bought more of one product is not bought less of another, so that the demand of each
    product answers its own price with exactly the elasticity of its category.
    """

    table: pl.DataFrame
    prices: Floats
    moves: Bools
    quality: Floats
    complements: tuple[tuple[int, int], ...]
    cdf: Floats
    lift: Floats

    def draw(self, rng: np.random.Generator, rows: Ints) -> Ints:
        """Return one product for each row of `cdf`."""
        found = np.searchsorted(self.cdf, rows + rng.random(rows.size), side="right")
        return np.minimum(found - rows * self.table.height, self.table.height - 1)


def cdf_rows(segment: Ints, taste: Ints, day: Ints) -> Ints:
    """Return the rows of `Goods.cdf` for customers on days."""
    return (segment * TASTES + taste) * WEEKS + day // 7


def make_goods(seed: int, table: pl.DataFrame) -> Goods:
    """Return the products with their planted prices, quality, complements and tastes."""
    rng = stream(seed, "goods")
    pairs = _pairs(table)
    kept = np.isin(np.arange(table.height), np.array(pairs).ravel())
    moves = (rng.random(table.height) < 0.4) & ~kept
    prices = _prices(rng, table["price"].to_numpy(), moves)
    quality = np.clip(rng.normal(4.15, 0.45, table.height), 2.6, 4.9)
    seasonal = _weights(rng, table)[:, None, :] * _seasons(table)
    weights = (seasonal * _response(table, prices)).reshape(-1, table.height)
    steps = np.cumsum(weights, axis=1)
    cdf = (steps / steps[:, -1:] + np.arange(steps.shape[0])[:, None]).ravel()
    lift = steps[:, -1] / seasonal.reshape(-1, table.height).sum(axis=1)
    return Goods(table, prices, moves, quality, pairs, cdf, lift)


def _pairs(table: pl.DataFrame) -> tuple[tuple[int, int], ...]:
    titles = table["title"].to_list()
    found = []
    for first, second in COMPLEMENTS:
        places = [
            next((i for i, title in enumerate(titles) if title.startswith(start)), None) for start in (first, second)
        ]
        if places[0] is not None and places[1] is not None:
            found.append((places[0], places[1]))
    return tuple(found)


def _prices(rng: np.random.Generator, today: Floats, moves: Bools) -> Floats:
    """Return the price of each product and week: today's at the end; movers were on offer for weeks and stepped once."""
    ratio = np.ones((today.size, WEEKS))
    for product in np.flatnonzero(moves):
        if rng.random() < 0.5:
            ratio[product, : rng.integers(20, 60)] = rng.choice([0.85, 0.9, 1.1])
        for _ in range(rng.integers(3, 6)):
            begin = rng.integers(0, WEEKS - 6)
            ratio[product, begin : begin + rng.integers(2, 5)] *= rng.choice([0.65, 0.7, 0.75, 0.8])
    ratio[:, -2:] = 1.0
    return np.round(today[:, None] * np.maximum(ratio, 0.5), 2)


def _response(table: pl.DataFrame, prices: Floats) -> Floats:
    """Return the factor of demand the prices make, (weeks, products); 1 at today's price."""
    elasticity = np.array([ELASTICITY[name] for name in table["category"].to_list()])
    factor: Floats = (prices / prices[:, -1:]) ** elasticity[:, None]
    return factor.T


def _seasons(table: pl.DataFrame) -> Floats:
    """Return the factor of demand the time of year makes, (weeks, products)."""
    kinds = {"Garden & Balcony": "spring", "Plants & Seeds": "spring", "Toys & Games": "christmas"}
    weekly = {kind: _by_week(season(kind)) ** 0.5 for kind in ("spring", "christmas", "even")}
    factor = np.array([weekly[kinds.get(name, "even")] for name in table["category"].to_list()])
    month = np.array([(START + timedelta(days=7 * week + 3)).month for week in range(WEEKS)])
    only_late = table["title"].str.contains(SEASONAL_WORDS).to_numpy()
    factor[only_late] *= np.where(month >= 10, 3.0, 0.0)
    return factor.T


def _by_week(daily: Floats) -> Floats:
    padded = np.concatenate([daily, np.repeat(daily[-1], WEEKS * 7 - DAYS)])
    weekly: Floats = padded.reshape(WEEKS, 7).mean(axis=1)
    return weekly


def _weights(rng: np.random.Generator, table: pl.DataFrame) -> Floats:
    """Return the taste for each product, (segments x tastes, products): category, words of the title, price, whim."""
    categories = table["category"].to_numpy()
    typical = table.select(pl.col("price") / pl.col("price").median().over("category")).to_series().to_numpy()
    known = rng.lognormal(0.0, 0.5, table.height)
    rows = []
    for segment in SEGMENTS:
        base = np.full(table.height, 0.04 / table.height)  # nobody buys only what the group is known for
        tastes = {name: taste for name, taste in segment.tastes.items() if name in set(categories)}
        total = sum(weight for weight, _ in tastes.values())
        for category, (weight, words) in tastes.items():
            inside = categories == category
            fits = table["title"].str.to_lowercase().str.contains(words).to_numpy()
            liking = inside * np.where(fits, 8.0, 1.0) * known * typical**segment.price_lean
            base += weight / total * liking / max(liking.sum(), 1e-9)
        rows += [base * rng.lognormal(0.0, 0.5, table.height) for _ in range(TASTES)]
    return np.array(rows)
