"""Explanations: terms add up to the score, the planted cause comes first, with and without shap."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scoring.classifier import Classifier, fit_table
from scoring.explain import explain_table, terms


@pytest.fixture(scope="module")
def fitted() -> tuple[Classifier, pl.DataFrame]:
    """The chance rises with "cause" and with the word "yes"; "noise" changes nothing."""
    rng = np.random.default_rng(2)
    table = pl.DataFrame(
        {"cause": rng.normal(size=1_200), "noise": rng.normal(size=1_200), "word": rng.choice(["no", "yes"], 1_200)}
    )
    chance = 1 / (1 + np.exp(-2 * table["cause"].to_numpy() - (table["word"] == "yes").to_numpy()))
    return fit_table(table, (rng.random(1_200) < chance).tolist(), rounds=0), table


def test_terms_add_up_to_the_log_odds(fitted: tuple[Classifier, pl.DataFrame]) -> None:
    pytest.importorskip("shap")
    model, table = fitted
    effects, names, base = terms(model, table.head(30), exact=True)
    assert names == ["cause", "noise", "word"]
    assert base + effects.sum(axis=1) == pytest.approx(model.margin(table.head(30)), abs=1e-6)


@pytest.mark.parametrize("exact", [True, False])
def test_largest_term_is_the_planted_cause_with_its_sign(fitted: tuple[Classifier, pl.DataFrame], exact: bool) -> None:
    if exact:
        pytest.importorskip("shap")
    model, _ = fitted
    asked = pl.DataFrame({"cause": [2.0, -2.0], "noise": [0.0, 0.0], "word": ["yes", "no"]})
    said = explain_table(model, asked, most=3, exact=exact)
    first = said.filter(pl.col("rank") == 1)
    assert first["feature"].to_list() == ["cause", "cause"]
    assert (first["effect"] > 0).to_list() == [True, False]
    assert first["value"].to_list() == ["2", "-2"]
    noise = said.filter(pl.col("feature") == "noise")["effect"].abs().max()
    assert noise < 0.3 * first["effect"].abs().min()  # type: ignore[operator]
