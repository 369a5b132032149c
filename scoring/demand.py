"""Demand: how much of each product will be sold in each coming week, with intervals, and from it how much to reorder.

Half the forecast is one model of all products, half exponential smoothing of each alone. It knows no campaign that is planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.backtest import Task
from scoring.errors import CannotPredictError
from scoring.like_errors import LikeErrors, whole_bounds
from scoring.measures import DEMANDS, wape
from scoring.repeated import Repeat, fit_last_week, fit_last_year
from scoring.weekly import WEEK_DAYS, Floats, Weekly, series_features, weekly_sales
from scoring.windows import LEVEL

if TYPE_CHECKING:
    from shop import Shop

_MOST_ROWS = 80_000  # to learn the model of all products from
_LEAST_ROWS = 500
_MOST_SMOOTHED = 500  # products; where there are more, the model of all forecasts alone
_CHECKS = 3  # earlier moments whose errors make the intervals
_SOLD_LATELY = 8  # weeks without a sale after which a product counts as gone
_SILENT = 0.5
_HEAVIEST = 0.99  # of the rows: none above weighs more, or one product sold by the thousand would speak for all


@dataclass(frozen=True)
class Forecast:
    """Products × weeks ahead: `units` expected; `width` the unit of the errors of each, 0 of a product that is gone.

    `is_whole` says of each product whether it was only ever sold in wholes.
    """

    products: tuple[str, ...]
    units: Floats
    width: Floats
    is_whole: NDArray[np.bool_]

    @property
    def is_sold(self) -> NDArray[np.bool_]:
        """Which products are still sold, as far as the last weeks tell; of the others nothing is expected."""
        return np.asarray((self.width > 0).any(axis=1))


@dataclass(frozen=True)
class Demand:
    """A fitted forecast; `errors` of each week ahead and `total_errors` of all together, in units of width, of earlier forecasts.

    `off` is by how many widths the totals lie beside the sum of their weeks.
    """

    forecast: Forecast
    errors: tuple[LikeErrors, ...]
    total_errors: LikeErrors
    as_of: datetime
    horizon_days: int
    off: float = 0.0

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        """Return the forecast made at the moment of the fit.

        Returns
        -------
        DataFrame (product_id; week, 1 the seven days from `as_of` on; week_start UTC; units; low, high: 90 %; is_sold: false of
        a product without a sale in the last eight weeks, of which nothing is expected and no interval told).

        Raises
        ------
        ValueError
            When `as_of` is another moment than that of the fit: a forecast starts where its weeks end.
        """
        if as_of != self.as_of:
            raise ValueError(f"as_of {as_of:%Y-%m-%d}: this forecast starts at {self.as_of:%Y-%m-%d}; fit it again.")
        made, weeks = self.forecast, self.forecast.units.shape[1]
        each = [self.errors[k].bounds(made.units[:, k], LEVEL) for k in range(weeks)]
        low, high = (made.units + np.column_stack([one[side] for one in each]) * made.width for side in (0, 1))
        low, high = np.clip(np.minimum(low, made.units), 0.0, None), np.maximum(high, made.units)
        low, high = whole_bounds(low, high, made.is_whole)
        week = np.tile(np.arange(1, weeks + 1), len(made.products))
        return pl.DataFrame(
            {
                "product_id": np.repeat(np.array(made.products, dtype=object), weeks).tolist(),
                "week": week,
                "week_start": [self.as_of + timedelta(days=WEEK_DAYS * (int(one) - 1)) for one in week],
                "units": made.units.ravel(),
                "low": low.ravel(),
                "high": high.ravel(),
                "is_sold": np.repeat(made.is_sold, weeks),
            },
            schema_overrides={"product_id": pl.String, "week_start": pl.Datetime("us", "UTC")},
        )

    def totals(self) -> pl.DataFrame:
        """Return (product_id, units, low, high, is_sold) over all weeks of the horizon together; 90 %.

        `units` is the sum of the weeks, plus what that was off before where adding it made later totals nearer: of a product that is
        bought now and then the likeliest week is a quiet one, and so many quiet weeks are too little.
        """
        made, units = self.forecast, self._expected()
        low, high = (self._beside(one) for one in self.total_errors.bounds(made.units.sum(axis=1), LEVEL))
        low, high = whole_bounds(np.minimum(low, units)[:, None], np.maximum(high, units)[:, None], made.is_whole)
        return pl.DataFrame(
            {
                "product_id": list(made.products),
                "units": units,
                "low": low[:, 0],
                "high": high[:, 0],
                "is_sold": made.is_sold,
            },
            schema_overrides={"product_id": pl.String},
        )

    def reorder(self, stock: pl.DataFrame, *, service_level: float = 0.95) -> pl.DataFrame:
        """Return how much to order so that the stock lasts for the horizon with the chance `service_level`.

        Parameters
        ----------
        stock : (product_id, stock), units on hand and on their way; products not in it are left out
        service_level : in (0, 1)

        Returns
        -------
        DataFrame (product_id, expected units, enough: units that suffice with that chance, stock, order), most to order first.

        Raises
        ------
        ValueError
            When the service level is not between 0 and 1.
        """
        if not 0 < service_level < 1:
            raise ValueError(f"service_level is {service_level}; expected a chance between 0 and 1, for example 0.95.")
        table = pl.DataFrame(
            {
                "product_id": list(self.forecast.products),
                "expected": self._expected(),
                "enough": np.ceil(self._enough(service_level)),
            },
            schema_overrides={"product_id": pl.String},
        )
        known = stock.select("product_id", pl.col("stock").cast(pl.Float64)).drop_nulls()
        order = (pl.col("enough") - pl.col("stock")).clip(0.0, None).alias("order")
        found = table.join(known, on="product_id", how="inner").with_columns(order)
        return found.sort(["order", "product_id"], descending=[True, False])

    def _enough(self, chance: float) -> Floats:
        return self._beside(self.total_errors.upper(self.forecast.units.sum(axis=1), chance))

    def _expected(self) -> Floats:
        return self._beside(self.off)

    def _beside(self, widths: float | Floats) -> Floats:
        made = self.forecast
        found: Floats = np.clip(made.units.sum(axis=1) + widths * made.width.sum(axis=1), 0.0, None)
        return found


def fit(shop: Shop, as_of: datetime, horizon_days: int = 56, *, seed: int = 0) -> Demand:
    """Forecast the weeks of the next `horizon_days` for each product sold before `as_of`, guests' purchases included.

    Raises
    ------
    CannotPredictError
        When there is no clock, or the history is shorter than four horizons and eight weeks.
    """
    weeks = -(-horizon_days // WEEK_DAYS)
    return fit_table(weekly_sales(shop, as_of), weeks, as_of=as_of, seed=seed)


def fit_table(sales: Weekly, weeks: int, *, as_of: datetime, seed: int = 0) -> Demand:
    """Forecast the next `weeks` of a finished table of weeks.

    Source: Clemen (1989), IJF 5(4), for the plain mean of forecasts; Stankevičiūtė et al. (2021), NeurIPS, for intervals from the
    errors of earlier forecasts, here of those of a like size.
    """
    needed = (_CHECKS + 1) * weeks + 8
    if weeks < 1 or sales.weeks < needed:
        raise CannotPredictError(
            f"{sales.weeks} whole weeks of purchases; a forecast of {weeks} weeks with intervals needs {needed}. Ask for fewer."
        )
    early = sales.until(sales.weeks - _CHECKS * weeks)
    model = _learn(early, weeks, seed)
    by_week: list[list[tuple[Floats, Floats]]] = [[] for _ in range(weeks)]
    checks: list[tuple[Floats, Floats, Floats]] = []
    for check in range(_CHECKS, 0, -1):
        at = sales.weeks - check * weeks
        seen = sales.until(at)
        made = _forecast(seen, weeks, model)
        rows = sales.first < at
        actual = sales.units[rows, at : at + weeks]
        counts = _is_sold(seen)
        for k in range(weeks):
            units = made.units[counts, k]
            by_week[k].append((units, (actual[counts, k] - units) / made.width[counts, k]))
        checks.append((actual[counts].sum(axis=1), made.units[counts].sum(axis=1), made.width[counts].sum(axis=1)))
    final = _forecast(sales, weeks, _learn(sales, weeks, seed))
    errors = tuple(LikeErrors.of(*(np.concatenate(part) for part in zip(*one, strict=True))) for one in by_week)
    totals = LikeErrors.of(np.concatenate([units for _, units, _ in checks]), _errors(checks))
    return Demand(final, errors, totals, as_of, weeks * WEEK_DAYS, _off(checks))


def _errors(checks: Sequence[tuple[Floats, Floats, Floats]]) -> Floats:
    return np.concatenate([(actual - units) / width for actual, units, width in checks])


def _off(checks: Sequence[tuple[Floats, Floats, Floats]]) -> float:
    """Return the median error of all totals, in widths; 0 where that of the checks before would not have made the later ones nearer.

    Parameters
    ----------
    checks : (actual, sum of the weeks expected, width) of each product at earlier moments, the first the earliest
    """
    plain = mended = 0.0
    for number, (actual, units, width) in enumerate(checks[1:], 1):
        off = float(np.median(_errors(checks[:number])))
        plain += wape(actual, units)
        mended += wape(actual, np.clip(units + off * width, 0.0, None))
    return float(np.median(_errors(checks))) if mended < plain else 0.0


def _is_sold(sales: Weekly) -> np.ndarray:
    return sales.units[:, -_SOLD_LATELY:].sum(axis=1) > 0


def _learn(sales: Weekly, weeks: int, seed: int) -> Any:
    """Return the model of all products, fitted to what followed earlier weeks; None where there is too little."""
    parts = []
    for at in range(max(8, sales.weeks - 130), sales.weeks - weeks + 1):
        for ahead in range(1, weeks + 1):
            shape, scale = series_features(sales, at, ahead)
            lately = sales.units[:, max(at - 26, 0) : at].sum(axis=1) > 0
            kept = (sales.first < at - 4) & lately
            parts.append((shape[kept], (sales.units[:, at + ahead - 1] / scale)[kept], scale[kept]))
    if sum(part[1].size for part in parts) < _LEAST_ROWS:
        return None
    from sklearn.ensemble import HistGradientBoostingRegressor

    shape, target, scale = (np.concatenate([part[i] for part in parts]) for i in range(3))
    if target.size > _MOST_ROWS:
        some = np.random.default_rng(seed).choice(target.size, _MOST_ROWS, replace=False)
        shape, target, scale = shape[some], target[some], scale[some]
    shape = np.nan_to_num(shape, nan=-1.0)  # a column without any value cannot be binned
    return HistGradientBoostingRegressor(
        loss="absolute_error",
        learning_rate=0.08,
        max_iter=150,
        max_leaf_nodes=15,
        min_samples_leaf=60,
        max_bins=64,
        max_features=0.5,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    ).fit(shape, target, sample_weight=np.minimum(scale, np.quantile(scale, _HEAVIEST)))


def _forecast(sales: Weekly, weeks: int, model: Any) -> Forecast:
    ways = []
    if model is not None:
        of_all = np.zeros((len(sales.products), weeks))
        for ahead in range(1, weeks + 1):
            shape, scale = series_features(sales, sales.weeks, ahead)
            of_all[:, ahead - 1] = model.predict(np.nan_to_num(shape, nan=-1.0)) * scale
        ways.append(of_all)
    if model is None or len(sales.products) <= _MOST_SMOOTHED:
        ways.append(smoothed(sales, weeks))
    units = np.clip(np.mean(ways, axis=0), 0.0, None)
    level = sales.units[:, -26:].mean(axis=1, keepdims=True)
    width = _SILENT + 0.5 * units + 0.5 * level
    gone = ~_is_sold(sales)
    units[gone], width[gone] = 0.0, 0.0
    is_whole = (sales.units == np.round(sales.units)).all(axis=1)
    return Forecast(sales.products, units, width, is_whole)


def smoothed(sales: Weekly, weeks: int) -> Floats:
    """Return what exponential smoothing of each product alone expects, (products, weeks); the last week again for short histories.

    Source: Hyndman & Khandakar (2008), JSS 27(3), the choice among smoothing models, in statsforecast.
    """
    import pandas as pd
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS, Naive

    names = np.arange(len(sales.products))
    rows = [
        pd.DataFrame({"unique_id": one, "ds": np.arange(start, sales.weeks), "y": sales.units[one, start:]})
        for one in names
        if (start := int(sales.first[one])) < sales.weeks - 2
    ]
    found = np.repeat(sales.units[:, -1:], weeks, axis=1)
    if rows:
        models = StatsForecast(models=[AutoETS(season_length=1)], freq=1, n_jobs=1, fallback_model=Naive())
        with np.errstate(all="ignore"):  # the library divides by 0 on series that never change
            made = models.forecast(df=pd.concat(rows), h=weeks)
        found[made["unique_id"].to_numpy().reshape(-1, weeks)[:, 0]] = made["AutoETS"].to_numpy().reshape(-1, weeks)
    return np.clip(np.nan_to_num(found), 0.0, None)


def _sold(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    week = ((pl.col("time") - pl.lit(as_of)).dt.total_days() // WEEK_DAYS + 1).alias("week")
    end = as_of + timedelta(days=horizon_days)
    lines = shop.purchases().filter(pl.col("time").is_between(as_of, end, closed="left"))
    return lines.group_by("product_id", week).agg(pl.col("quantity").sum().alias("actual"))


def _sold_in_all(shop: Shop, as_of: datetime, horizon_days: int) -> pl.DataFrame:
    return _sold(shop, as_of, horizon_days).group_by("product_id").agg(pl.col("actual").sum())


def _totals(fitted: Demand | Repeat, shop: Shop, as_of: datetime) -> pl.DataFrame:
    if isinstance(fitted, Demand):
        return fitted.totals()
    return fitted.predict(shop, as_of).group_by("product_id", maintain_order=True).agg(pl.col("units").sum())


TASK = Task(
    "demand",
    {"Shopkeeper": fit, "the last week again": fit_last_week, "the same weeks last year": fit_last_year},
    "units",
    _sold,
    DEMANDS[:1],
    key=("product_id", "week"),
    bounds=("low", "high"),
    bounded="is_sold",
)
TASK_TOTAL = replace(
    TASK, name="units of all weeks together", truth=_sold_in_all, measures=DEMANDS, key=("product_id",), ask=_totals
)
