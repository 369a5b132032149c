"""How good the predictors are: churn, next purchase, customer value, demand and price response beside simple rivals and libraries.

    python benchmarks/predict.py [--data FOLDER] [--only telco …] [--save]

`--data` holds what SOURCES.md of the public data names: churn/telco_customer_churn.parquet, pricing/oj.parquet,
pricing/dominicks_beer_weekly.parquet, online_retail/online_retail.parquet; or is one transaction log (a file or folder
`Shop.load` reads), on which churn, next purchase, value and demand are measured.
"""

from __future__ import annotations

import math
import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from benchmarks.form import ROOT, Figure, options, publish
from scoring import churn, demand, elasticity, next_purchase, value
from scoring.backtest import EVERYBODY, Task, backtest
from scoring.classifier import fit_table
from scoring.errors import CannotPredictError
from scoring.measures import CHANCES, DEMANDS, Floats, Measure, bootstrap
from scoring.weekly import naive, weekly_table

if TYPE_CHECKING:
    from shop import Shop

HORIZONS = (90, 60, 30)  # days
ROUNDS = 300


def telco(folder: Path) -> list[Figure]:
    """Measure Telco churn, split first, then fit: five folds, everything learnt inside; no column is left out but the id."""
    table = pl.read_parquet(folder / "churn" / "telco_customer_churn.parquet")
    target = (table["Churn"] == "Yes").to_numpy()
    total = pl.col("TotalCharges").cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    features = table.drop("customerID", "Churn").with_columns(total, pl.col("SeniorCitizen").cast(pl.String))
    fold = np.random.default_rng(0).permutation(target.size) % 5
    chances = {name: np.zeros(target.size) for name in ("Shopkeeper", "logistic regression", "gradient boosting")}
    for number in range(5):
        inside, outside = fold != number, fold == number
        fitted = fit_table(features.filter(pl.Series(inside)), target[inside].tolist(), rounds=0)
        chances["Shopkeeper"][outside] = fitted.predict(features.filter(pl.Series(outside)))["probability"].to_numpy()
        for name, found in _plain(features, target, inside, outside).items():
            chances[name][outside] = found
    return _figures("telco", target.astype(np.float64), chances, CHANCES)


