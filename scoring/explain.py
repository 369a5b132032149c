"""What made a score: the terms that add up to the log-odds of one prediction, in the shop's words.

Exact for the additive part, and for the trees where `shap` is installed; without it the trees' terms are found by exchanging
one column at a time. It does not say what would happen if a term were changed.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scoring.classifier import Classifier
from scoring.encode import Floats
from scoring.features import feature_words

if TYPE_CHECKING:
    from datetime import datetime

    from scoring.churn import Churn
    from shop import Shop

SCHEMA = {
    "row": pl.Int64,  # of the table
    "rank": pl.Int64,  # 1: the term with the largest effect
    "feature": pl.String,
    "value": pl.String,  # as in the table; null where unknown
    "typical": pl.String,  # the median, or the most frequent word
    "effect": pl.Float64,  # log-odds; above 0 makes a yes likelier
    "method": pl.String,  # "exact" or "permutation"
}


def explain_table(fitted: Classifier, table: pl.DataFrame, *, most: int = 5, exact: bool | None = None) -> pl.DataFrame:
    """Return the `most` largest terms of each row's score.

    Parameters
    ----------
    exact : whether the trees are explained by `shap`; None: where it is installed

    Returns
    -------
    DataFrame with the columns of `SCHEMA`. The terms of all columns and `base` add up to the log-odds of the row (exact).

    Source: Lundberg et al. (2020), Nature Machine Intelligence 2, for trees; Štrumbelj & Kononenko (2014), KAIS 41(3), for the
    exchange of columns.
    """
    exact = bool(importlib.util.find_spec("shap")) if exact is None else exact
    effects, names, _ = terms(fitted, table, exact=exact)
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :most]
    typical = _typical(fitted.background, names)
    has_trees = any(kind == "trees" for kind, _, _ in fitted.parts)
    method = "permutation" if has_trees and not exact else "exact"
    values = {name: table[name].to_list() for name in names}
    rows = [
        (row, rank, names[at], _said(values[names[at]][row]), typical[names[at]], float(effects[row, at]), method)
        for row in range(table.height)
        for rank, at in enumerate(order[row].tolist(), 1)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def explain_churn(fitted: Churn, shop: Shop, as_of: datetime, customers: list[str], *, most: int = 5) -> pl.DataFrame:
    """Return the terms of the churn scores of some customers, with what each means.

    Returns
    -------
    DataFrame (customer_id, rank, feature, words, value, typical, effect, raises, method); customers without a purchase before
    `as_of` have no score and no rows. `raises`: whether the term makes churn likelier.
    """
    found = fitted.features(shop, as_of)
    asked = found.customers["customer_id"].is_in(customers)
    said = explain_table(fitted.table, found.table.filter(asked), most=most)
    ids = found.customers.filter(asked)["customer_id"]
    return said.select(
        ids.gather(said["row"]).alias("customer_id"),
        "rank",
        "feature",
        pl.col("feature")
        .map_elements(lambda name: feature_words(name, fitted.horizon_days), return_dtype=pl.String)
        .alias("words"),
        "value",
        "typical",
        "effect",
        (pl.col("effect") > 0).alias("raises"),
        "method",
    )


def terms(fitted: Classifier, table: pl.DataFrame, *, exact: bool) -> tuple[Floats, list[str], float]:
    """Return the effect of each column on the log-odds of each row, (rows, columns), their names, and the base they start from."""
    names = list(fitted.encoding.columns)
    place = {name: number for number, name in enumerate(names)}
    effects, base = np.zeros((table.height, len(names))), fitted.offset
    for kind, weight, model in fitted.parts:
        if kind == "additive":
            shape, owners = fitted.encoding.additive(table)
            middle = fitted.encoding.additive(fitted.background)[0].mean(axis=0)
            parts = (shape - middle) * model.coef_[0]
            base += weight * float(model.intercept_[0] + middle @ model.coef_[0])
        elif exact:
            shape, owners = fitted.encoding.plain(table)
            parts, start = _tree_terms(model, shape)
            base += weight * start
        else:
            shape, owners = fitted.encoding.plain(table)
            other = fitted.encoding.plain(fitted.background)[0]
            parts = _exchanged(model, shape, other, owners)
            base += weight * float(model.decision_function(other).mean())
        for number, owner in enumerate(owners):
            effects[:, place[owner]] += weight * parts[:, number]
    return effects, names, base


def _tree_terms(model: Any, shape: Floats) -> tuple[Floats, float]:
    import shap

    explainer = shap.TreeExplainer(model)
    found = np.asarray(explainer.shap_values(shape), dtype=np.float64)
    return found, float(np.ravel(explainer.expected_value)[0])


def _exchanged(model: Any, shape: Floats, other: Floats, owners: list[str]) -> Floats:
    """Return by how much each score falls on average when the columns of one source are taken from other rows."""
    score = model.decision_function(shape)
    found = np.zeros_like(shape)
    for name in dict.fromkeys(owners):
        columns = [number for number, owner in enumerate(owners) if owner == name]
        mean = np.zeros(shape.shape[0])
        for row in other:
            changed = shape.copy()
            changed[:, columns] = row[columns]
            mean += model.decision_function(changed) / other.shape[0]
        found[:, columns[0]] = score - mean
    return found


def _typical(background: pl.DataFrame, names: list[str]) -> dict[str, str | None]:
    return {
        name: _said(background[name].median())
        if background.schema[name].is_numeric()
        else _said(background[name].drop_nulls().mode().sort().first())
        for name in names
    }


def _said(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
