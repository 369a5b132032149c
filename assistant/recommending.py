"""From what was made of a shop to its live recommendations: the quick search, kept in the state, and the store of events.

It opens and puts together. It fits nothing and ranks nothing itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.making import make_repeats
from assistant.serving import Serving
from assistant.state import PEOPLE, State, key_of
from retrieval import StoredIndexError
from retrieval.item_search import EXACT_UP_TO, ItemSearch
from retrieval.scene import Schedule

if TYPE_CHECKING:
    from assistant.making import Made
    from assistant.stages import Stages
    from retrieval import Encoder
    from retrieval.model import ItemModel
    from shop import Shop
    from shop.recommending import Recommending
    from shop.store import EventStore

STORE = "store.sqlite"
SNAPSHOT = "recorded.npz"


def open_serving(
    shop: Shop, made: Made, encoder: Encoder, *, state: State | None, store: str | Path | None, stages: Stages
) -> Serving:
    """Return a shop's live recommendations, with everything recorded before taken in.

    Parameters
    ----------
    store : address of a database, optional
        By default a SQLite file among what people wrote in the state; without a state nothing can be recorded.
    """
    again = make_repeats(shop, made, state=state, stages=stages)
    search = _search(made.model, "model", state, stages)
    other = None if again is None else (again, _search(again, "repeats", state, stages))
    kept = open_store(state, store)
    place = None if state is None else state.path("live") / SNAPSHOT
    vectors = made.products.vectors()
    with stages.stage("recorded events"):
        return Serving(
            shop,
            made.model,
            vectors,
            encoder,
            store=kept,
            search=search,
            repeats=other,
            schedule=schedule_of(shop.settings.recommending),
            snapshot=place,
        )


def schedule_of(chosen: Recommending) -> Schedule:
    """Return when trend and popularity are counted anew, as the shop says in `shop.toml`."""
    return Schedule(chosen.refresh_days, chosen.refresh_events)


def open_store(state: State | None, address: str | Path | None) -> EventStore | None:
    """Return the store of a shop's events; None where there is no place for one."""
    from shop.store import EventStore

    if address is not None:
        return EventStore(address)
    return None if state is None else EventStore(state.folder / PEOPLE / STORE)


def _search(model: ItemModel, part: str, state: State | None, stages: Stages) -> ItemSearch:
    if len(model.ids) <= EXACT_UP_TO:
        return ItemSearch(model.index_vectors())  # made sooner than read
    name = "search" if part == "model" else f"search of {part}"
    key = key_of(
        "search 1", state.manifest.parts.get(part) if state is not None and state.manifest is not None else None
    )
    with stages.stage("search over products"):
        if state is not None and state.is_fresh(name, key):
            try:
                kept = ItemSearch.load(state.path(name))
            except StoredIndexError:
                pass  # damaged: made again
            else:
                stages.reused()
                return kept
        search = ItemSearch(model.index_vectors())
        if state is not None:
            with state.locked():
                search.save(state.path(name))
                state.made(name, key)
        return search
