"""How soon an event is in the next answer, whether anything acknowledged is ever lost, and whether the reasons hold when replayed.

    python benchmarks/live.py --products 100000 --kills 50 --replays 10000

The shop is made up (`benchmarks/made_up.py`); the reasons are replayed on the sample shop with the model it chooses, or on
`--data`. Targets are those of the issue: 5 ms at the 99th percentile in process, nothing lost, the same bytes, 100 % of reasons.
"""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.serving import Serving  # noqa: E402
from benchmarks.form import ROOT, Figure, options, publish  # noqa: E402
from benchmarks.made_up import Size, made_up  # noqa: E402
from retrieval import HashingEncoder  # noqa: E402
from retrieval.filters import Filter  # noqa: E402
from retrieval.live import Live  # noqa: E402
from retrieval.recommend import Exclude  # noqa: E402
from shop.store import EventStore  # noqa: E402
from shop.store_tables import Event  # noqa: E402

SMALL = Size(customers=200, products=500, events=4_000, dim=64)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def some_events(size: Size, seed: int, prefix: str) -> Iterator[Event]:
    """Yield made-up events without end."""
    rng = np.random.default_rng(seed)
    at = 0
    while True:
        yield Event(
            ("buy", "view", "cart", "return")[int(rng.choice(4, p=(0.35, 0.5, 0.1, 0.05)))],
            NOW
            + timedelta(seconds=at - int(rng.integers(0, 3)) * 86_400 * int(rng.random() < 0.1)),  # one in ten is late
            f"p{int(rng.integers(size.products)):06}",
            f"c{int(size.customers * rng.random() ** 2):07}",
            quantity=float(rng.integers(1, 4)),
            event_id=f"{prefix}-{at}",
        )
        at += 1


def answered(live: Live, customer: str) -> np.ndarray:
    state = live.state(customer)
    return live.ranked(live.history(state), live.may_be_shown(state, Exclude(), Filter()), 10).rows


def speed(size: Size, rounds: int) -> list[Figure]:
    """Time an event and the answer after it, in process; the durable write apart; and how many events a second are taken in."""
    shop, model = made_up(size)
    encoder = HashingEncoder(64)
    texts = encoder.encode([f"product {at}" for at in range(size.products)])
    live = Live(shop, model, texts, encoder.encode)
    events = some_events(size, 1, "e")
    both, worked = [], []
    for position in range(1, rounds + 1):
        event = next(events)
        started, busy = time.perf_counter(), time.thread_time()
        live.take(position, event)
        answered(live, str(event.customer_id))
        both.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.thread_time() - busy))
    some = [next(events) for _ in range(20_000)]
    started = time.perf_counter()
    for position, event in enumerate(some, rounds + 1):
        live.take(position, event)
    rate = len(some) / (time.perf_counter() - started)
    name = f"{size.products // 1000}k products, {live.search.kind}"
    writes = durable_writes([next(events) for _ in range(300)], [next(events) for _ in range(20_000)])
    return [
        Figure(f"event to new answer, p50 ({name})", float(np.percentile(both, 50)), "ms", "less"),
        Figure(f"event to new answer, p99 ({name})", float(np.percentile(both, 99)), "ms", "less", 5.0),
        Figure(
            "event to new answer, p99 of the processor's time, whatever else runs",
            float(np.percentile(worked, 99)),
            "ms",
            "less",
        ),
        Figure("events taken in, sustained", rate, "1/s"),
        *writes,
    ]


def durable_writes(single: list[Event], many: list[Event]) -> list[Figure]:
    """Time the write of one event at a time, and of many in batches of 100, to SQLite with every commit on disk."""
    with tempfile.TemporaryDirectory() as folder:
        store, times = EventStore(Path(folder) / "store.sqlite"), []
        for event in single:
            started = time.perf_counter()
            store.append([event])
            times.append(1000 * (time.perf_counter() - started))
        started = time.perf_counter()
        for start in range(0, len(many), 100):
            store.append(many[start : start + 100])
        rate = len(many) / (time.perf_counter() - started)
        store.close()
    return [
        Figure("durable write of one event, p50", float(np.percentile(times, 50)), "ms", "less"),
        Figure("durable write of one event, p99", float(np.percentile(times, 99)), "ms", "less"),
        Figure("durable writes, batches of 100", rate, "1/s"),
    ]


def small_serving(address: str) -> Serving:
    shop, model = made_up(SMALL)
    encoder = HashingEncoder(64)
    texts = encoder.encode([f"product {at}" for at in range(SMALL.products)])
    return Serving(shop, model, texts, encoder, store=EventStore(address))


def digest(live: Live, customer: str) -> str:
    """Return a hash of the bytes of everything a customer's scores are made of."""
    state = live.state(customer)
    content = state.sums.tobytes() + b"".join(one.tobytes() for one in state.weights)
    return hashlib.sha256(
        content + repr((state.at, state.last, state.orders, state.units, state.baskets)).encode()
    ).hexdigest()


def write_until_killed(address: str, number: int) -> None:
    """Record events one by one and say after each what was acknowledged, with the hash of the customer's state."""
    serving = small_serving(address)
    print("ready", flush=True)
    for event in some_events(SMALL, number, f"r{number}"):
        serving.record([event])
        position = serving.live.event_position
        print(position, event.event_id, event.customer_id, digest(serving.live, str(event.customer_id)), flush=True)


