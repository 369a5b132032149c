"""Recommendations for all customers of a shop, into one Parquet file, part by part: stopped, it goes on where it was.

It gives what `Live.ranked` gives each customer alone, many at once. It tells no reasons.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from retrieval.filters import Filter, Mask
from retrieval.item_search import EXACT_UP_TO
from retrieval.live import Live
from retrieval.model import Floats, Rows
from retrieval.ranked import Ranked
from retrieval.recommend import Exclude
from shop.files import write_atomic

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

PART = 16_384  # customers a part
CHUNK = 2_048  # customers searched for at once
_SPARE = 30  # products looked for beyond k, to make up for those the customer owns
_DENSE = 40_000_000  # scores held at once, float32
Tick = Callable[[int, int], None]
_SCHEMA = {"customer_id": pl.String, "rank": pl.Int32, "product_id": pl.String, "score": pl.Float32}


@dataclass(frozen=True)
class Asked:
    """What every customer is asked for."""

    k: int = 10
    filters: Filter = Filter()
    exclude: Exclude = Exclude()


def looked_for(k: int) -> int:
    """Return how many products are looked for to give a customer `k`."""
    return k + _SPARE


class Batch:
    """All customers of one live shop, recommended to at once.

    Parameters
    ----------
    live : Live
    asked : Asked
    """

    def __init__(self, live: Live, asked: Asked) -> None:
        self._live = live
        self._asked = asked
        model = live.model
        none = live.guest("")
        self._allowed = live.may_be_shown(none, asked.exclude, asked.filters)
        moment = None if model.clock == "events" else live.now
        self._rows_of = {name: at for at, name in enumerate(live.past.customers)}
        self._mixed = live.past.mixed_weights(live.fold, moment)
        self._strangers = live.ranked(live.history(none), self._allowed, asked.k)

    def of(self, customers: Sequence[str]) -> pl.DataFrame:
        """Return (customer_id, rank, product_id, score), the customers in the order given, rank 0 first; fewer rows where fewer may be shown."""
        found: list[Ranked] = [self._strangers] * len(customers)
        at_once, places, many_at_once = [], [], self._many_at_once
        for at, name in enumerate(customers):
            recorded = name in self._live.scene.recorded.customers
            if recorded or (name in self._rows_of and not many_at_once):
                found[at] = self._alone(name)
            elif name in self._rows_of:
                at_once.append(at)
                places.append(self._rows_of[name])
        for start in range(0, len(places), self._chunk):
            some = slice(start, start + self._chunk)
            for at, ranked in zip(at_once[some], self._together(np.array(places[some])), strict=True):
                found[at] = ranked if ranked is not None else self._alone(customers[at])
        return self._table(customers, found)

    def weights(self, places: Rows) -> csr_matrix:
        """Return csr float32 (len(places), products): what each product counts for the customers in these places of `past.customers`."""
        return self._mixed[places]

    @property
    def _many_at_once(self) -> bool:
        model = self._live.model
        return model.ranker is None and (self._is_dense or model.neighbours is None)

    @property
    def _is_dense(self) -> bool:
        return len(self._live.model.ids) <= EXACT_UP_TO

    @property
    def _chunk(self) -> int:
        return max(1, min(CHUNK, _DENSE // len(self._live.model.ids))) if self._is_dense else CHUNK

    def _alone(self, name: str) -> Ranked:
        live, asked = self._live, self._asked
        is_held = name in live.states
        state = live.state(name)
        found = live.ranked(live.history(state), live.may_be_shown(state, asked.exclude, asked.filters), asked.k)
        if not is_held:
            del live.states[name]  # a million states would not fit
        return found

    def _together(self, places: Rows) -> Iterator[Ranked | None]:
        """Yield what each of the customers gets; None where too little of what was found may be shown."""
        model, k = self._live.model, self._asked.k
        mixed = self._mixed[places]
        vectors = np.asarray(mixed @ model.inputs[: mixed.shape[1]], dtype=np.float32)
        queries = np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)
        if self._is_dense:
            scores = queries @ model.index_vectors().T
            if model.neighbours is not None:
                scores += (mixed @ model.neighbours[: mixed.shape[1]]).toarray()
            scores[:, ~self._allowed] = -np.inf
            many = min(scores.shape[1], looked_for(k))
            rows = np.argpartition(-scores, many - 1, axis=1)[:, :many]
            scores = np.take_along_axis(scores, rows, 1)
        else:
            rows, scores = self._live.search.search(queries, looked_for(k))
            scores = np.where((rows >= 0) & self._allowed[rows], scores, -np.inf)
        scores[self._own(places, rows)] = -np.inf
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        rows, scores = np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)
        enough = np.isfinite(scores).sum(axis=1)
        least = min(k, int(self._allowed.sum()))
        for some, values, many in zip(rows, scores, enough.tolist(), strict=True):
            yield Ranked(some[:many], values[:many]) if many >= least else None

    def _own(self, places: Rows, rows: Rows) -> Mask:
        """Return bool as `rows`: what the customer owns or sent back and is therefore left out."""
        exclude, past = self._asked.exclude, self._live.past
        width = len(self._live.model.ids)
        none = np.zeros(0, np.int64)
        owned = np.unique(past.owned_keys(places, width)) if exclude.hides_owned or exclude.returned else none
        back = np.setdiff1d(past.returned_keys(places, width), owned) if exclude.returned else none
        gone = np.union1d(owned if exclude.hides_owned else none, back)
        asked = np.arange(len(places))[:, None] * width + rows
        at = np.minimum(np.searchsorted(gone, asked), max(len(gone) - 1, 0))
        return gone[at] == asked if len(gone) else np.zeros(rows.shape, dtype=bool)

    def _table(self, customers: Sequence[str], found: Sequence[Ranked]) -> pl.DataFrame:
        counts = np.array([len(one.rows) for one in found])
        ids = pl.Series(self._live.catalogue.ids, dtype=pl.String)
        rows = np.concatenate([one.rows for one in found]) if found else np.zeros(0, np.int64)
        ranks = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        names = pl.Series(customers, dtype=pl.String)
        return pl.DataFrame(
            {
                "customer_id": names.gather(np.repeat(np.arange(len(customers)), counts)),
                "rank": ranks.astype(np.int32),
                "product_id": ids.gather(rows),
                "score": _joined([one.scores for one in found]),
            },
            schema=_SCHEMA,
        )


def _joined(scores: Sequence[Floats]) -> NDArray[np.float32]:
    return np.concatenate(scores).astype(np.float32) if scores else np.zeros(0, np.float32)


def recommend_all(
    batch: Batch, customers: Sequence[str], file: Path, *, key: str, tick: Tick = lambda done, total: None
) -> int:
    """Write the recommendations of all customers into one Parquet file and return its number of rows.

    Parameters
    ----------
    key : str
        Names the model, the events and what is asked: parts of an earlier run that bears the same are taken over.
    tick : called with (customers done, customers in all)

    Raises
    ------
    OSError
        When the file cannot be written; the parts that are finished are kept, and the next run goes on from there.
    """
    folder = file.with_name(file.name + ".parts")
    about = {"key": key, "part": PART, "customers": hashlib.sha256("\x00".join(customers).encode()).hexdigest()}
    _begin(folder, about)
    parts = []
    for number, start in enumerate(range(0, len(customers), PART)):
        part = folder / f"{number:06}.parquet"
        if not part.exists():
            content = BytesIO()
            batch.of(customers[start : start + PART]).write_parquet(content)
            write_atomic(part, content.getvalue())
        parts.append(part)
        tick(min(start + PART, len(customers)), len(customers))
    rows = _put_together(parts, file)
    shutil.rmtree(folder)
    return rows


def _begin(folder: Path, about: dict[str, object]) -> None:
    """Keep the parts of a run that asked the same, and only those."""
    note = folder / "about.json"
    if note.exists() and note.read_text(encoding="utf-8") != json.dumps(about):
        shutil.rmtree(folder)
    if not note.exists():
        write_atomic(note, json.dumps(about))


def _put_together(parts: Sequence[Path], file: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_name(file.name + ".parts") / "whole"
    schema = pa.schema(
        [
            ("customer_id", pa.large_string()),
            ("rank", pa.int32()),
            ("product_id", pa.large_string()),
            ("score", pa.float32()),
        ]
    )
    rows = 0
    with pq.ParquetWriter(whole, schema, compression="zstd") as writer:
        for part in parts:  # one at a time: all of them may not fit into memory
            table = pq.read_table(part).cast(schema)
            writer.write_table(table)
            rows += table.num_rows
    whole.replace(file)
    return rows


def scorer_of(live: Live, exclude: Exclude, k: int = 100) -> Callable[[Sequence[str]], Floats]:
    """Return what scores products as they are served, for `retrieval.evaluate`: the `k` best of each customer, the others -inf."""

    def scores(customers: Sequence[str]) -> Floats:
        table = np.full((len(customers), len(live.catalogue)), -np.inf, dtype=np.float32)
        for at, name in enumerate(customers):
            state = live.state(name)
            ranked = live.ranked(live.history(state), live.may_be_shown(state, exclude, Filter()), k)
            table[at, ranked.rows] = ranked.scores
        return table

    return scores
