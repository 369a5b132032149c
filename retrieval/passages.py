"""The shop's own pages as passages, found by meaning and by words.

It finds and scores. It decides nothing about answering and knows no conversation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from retrieval.encoder import EMBEDDED, Encoder, Vectors
from retrieval.index import FaissIndex, StoredIndexError
from retrieval.lexicon import Lexicon
from retrieval.pages import Passage, PassageKind
from retrieval.tongues import tongue_of
from shop.files import write_atomic

_LEXICAL = 0.2  # weight of words beside meaning in the fused score
_K1 = 1.5  # of BM25
_TITLE = 0.7  # weight of the title beside title and text, where there is no vector


@dataclass(frozen=True)
class PassageHit:
    """A passage found.

    `dense` is a cosine, `lexical` BM25 as a part of the most a text could reach, in [0, 1], `score` the two fused; `title` the
    cosine to the nearest way the page is asked for, 0 where the encoder cannot read the question.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    title: float = 0.0


class PassageIndex:
    """Passages with the vectors of their titles and of their texts, and an index of their words.

    `lexicon` says which words mean the same, `asked_as` how a page is also asked for, by passage id; both are the caller's and
    not stored.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        titles: Vectors,
        texts: Vectors,
        encoder_name: str,
        lexicon: Lexicon | None = None,
    ) -> None:
        ids = [passage.id for passage in passages]
        self.passages = list(passages)
        self.encoder_name = encoder_name
        self._titles = FaissIndex(ids, titles, encoder_name)
        self._texts = FaissIndex(ids, texts, encoder_name)
        self._row = {identity: row for row, identity in enumerate(ids)}
        self.lexicon = lexicon or Lexicon()
        self.asked_as: dict[str, tuple[str, ...]] = {}
        self._ways: tuple[list[int], Vectors] = ([], titles[:0])  # the row each line belongs to, and the line's vector
        self._bm25 = self._by_words()

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        encoder: Encoder,
        *,
        known: Mapping[str, Vectors] | None = None,
        lexicon: Lexicon | None = None,
    ) -> Self:
        """Encode titles, and titles with texts, and index them.

        Parameters
        ----------
        known : unit float32 (dim,) by passage id
            Vectors of texts that are there already: a product's text is not encoded a second time.
        """
        titles = encoder.encode([passage.title for passage in passages])
        there = known or {}
        new = [row for row, passage in enumerate(passages) if passage.id not in there]
        texts = np.empty_like(titles)
        texts[new] = encoder.encode([f"{passages[row].title} {passages[row].text}" for row in new])
        for row, passage in enumerate(passages):
            if passage.id in there:
                texts[row] = there[passage.id]
        return cls(passages, titles, texts, encoder.name, lexicon)

    def with_added(self, passages: Sequence[Passage], encoder: Encoder) -> Self:
        """Return the index with further passages; what was there is not encoded again. Without any, the index itself.

        Raises
        ------
        ValueError
            When the encoder is not the index's own.
        """
        if not passages:
            return self
        self._check_encoder(encoder)
        titles = encoder.encode([passage.title for passage in passages])
        texts = encoder.encode([f"{passage.title} {passage.text}" for passage in passages])
        all_titles = np.vstack([self._titles.vectors(), titles]) if self.passages else titles
        all_texts = np.vstack([self._texts.vectors(), texts]) if self.passages else texts
        return type(self)([*self.passages, *passages], all_titles, all_texts, self.encoder_name, self.lexicon)

    def with_asked_as(self, lines: Mapping[str, Sequence[str]], encoder: Encoder) -> Self:
        """Return the index with other ways its pages are asked for: each finds its page as the page's own title does.

        Parameters
        ----------
        lines : by title of the page; a title no page has is passed over, of pages in parts the first is found

        Raises
        ------
        ValueError
            When the encoder is not the index's own.
        """
        self._check_encoder(encoder)
        first: dict[str, int] = {}
        for row, passage in enumerate(self.passages):
            first.setdefault(passage.title, row)
        told = [(first[title], line) for title, of in lines.items() if title in first for line in dict.fromkeys(of)]
        if not told:
            return self
        made = type(self)(self.passages, self._titles.vectors(), self._texts.vectors(), self.encoder_name, self.lexicon)
        for row, line in told:
            name = self.passages[row].id
            made.asked_as[name] = (*made.asked_as.get(name, ()), line)
        made._ways = [row for row, _ in told], encoder.encode([line for _, line in told])
        made._bm25 = made._by_words()
        return made

    def ways(self, passage: Passage) -> tuple[str, ...]:
        """Return how a page is asked for: its title, and what it is also asked as."""
        return (passage.title, *self.asked_as.get(passage.id, ()))

    def _check_encoder(self, encoder: Encoder) -> None:
        if encoder.name != self.encoder_name:
            raise ValueError(f"the passages were indexed with {self.encoder_name!r}, not with {encoder.name!r}.")

    def search(
        self, question: str, encoder: Encoder, k: int = 8, *, kinds: Sequence[PassageKind] | None = None
    ) -> list[PassageHit]:
        """Return the `k` best passages for a question, best first.

        score = cosine + 0.2 * lexical; the cosine is the larger of those to the title and to the title with the text. Where the
        encoder cannot read the question's script, the part of the question's concepts a passage holds stands for the cosine.

        Raises
        ------
        ValueError
            When the encoder is not the index's own, or `k` < 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}.")
        if encoder.name != self.encoder_name:
            raise ValueError(
                f"the passages were indexed with {self.encoder_name!r} and cannot be searched with {encoder.name!r}."
            )
        if not self.passages:
            return []
        if reads(encoder.name, question):
            said = list(dict.fromkeys([question, self.mended(question)]))
            dense, titles = np.max([self._by_meaning(vector) for vector in encoder.encode(said)], axis=0)
        else:
            dense, titles = self._by_signs(question), np.zeros(len(self.passages), dtype=np.float32)
        return self._ranked(self._lexical(question), dense, titles, (k, kinds))

    def around(self, passage: Passage, k: int = 8, *, kinds: Sequence[PassageKind] | None = None) -> list[PassageHit]:
        """Return what a search for a page's own title finds but for the page itself, nothing encoded again."""
        row = self._row[passage.id]
        dense, titles = self._by_meaning(self._titles.vectors()[row])
        found = self._ranked(self._lexical(passage.title), dense, titles, (k + 1, kinds))
        return [hit for hit in found if hit.passage.id != passage.id][:k]

    def _ranked(
        self, lexical: Vectors, dense: Vectors, titles: Vectors, wanted: tuple[int, Sequence[PassageKind] | None]
    ) -> list[PassageHit]:
        k, kinds = wanted
        fused = dense + _LEXICAL * lexical
        rows = [row for row in np.argsort(-fused, kind="stable") if kinds is None or self.passages[row].kind in kinds]
        return [
            PassageHit(
                self.passages[row], float(fused[row]), float(dense[row]), float(lexical[row]), float(titles[row])
            )
            for row in rows[:k]
        ]

    def _by_meaning(self, vector: Vectors) -> tuple[Vectors, Vectors]:
        """Return the cosine to the nearest of title and text of each page, and that to the nearest way it is asked for."""
        titles = self._titles.vectors() @ vector
        rows, lines = self._ways
        np.maximum.at(titles, rows, lines @ vector)
        return np.maximum(titles, self._texts.vectors() @ vector), titles

    def concepts(self, text: str) -> list[str]:
        """Return the concepts of a question, typing errors mended by the words of the pages."""
        return self.lexicon.concepts(self.mended(text), self._vocabulary)

    def mended(self, question: str) -> str:
        """Return a question with its typing errors mended by the words of the pages."""
        return self.lexicon.mended(question, self._words)

    @cached_property
    def _words(self) -> frozenset[str]:
        told = (" ".join([*self.ways(one), one.text]).lower() for one in self.passages)
        return frozenset(word for text in told for word in re.findall(r"[a-zà-ÿ]{4,}", text))

    def title_cosine(self, one: Passage, other: Passage) -> float:
        """Return the cosine of the titles of two pages."""
        return float(self._titles.vector(one.id) @ self._titles.vector(other.id))

    def holds(self, passage: Passage) -> tuple[list[frozenset[str]], frozenset[str]]:
        """Return the concepts of each way a page is asked for, and of all the page says."""
        found = self._held.get(passage.id)
        if found is None:
            ways = [frozenset(self.lexicon.concepts(way)) for way in self.ways(passage)]
            found = self._held[passage.id] = ways, frozenset(self.lexicon.concepts(passage.text)).union(*ways)
        return found

    @cached_property
    def _held(self) -> dict[str, tuple[list[frozenset[str]], frozenset[str]]]:
        return {}

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self._bm25.vocab_dict) if self._bm25 else frozenset()

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(word for title, text in self._concepts for word in title | text)

    def rarity(self, concept: str) -> float:
        """Return how much a concept tells, idf: log(1 + (N - n + .5) / (n + .5)), n of N passages holding it."""
        count = self._counts[concept]
        return float(np.log1p((len(self.passages) - count + 0.5) / (count + 0.5)))

    def agreement(self, one: Collection[str], other: Collection[str]) -> float:
        """Return the part of the concepts of two texts that they share, each weighed by its rarity; 0 where there are none."""
        whole = sum(self.rarity(concept) for concept in {*one, *other})
        return sum(self.rarity(concept) for concept in set(one) & set(other)) / whole if whole else 0.0

    def _by_signs(self, question: str) -> Vectors:
        """Return how much of a question each passage holds, [0, 1], its title counting more: for scripts the encoder cannot read."""
        asked = set(self.concepts(question))
        whole = max(sum(self.rarity(concept) for concept in asked), 1e-9)
        found = []
        for title, text in self._concepts:
            held, named = (sum(self.rarity(concept) for concept in asked & part) for part in (title | text, title))
            found.append((_TITLE * named + (1 - _TITLE) * held) / whole)
        return np.array(found, dtype=np.float32)

    @cached_property
    def _concepts(self) -> list[tuple[set[str], set[str]]]:
        return [
            (set(self.lexicon.concepts(" ".join(self.ways(one)))), set(self.lexicon.concepts(one.text)))
            for one in self.passages
        ]

    def _lexical(self, question: str) -> Vectors:
        asked = list(dict.fromkeys(self.concepts(question)))
        words = [word for word in asked if word in self._vocabulary]
        if not words:
            return np.zeros(len(self.passages), dtype=np.float32)
        scores = np.asarray(self._bm25.get_scores(words), dtype=np.float32)
        most = (_K1 + 1) * sum(self.rarity(word) for word in asked)  # each word held so often that more would not count
        return np.minimum(scores / max(most, 1e-9), 1.0).astype(np.float32)

    def _by_words(self) -> Any:
        import bm25s

        # the title twice: it says what an entry is about
        told = [" ".join([*self.ways(one), one.title, one.text]) for one in self.passages]
        corpus = [self.lexicon.concepts(text) for text in told]
        if not any(corpus):
            return None
        index = bm25s.BM25(k1=_K1)
        index.index(corpus, show_progress=False)
        return index

    def save(self, folder: Path) -> None:
        """Write the passages and their vectors into `folder`, atomically and without pickle."""
        self._titles.save(folder / "titles")
        self._texts.save(folder / "texts")
        content = json.dumps([asdict(passage) for passage in self.passages], ensure_ascii=False)
        digest = hashlib.sha256(content.encode()).hexdigest()
        write_atomic(folder / "passages.json", json.dumps({"sha256": digest, "passages": content}, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path, lexicon: Lexicon | None = None) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        StoredIndexError
            When something is missing, empty or damaged.
        """
        try:
            stored = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
            content = stored["passages"]
            if hashlib.sha256(content.encode()).hexdigest() != stored["sha256"]:
                raise StoredIndexError(f"{folder}: the passages are damaged. Run `shopkeeper index` again.")
            passages = [Passage(**one) for one in json.loads(content)]
        except (OSError, json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise StoredIndexError(
                f"{folder}: no whole passages here ({error}). Run `shopkeeper index` again."
            ) from error
        titles, texts = FaissIndex.load(folder / "titles"), FaissIndex.load(folder / "texts")
        return cls(passages, titles.vectors(), texts.vectors(), titles.encoder_name, lexicon)


def reads(encoder_name: str, text: str) -> bool:
    """Return whether an encoder can read a text: the embedded one reads English, no Chinese, German, French or Spanish."""
    return not encoder_name.startswith(EMBEDDED) or tongue_of(text) in ("en", "")