def killed(address: str, times: int) -> list[Figure]:
    """Kill a process that records, at a moment drawn by chance, again and again; then replay all and compare."""
    rng = np.random.default_rng(0)
    acknowledged: list[list[str]] = []
    for number in range(times):
        child = subprocess.Popen(
            [sys.executable, __file__, "--child", address, "--number", str(number)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(float(rng.uniform(0.05, 0.6)))
        child.kill()  # SIGKILL: no handler runs
        # a line without its end was cut off by the kill: nothing was acknowledged
        whole = [line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        acknowledged += [line.split() for line in whole]
        child.wait()
    return replayed(address, acknowledged, times)


def replayed(address: str, acknowledged: list[list[str]], times: int) -> list[Figure]:
    told = {int(position): (event, customer, state) for position, event, customer, state in acknowledged}
    fresh = small_serving(address)  # takes everything in at once, as after a crash
    shop, model = made_up(SMALL)
    encoder = HashingEncoder(64)
    step = Live(shop, model, encoder.encode([f"product {at}" for at in range(SMALL.products)]), encoder.encode)
    store = EventStore(address)
    lost, other, seen = set(told), 0, set()
    for position, event in store.events():
        step.take(position, event)
        seen.add(event.customer_id)
        if position in told:
            lost.discard(position)
            other += told[position] != (event.event_id, event.customer_id, digest(step, str(event.customer_id)))
    ends = sum(digest(fresh.live, str(one)) != digest(step, str(one)) for one in seen)
    return [
        Figure(f"acknowledged events lost, kill -9 {times} times", float(len(lost)), "", "less", 0.0),
        Figure("states that differ after replay", float(other + ends), "", "less", 0.0),
        Figure("acknowledged events", float(len(told))),
    ]


def reasons(data: str | None, many: int) -> list[Figure]:
    """Add up the terms of recommendations, delete one named event each, and look whether the score moves as stated."""
    from assistant import Assistant
    from assistant.listing import Asked
    from shop import Shop
    from shop.sample import sample_shop

    shop = sample_shop() if data is None else Shop.load(data)
    serving = Assistant(shop, llm="none", encoder=HashingEncoder() if data is None else None).serving
    live, rng = serving.live, np.random.default_rng(0)
    customers = [str(one) for one in rng.permutation(live.past.customers)]
    checked = adds_up = moves = 0
    for customer in customers * (1 + many // max(len(customers), 1)):
        if checked >= many:
            break
        state = live.state(customer)
        for one in serving.recommend(Asked(customer, k=5)):
            terms = live.terms(state, live.catalogue.row_of[one.product_id], most=None)
            events = [term for term in terms if term.kind == "event"]
            if not events or checked >= many:
                continue
            checked += 1
            adds_up += stands(live, customer, one.product_id, one.score, [term.amount for term in terms])
            term = events[int(rng.integers(len(events)))]
            moves += moved(live, customer, one.product_id, int(term.place or 0), term.amount)
    name = "the sample shop" if data is None else Path(data).name
    return [
        Figure(
            f"reasons that add up to the score ({name}, {checked:,} replayed)",
            100 * adds_up / max(checked, 1),
            "%",
            target=100.0,
        ),
        Figure(
            "reasons whose event, deleted, moves the score as stated", 100 * moves / max(checked, 1), "%", target=100.0
        ),
    ]


def stands(live: Live, customer: str, product: str, stated: float, amounts: list[float]) -> bool:
    """Return whether the terms add up to what was stated, and to what the model itself scores, to float32's precision."""
    history, row = live.history(live.state(customer)), live.catalogue.row_of[product]
    size = max(sum(map(abs, amounts)), 1e-9)
    scored = float(live.model.final_scores(history)[row])
    return abs(math.fsum(amounts) - stated) <= 1e-9 * size and abs(stated - scored) <= 1e-4 * size


def moved(live: Live, customer: str, product: str, place: int, amount: float) -> bool:
    """Return whether the index score, made anew without the event, is lower by `amount`, to float32's precision."""
    state, row = live.state(customer), live.catalogue.row_of[product]
    happened, now = state.happened(), live.now_of(state)
    shares = np.array([term.amount for term in live.terms(state, row, most=None)])
    with_it = live.model.scores(live.fold.history(live.fold.of(happened), now))[row]
    without = live.model.scores(live.fold.history(live.fold.of(happened.without(place)), now))[row]
    return abs((float(with_it) - float(without)) - amount) <= 1e-4 * max(float(np.abs(shares).sum()), 1e-9)


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--replays", type=int, default=10_000)
    parser.add_argument("--database", help="the store of the kill test; by default a new SQLite file")
    parser.add_argument("--data", help="a shop to replay reasons on; by default the sample shop")
    parser.add_argument("--child", help="used by the script itself")
    parser.add_argument("--number", type=int, default=0, help="used by the script itself")
    told = parser.parse_args()
    if told.child:
        write_until_killed(told.child, told.number)
        return
    size = Size(told.customers, told.products, 10 * told.customers, told.dim)
    figures = speed(size, told.rounds)
    if told.kills:
        with tempfile.TemporaryDirectory() as folder:
            figures += killed(told.database or str(Path(folder) / "store.sqlite"), told.kills)
    if told.replays:
        figures += reasons(told.data, told.replays)
    publish("live", figures, told, size=vars(size))


if __name__ == "__main__":
    main()
