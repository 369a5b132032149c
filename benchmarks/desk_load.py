"""Many conversations at once: errors, crossings, latency; and the time to the first sentence for one user alone.

    python benchmarks/desk_load.py [--conversations 50] [--minutes 10] [--think 4] [--llm …] [--json] [--save]

Each conversation signs its own customer in and asks in turns: pages, its own orders, small talk. A crossing is a reply that holds
an order number of somebody else. Alone means the same questions, one conversation, before the others begin. How far it is stands
on stderr; `--minutes 1` is the short form. It knows what is asked and who asks, not how an answer is made.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import polars as pl

from assistant import Assistant
from assistant.service import Service
from benchmarks.form import Figure, options, publish
from shop.sample import sample_shop

ASKED = (
    "How long do I have to return something?",
    "Do you deliver to Ireland?",
    "Where is order {own}?",
    "What is in order {own}?",
    "Hello",
    "How much is delivery to the Highlands",
    "can i bring back a lamp i do not like",
    "Is there parking near the shop?",
    "Do you have a warm blanket for my dad",
    "Which payment methods do you accept?",
    "What is the capital of France?",
    "Where is my order?",
)


@dataclass
class Measured:
    """Seconds to the first sentence and to the whole answer, errors and crossings."""

    first_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    crossings: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def ask(service: Service, talk: str, typed: str, foreign: frozenset[str], into: Measured) -> None:
    """Ask once and note what came of it."""
    began, first, text = time.perf_counter(), 0.0, ""
    try:
        for reply, _ in service.stream(talk, typed):
            first = first or time.perf_counter() - began
            text = " ".join([reply.answer.text, *reply.answer.choices])
    except (ValueError, RuntimeError, OSError) as error:
        with into.lock:
            into.errors.append(f"{typed!r}: {type(error).__name__}: {error}"[:300])
        return
    whole = time.perf_counter() - began
    with into.lock:
        into.first_s.append(first)
        into.whole_s.append(whole)
        if foreign & set(text.replace(",", " ").replace(".", " ").replace(":", " ").split()):
            into.crossings.append(f"{typed!r}: {text[:200]}")


def converse(service: Service, who: tuple[str, str], numbers: frozenset[str], until: float, into: Measured) -> None:
    """Hold one conversation until the time is over."""
    customer, own = who
    dice = random.Random(customer)
    mine = {order.id for order in service.orders.of(customer)}
    talk = service.begin()
    service.vouch(talk, customer)
    while time.monotonic() < until:
        ask(service, talk, dice.choice(ASKED).format(own=own), numbers - mine, into)
        time.sleep(dice.uniform(0.5, 1.5) * THINK_S)


THINK_S = 4.0  # between an answer and the next question, on average


def told_alone(done: int, of: int, into: Measured) -> None:
    """Tell how far the questions of one user alone are."""
    print(f"\ralone: {done} of {of}, p95 {percentile(into.first_s, 95):.2f} s", end="", file=sys.stderr, flush=True)


def wait(threads: Sequence[threading.Thread], until: float, into: Measured) -> None:
    """Wait for all conversations and tell every five seconds how far they are."""
    while any(thread.is_alive() for thread in threads):
        threads[0].join(5.0) if threads[0].is_alive() else time.sleep(1.0)
        left = max(until - time.monotonic(), 0.0)
        turns, wrong = len(into.whole_s), len(into.errors) + len(into.crossings)
        words = f"together: {turns} turns, {wrong} errors and crossings, {left:.0f} s left "
        print(f"\r{words}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def percentile(values: Sequence[float], share: int) -> float:
    """Return a percentile of seconds, 0 of none."""
    return float(np.percentile(values, share)) if values else 0.0


def main() -> None:
    global THINK_S
    parser = options(__doc__ or "")
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument(
        "--think", type=float, default=THINK_S, help="seconds a customer takes between turns, on average"
    )
    parser.add_argument("--llm", default=None)
    told = parser.parse_args()
    THINK_S = told.think
    shop = sample_shop(customers=600)
    rows = shop.orders.filter(pl.col("customer_id").is_not_null()).unique("customer_id", maintain_order=True)
    people = list(rows.select("customer_id", "order_id").head(told.conversations).iter_rows())
    numbers = frozenset(shop.orders["order_id"])
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant(shop, llm=told.llm, state=Path(folder) / "state")
        service, alone, together = assistant.service, Measured(), Measured()
        talk = service.begin()
        service.vouch(talk, people[0][0])
        own = {order.id for order in service.orders.of(people[0][0])}
        for typed in ASKED:  # what is loaded at the first question is no part of the answers
            ask(service, talk, typed.format(own=people[0][1]), frozenset(), Measured())
        for number, typed in enumerate(ASKED * 4, 1):
            ask(service, talk, typed.format(own=people[0][1]), numbers - own, alone)
            told_alone(number, 4 * len(ASKED), alone)
        print(file=sys.stderr)
        until = time.monotonic() + 60 * told.minutes
        threads = [
            threading.Thread(target=converse, args=(service, who, numbers, until, together), daemon=True)
            for who in people
        ]
        for thread in threads:
            thread.start()
        wait(threads, until, together)
        service.store.engine.dispose()
    figures = [
        Figure("alone/first sentence p50", percentile(alone.first_s, 50), "s", "less"),
        Figure("alone/first sentence p95", percentile(alone.first_s, 95), "s", "less", target=1.5),
        Figure("alone/whole answer p95", percentile(alone.whole_s, 95), "s", "less"),
        Figure("together/turns", len(together.whole_s)),
        Figure("together/errors", len(together.errors) + len(alone.errors), better="less", target=0),
        Figure("together/crossings", len(together.crossings) + len(alone.crossings), better="less", target=0),
        Figure("together/first sentence p50", percentile(together.first_s, 50), "s", "less"),
        Figure("together/first sentence p95", percentile(together.first_s, 95), "s", "less"),
        Figure("together/whole answer p95", percentile(together.whole_s, 95), "s", "less"),
    ]
    publish(
        "desk_load",
        figures,
        told,
        conversations=told.conversations,
        minutes=told.minutes,
        think_s=told.think,
        examples=(together.errors + together.crossings)[:5],
    )


if __name__ == "__main__":
    main()
