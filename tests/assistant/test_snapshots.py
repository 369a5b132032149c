"""A beginning from a snapshot is the beginning from all events, to the byte; one that does not fit is not used, and that is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.listing import Asked
from assistant.serving import Serving
from retrieval import HashingEncoder
from retrieval.encoder import Vectors
from retrieval.recommend import Exclude
from retrieval.scene import Schedule
from shop.store import EventStore
from shop.store_tables import Event, ProductChange
from tests.retrieval.live_shop import START, TITLES, event, made_model, made_shop

BEFORE = [event(number, f"c{number % 5}", f"p{number * 7 % 12}", float(number)) for number in range(20)]


def told(count: int, first: int = 100) -> list[Event]:
    """Return events of customers old and new, guests among them, one of whom signs in, and something that comes back."""
    rng = np.random.default_rng(3)
    found = []
    for at in range(first, first + count):
        customer = f"c{int(rng.integers(8))}" if rng.random() < 0.8 else None
        more = {"session": f"s{at % 3}"} if rng.random() < 0.3 else {}
        action = str(rng.choice(["buy", "view", "return"], p=[0.6, 0.3, 0.1]))
        found.append(
            event(at, customer, f"p{int(rng.integers(12))}", 20 + at / 50, action=action, channel="web", **more)
        )
    return found


class Slow(HashingEncoder):
    """Counts the texts it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def encode(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.asked += len(texts)
        return super().encode(texts)


def opened(folder: Path, *, encoder: Slow | None = None, snapshot: bool = True, products: int = 12) -> Serving:
    encoder = encoder or Slow()
    shop = made_shop([one for one in BEFORE if int(str(one.product_id)[1:]) < products], products=products)
    return Serving(
        shop,
        made_model(products=products),
        encoder.encode(TITLES[:products]),
        encoder,
        store=EventStore(folder / "store.sqlite"),
        repeats=(made_model(1, products=products), None),
        schedule=Schedule(events=7),
        snapshot=folder / "recorded.npz" if snapshot else None,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of 60 events and two product changes, with a snapshot after the first 40."""
    first = opened(tmp_path)
    first.record(told(20))
    first.change_products([ProductChange("new", START, title="desk lamp"), ProductChange("p3", START, stock=0)])
    first.record([*told(19, 120), event(140, "c1", "new", 22.5)])
    assert first.keep_snapshot()
    first.record(told(20, 200))
    return tmp_path


def everything(serving: Serving) -> list[object]:
    found: list[object] = [serving.live.scene.mark, serving.live.now, serving.live.event_position]
    for live in (serving.live, serving._again):
        assert live is not None
        for name in [f"c{at}" for at in range(8)]:
            state = live.state(name)
            found.append((state.sums.tobytes(), [one.tobytes() for one in state.weights], state.orders, state.units))
            found.append((state.last, state.first, state.baskets, state.sent_back, state.left, state.at))
        found += [live.guest(f"s{at}").sums.tobytes() for at in range(3)]
        found += [getattr(live.model, name).tobytes() for name in ("items", "inputs", "trend", "popular")]
    for exclude in (Exclude("include"), Exclude("exclude")):
        found += [serving.recommend(Asked(f"c{at}", exclude=exclude)) for at in range(8)]
        found.append(serving.recommend(Asked(None, exclude=exclude, channel="web")))
    return found


def test_beginning_from_a_snapshot_is_beginning_from_all_events(folder: Path) -> None:
    encoder = Slow()
    short, long = opened(folder, encoder=encoder), opened(folder, snapshot=False)
    assert (short.begun, short._recording._kept_up_to) == ("", 40)
    assert encoder.asked == 12  # the new product's text was in the snapshot
    assert everything(short) == everything(long)
    short.record(told(5, 300))
    long.follow()
    assert everything(short) == everything(long)


def damaged(folder: Path) -> None:
    file = folder / "recorded.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.write_bytes(bytes(content))


def cut_off(folder: Path) -> None:
    file = folder / "recorded.npz"
    file.write_bytes(file.read_bytes()[:-100])


def other_store(folder: Path) -> None:
    (folder / "store.sqlite").unlink()
    for name in ("store.sqlite-wal", "store.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    store = EventStore(folder / "store.sqlite")
    store.append(told(60, 700))
    store.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (damaged, "it is damaged"),
        (cut_off, "it is damaged"),
        (other_store, "event 40 of the store is not the last one it holds"),
    ],
)
def test_a_snapshot_that_does_not_fit_is_not_used_and_that_is_said(folder: Path, harm: object, said: str) -> None:
    harm(folder)  # type: ignore[operator]
    short, long = opened(folder), opened(folder, snapshot=False)
    assert said in short.begun
    assert "every recorded event was read again" in short.begun
    assert everything(short) == everything(long)


def test_a_snapshot_of_other_tables_is_not_used(folder: Path) -> None:
    assert "it is of other tables, products or settings" in opened(folder, products=11).begun


def test_a_snapshot_that_cannot_be_written_loses_no_event(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant import recording

    def full(*told: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recording, "write_atomic", full)
    monkeypatch.setattr(recording, "_KEPT_EVERY", 1)
    here = opened(folder)
    assert here.record(told(3, 400)).accepted == 3
    assert here.live.event_position == 63


def test_snapshots_are_kept_after_so_many_events(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant import recording

    monkeypatch.setattr(recording, "_KEPT_EVERY", 15)
    assert opened(folder)._recording._kept_up_to == 60  # 20 events after the snapshot of 40
    again = opened(folder)
    again.record(told(14, 500))
    assert again._recording._kept_up_to == 60
    again.record(told(1, 600))
    assert again._recording._kept_up_to == 75
