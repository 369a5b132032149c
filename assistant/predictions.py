"""Predictions of one shop as tables and as facts a text may state.

It asks the room that predicts and keeps what was fitted. It predicts nothing itself, and what that room refuses stays refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.errors import CallError
from assistant.writing.facts import Fact, Source, Subject, fact
from scoring.errors import CannotPredictError

if TYPE_CHECKING:
    import polars as pl

    from segmentation import Segments
    from shop import Shop

HORIZONS: Mapping[str, int] = {
    "churn": 90,
    "next-purchase": 90,
    "value": 90,
    "unusual": 30,
    "elasticity": 0,  # all of the past
    "demand": 56,
}
_RISE = 0.1  # of a price, that the response is said for
_SAYABLE = 0.55  # chance of a purchase from which a day of even chance lies inside what was learnt
_LEVEL = 0.9
_LEAST_EFFECT = 0.1  # log-odds


class Predictions:
    """What is predicted of a shop as it was known at `as_of`; each prediction is fitted when first asked for.

    Parameters
    ----------
    as_of : UTC; by default the moment just after the last event
    segments : gives (customer_id, segment) for what is told by segment; called when first needed
    """

    def __init__(
        self, shop: Shop, *, as_of: datetime | None = None, segments: Callable[[], pl.DataFrame] | None = None
    ) -> None:
        self.shop, self._segments = shop, segments
        self._as_of = as_of
        self._fitted: dict[tuple[str, int], Any] = {}
        self._tables: dict[tuple[str, int], pl.DataFrame] = {}

    @property
    def as_of(self) -> datetime:
        """The moment the predictions are made at."""
        return self._as_of or self.shop.as_of

    @cached_property
    def segments(self) -> pl.DataFrame | None:
        """The customers' segments, (customer_id, segment); None where none were given."""
        return None if self._segments is None else self._segments()

    def table(self, what: str, *, horizon_days: int | None = None) -> pl.DataFrame:
        """Return a prediction with its interval (90 %), a row a customer, order, product or product and week.

        Parameters
        ----------
        what : churn, next-purchase, value, unusual, elasticity or demand
        horizon_days : how far ahead is looked; for unusual orders and prices how far back

        Raises
        ------
        CallError
            When there is no such prediction, or the horizon is not above 0.
        CannotPredictError
            When the data do not carry it.
        """
        fitted = self.fitted(what, horizon_days=horizon_days)
        days = horizon_days or HORIZONS[what]
        if (what, days) not in self._tables:
            self._tables[what, days] = fitted.predict(self.shop, self.as_of)
        return self._tables[what, days]

    def fitted(self, what: str, *, horizon_days: int | None = None) -> Any:
        """Return the fitted predictor; see `table`."""
        if what not in HORIZONS:
            raise CallError(f"no prediction is called {what!r}; there are {', '.join(HORIZONS)}.")
        if horizon_days is not None and horizon_days < 1:
            raise CallError(f"horizon_days is {horizon_days}; expected a number of days above 0.")
        days = horizon_days or HORIZONS[what]
        if (what, days) not in self._fitted:
            self._fitted[what, days] = self._fits()[what](days)
        return self._fitted[what, days]

    def _fits(self) -> dict[str, Callable[[int], Any]]:
        from scoring import churn, demand, elasticity, next_purchase, unusual, value

        shop, as_of = self.shop, self.as_of
        return {
            "churn": lambda days: churn.fit(shop, as_of, days),
            "next-purchase": lambda days: next_purchase.fit(shop, as_of, days),
            "value": lambda days: value.fit(shop, as_of, days),
            "unusual": lambda days: unusual.fit(shop, as_of, days),
            "elasticity": lambda days: elasticity.fit(shop, as_of, days or None, segments=self.segments),
            "demand": lambda days: demand.fit(shop, as_of, days),
        }

    def price_responses(self) -> pl.DataFrame:
        """Return the price responses of products, categories, segments and all together; see `scoring.elasticity.SCHEMA`."""
        table: pl.DataFrame = self.fitted("elasticity").table
        return table

    def reorder(self, *, horizon_days: int | None = None, service_level: float = 0.95) -> pl.DataFrame:
        """Return how much of each product to order so that the stock lasts for the horizon with the chance `service_level`.

        Raises
        ------
        CallError
            When the shop tells no stock, or the look is back in time: stock is known of today only.
        """
        if self._as_of is not None and self._as_of < self.shop.as_of:
            raise CallError("stock is known of today only; ask for what to reorder without as_of.")
        if not self.shop.products["stock"].count():
            raise CallError(
                "products: no column stock; what to reorder cannot be said. Add the units on hand to the export."
            )
        stock = self.shop.products.select("product_id", "stock")
        found: pl.DataFrame = self.fitted("demand", horizon_days=horizon_days).reorder(
            stock, service_level=service_level
        )
        return found

    def explain(
        self, customer_id: str, *, what: str = "churn", horizon_days: int | None = None, most: int = 5
    ) -> pl.DataFrame:
        """Return the terms that made a customer's score, the largest first; see `scoring.explain.explain_churn`.

        Parameters
        ----------
        what : churn, or next-purchase, whose chance is one minus that of churn: its terms are the same and turned round

        Raises
        ------
        CallError
            When the customer has no score, or of another prediction: customer value is its facts orders_expected and worth.
        """
        import polars as pl

        from scoring.explain import explain_churn

        if what not in ("churn", "next-purchase"):
            raise CallError(f"{what!r} has no terms to name; ask for churn or next-purchase.")
        fitted = self.fitted(what, horizon_days=horizon_days)
        turned = what == "next-purchase"
        found = explain_churn(fitted.churn if turned else fitted, self.shop, self.as_of, [customer_id], most=most)
        if found.is_empty():
            raise CallError(
                f"customer {customer_id!r}: no purchase before {self.as_of:%Y-%m-%d}, so there is no score."
            )
        return found if not turned else found.with_columns(-pl.col("effect"), ~pl.col("raises"))

    def reason_facts(self, customer_id: str, *, name: str = "") -> list[Fact]:
        """Return what raises and what lowers a customer's chance of churn the most, in the shop's language, as facts.

        A term the language has no words for is passed over for the next, and one that moves the odds by less than a tenth is not
        told; nothing where churn cannot be predicted.
        """
        import polars as pl

        said = _term_words(self.shop.settings.locale[:2])
        try:
            terms = self.explain(customer_id, most=len(said) or 1)
        except (CallError, CannotPredictError):
            return []
        subject = Subject("customer", customer_id, name or customer_id)
        facts = []
        for key, raises in (("churn_raised_by", True), ("churn_lowered_by", False)):
            told = terms.filter((pl.col("raises") == raises) & (pl.col("effect").abs() >= _LEAST_EFFECT))
            known = told["feature"].to_list()
            words = next((said[one] for one in known if one in said), None)
            if words is not None:
                facts.append(fact(subject, key, words, self._source(key, customer_id)))
        if facts:
            facts.append(fact(subject, "churn_days", HORIZONS["churn"], self._source("churn_days", customer_id)))
        return facts

    def churn_facts(self, customer_id: str, *, name: str = "") -> list[Fact]:
        """Return the chance that a customer stops buying, and what raises and lowers it; nothing where that cannot be predicted."""
        row = self._row("churn", customer_id)
        if row is None:
            return []
        subject = Subject("customer", customer_id, name or customer_id)
        told = _churn(row, HORIZONS["churn"])
        reasons = self.reason_facts(customer_id, name=name)
        return [
            *(fact(subject, key, value, self._source(key, customer_id)) for key, value in told),
            *(one for one in reasons if one.name != "churn_days"),
        ]

    def customer_facts(self, customer_id: str, *, name: str = "") -> list[Fact]:
        """Return what is predicted of a customer as facts; what cannot be predicted is left out."""
        subject = Subject("customer", customer_id, name or customer_id)
        values: list[tuple[str, Any]] = []
        for what, said in (("churn", _churn), ("next-purchase", self._next), ("value", _value)):
            row = self._row(what, customer_id)
            values += said(row, HORIZONS[what]) if row else []
        return [fact(subject, key, value, self._source(key, customer_id)) for key, value in values]

    def product_facts(self, product_id: str, *, title: str = "") -> list[Fact]:
        """Return what is predicted of a product as facts; what cannot be predicted is left out."""
        subject = Subject("product", product_id, title or product_id)
        values: list[tuple[str, Any]] = []
        row = self._row("elasticity", product_id)
        values += _response(row) if row else []
        total = self._total(product_id)
        values += _demand(total, HORIZONS["demand"]) if total else []
        return [fact(subject, key, value, self._source(key, product_id)) for key, value in values]

    def segment_facts(self, segment: str, name: str) -> list[Fact]:
        """Return the means of what is predicted of a segment's customers; needs `segments`."""
        import polars as pl

        if self.segments is None:
            raise CallError("no segments were given; make Predictions(…, segments=…).")
        label, key = self.segments.columns[1], self.segments.columns[0]
        ids = self.segments.filter(pl.col(label).cast(pl.String) == segment).select(pl.col(key).alias("customer_id"))
        said: list[tuple[str, Any]] = []
        for what, names in _MEANS.items():
            table = self._quiet(what)
            own = None if table is None else table.join(ids, on="customer_id", how="inner")
            if own is not None and own.height:
                said += [(fact_name, float(own[column].mean())) for fact_name, column in names]  # type: ignore[arg-type]
                said.append((_DAYS[what], HORIZONS[what]))
        subject = Subject("segment", segment, name)
        source = Source("scores", f"segment = {segment}", self.as_of, ids.height)
        return [fact(subject, key, value, source) for key, value in said]

    def _quiet(self, what: str) -> pl.DataFrame | None:
        """Return a prediction, or None where it is refused."""
        try:
            return self.table(what)
        except CannotPredictError:
            return None

    def _row(self, what: str, key: str) -> dict[str, Any] | None:
        import polars as pl

        table = self._quiet(what)
        if table is None:
            return None
        found = table.filter(pl.col(table.columns[0]) == key)
        return found.row(0, named=True) if found.height else None

    def _total(self, product_id: str) -> dict[str, Any] | None:
        import polars as pl

        try:
            table = self.fitted("demand").totals()
        except CannotPredictError:
            return None
        found = table.filter(pl.col("product_id") == product_id)
        return found.row(0, named=True) if found.height else None

    def _next(self, row: Mapping[str, Any], horizon: int) -> list[tuple[str, Any]]:
        """Return the day of even chance, and the days nine in ten purchases of this horizon lie between."""
        chance = row["purchase_probability"]
        if chance < _SAYABLE:
            return []
        share = (0.5 / chance - (1 - _LEVEL) / 2) / _LEVEL * 2  # 0 the lower bound, 1 the median, 2 the upper bound
        low, middle, high = row["days_low"], row["days"], row["days_high"]
        even = low + (middle - low) * share if share <= 1 else middle + (high - middle) * (share - 1)
        day = [(self.as_of + timedelta(days=float(days))).date() for days in (even, low, high)]
        names = ("next_order_on", "next_order_from", "next_order_to")
        return [*zip(names, day, strict=True), ("next_order_level", round(_LEVEL * chance, 2))]

    def _source(self, name: str, key: str) -> Source:
        return Source("scores", f"{name} of {key}", self.as_of, 1)


