"""Unusual orders: how far each is from what the shop and its customer usually order, ranked, with reasons. Never called fraud.

It knows sizes, prices and times of orders. It does not know why an order is unusual, nor whether that is bad.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scoring.encode import Floats
from scoring.errors import CannotPredictError
from scoring.windows import first_order
from shop.profile_orders import order_key

if TYPE_CHECKING:
    from shop import Shop

LEAST = 50  # orders, below which nothing is usual
_MOST_ORDERS = 50_000  # more are not needed to learn what is usual
_FORESTS = 5
_REASONS = 3
_FAR = 2.5  # robust standard deviations from the middle that are worth a word
# feature → what it is, for a reader; all but the hour are compared as logarithms
FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "amount": "how much is in the order, in usual amounts of each product",
        "products": "different products in the order",
        "spend": "worth of the order",
        "dearest": "price of a usual amount of the dearest product",
        "mean_price": "mean price of a usual amount",
        "spend_ratio": "worth of the order as a multiple of the customer's usual",
        "amount_ratio": "how much is in the order as a multiple of the customer's usual",
        "product_ratio": "units of one product as a multiple of what is usual for that product",
        "price_ratio": "price paid as a multiple of the product's usual price",
        "categories": "different categories in the order",
        "hour_rarity": "how rarely orders come at that hour",
    }
)


@dataclass(frozen=True)
class Unusual:
    """What is usual, learnt from the orders before `as_of`; `judges` judge, `middle` and `spread` explain."""

    judges: Judges
    middle: Floats
    spread: Floats
    sorted_scores: tuple[Floats, ...]
    horizon_days: int
    as_of: datetime

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Rank the orders of the last `horizon_days` before `as_of`, the most unusual first.

        Returns
        -------
        DataFrame (order_id, customer_id, time; unusualness 0–1: the share of earlier orders that are less unusual; low, high:
        the range over the five ways it was judged; reason_1 … reason_3 in words, null where fewer things stand out).
        """
        seen = shop.until(as_of)
        orders = order_features(seen, as_of - timedelta(days=self.horizon_days))
        table = _logs(orders)
        parts = self._parts(table)
        score = np.mean(self.judges.scores(table), axis=0)
        judged = pl.DataFrame(
            {"unusualness": parts.mean(axis=0), "low": parts.min(axis=0), "high": parts.max(axis=0), "_score": score}
        )
        reasons = self._reasons(table, orders)
        whole = pl.concat([orders.select("order_id", "customer_id", "time"), judged, reasons], how="horizontal")
        return whole.sort(["_score", "time"], descending=[True, False]).drop("_score")

    def _parts(self, table: Floats) -> Floats:
        scores = self.judges.scores(table)
        return np.array(
            [np.searchsorted(known, one) / known.size for known, one in zip(self.sorted_scores, scores, strict=True)]
        )

    def _reasons(self, table: Floats, orders: pl.DataFrame) -> pl.DataFrame:
        away = (table - self.middle) / self.spread
        best = np.argsort(-np.where(np.isnan(away), 0.0, np.abs(away)), axis=1, kind="stable")[:, :_REASONS]
        names = list(FEATURES)
        values, usual = orders.select(names).to_numpy(), np.exp(self.middle)
        rows: list[list[str | None]] = []
        for number in range(table.shape[0]):
            said = [
                _words(names[place], float(values[number, place]), float(usual[place]))
                for place in best[number]
                if abs(away[number, place]) >= _FAR
            ]
            rows.append([*said, *[None] * (_REASONS - len(said))])
        schema = {f"reason_{number}": pl.String for number in range(1, _REASONS + 1)}
        return pl.DataFrame(rows, schema=schema, orient="row")


def _words(name: str, value: float, usual: float) -> str:
    if name == "hour_rarity":
        return f"placed at an hour when {100 / value:.1g} in a hundred orders come"
    side = "high" if value > usual else "low"
    return f"{FEATURES[name]}: {_number(value)}, {side}; usually {_number(usual)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def fit(shop: Shop, as_of: datetime, horizon_days: int = 30, *, seed: int = 0) -> Unusual:
    """Learn what is usual from the orders before the last `horizon_days`; those are what `predict` ranks.

    Raises
    ------
    CannotPredictError
        When there are fewer than 50 earlier orders.

    Source: Liu, Ting & Zhou (2008), ICDM, isolation forests; Rousseeuw & Van Driessen (1999), Technometrics 41(3), for the
    robust covariance.
    """
    seen = shop.until(as_of)
    first_order(seen)
    before = as_of - timedelta(days=horizon_days)
    orders = order_features(seen, None).filter(pl.col("time") < before)
    if orders.height < LEAST:
        raise CannotPredictError(
            f"{orders.height} orders before {before:%Y-%m-%d}; at least {LEAST} are needed to know what is usual."
        )
    if orders.height > _MOST_ORDERS:
        orders = orders.sample(_MOST_ORDERS, seed=seed)
    table = _logs(orders)
    middle = np.nanmedian(table, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(table - middle), axis=0)
    spread = np.maximum(np.where(spread < 1e-6, np.nanstd(table, axis=0), spread), 0.1)
    judges = fit_table(table, seed=seed)
    known = tuple(np.sort(one) for one in judges.scores(table))
    return Unusual(judges, middle, spread, known, horizon_days, as_of)


