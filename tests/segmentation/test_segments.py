"""Groups planted in made-up customers must be found, in any order, with the same bytes, and again for new customers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from segmentation import Segments, segment_customers, segments

Made = tuple[pl.DataFrame, NDArray[np.float32], NDArray[np.int64]]
HABITS = (
    (200.0, 2.0, 40.0),
    (10.0, 12.0, 30.0),
    (30.0, 3.0, 400.0),
    (90.0, 6.0, 110.0),
)  # recency, orders, order value


def planted(per_group: tuple[int, ...], *, seed: int = 0, idle: int = 0, dim: int = 12) -> Made:
    """Return profiles and vectors of groups that differ in habits and in what they buy; idle customers never bought."""
    rng = np.random.default_rng(seed)
    rows, directions, truth = [], [], []
    tastes = np.linalg.qr(rng.normal(size=(dim, dim)))[0]
    for group, size in enumerate(per_group):
        recency, orders, value = HABITS[group]
        for _ in range(size):
            count = max(1, round(orders * rng.lognormal(0, 0.08)))
            worth = value * rng.lognormal(0, 0.08)
            rows.append((recency * rng.lognormal(0, 0.08), count, count * worth, worth))
            directions.append(tastes[group] + 0.15 * rng.normal(size=dim) / np.sqrt(dim))
            truth.append(group)
    rows += [(None, 0, None, None)] * idle  # type: ignore[list-item]
    directions += [np.zeros(dim)] * idle
    truth += [len(per_group)] * idle
    order = rng.permutation(len(rows))
    names = ("recency_days", "orders", "monetary_value", "average_order_value")
    profiles = pl.DataFrame([rows[at] for at in order], schema=dict.fromkeys(names, pl.Float64), orient="row")
    profiles = profiles.with_columns(pl.col("orders").cast(pl.Int64))
    profiles = profiles.insert_column(0, pl.Series("customer_id", [f"c{at:04}" for at in range(len(rows))]))
    vectors = np.array(directions)[order]
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return profiles, (vectors / np.where(length > 0, length, 1)).astype(np.float32), np.array(truth)[order]


@pytest.mark.parametrize("method", ["behaviour+text", "rfm"])
def test_planted_groups_are_found_and_their_number_chosen(method: str) -> None:
    profiles, vectors, truth = planted((120, 90, 60, 40), idle=15)
    found = segment_customers(profiles, vectors, method=method)  # type: ignore[arg-type]
    assert found.k == 5  # four groups and those who never bought
    assert adjusted_rand_score(truth, found.labels) >= 0.95
    assert found.has_idle
    assert set(found.labels[truth == 4]) == {4}
    assert np.bincount(found.labels)[:4].tolist() == sorted(np.bincount(found.labels)[:4], reverse=True)
    assert [one.k for one in found.choice] == list(range(2, 11))
    assert found.reason.startswith("4 groups of buying customers, the largest number that is both clear and stable")


def test_groups_that_differ_only_in_what_they_buy_need_the_vectors() -> None:
    profiles, vectors, truth = planted((60, 60, 60))
    rng = np.random.default_rng(5)
    alike = profiles.with_columns(
        pl.Series(name, rng.lognormal(3, 0.5, profiles.height).round(3)) for name in ("recency_days", "monetary_value")
    ).with_columns(pl.lit(3).alias("orders"), pl.lit(20.0).alias("average_order_value"))
    with_text = segment_customers(alike, vectors, k=3)
    without = segment_customers(alike, None, k=3)
    assert adjusted_rand_score(truth, with_text.labels) >= 0.95
    assert adjusted_rand_score(truth, without.labels) < 0.1


def saved_bytes(made: Segments, folder: Path) -> str:
    made.save(folder)
    digest = hashlib.sha256()
    for name in ("segments.json", "segments.npz"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def few() -> tuple[Made, Segments]:
    """60 planted customers and 5 idle ones, and their groups."""
    made = planted((24, 20, 16), idle=5)
    return made, segment_customers(*made[:2], seed=3)


def test_a_second_run_writes_the_same_bytes(few: tuple[Made, Segments], tmp_path: Path) -> None:
    (profiles, vectors, _), first = few
    second = segment_customers(profiles, vectors, seed=3)
    assert saved_bytes(first, tmp_path / "1") == saved_bytes(second, tmp_path / "2")


def test_order_of_the_customers_does_not_change_their_groups(few: tuple[Made, Segments]) -> None:
    (profiles, vectors, _), first = few
    order = np.random.default_rng(1).permutation(profiles.height)
    again = segment_customers(profiles[order.tolist()], vectors[order], seed=3)
    assert again.customer_ids == tuple(np.array(first.customer_ids)[order])
    assert again.labels.tolist() == first.labels[order].tolist()
    assert again.choice == first.choice


def test_many_customers_are_grouped_by_a_sample_and_all_put_to_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The groups planted in 900 customers are found from 150 of them, numbered by how many of all they hold."""
    monkeypatch.setattr(segments, "FIT_ROWS", 150)
    profiles, vectors, truth = planted((400, 300, 200), idle=20)
    found = segment_customers(profiles, vectors, k=3)
    assert adjusted_rand_score(truth, found.labels) >= 0.95
    assert found.assign(profiles, vectors).tolist() == found.labels.tolist()
    assert np.bincount(found.labels).tolist()[0] > np.bincount(found.labels).tolist()[1]
    assert set(found.labels[truth == 3]) == {3}
    assert found.reason.endswith("Made from 150 of them, drawn by chance; all are put to the nearest group.")
    order = np.random.default_rng(2).permutation(profiles.height)
    again = segment_customers(profiles[order.tolist()], vectors[order], k=3)
    assert again.labels.tolist() == found.labels[order].tolist()


