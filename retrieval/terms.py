"""What made a score: each event's share, the product's own share, the ranker's, adding up to it. It holds values, never sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.fold import Fold
from retrieval.model import ItemModel
from retrieval.past import BUY, DAY_US, Happened
from shop.tables import ACTIONS

TermKind = Literal["event", "other events", "product", "popular", "ranker"]


@dataclass(frozen=True)
class Term:
    """One share of a score; `amount` in the score's unit, negative where it speaks against.

    event: the customer did `action` with `product_id` on `when` (None without a clock). other events: `count` more of them.
    product: what the product scores for anybody. popular: bought by many lately, for somebody without history.
    ranker: what the second look moved it by, `about` what (`retrieval.ranker_parts`).
    """

    kind: TermKind
    amount: float
    product_id: str | None = None
    action: str | None = None
    when: datetime | None = None
    count: int = 1
    place: int | None = None  # which of the customer's events, 0 the first known
    about: str | None = None


def event_shares(fold: Fold, happened: Happened, row: int, now: float) -> NDArray[np.float64]:
    """Return (m,), what each event gives to the score of product `row` before any ranker, as the model has it at `now`."""
    model = fold.model
    shares = np.zeros(len(happened))
    known = np.flatnonzero(happened.rows >= 0)
    if not len(known):
        return shares
    mixed = model.mix.astype(np.float64) @ fold.aged(happened, now)[:, known]
    rows, place = np.unique(happened.rows[known], return_inverse=True)
    worth = model.inputs[rows].astype(np.float64) @ model.items[row].astype(np.float64)
    if model.neighbours is not None:
        worth += model.neighbours[rows][:, [row]].toarray().ravel()
    shares[known] = mixed * worth[place]
    return shares


@dataclass(frozen=True)
class Top:
    """The product whose events gave most to a score: `amount` in all, `share` of what spoke for it (0–1).

    `action` is buy where it was bought, else what was last done with it; `when` the last time (None without a clock).
    """

    product_id: str
    amount: float
    share: float
    action: str
    when: datetime | None


def top_of(fold: Fold, happened: Happened, row: int, now: float) -> Top | None:
    """Return the product, another one than that scored, whose events gave most to its score; None where none spoke for it."""
    shares = event_shares(fold, happened, row, now)
    known = np.flatnonzero((happened.rows >= 0) & (happened.rows != row))
    if not len(known):
        return None
    rows, place = np.unique(happened.rows[known], return_inverse=True)
    amounts = np.bincount(place, shares[known], len(rows))
    best = int(amounts.argmax())
    if amounts[best] <= 0:
        return None
    events = known[place == best]
    bought = events[happened.codes[events] == BUY]
    last = int((bought if len(bought) else events)[-1])
    own = float(shares[happened.rows == row].sum())
    speaking = float(amounts[amounts > 0].sum()) + max(own, 0.0) + max(float(fold.model.bias[row]), 0.0)
    action, when = ACTIONS[int(happened.codes[last])], _when(fold.model, happened, last)
    return Top(fold.model.ids[int(rows[best])], float(amounts[best]), float(amounts[best]) / speaking, action, when)


def terms_of(
    fold: Fold, happened: Happened, row: int, now: float, *, ranker: Sequence[Term] = (), most: int | None = None
) -> tuple[Term, ...]:
    """Return the terms of one product's score, the largest first; `math.fsum` of their amounts is the score.

    Parameters
    ----------
    now : days since 1970, or the number of the customer's last event
    ranker : the terms of what the ranker put on top
    most : int, optional
        Name so many events at most and put the others together into one term; by default all are named.
    """
    shares = event_shares(fold, happened, row, now)
    counted = np.flatnonzero(shares)
    order = counted[np.argsort(-np.abs(shares[counted]), kind="stable")]
    named = order if most is None else order[:most]
    terms = [_event(fold.model, happened, int(at), float(shares[at])) for at in named]
    rest = order[len(named) :]
    if len(rest):
        terms.append(Term("other events", math.fsum(shares[rest]), count=len(rest)))
    own = float(fold.model.bias[row])
    if own:
        terms.append(Term("product", own, fold.model.ids[row]))
    return (*terms, *ranker)


def own_purchases(model: ItemModel, happened: Happened, row: int) -> tuple[int, datetime | None]:
    """Return how many orders of the customer hold a product, and when the last was (None without a clock, or where there is none)."""
    mine = np.flatnonzero((happened.rows == row) & (happened.codes == BUY))
    if not len(mine):
        return 0, None
    return len(np.unique(happened.orders[mine])), _when(model, happened, int(mine[happened.days[mine].argmax()]))


def _event(model: ItemModel, happened: Happened, at: int, amount: float) -> Term:
    action = ACTIONS[int(happened.codes[at])]
    return Term("event", amount, model.ids[int(happened.rows[at])], action, _when(model, happened, at), 1, at)


def _when(model: ItemModel, happened: Happened, at: int) -> datetime | None:
    if model.clock != "days":
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(float(happened.days[at]) * DAY_US))
