"""From the ranked products to the list that is shown: the shop's rules, and a share drawn by chance and logged with its odds.

It orders and draws. It computes no score, and it knows no customer but whom the list is for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retrieval.explore import Drawn, drawn_list
from retrieval.filters import Filter
from retrieval.recommend import Exclude
from retrieval.rules import Rules, followed
from shop.store_tables import Shown

if TYPE_CHECKING:
    from retrieval.customer_state import CustomerState
    from retrieval.live import Live
    from retrieval.ranked import Ranked
    from shop.store import EventStore

_POOL = 5  # times the length of the list: what a list drawn by chance is drawn from


@dataclass(frozen=True)
class Asked:
    """One question for products; who asks is a customer, a guest's session, or nobody known.

    `viewing`: products looked at right now, which nobody has recorded; `channel`: where they are, by which somebody without history
    is shown what sells there.
    """

    customer_id: str | None = None
    session: str | None = None
    k: int = 10
    filters: Filter = field(default_factory=Filter)
    exclude: Exclude = field(default_factory=Exclude)
    rules: Rules = field(default_factory=Rules)
    explore: float = 0.0  # share of lists drawn by chance, logged with the odds
    viewing: tuple[str, ...] = ()
    channel: str | None = None


def listed(live: Live, state: CustomerState, asked: Asked, *, number: int, store: EventStore | None) -> list[int]:
    """Return the rows of the list, first shown first; a list with a share drawn by chance is logged in the store.

    Parameters
    ----------
    asked : with `exclude.owned` decided
    number : tells this list from others for the same person at the same moment
    store : must be there where `asked.explore` is above 0

    Raises
    ------
    FilterError, RuleError
        When a filter or rule names what is not there.
    ValueError
        When `explore` is no share.
    """
    history = live.history(state)
    allowed = live.may_be_shown(state, asked.exclude, asked.filters)
    plain = asked.rules.are_plain and not asked.explore
    many = asked.k if plain else max(_POOL * asked.k, 50)
    if asked.rules.most_per_category is not None:  # the cap may leave out any number of the best
        many = len(allowed)
    ranked = live.ranked(history, allowed, many, channel=asked.channel)
    if plain:
        return [int(row) for row in ranked.rows]
    best = [int(row) for row in ranked.rows[: asked.k]]
    if not asked.rules.are_plain:
        best = followed(asked.rules, ranked, asked.k, catalogue=live.catalogue, items=live.model.items, allowed=allowed)
    if not asked.explore or store is None:
        return best
    return _explored(live, asked, (best, ranked), number=number, store=store)


def _explored(
    live: Live, asked: Asked, found: tuple[list[int], Ranked], *, number: int, store: EventStore
) -> list[int]:
    best, ranked = found
    pool = [*best, *(int(row) for row in ranked.rows if int(row) not in set(best))]
    now = datetime.now(UTC)
    words = f"{asked.customer_id}|{asked.session}|{live.event_position}|{number}|{now.isoformat()}"
    name = hashlib.sha256(words.encode()).hexdigest()[:24]
    drawn: Drawn = drawn_list(best, pool, asked.k, share=asked.explore, seed=int(name[:12], 16))
    policy, ids = f"best, {asked.explore:g} by chance", live.catalogue.ids
    who = (asked.customer_id, asked.session, drawn.explored, policy)
    store.log_shown(
        [
            Shown(name, rank, ids[row], odds, now, *who)
            for rank, (row, odds) in enumerate(zip(drawn.rows, drawn.propensities, strict=True))
        ]
    )
    return list(drawn.rows)