def test_assign_gives_the_labels_of_the_fit_and_the_groups_of_new_customers() -> None:
    profiles, vectors, truth = planted((45, 36, 27), idle=10)
    rows = np.arange(profiles.height)
    seen, new = rows % 3 != 0, rows % 3 == 0
    found = segment_customers(profiles.filter(pl.Series(seen)), vectors[seen])
    assert found.assign(profiles.filter(pl.Series(seen)), vectors[seen]).tolist() == found.labels.tolist()
    assert adjusted_rand_score(truth[new], found.assign(profiles.filter(pl.Series(new)), vectors[new])) >= 0.95


def test_saved_segments_come_back_whole(tmp_path: Path) -> None:
    profiles, vectors, _ = planted((60, 50, 40), idle=5)
    made = segment_customers(profiles, vectors, k=3)
    made.save(tmp_path)
    back = Segments.load(tmp_path)
    assert (back.customer_ids, back.k, back.choice, back.reason) == (
        made.customer_ids,
        made.k,
        made.choice,
        made.reason,
    )
    assert back.labels.tolist() == made.labels.tolist()
    assert back.assign(profiles, vectors).tolist() == made.labels.tolist()
    assert back.scaling.names() == made.scaling.names()


def test_torn_or_mixed_segments_are_refused_with_the_mend(tmp_path: Path) -> None:
    profiles, vectors, _ = planted((60, 50, 40))
    segment_customers(profiles, vectors, k=3).save(tmp_path)
    arrays = (tmp_path / "segments.npz").read_bytes()
    about = (tmp_path / "segments.json").read_text()
    segment_customers(profiles, vectors, k=2).save(tmp_path / "other")
    for name, wrong in (
        ("segments.npz", arrays[:100]),
        ("segments.npz", (tmp_path / "other" / "segments.npz").read_bytes()),
        ("segments.json", about[:200].encode()),
        ("segments.json", json.dumps(json.loads(about) | {"version": 1}).encode()),
        ("segments.json", b""),
    ):
        (tmp_path / "segments.npz").write_bytes(arrays)
        (tmp_path / "segments.json").write_text(about)
        (tmp_path / name).write_bytes(wrong)
        with pytest.raises(ValueError, match="Run `shopkeeper index` again"):
            Segments.load(tmp_path)
    with pytest.raises(ValueError, match="no whole segments here"):
        Segments.load(tmp_path / "nowhere")


