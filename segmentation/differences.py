"""What tells a group from all customers: the size of each difference, how sure it is, and how many would be chance.

It compares counted numbers. It says nothing in words and does not know who was held out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segmentation.describe import NOTHING, describe_segments
from segmentation.drawn import Marks

if TYPE_CHECKING:
    from shop import Shop

Row = dict[str, Any]
SAMPLES = 40
# of the customers in each sample: what it shows differs from the whole as the held-out 30 % differ from the other 70 %
SAMPLE_SHARE = 0.23
_TO_ERROR = (1 / SAMPLE_SHARE - 1) ** -0.5  # from the spread of such samples around the whole to its standard error
FALSE_DISCOVERIES = 0.05  # part of the differences found that may be chance
# what a number of a group is compared with: 1 for a multiple of the others, a share of all for the share of something named
_RATIOS = (
    "spend_ratio",
    "order_value_ratio",
    "category_lift",
    "title_word_lift",
    "drawn_product_lift",
    "drawn_category_lift",
    "second_drawn_product_lift",
    "second_drawn_category_lift",
    "third_drawn_product_lift",
    "third_drawn_category_lift",
    "second_title_word_lift",
    "shunned_category_ratio",
    "spend_median_ratio",
    "unit_price_ratio",
)
_NAMED = tuple(
    f"{name}_share" for name in ("top_category", "top_product", "top_channel", "weekday", "hour", "month", "country")
)
_PLAIN = (
    "orders_mean items_mean average_order_value spend_mean spend_per_year basket_size single_order_share interval_days "
    "recency_days tenure_days return_rate views_without_order_share abandoned_cart_share weekend_share products_median"
).split()
COMPARED = (*_RATIOS, *_NAMED, *_PLAIN)


@dataclass(frozen=True)
class Difference:
    """How one number of a group differs from that of all customers.

    `error` is the standard error of `value`, `error_of_gap` that of `gap` = value - baseline; `p` the chance of so large a
    gap where there is none, `is_found` whether it is among those the false discovery rate allows.
    """

    value: float
    baseline: float
    gap: float
    error: float
    error_of_gap: float
    p: float
    is_found: bool = False

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the gap."""
        return self.gap - 1.96 * self.error_of_gap, self.gap + 1.96 * self.error_of_gap

    @property
    def is_share(self) -> bool:
        """Return whether it is better told in points than as a multiple."""
        return 0.0 <= self.value <= 1.0 and 0.0 <= self.baseline <= 1.0


@dataclass(frozen=True)
class Differences:
    """Differences by (segment, column), standard errors of all numbers, and the groups counted, also on random samples.

    `whole` are the rows of `segment_rows` by segment; `samples` are 40 such tables, each of 23 % of the
    customers: what as many held-out ones may show.
    """

    found: Mapping[tuple[int, str], Difference]
    errors: Mapping[tuple[int, str], float]
    whole: Mapping[int, Row]
    samples: tuple[Mapping[int, Row], ...]


def segment_differences(
    shop: Shop,
    profiles: pl.DataFrame,
    labels: NDArray[np.int64],
    *,
    marks: Marks = NOTHING,
    seed: int = 0,
) -> Differences:
    """Return what sets each group apart among these customers.

    Parameters
    ----------
    shop : as it was known when `profiles` were made
    profiles : one row a customer
    labels : int (n,), the group of each row of `profiles`
    marks : as `describe_segments` takes them

    Returns
    -------
    Differences
        Compared with all customers who bought. A standard error is the spread over 40 random samples of the customers,
        scaled; a number that many samples do not know has none. The false discovery rate is 5 % over all groups and columns.

    Source: Shao & Wu (1989), Annals of Statistics 17(3), delete-d jackknife; Benjamini & Hochberg (1995), Journal of
    the Royal Statistical Society B 57(1), step-up procedure.
    """
    whole = segment_rows(shop, profiles, labels, marks)
    rng = np.random.default_rng(seed)
    samples = []
    for _ in range(SAMPLES):
        some = np.sort(rng.permutation(profiles.height)[: round(SAMPLE_SHARE * profiles.height)])
        samples.append(segment_rows(shop, profiles[some.tolist()], labels[some], marks))
    errors: dict[tuple[int, str], float] = {}
    found: dict[tuple[int, str], Difference] = {}
    for segment, row in whole.items():
        same = [one[segment] for one in samples if segment in one]
        for column in row:
            error = _spread(row[column], (one[column] for one in same))
            if error is not None and column != "segment":
                errors[segment, column] = error
        for column in COMPARED:
            one = _difference(row, same, column)
            if one is not None:
                found[segment, column] = one
    return Differences(_discovered(found), errors, whole, tuple(samples))


