"""Exact or quick, whichever kind: what is found, what is measured, what is added, what is stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval import StoredIndexError
from retrieval.item_search import ENOUGH, ItemSearch

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(size=(20, 16))
VECTORS = (CENTRES[RNG.integers(0, 20, 800)] + 0.3 * RNG.normal(size=(800, 16))).astype(np.float32)
VECTORS *= RNG.uniform(0.5, 2.0, size=(800, 1)).astype(np.float32)  # popular products have longer vectors
QUERIES = (CENTRES[RNG.integers(0, 20, 50)] + 0.3 * RNG.normal(size=(50, 16))).astype(np.float32)


def recall(search: ItemSearch, k: int = 10) -> float:
    truth = np.argsort(-(QUERIES @ VECTORS.T), axis=1)[:, :k]
    rows = search.search(QUERIES, k)[0]
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(rows.tolist(), truth.tolist(), strict=True)]))


def test_few_rows_are_searched_exactly() -> None:
    search = ItemSearch(VECTORS)
    assert (search.kind, recall(search), search.measured) == ("flat", 1.0, ())
    rows, scores = search.search(QUERIES, 3)
    np.testing.assert_allclose(scores, np.sort(QUERIES @ VECTORS.T, axis=1)[:, ::-1][:, :3], rtol=1e-4)


@pytest.mark.parametrize("kind", ["hnsw", "ivf"])
def test_quick_kinds_reach_the_recall_they_were_measured_at(kind: str) -> None:
    search = ItemSearch(VECTORS, QUERIES, kind=kind)  # type: ignore[arg-type]
    chosen = [one for one in search.measured if one.chosen]
    assert [one.kind for one in chosen] == [kind]
    assert chosen[0].recall >= ENOUGH
    assert recall(search) >= 0.95
    assert [one.kind for one in search.measured] == ["flat", kind]


@pytest.mark.parametrize("kind", ["flat", "hnsw", "ivf"])
def test_a_row_that_is_added_is_found_at_once(kind: str) -> None:
    search = ItemSearch(VECTORS, kind=kind)  # type: ignore[arg-type]
    longest = np.linalg.norm(VECTORS, axis=1).max() / np.linalg.norm(QUERIES[0])
    search.add(longest * QUERIES[:1])
    assert search.search(QUERIES[:1], 1)[0][0, 0] == 800
    assert len(search) == 801


@pytest.mark.parametrize("kind", ["flat", "hnsw", "ivf"])
def test_a_stored_search_finds_the_same(kind: str, tmp_path: Path) -> None:
    search = ItemSearch(VECTORS, kind=kind)  # type: ignore[arg-type]
    search.save(tmp_path)
    again = ItemSearch.load(tmp_path)
    assert (again.kind, again.measured) == (search.kind, search.measured)
    np.testing.assert_array_equal(again.search(QUERIES, 5)[0], search.search(QUERIES, 5)[0])


def test_a_damaged_search_is_refused(tmp_path: Path) -> None:
    ItemSearch(VECTORS).save(tmp_path)
    (tmp_path / "items.faiss").write_bytes(b"cut off")
    with pytest.raises(StoredIndexError, match="shopkeeper index"):
        ItemSearch.load(tmp_path)


def test_asking_for_more_than_there_is_gives_what_there_is() -> None:
    rows, _ = ItemSearch(VECTORS[:3]).search(QUERIES[:2], 10)
    assert sorted(rows[0].tolist()) == [0, 1, 2]