def segment_labels(segments: Segments) -> pl.DataFrame:
    """Return (customer_id, segment) of fitted segments."""
    import polars as pl

    return pl.DataFrame({"customer_id": list(segments.customer_ids), "segment": [str(one) for one in segments.labels]})


def _term_words(language: str) -> dict[str, str]:
    """Return what each term of a score is called in a language; nothing where it has no such list."""
    from prompts import words

    lines = [line for line in words("score_terms", language=language).splitlines() if line and not line.startswith("#")]
    return {name.strip(): said.strip() for name, _, said in (line.partition("=") for line in lines)}


_MEANS = {
    "churn": [("churn_probability_mean", "churn_probability")],
    "value": [("orders_expected_mean", "expected_orders"), ("value_expected_mean", "expected_spend")],
}
_DAYS = {"churn": "churn_horizon_days", "value": "value_horizon_days"}


def _churn(row: Mapping[str, Any], horizon: int) -> list[tuple[str, Any]]:
    return [("churn_probability", float(row["churn_probability"])), ("churn_days", horizon)]


def _value(row: Mapping[str, Any], horizon: int) -> list[tuple[str, Any]]:
    return [
        ("orders_expected", float(row["expected_orders"])),
        ("customer_value", float(row["expected_spend"])),
        ("customer_value_low", float(row["low"])),
        ("customer_value_high", float(row["high"])),
        ("customer_value_level", _LEVEL),
        ("value_days", horizon),
    ]


def _response(row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return by how much fewer units go at a higher price; nothing where the interval does not say fewer."""
    if row["elasticity"] is None or row["high"] >= 0:
        return []
    lost = [1 - math.pow(1 + _RISE, row[name]) for name in ("elasticity", "high", "low")]
    names = ("units_lost", "units_lost_low", "units_lost_high")
    return [("price_rise", _RISE), *zip(names, lost, strict=True), ("units_lost_level", _LEVEL)]


def _demand(row: Mapping[str, Any], horizon: int) -> list[tuple[str, Any]]:
    return [
        ("demand_units", float(row["units"])),
        ("demand_low", float(row["low"])),
        ("demand_high", float(row["high"])),
        ("demand_level", _LEVEL),
        ("demand_days", horizon),
    ]