def _plain(features: pl.DataFrame, target: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> dict[str, Floats]:
    """Return what scikit-learn's defaults say: words as 0/1 columns, numbers scaled for the linear model, blanks the median."""
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    numbers = [name for name, kind in features.schema.items() if kind.is_numeric()]
    medians = features.filter(pl.Series(inside)).select(pl.col(numbers).median())
    filled = features.with_columns(pl.col(name).fill_null(medians[name][0]) for name in numbers)
    shape = filled.to_dummies([name for name in features.columns if name not in numbers]).cast(pl.Float64).to_numpy()
    scaler = StandardScaler().fit(shape[inside])
    linear = LogisticRegression(max_iter=1_000).fit(scaler.transform(shape[inside]), target[inside])
    trees = GradientBoostingClassifier(random_state=0).fit(shape[inside], target[inside])
    return {
        "logistic regression": linear.predict_proba(scaler.transform(shape[outside]))[:, 1],
        "gradient boosting": trees.predict_proba(shape[outside])[:, 1],
    }


def _figures(
    name: str,
    actual: Floats,
    predicted: dict[str, Floats],
    measures: tuple[Measure, ...],
    owner: np.ndarray | None = None,
) -> list[Figure]:
    """Return a figure a measure, the first way beside the others, and its paired gain over each with an interval."""
    ours = next(iter(predicted))
    rows = np.arange(actual.size) if owner is None else owner
    figures = []
    for measure in measures:
        draws = bootstrap(actual, predicted, measure, rows, rounds=ROUNDS)
        values = {way: measure.of(actual, found) for way, found in predicted.items()}
        peers = {way: found for way, found in values.items() if way != ours}
        between = _between(draws[ours])
        figures.append(
            Figure(f"{name}/{measure.name}", values[ours], better=measure.better, interval=between, peers=peers)
        )
        for way in peers:
            sign = 1.0 if measure.better == "more" else -1.0
            gain = sign * (values[ours] - values[way])
            between = _between(sign * (draws[ours] - draws[way]))
            figures.append(Figure(f"{name}/{measure.name}/better than {way} by", gain, interval=between))
    return figures


def _between(values: Floats) -> tuple[float, float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def orange_juice(folder: Path) -> list[Figure]:
    """Measure the price elasticity of orange juice, brand held, beside the published least squares; and with the feature week held too."""
    table = pl.read_parquet(folder / "pricing" / "oj.parquet")
    sales = table["sales"].to_list()
    figures = []
    for name, columns in {
        "brand held": ["price", "brand"],
        "brand and feature held": ["price", "brand", "feat"],
    }.items():
        row = elasticity.fit_table(table.select(columns), sales).row(0, named=True)
        peers = {"published OLS": -3.139} if name == "brand held" else {}
        figures.append(
            Figure(f"oj/elasticity, {name}", row["elasticity"], interval=(row["low"], row["high"]), peers=peers)
        )
    for brand, part in table.group_by("brand", maintain_order=True):
        row = elasticity.fit_table(part.select("price", "feat"), part["sales"].to_list()).row(0, named=True)
        figures.append(Figure(f"oj/elasticity, {brand[0]}", row["elasticity"], interval=(row["low"], row["high"])))
    return figures


def dominicks(folder: Path) -> list[Figure]:
    """Measure units a week of 287 beers over all stores, 8 weeks ahead from the last five origins, beside naive, seasonal naive and AutoETS."""
    table = pl.read_parquet(folder / "pricing" / "dominicks_beer_weekly.parquet")
    start = int(table["WEEK"].min())  # type: ignore[arg-type]
    worth = (pl.col("PRICE") * pl.col("MOVE")).sum() / pl.col("MOVE").sum()
    weekly = table.group_by(product_id=pl.col("UPC").cast(pl.String), week=(pl.col("WEEK") - start)).agg(
        units=pl.col("MOVE").sum(), price=worth
    )
    return _weekly_figures("dominicks", weekly_table(weekly), ahead=8, origins=5)


def _weekly_figures(name: str, sales: Any, *, ahead: int, origins: int) -> list[Figure]:
    actual, owner = [], []
    found: dict[str, list[Floats]] = {way: [] for way in ("Shopkeeper", "naive", "seasonal naive", "AutoETS")}
    inside = []
    for number in range(origins, 0, -1):
        at = sales.weeks - ahead * number
        seen = sales.until(at)
        fitted = demand.fit_table(seen, ahead, as_of=datetime(2025, 1, 1, tzinfo=UTC))
        made = fitted.predict(None, fitted.as_of)  # type: ignore[arg-type]
        rows = sales.first < at
        true = sales.units[rows, at : at + ahead].ravel()
        actual.append(true)
        owner.append(np.repeat(np.flatnonzero(rows), ahead))
        held = (true >= made["low"].to_numpy() - 1e-9) & (true <= made["high"].to_numpy() + 1e-9)
        inside.append(held[made["is_sold"].to_numpy()])  # of products that are gone nothing is promised
        found["Shopkeeper"].append(made["units"].to_numpy())
        found["naive"].append(naive(seen, ahead, 1).ravel())
        found["seasonal naive"].append(naive(seen, ahead, 52).ravel())
        found["AutoETS"].append(demand.smoothed(seen, ahead).ravel())
    whole = {way: np.concatenate(parts) for way, parts in found.items()}
    numbers = np.unique(np.concatenate(owner), return_inverse=True)[1]
    figures = _figures(name, np.concatenate(actual), whole, DEMANDS[:1], numbers)
    covered = np.concatenate(inside)
    return [*figures, Figure(f"{name}/share inside the 90 % interval", float(covered.mean()))]


def transactions(name: str, shop: Shop) -> list[Figure]:
    """Measure churn, next purchase, value and demand on a transaction log, at its last dates together and one by one.

    Of each the longest horizon is taken whose future is over often enough; a task the log does not carry is named with the reason.
    """
    figures: list[Figure] = []
    weeks = (56, 28, 14)
    tasks = [(one, HORIZONS) for one in (churn.TASK, next_purchase.TASK, next_purchase.TASK_DAYS, _value_task())]
    for task, horizons in (*tasks, (demand.TASK, weeks), (demand.TASK_TOTAL, weeks)):
        for horizon in horizons:
            try:
                table = backtest(shop, task, horizon_days=horizon)
            except CannotPredictError as error:
                print(f"{name}/{task.name}, {horizon} days: refused, {error}", file=sys.stderr)
                continue
            figures.append(Figure(f"{name}/{task.name}/days looked ahead", float(horizon)))
            figures += _backtest_figures(f"{name}/{task.name}", table)
            break
    return figures


def _backtest_figures(name: str, table: pl.DataFrame) -> list[Figure]:
    figures = []
    for (date, measure), part in table.filter(pl.col("segment") == EVERYBODY).group_by(
        "as_of", "measure", maintain_order=True
    ):
        # a rival that foretold no number for somebody cannot be compared, and is not
        rows = [row for row in part.to_dicts() if math.isfinite(row["value"])]
        when = "all dates" if date is None else f"{date:%Y-%m-%d}"
        peers = {row["model"]: row["value"] for row in rows[1:]}
        interval = (rows[0]["low"], rows[0]["high"])
        figures.append(
            Figure(
                f"{name}/{when}/{measure}", rows[0]["value"], better=rows[0]["better"], interval=interval, peers=peers
            )
        )
        if date is None:
            figures += [
                Figure(
                    f"{name}/{when}/{measure}/better than {row['model']} by",
                    row["gain"],
                    interval=(row["gain_low"], row["gain_high"]),
                )
                for row in rows[1:]
            ]
    return figures


def _value_task() -> Task:
    """Return the task of customer value with `lifetimes` as one more rival, where it is installed."""
    fits = dict(value.TASK.fits)
    try:
        import lifetimes  # noqa: F401 - only whether it is there
    except ImportError:
        return value.TASK
    return replace(value.TASK, fits=fits | {"lifetimes": _fit_lifetimes})


class _Lifetimes:
    """The archived library on the same table: BG/NBD and gamma–gamma as its documentation has them, returning customers' means."""

    def __init__(self, shop: Shop, as_of: datetime, horizon_days: int) -> None:
        from lifetimes import BetaGeoFitter, GammaGammaFitter

        table = value.summary(shop.until(as_of), as_of)
        self.days = horizon_days
        self.orders = _penalised(BetaGeoFitter, [table[name].to_numpy() for name in ("frequency", "recency", "age")])
        back = table.filter((pl.col("frequency") > 0) & (pl.col("monetary_value") > 0))
        self.worth = _penalised(GammaGammaFitter, [back["frequency"].to_numpy(), back["monetary_value"].to_numpy()])

    def predict(self, shop: Shop, as_of: datetime) -> pl.DataFrame:
        table = value.summary(shop.until(as_of), as_of)
        columns = [table[name].to_numpy() for name in ("frequency", "recency", "age")]
        orders = np.asarray(self.orders.conditional_expected_number_of_purchases_up_to_time(self.days, *columns))
        of_one = np.asarray(
            self.worth.conditional_expected_average_profit(columns[0], table["monetary_value"].to_numpy())
        )
        return table.select("customer_id").with_columns(expected_spend=pl.Series(orders * of_one))


def _penalised(kind: Any, columns: list[Floats]) -> Any:
    """Return the library's fit with the least penalty at which it converges, as its messages advise."""
    from lifetimes.utils import ConvergenceError

    for penalty in (0.0, 0.001, 0.01, 0.1, 1.0):
        try:
            found = kind(penalizer_coef=penalty)
            with redirect_stdout(sys.stderr):  # where it does not converge the library prints
                found.fit(*columns)
        except ConvergenceError:
            continue
        return found
    raise CannotPredictError("lifetimes did not converge at any penalty.")


def _fit_lifetimes(shop: Shop, as_of: datetime, horizon_days: int) -> _Lifetimes:
    return _Lifetimes(shop, as_of, horizon_days)


def main() -> None:
    parser = options("How good the predictors are.")
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("SHOPKEEPER_DATA", ROOT.parent / "shared" / "data"))
    )
    parser.add_argument("--only", nargs="*", help="telco, oj, dominicks, online_retail, sample")
    told = parser.parse_args()
    wanted = told.only or ["telco", "oj", "dominicks", "online_retail", "sample"]
    sets = {"telco": telco, "oj": orange_juice, "dominicks": dominicks}
    if not (told.data / "churn").is_dir() and wanted != ["sample"]:
        wanted = [told.data.stem]
    for name in wanted:  # each set is a result of its own, kept once it is there
        if name in sets:
            figures = sets[name](told.data)
        else:
            shop = _shop(name, told.data)
            figures = transactions(name, shop)
        publish(f"predict_{name}", figures, told)


def _shop(name: str, data: Path) -> Shop:
    from shop import Shop
    from shop.sample import sample_shop

    if name == "sample":
        return sample_shop()
    return Shop.load(data if name == data.stem else data / name / f"{name}.parquet")


if __name__ == "__main__":
    main()
