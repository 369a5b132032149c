"""Everybody at once against one at a time, and a run that was stopped against one that was not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from retrieval import batch as module
from retrieval.batch import Asked, Batch, recommend_all
from retrieval.filters import Filter
from retrieval.item_search import ItemSearch
from retrieval.live import Live
from retrieval.recommend import Exclude
from tests.retrieval.live_shop import event, made_live, made_model

STORY = [
    event(number, f"c{number % 7}", f"p{number * 5 % 12}", float(number), action="buy" if number % 4 else "view")
    for number in range(40)
] + [
    event(50, "c1", "p1", 41.0, action="return", order_id="o29"),
    event(51, "c2", "p8", 42.0, quantity=3.0),
    event(52, "c2", "p8", 43.0, action="return", order_id="o51"),
]
NAMES = [*(f"c{number}" for number in range(7)), "stranger"]


def one_by_one(live: Live, asked: Asked) -> list[tuple[str, int, str]]:
    found = []
    for name in NAMES:
        state = live.state(name)
        ranked = live.ranked(live.history(state), live.may_be_shown(state, asked.exclude, asked.filters), asked.k)
        found += [(name, rank, live.catalogue.ids[row]) for rank, row in enumerate(ranked.rows)]
    return found


@pytest.mark.parametrize("neighbours", [True, False])
@pytest.mark.parametrize(
    "asked",
    [
        Asked(3),
        Asked(12),
        Asked(12, exclude=Exclude(owned="include")),
        Asked(5, Filter(category="light"), Exclude(owned="include")),
    ],
)
def test_all_at_once_gives_what_each_gets_alone(neighbours: bool, asked: Asked) -> None:
    live = made_live(STORY, made_model(4, neighbours=neighbours))
    live.take(1, event(60, "c2", "p0", 50.0))
    table = Batch(live, asked).of(NAMES)
    assert table.select("customer_id", "rank", "product_id").rows() == one_by_one(live, asked)


def test_search_by_index_gives_what_each_gets_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", 5)
    live = made_live(STORY, made_model(4, neighbours=False))
    live.search = ItemSearch(live.model.index_vectors(), kind="ivf")
    table = Batch(live, Asked(4)).of(NAMES)
    assert table.select("customer_id", "rank", "product_id").rows() == one_by_one(live, Asked(4))


def test_scores_are_those_of_the_model() -> None:
    live = made_live(STORY)
    table = Batch(live, Asked(12, exclude=Exclude(owned="include", returned=False))).of(["c3"])
    scores = live.model.scores(live.history(live.state("c3")))
    np.testing.assert_allclose(table["score"].to_numpy(), np.sort(scores)[::-1], rtol=1e-4, atol=1e-5)


def test_a_stopped_run_goes_on_where_it_was_and_gives_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART", 3)
    whole, broken, live = tmp_path / "whole.parquet", tmp_path / "broken.parquet", made_live(STORY)
    asked = Asked(4)
    rows = recommend_all(Batch(live, asked), NAMES, whole, key="k")
    assert rows == pl.read_parquet(whole).height == len(one_by_one(live, asked))

    class StoppedError(RuntimeError):
        pass

    def stop(done: int, total: int) -> None:
        if done == 6:
            raise StoppedError

    with pytest.raises(StoppedError):
        recommend_all(Batch(live, asked), NAMES, broken, key="k", tick=stop)
    assert not broken.exists()
    batch, asked_for = Batch(live, asked), []
    of = batch.of
    monkeypatch.setattr(batch, "of", lambda some: asked_for.extend(some) or of(some))
    recommend_all(batch, NAMES, broken, key="k")
    assert asked_for == NAMES[6:]
    assert pl.read_parquet(broken).equals(pl.read_parquet(whole))
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".parquet"] == []


def test_parts_of_another_question_are_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 3)
    file, live = tmp_path / "all.parquet", made_live(STORY)
    stale = file.with_name("all.parquet.parts")
    stale.mkdir()
    (stale / "about.json").write_text("{}")
    (stale / "000000.parquet").write_text("rubbish")
    recommend_all(Batch(live, Asked(2)), NAMES, file, key="new")
    assert pl.read_parquet(file)["customer_id"].unique().sort().to_list() == sorted(NAMES)