@pytest.mark.parametrize(("buyers", "idle"), [(9, 0), (1, 0), (9, 40)])
def test_fewer_than_ten_buyers_stay_together_with_the_reason(buyers: int, idle: int) -> None:
    profiles, vectors, truth = planted((buyers,), idle=idle)
    found = segment_customers(profiles, vectors)
    assert found.labels.tolist() == truth.tolist()
    assert found.k == 1 + bool(idle)
    assert found.reason.startswith(f"Only {buyers} customers have bought: too few")
    assert found.assign(profiles, vectors).tolist() == truth.tolist()


def test_shop_where_nobody_bought_is_one_group_of_those_who_did_not(tmp_path: Path) -> None:
    profiles, vectors, _ = planted((), idle=12)
    found = segment_customers(profiles, vectors)
    assert (found.k, found.has_idle, set(found.labels.tolist())) == (1, True, {0})
    found.save(tmp_path)
    assert set(Segments.load(tmp_path).assign(profiles, vectors).tolist()) == {0}


def test_shop_of_fifty_customers_tries_fewer_groups_and_says_so() -> None:
    profiles, vectors, truth = planted((20, 18, 12))
    found = segment_customers(profiles, vectors)
    assert [one.k for one in found.choice] == [2, 3, 4, 5]  # ten buying customers a group
    assert adjusted_rand_score(truth, found.labels) >= 0.95
    assert "no more, as there are only 50 buying customers" in found.reason


def test_customers_without_structure_are_said_to_be_unstable_or_few_groups() -> None:
    rng = np.random.default_rng(0)
    profiles, _, _ = planted((100,))
    names = ("recency_days", "monetary_value", "average_order_value", "basket_size", "interval_days")
    noise = profiles.with_columns(pl.Series(name, rng.lognormal(2, 0.7, 100)) for name in names)
    found = segment_customers(noise, None)
    assert found.k == 2 or "not stable" in found.reason


def test_customers_all_alike_stay_together() -> None:
    profiles = pl.DataFrame(
        {"customer_id": [f"c{at}" for at in range(30)], "orders": [2] * 30, "recency_days": [5.0] * 30}
    )
    found = segment_customers(profiles, np.ones((30, 4), dtype=np.float32))
    assert (found.k, set(found.labels.tolist())) == (1, {0})
    assert "look alike" in found.reason


def test_number_asked_for_is_made_and_judged() -> None:
    profiles, vectors, _ = planted((60, 50, 40))
    found = segment_customers(profiles, vectors, k=2)
    assert (found.k, found.reason, [one.k for one in found.choice]) == (2, "2 groups were asked for.", [2])


def test_wrong_calls_are_refused_with_what_was_expected() -> None:
    profiles, vectors, _ = planted((20, 20))
    with pytest.raises(ValueError, match="40 customers need as many vectors, got 39"):
        segment_customers(profiles, vectors[:39])
    with pytest.raises(ValueError, match="k must be between 1 and the 40"):
        segment_customers(profiles, vectors, k=41)
    with pytest.raises(ValueError, match="expected 'behaviour\\+text' or 'rfm'"):
        segment_customers(profiles, vectors, method="magic")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="customer_id repeats"):
        segment_customers(pl.concat([profiles, profiles]), None)
    with pytest.raises(ValueError, match="no customer to group"):
        segment_customers(profiles.clear(), None)
    made = segment_customers(profiles, vectors)
    with pytest.raises(ValueError, match="give those of the customers too"):
        made.assign(profiles)
    with pytest.raises(ValueError, match="vectors of 12 dimensions, these have 5"):
        made.assign(profiles, vectors[:, :5])
