"""What a language model says ahead of a batch: which lines it likes, and questions to open texts with; asked once, kept in the state.

It knows models, lines and files, not what a text is about to state; nearness of a question to a product is handed in as vectors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.llm.protocol import taught
from assistant.stages import Stages, Tick
from assistant.state import key_of
from assistant.writing.copying import CHANNELS
from assistant.writing.draft import Ahead
from assistant.writing.free import why_not_free
from assistant.writing.openings import CLOSING, OPENING, Hook, hook_of, write_hooks
from assistant.writing.preference import COPY, Preference, keep_preference, learn_preference, read_preference
from assistant.writing.show import Printing
from assistant.writing.wordings import Book
from prompts import render
from shop.files import write_atomic

if TYPE_CHECKING:
    from assistant.llm import LLM
    from retrieval import Encoder, FaissIndex
    from shop import Shop

Vectors = NDArray[np.float32]
_TITLES = 8  # products a model sees, one a prompt, for each way to begin
LARGE = 100  # texts; in a larger batch the model is not asked about each
POOLED = 20  # texts; from so many on, questions to open with are written ahead, together
_LONGEST = 70  # characters of a question
_NEAREST = 4  # questions about a thing that are near enough to a product, beside those that suit every text
# cosine: a question as near as this, and by so much nearer than to other products, is heard as one about the product
_NEAR, _NEARER = 0.25, 0.1


def _silent(done: int, total: int) -> None: ...


class SaidAhead:
    """What one model says ahead for one shop.

    Parameters
    ----------
    words : the wording book in force, and how values are printed
    folder : Path, optional
        Where it is kept; without one it is asked again by every process.
    """

    def __init__(self, llm: LLM, words: tuple[Book, Printing], folder: Path | None) -> None:
        self.words = words
        self._llm = llm
        self._book, self._printing = words
        self._folder = folder
        self._vectors: dict[tuple[str, ...], Vectors] = {}

    def preference(self, sections: Sequence[str], tick: Tick = _silent) -> Preference:
        """Return which lines of some sections the model likes; lines that are known are not judged again."""
        path = self._path("preference")
        known = read_preference(path, self._llm.name) if path is not None else None
        found = learn_preference(self._llm, self._book, sections, known=known, printing=self._printing, tick=tick)
        if path is not None and found != known:
            keep_preference(path, found)
        return found

    def hooks(self, titles: Sequence[str], tick: Tick = _silent, part: str = OPENING) -> list[Hook]:
        """Return questions (or wishes) for the texts of a shop that sells these products, those the model wrote first."""
        found = self.kept_hooks(titles, part)
        if found is not None:
            return found
        key = self._key(titles, part)
        path = self._path("hooks", key)
        written = write_hooks(self._llm, self._book, _some(titles), part=part, tick=tick)
        found = sorted(written, key=lambda one: not one.is_new)
        if path is not None:
            told = {"key": key, "model": self._llm.name, "hooks": [one.text for one in found]}
            write_atomic(path, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return found

    def kept_hooks(self, titles: Sequence[str], part: str = OPENING) -> list[Hook] | None:
        """Return the questions (or wishes) written before for this book and these products; None where there are none."""
        key = self._key(titles, part)
        return _read_hooks(self._path("hooks", key), key, self._book, part)

    def vectors(self, hooks: Sequence[Hook], encoder: Encoder) -> Vectors:
        """Return a row a question."""
        texts = tuple(hook.text for hook in hooks)
        if texts not in self._vectors:
            self._vectors |= {texts: encoder.encode(texts) if texts else np.zeros((0, encoder.dim), np.float32)}
        return self._vectors[texts]

    def _key(self, titles: Sequence[str], part: str) -> str:
        asked = render(part, product="", start="")
        return key_of(
            (taught(self._llm) or self._llm).name,
            self._book.free,
            self._book.free_lines.get(part),
            asked,
            _some(titles),
        )

    def _path(self, what: str, key: str = "") -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{what}-{hashlib.sha256((self._llm.name + key).encode()).hexdigest()[:12]}.json"


def _some(titles: Sequence[str]) -> list[str]:
    return list(titles)[:: max(1, len(titles) // _TITLES)][:_TITLES]


def _read_hooks(path: Path | None, key: str, book: Book, part: str) -> list[Hook] | None:
    """Return the questions kept for this model, book, prompt and titles; None where there are none, or the file is cut off."""
    if path is None:
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = [hook_of(text, book, part) for text in told["hooks"] if not why_not_free(text, book.free)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # it can be asked again
        return None
    return found if told.get("key") == key else None


class Openings:
    """The questions of a batch, given out so that each suits its product and none comes too often.

    Parameters
    ----------
    hooks : the questions
    vectors : float32 (len(hooks), d), rows of length 1
    products : float32 (n, d), rows of length 1, some or all of the shop's products
    """

    def __init__(self, hooks: Sequence[Hook], vectors: Vectors, products: Vectors) -> None:
        self._hooks = list(hooks)
        self._vectors = vectors
        # a question near to everything says nothing of a product: only what it is nearer than usual counts
        self._usual = (products @ vectors.T).mean(axis=0) if len(products) else np.zeros(len(vectors), np.float32)
        self._given = [0] * len(self._hooks)
        self._last: list[int] = []

    def next(self, product: Vectors, longest: int) -> Hook | None:
        """Return a question for a product (its vector), of at most so many characters; None where there is none.

        Taken from those that suit every text and the few about a thing near to the product, what the model wrote before what it
        chose: the one given least, the nearest first; none of the last eight while there are others.
        """
        near = self._vectors @ product
        nearer = near - self._usual
        order = sorted(range(len(self._hooks)), key=lambda at: (-float(nearer[at]), at))
        about = [at for at in order if not self._hooks[at].suits_all and near[at] >= _NEAR and nearer[at] >= _NEARER][
            :_NEAREST
        ]
        able = [
            at for at in order if (at in about or self._hooks[at].suits_all) and len(self._hooks[at].text) <= longest
        ]
        if not able:
            return None
        able = [at for at in able if self._hooks[at].is_new] or able
        fresh = [at for at in able if at not in self._last] or able
        chosen = min(fresh, key=lambda at: self._given[at])
        self._given[chosen] += 1
        self._last = [*self._last, chosen][-8:]
        return self._hooks[chosen]


def renewed(said: SaidAhead | None, llm: LLM, words: tuple[Book, Printing], folder: Path | None) -> SaidAhead:
    """Return what was said ahead while the book is the same, else a new one."""
    return said if said is not None and said.words == words else SaidAhead(llm, words, folder)


class BatchAhead:
    """What the model said ahead, for each text of one batch.

    Parameters
    ----------
    preference : Preference, optional
        In a batch small enough to ask the model about each text there is none.
    sentences : questions for the batch to open with, and wishes to close with
    products : vectors of the shop's products, by id
    """

    def __init__(
        self, preference: Preference | None, sentences: tuple[Openings, Openings], products: FaissIndex
    ) -> None:
        self._preference = preference
        self._openings, self._closings = sentences
        self._rows = {identity: row for row, identity in enumerate(products.ids)}
        self._vectors = products.vectors()

    def of(self, product_id: str, channel: str) -> Ahead:
        """Return what was said ahead for a text about a product; without a question where the channel takes none.

        Called for one text after the other it gives each another question.
        """
        row = self._rows.get(product_id)
        made_for = CHANNELS.get(channel)
        if row is None or made_for is None or "opening" not in made_for.parts:
            return Ahead(self._preference)
        longest, vector = min(_LONGEST, made_for.body // 4), self._vectors[row]
        closing = self._closings.next(vector, longest) if "closing" in made_for.parts else None
        return Ahead(self._preference, self._openings.next(vector, longest), closing)


def ahead_of_batch(
    texts: int, said: SaidAhead, of: tuple[FaissIndex, Shop], encoder: Encoder, stages: Stages
) -> BatchAhead | None:
    """Return what the model says ahead of so many texts; None for a few where nothing was said before: it is asked for each.

    Parameters
    ----------
    of : the vectors of the shop's products, made by `encoder`, and the shop
    """
    products, shop = of
    titles = shop.products["title"].to_list()
    hooks, closings = said.kept_hooks(titles), said.kept_hooks(titles, CLOSING)
    if (hooks is None or closings is None) and texts >= POOLED:
        with stages.stage("openings") as tick:
            hooks, closings = said.hooks(titles, tick), said.hooks(titles, tick, CLOSING)
    preference = None
    if texts > LARGE:
        with stages.stage("preference") as tick:
            preference = said.preference(COPY, tick)
    if hooks is None or closings is None:
        return None
    told = [one for one in hooks if not one.suits_all]  # "something nice?" opens any text and says nothing of this one
    wishes = [one for one in closings if one.suits_all]
    opens, closes = (Openings(one, said.vectors(one, encoder), products.vectors()) for one in (told, wishes))
    return BatchAhead(preference, (opens, closes), products)