@dataclass(frozen=True)
class Judges:
    """Isolation forests and a robust covariance of the same table, each in units of how far its unusual tenth is from its middle."""

    forests: tuple[Any, ...]
    shape: Any
    scales: tuple[tuple[float, float], ...]  # middle and width of each forest, then of the distance

    def scores(self, table: Floats) -> list[Floats]:
        """Return of each forest, together with the robust distance, how unusual each row is; more is more unusual."""
        raw = _raw(self.forests, self.shape, table)
        *trees, far = [(one - middle) / width for one, (middle, width) in zip(raw, self.scales, strict=True)]
        return [one + far / 2 for one in trees]


def fit_table(table: Floats, *, seed: int = 0) -> Judges:
    """Return what judges the rows of a finished table, (n, d), without labels."""
    from sklearn.covariance import MinCovDet
    from sklearn.ensemble import IsolationForest

    forests = tuple(
        IsolationForest(n_estimators=60, max_samples=min(512, table.shape[0]), random_state=seed + number).fit(table)
        for number in range(_FORESTS)
    )
    rng = np.random.default_rng(seed)
    some = table[rng.permutation(table.shape[0])[:5_000]]
    jitter = rng.normal(0, 0.05, some.shape)  # columns of a few whole numbers have no shape of their own
    shape = MinCovDet(support_fraction=0.85, random_state=seed).fit(some + jitter)
    scales = []
    for one in _raw(forests, shape, table):
        middle, tenth = np.quantile(one, [0.5, 0.9])
        scales.append((float(middle), max(float(tenth - middle), 1e-9)))
    return Judges(forests, shape, tuple(scales))


def _raw(forests: Sequence[Any], shape: Any, table: Floats) -> list[Floats]:
    return [*(-forest.score_samples(table) for forest in forests), np.log1p(shape.mahalanobis(table))]


def order_features(seen: Shop, since: datetime | None) -> pl.DataFrame:
    """Return a row an order from `since` on: order_id, customer_id, time and the columns of `FEATURES`.

    An amount is counted in what is usual of its product, so that a thousand grams are no more than one piece. Ratios compare with
    the customer's other orders before; 1 where there are none.
    """
    zone = seen.settings.time_zone
    lines = seen.events.filter((pl.col("action") == "buy") & pl.col("quantity").is_not_null())
    lines = lines.join(seen.products.select("product_id", "category"), on="product_id", how="left")
    lines = lines.with_columns(order_key(zone), (pl.col("quantity") * pl.col("unit_price")).alias("_worth"))
    usual = lines.group_by("product_id").agg(
        pl.col("quantity").median().alias("_usual_units"), pl.col("unit_price").median().alias("_usual_price")
    )
    portions = pl.col("quantity") / pl.col("_usual_units")
    orders = (
        lines.join(usual, on="product_id", how="left")
        .with_columns(portions.alias("_portions"))
        .group_by("customer_id", "_order")
        .agg(
            pl.col("order_id").first(),
            pl.col("time").min(),
            pl.col("_portions").sum().alias("amount"),
            pl.col("product_id").n_unique().cast(pl.Float64).alias("products"),
            pl.col("_worth").sum().alias("spend"),
            (pl.col("unit_price") * pl.col("_usual_units")).max().alias("dearest"),
            (pl.col("_worth").sum() / pl.col("_portions").sum()).alias("mean_price"),
            pl.col("_portions").max().alias("product_ratio"),
            (pl.col("unit_price") / pl.col("_usual_price")).max().alias("price_ratio"),
            pl.max_horizontal(pl.col("category").drop_nulls().n_unique(), 1).cast(pl.Float64).alias("categories"),
        )
    )
    return _ratios(orders.sort("time", "_order"), zone, since)


def _ratios(orders: pl.DataFrame, zone: str, since: datetime | None) -> pl.DataFrame:
    """Return the orders with how they compare with the customer's earlier ones and how rare their hour is."""
    known = pl.col("customer_id").is_not_null()

    def ratio(name: str) -> pl.Expr:
        earlier = (pl.col(name).cum_sum() - pl.col(name)).over("customer_id")
        count = (pl.int_range(pl.len())).over("customer_id")
        return pl.when(known & (count > 0)).then(pl.col(name) * count / earlier).otherwise(1.0).alias(f"{name}_ratio")

    hour = pl.col("time").dt.convert_time_zone(zone).dt.hour()
    whole = orders.with_columns(ratio("spend"), ratio("amount"), hour.alias("_hour"))
    whole = whole.with_columns((pl.len() / pl.len().over("_hour")).alias("hour_rarity"))
    if since is not None:
        whole = whole.filter(pl.col("time") >= since)
    return whole.select("order_id", "customer_id", "time", pl.col(list(FEATURES)).fill_nan(None).fill_null(1.0))


def _logs(orders: pl.DataFrame) -> Floats:
    found: Floats = np.log(np.maximum(orders.select(list(FEATURES)).to_numpy().astype(np.float64), 1e-3))
    return found
