"""The state folder: what is refused, what is kept, and that a backup comes back byte for byte."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assistant.state import State, StateError, backup, key_of, restore
from shop import Shop


def made_state(folder: Path, shop: Shop) -> State:
    state = State(folder)
    state.begin(shop, "orders.csv", "fake-3")
    (folder / "products").mkdir()
    (folder / "products" / "index.json").write_text("{}")
    state.made("products", key_of("a"))
    (folder / "people").mkdir()
    (folder / "people" / "approved.json").write_text('["kept"]')
    return state


def test_state_part_is_fresh_only_for_its_own_inputs(tmp_path: Path, tiny_shop: Shop) -> None:
    made_state(tmp_path, tiny_shop)
    state = State(tmp_path)
    assert state.is_fresh("products", key_of("a"))
    assert not state.is_fresh("products", key_of("b"))
    assert not state.is_fresh("segments", key_of("a"))


def test_state_whose_part_was_deleted_is_not_fresh(tmp_path: Path, tiny_shop: Shop) -> None:
    made_state(tmp_path, tiny_shop)
    (tmp_path / "products" / "index.json").unlink()
    (tmp_path / "products").rmdir()
    assert not State(tmp_path).is_fresh("products", key_of("a"))


def test_state_of_changed_data_is_refused_with_the_mend(tmp_path: Path, tiny_shop: Shop) -> None:
    state = made_state(tmp_path, tiny_shop)
    grown = replace(tiny_shop, events=tiny_shop.events.head(5))
    with pytest.raises(StateError, match="Run `shopkeeper index` again"):
        state.check(grown, "fake-3")


def test_state_of_another_encoder_is_refused(tmp_path: Path, tiny_shop: Shop) -> None:
    state = made_state(tmp_path, tiny_shop)
    with pytest.raises(StateError, match="made with the encoder 'fake-3', asked with 'other'"):
        state.check(tiny_shop, "other")


def test_state_of_another_shop_is_refused_even_by_index(tmp_path: Path, tiny_shop: Shop) -> None:
    state = made_state(tmp_path, tiny_shop)
    foreign = replace(
        tiny_shop, products=tiny_shop.products.with_columns(pl.lit("x-").add(pl.col("product_id")).alias("product_id"))
    )
    with pytest.raises(StateError, match="belongs to another shop, 'Tiny'"):
        state.check_same_shop(foreign)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "found an empty file"),
        ('{"version": 1, "sh', "cannot be read"),
        ('{"version": 99}', "layout 99"),
        ('{"version": 1}', "entries expected"),
    ],
)
def test_state_half_written_is_refused_with_the_mend(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "state.json").write_text(content)
    with pytest.raises(StateError, match=says):
        State(tmp_path)


def test_state_index_again_keeps_what_people_wrote(tmp_path: Path, tiny_shop: Shop) -> None:
    made_state(tmp_path, tiny_shop)
    State(tmp_path).begin(replace(tiny_shop, events=tiny_shop.events.head(5)), "orders.csv", "fake-3")
    assert (tmp_path / "people" / "approved.json").read_text() == '["kept"]'


def test_state_held_by_another_process_is_refused(tmp_path: Path) -> None:
    with (
        State(tmp_path).locked(),
        pytest.raises(StateError, match="another Shopkeeper is changing it"),
        State(tmp_path).locked(),
    ):
        pass


def test_backup_then_restore_brings_every_byte_back(tmp_path: Path, tiny_shop: Shop) -> None:
    folder, file = tmp_path / "state", tmp_path / "b.tar.gz"
    made_state(folder, tiny_shop)
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert backup(folder, file) == 3
    (folder / "people" / "approved.json").write_text("lost")
    (folder / "later.txt").write_text("not in the backup")
    assert restore(file, folder) == 3
    assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_restore_of_a_damaged_backup_leaves_the_state_alone(tmp_path: Path, tiny_shop: Shop) -> None:
    folder, file = tmp_path / "state", tmp_path / "b.tar.gz"
    made_state(folder, tiny_shop)
    backup(folder, file)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(StateError, match="is not a whole backup"):
        restore(file, folder)
    assert (folder / "people" / "approved.json").read_text() == '["kept"]'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "state"]  # nothing half-written stays


def test_restore_of_an_archive_that_leads_outside_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    (tmp_path / "x").write_text("x")
    with tarfile.open(evil, "w:gz") as archive:
        archive.add(tmp_path / "x", "../../outside")
    with pytest.raises(StateError, match="is not a whole backup"):
        restore(evil, tmp_path / "state")


def test_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no state here to back up"):
        backup(tmp_path, tmp_path / "b.tar.gz")


def test_backup_of_a_database_that_is_being_written_is_whole(tmp_path: Path) -> None:
    """An event is in the log beside the database only, and the writer is still open: the backup holds it."""
    from datetime import UTC, datetime

    from shop.store import EventStore
    from shop.store_tables import Event

    folder = tmp_path / "state"
    (folder / "people").mkdir(parents=True)
    (folder / "state.json").write_text("{}")
    store = EventStore(folder / "people" / "store.sqlite")
    store.append([Event("view", datetime(2025, 3, 1, tzinfo=UTC), "mug", "ann")])
    assert (folder / "people" / "store.sqlite-wal").stat().st_size > 0
    backup(folder, tmp_path / "copy.tar.gz")
    restore(tmp_path / "copy.tar.gz", tmp_path / "again")
    assert [one.product_id for _, one in EventStore(tmp_path / "again" / "people" / "store.sqlite").events()] == ["mug"]