def segment_rows(shop: Shop, profiles: pl.DataFrame, labels: NDArray[np.int64], marks: Marks) -> dict[int, Row]:
    """Return the rows of the groups, each plain number with that of all buyers beside it as `…_baseline`."""
    table = describe_segments(shop, profiles, labels, marks=marks)
    buyers = profiles.filter(pl.col("orders") > 0)
    everyone = describe_segments(shop, buyers, np.zeros(buyers.height, dtype=np.int64)).to_dicts()
    baseline = everyone[0] if everyone else {}
    rows = {}
    for row in table.to_dicts():
        row |= {f"{name}_baseline": baseline.get(name) for name in _PLAIN}
        row |= {f"{name}_baseline": row[f"{name}_all"] for name in _NAMED}
        rows[int(row["segment"])] = row | {f"{name}_baseline": 1.0 for name in _RATIOS}
    return rows


def _spread(value: Any, others: Iterable[Any]) -> float | None:
    if isinstance(value, str) or value is None:
        return None
    gaps = [float(one) - float(value) for one in others if one is not None]
    return float(_TO_ERROR * np.sqrt(np.mean(np.square(gaps)))) if len(gaps) >= SAMPLES // 2 else None


def _difference(row: Row, samples: list[Row], column: str) -> Difference | None:
    name = column.removesuffix("_share") if column in _NAMED else ""
    alike = [one for one in samples if not name or one.get(name) == row.get(name)]  # the share of the same thing
    value, baseline = row.get(column), row.get(f"{column}_baseline")
    if value is None or baseline is None:
        return None
    pairs = [(one[column], one[f"{column}_baseline"]) for one in alike]
    gaps = [None if own is None or other is None else own - other for own, other in pairs]
    error, error_of_gap = _spread(value, (own for own, _ in pairs)), _spread(value - baseline, gaps)
    if error is None or error_of_gap is None:
        return None
    return Difference(
        float(value), float(baseline), float(value - baseline), error, error_of_gap, _p(value - baseline, error_of_gap)
    )


def _p(gap: float, error: float) -> float:
    """Return the two-sided chance of a gap so large; the error is known from 40 samples only, hence Student's t."""
    from scipy.stats import t

    if error <= 1e-12:
        return 1.0 if abs(gap) <= 1e-12 else 0.0
    return float(2 * t.sf(abs(gap) / error, SAMPLES))


def _discovered(found: Mapping[tuple[int, str], Difference]) -> dict[tuple[int, str], Difference]:
    from dataclasses import replace

    keys = list(found)
    kept = discoveries([found[key].p for key in keys])
    return {key: replace(found[key], is_found=bool(one)) for key, one in zip(keys, kept, strict=True)}


def discoveries(p: list[float], *, rate: float = FALSE_DISCOVERIES) -> list[bool]:
    """Return which of several differences are found, so that at most a part `rate` of them is chance on average.

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57(1).

    Examples
    --------
    >>> discoveries([0.001, 0.02, 0.9, 0.03])
    [True, True, False, True]
    >>> discoveries([0.04, 0.06])
    [False, False]
    """
    order = np.argsort(p, kind="stable")
    passing = [rank for rank, at in enumerate(order, 1) if p[at] <= rate * rank / len(p)]
    most = max(passing, default=0)
    kept = np.zeros(len(p), dtype=bool)
    kept[order[:most]] = True
    return [bool(one) for one in kept]
