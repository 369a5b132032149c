"""How good recommendations are: customers' later purchases held back, the full catalogue ranked, scored with intervals.

It ranks by the scores it is handed. It does not know how they come about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.judging import best

if TYPE_CHECKING:
    from shop import Shop

Mode = Literal["all", "new"]
Scorer = Callable[[Sequence[str]], NDArray[np.float32]]  # customers → float32 (n, products), rows of shop.products
COLD = 5  # a product with fewer training purchases is cold
_BATCH = 512
_ROUNDS = 500


@dataclass(frozen=True)
class Split:
    """A shop as it was, and what its customers bought afterwards.

    `targets` (customer_id, product_id) are distinct; only customers with a purchase in `train` and products of the shop.
    """

    train: Shop
    targets: pl.DataFrame


@dataclass(frozen=True)
class Score:
    """How one way of ranking did, averaged over customers.

    `ndcg` NDCG@10, binary; `recall` Recall@20, hits / min(20, targets); intervals are 95 % bootstrap over customers;
    `coverage` share of the catalogue in any top 10; `novelty` mean -log2 of the share of customers who had bought what is
    shown; `cold_recall` Recall@20 over cold targets alone, None where there are none; `customers` how many were ranked for.
    """

    name: str
    mode: Mode
    ndcg: float
    ndcg_interval: tuple[float, float]
    recall: float
    recall_interval: tuple[float, float]
    coverage: float
    novelty: float
    cold_recall: float | None
    customers: int
    per_customer: NDArray[np.float64]  # NDCG@10 of each, in the order of `asked`, for paired comparisons
    asked: tuple[str, ...] = ()
    recalls: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # Recall@20 of each
    cold_interval: tuple[float, float] | None = None  # of the cold recall, over customers with a cold target

    def per_group(self, labels: Mapping[str, int]) -> dict[int, GroupScore]:
        """Return how it did for each group of customers, groups ascending.

        Parameters
        ----------
        labels : the group of each customer; customers without one are left out

        Raises
        ------
        ValueError
            When no customer asked has a group.
        """
        rows: dict[int, list[int]] = {}
        for row, customer in enumerate(self.asked):
            if customer in labels:
                rows.setdefault(labels[customer], []).append(row)
        if not rows:
            raise ValueError(
                f"none of the {len(self.asked)} customers asked has a group; hand in labels by customer id."
            )
        return {
            group: GroupScore(
                float(self.per_customer[at].mean()),
                _interval(self.per_customer[at], 0),
                float(self.recalls[at].mean()),
                len(at),
            )
            for group, at in sorted(rows.items())
        }


@dataclass(frozen=True)
class GroupScore:
    """How one way of ranking did for one group of customers: NDCG@10 with its 95 % interval, Recall@20, how many customers."""

    ndcg: float
    ndcg_interval: tuple[float, float]
    recall: float
    customers: int


def split_by_time(shop: Shop, *, share: float = 0.8) -> Split:
    """Cut a shop where `share` of its purchase lines are done; without a clock, each customer's last purchase is held back.

    Parameters
    ----------
    share : float in (0, 1), of the purchase lines in the order of their times

    Raises
    ------
    ValueError
        When nobody bought on both sides of the cut.
    """
    lines = shop.purchases().filter(pl.col("customer_id").is_not_null())
    if shop.has_clock:
        cut = lines["time"].sort()[min(int(lines.height * share), lines.height - 1)]
        train, later = shop.until(cut), lines.filter(pl.col("time") >= cut)
    else:
        held = lines.filter(pl.len().over("customer_id") > 1).sort("position").group_by("customer_id").last()
        positions = held["position"].implode()
        train = replace(shop, events=shop.events.filter(~pl.col("position").is_in(positions)))
        later = held
    return _split(train, later)


def split_last_order(shop: Shop) -> Split:
    """Hold back each customer's last order (the last purchase without orders), the rest is known.

    Raises
    ------
    ValueError
        When no customer has two orders.
    """
    lines = shop.purchases().filter(pl.col("customer_id").is_not_null()).sort("position")
    order = pl.coalesce(pl.col("order_id"), pl.col("position").cast(pl.String)).alias("_order")
    last = lines.with_columns(order).with_columns(pl.col("_order").last().over("customer_id").alias("_last"))
    several = pl.col("_order").n_unique().over("customer_id") > 1
    held = last.filter(several & (pl.col("_order") == pl.col("_last")))
    positions = held["position"].implode()
    return _split(replace(shop, events=shop.events.filter(~pl.col("position").is_in(positions))), held)


def split_new_products(split: Split, *, share: float = 0.1, seed: int = 0) -> Split:
    """Return a split in which some products are new: `train` never saw an event of them, and only they are targets.

    Parameters
    ----------
    share : float in (0, 1), of the products, drawn at random

    Raises
    ------
    ValueError
        When nobody bought any of them later.
    """
    ids = split.train.products["product_id"]
    drawn = ids.filter(pl.Series(np.random.default_rng(seed).random(len(ids)) < share)).implode()
    events = split.train.events.filter(~pl.col("product_id").is_in(drawn) | pl.col("product_id").is_null())
    return _split(replace(split.train, events=events), split.targets.filter(pl.col("product_id").is_in(drawn)))


def _split(train: Shop, later: pl.DataFrame) -> Split:
    known = train.purchases().select("customer_id").drop_nulls().unique()
    products = train.products.select("product_id")
    targets = later.select("customer_id", "product_id").unique().join(known, on="customer_id", how="semi")
    targets = targets.join(products, on="product_id", how="semi").sort("customer_id", "product_id")
    if targets.is_empty():
        raise ValueError(
            "no customer bought on both sides of the cut; there is nothing to evaluate recommendations on."
        )
    return Split(train, targets)


def evaluate(split: Split, scorers: Mapping[str, Scorer], *, mode: Mode = "all", seed: int = 0) -> list[Score]:
    """Return the score of each way of ranking over the full catalogue.

    Parameters
    ----------
    split : Split
    scorers : how each way scores, by its name
    mode : "all" ranks every product; "new" only those the customer has not bought before, and only these are targets

    Raises
    ------
    ValueError
        When no target is left, or a scorer returns another shape or a number that is not one.

    Source: Järvelin & Kekäläinen (2002), ACM TOIS 20(4), for NDCG; Efron & Tibshirani (1993) for the bootstrap.
    """
    setting = _Setting.of(split, mode)
    return [setting.score(name, scorer, seed) for name, scorer in scorers.items()]


@dataclass(frozen=True)
class _Setting:
    """Rows of what is asked: for each customer the rows of its targets and of what is masked."""

    customers: tuple[str, ...]
    targets: tuple[NDArray[np.int64], ...]
    masked: tuple[NDArray[np.int64], ...]
    products: int
    cold: NDArray[np.bool_]
    novelty: NDArray[np.float64]
    mode: Mode

    @classmethod
    def of(cls, split: Split, mode: Mode) -> _Setting:
        places = split.train.products.select("product_id").with_row_index("_row")
        lines = split.train.purchases().filter(pl.col("customer_id").is_not_null())
        bought = lines.select("customer_id", "product_id").unique().join(places, on="product_id")
        targets = split.targets.join(places, on="product_id")
        if mode == "new":
            targets = targets.join(
                bought.select("customer_id", "product_id"), on=["customer_id", "product_id"], how="anti"
            )
        if targets.is_empty():
            raise ValueError("every later purchase is of a product bought before; there is nothing new to evaluate on.")
        asked = targets.group_by("customer_id").agg(pl.col("_row")).sort("customer_id")
        owned = dict(bought.group_by("customer_id").agg(pl.col("_row")).iter_rows()) if mode == "new" else {}
        customers = tuple(asked["customer_id"])
        count = split.train.products.height
        events = np.bincount(lines.join(places, on="product_id")["_row"].to_numpy(), minlength=count)
        buyers = np.bincount(bought["_row"].to_numpy(), minlength=count)
        share = (buyers + 1) / (bought["customer_id"].n_unique() + 1)
        return cls(
            customers,
            tuple(np.array(rows, dtype=np.int64) for rows in asked["_row"]),
            tuple(np.array(owned.get(one, ()), dtype=np.int64) for one in customers),
            count,
            events < COLD,
            -np.log2(share),
            mode,
        )

    def score(self, name: str, scorer: Scorer, seed: int) -> Score:
        ndcg, recall, cold = np.zeros(len(self.customers)), np.zeros(len(self.customers)), []
        shown = np.zeros(self.products, dtype=np.int64)
        for start in range(0, len(self.customers), _BATCH):
            part = self.customers[start : start + _BATCH]
            scores = np.array(scorer(part), dtype=np.float32)
            if scores.shape != (len(part), self.products) or np.isnan(scores).any():
                raise ValueError(
                    f"{name}: scores of shape {scores.shape}; expected {(len(part), self.products)}, no NaN."
                )
            for at, row in enumerate(scores, start):
                row[self.masked[at]] = -np.inf
                top = best(row, 20)
                hit = np.isin(top, self.targets[at])
                ndcg[at], recall[at] = (
                    _ndcg(hit[:10], len(self.targets[at])),
                    hit.sum() / min(20, len(self.targets[at])),
                )
                np.add.at(shown, top[:10], 1)
                asked = self.targets[at][self.cold[self.targets[at]]]
                if len(asked):
                    cold.append(np.isin(asked, top).sum() / min(20, len(asked)))
        return Score(
            name,
            self.mode,
            float(ndcg.mean()),
            _interval(ndcg, seed),
            float(recall.mean()),
            _interval(recall, seed),
            float((shown > 0).mean()),
            float((shown * self.novelty).sum() / max(shown.sum(), 1)),
            float(np.mean(cold)) if cold else None,
            len(self.customers),
            ndcg,
            self.customers,
            recall,
            _interval(np.array(cold), seed) if cold else None,
        )


def _ndcg(hit: NDArray[np.bool_], targets: int) -> float:
    discounts = 1 / np.log2(np.arange(2, 12))
    return float((hit * discounts[: len(hit)]).sum() / discounts[: min(targets, 10)].sum())


def _interval(values: NDArray[np.float64], seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(0, len(values), len(values))].mean() for _ in range(_ROUNDS)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def paired_interval(one: Score, other: Score, *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the difference of NDCG@10 between two scores on the same customers.

    Raises
    ------
    ValueError
        When they are not of the same customers.
    """
    if len(one.per_customer) != len(other.per_customer):
        raise ValueError(f"{one.name} has {len(one.per_customer)} customers, {other.name} {len(other.per_customer)}.")
    return _interval(one.per_customer - other.per_customer, seed)
