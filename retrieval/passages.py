"""The shop's own pages as passages, found by meaning and by words.

It finds and scores. It decides nothing about answering and knows no conversation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from retrieval.encoder import Encoder, Vectors
from retrieval.index import FaissIndex, StoredIndexError
from shop.files import write_atomic

if TYPE_CHECKING:
    from shop import Shop

PassageKind = Literal["faq", "policy", "product", "review"]
_LONGEST = 80  # words of a policy in one passage
_DENSE = 0.6  # weight of meaning beside words in the fused score
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+(?=[^\s])")
_CJK = re.compile(r"[\u3400-\u9fff]")
# words that carry no content of a question
_STOP = frozenset(
    "a about an and any are as at be been but by can could did do does for from get give got had has have how i if in is it its "
    "just let like may me might my need no not of on or our out please shall should so some tell than that the their them then "
    "there these they this those to too us want was we were what when where which who whom why will with would you your am also "
    "im ive id ill dont doesnt cant im hi hello hey thanks thank".split()
)


@dataclass(frozen=True)
class Passage:
    """A piece of the shop's own pages; `text` is word for word as the shop wrote it."""

    id: str
    kind: PassageKind
    title: str  # an entry's question, a policy's or a product's title
    text: str
    source: str  # where to look it up: "faq, entry 12"


@dataclass(frozen=True)
class PassageHit:
    """A passage found; `dense` is a cosine, `lexical` BM25 scaled by the best hit to [0, 1], `score` the two fused."""

    passage: Passage
    score: float
    dense: float
    lexical: float


def passages_of(shop: Shop, *, reviews: bool = False) -> list[Passage]:
    """Return the passages of a shop: FAQ entries, policies in parts of at most 80 words, product texts, reviews if asked."""
    found = [
        Passage(f"faq-{row}", "faq", question, answer, f"faq, entry {row}")
        for row, (question, answer) in enumerate(shop.faq.select("question", "answer").iter_rows(), 1)
    ]
    for row, (title, text) in enumerate(shop.policies.select("title", "text").iter_rows(), 1):
        found += [
            Passage(f"policy-{row}-{part}", "policy", title, words, f"policies, “{title}”, part {part}")
            for part, words in enumerate(_parts(text), 1)
        ]
    for product, title, text in shop.products.select("product_id", "title", "description").iter_rows():
        if text:
            found.append(Passage(f"product-{product}", "product", title or product, text, f"products, {product}"))
    if reviews:
        for row, (product, text) in enumerate(shop.reviews.select("product_id", "text").iter_rows(), 1):
            if text:
                found.append(Passage(f"review-{row}", "review", product, text, f"reviews, entry {row}"))
    return found


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a passage, word for word."""
    return [sentence.strip() for sentence in _SENTENCE.split(text.strip()) if sentence.strip()]


def content_words(text: str) -> list[str]:
    """Return the words of a text that carry content, in their stem; two characters each where there are no blanks.

    Examples
    --------
    >>> content_words("How long do refunds take?")
    ['long', 'refund', 'take']
    """
    words = []
    for word in re.findall(r"[a-zà-ÿ0-9]+|[\u3400-\u9fff]+", text.lower().replace("’", "'").replace("'", "")):
        if _CJK.match(word):
            words += [word[at : at + 2] for at in range(max(len(word) - 1, 1))]
        elif word not in _STOP:
            words.append(_stem(word))
    return words


def leftover_words(question: str, passage: Passage) -> list[str]:
    """Return the content words of a question that a passage does not mention."""
    said = set(content_words(f"{passage.title} {passage.text}"))
    return [word for word in dict.fromkeys(content_words(question)) if word not in said]


class PassageIndex:
    """Passages with the vectors of their titles and of their texts, and an index of their words."""

    def __init__(self, passages: Sequence[Passage], titles: Vectors, texts: Vectors, encoder_name: str) -> None:
        ids = [passage.id for passage in passages]
        self.passages = list(passages)
        self.encoder_name = encoder_name
        self._titles = FaissIndex(ids, titles, encoder_name)
        self._texts = FaissIndex(ids, texts, encoder_name)
        self._row = {identity: row for row, identity in enumerate(ids)}
        self._bm25 = _bm25(passages)

    @classmethod
    def build(
        cls, passages: Sequence[Passage], encoder: Encoder, *, known: Mapping[str, Vectors] | None = None
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
        return cls(passages, titles, texts, encoder.name)

    def with_added(self, passages: Sequence[Passage], encoder: Encoder) -> Self:
        """Return the index with further passages; what was there is not encoded again. Without any, the index itself.

        Raises
        ------
        ValueError
            When the encoder is not the index's own.
        """
        if not passages:
            return self
        if encoder.name != self.encoder_name:
            raise ValueError(f"the passages were indexed with {self.encoder_name!r}, not with {encoder.name!r}.")
        titles = encoder.encode([passage.title for passage in passages])
        texts = encoder.encode([f"{passage.title} {passage.text}" for passage in passages])
        all_titles = np.vstack([self._titles.vectors(), titles]) if self.passages else titles
        all_texts = np.vstack([self._texts.vectors(), texts]) if self.passages else texts
        return type(self)([*self.passages, *passages], all_titles, all_texts, self.encoder_name)

    def search(
        self, question: str, encoder: Encoder, k: int = 8, *, kinds: Sequence[PassageKind] | None = None
    ) -> list[PassageHit]:
        """Return the `k` best passages for a question, best first.

        score = 0.6 * cosine + 0.4 * BM25 / best BM25; the cosine is the larger of those to the title and to the text.

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
        vector = encoder.encode([question])
        dense = np.maximum(self._titles.vectors() @ vector[0], self._texts.vectors() @ vector[0])
        lexical = self._lexical(question)
        fused = _DENSE * dense + (1 - _DENSE) * lexical
        rows = [row for row in np.argsort(-fused, kind="stable") if kinds is None or self.passages[row].kind in kinds]
        return [
            PassageHit(self.passages[row], float(fused[row]), float(dense[row]), float(lexical[row]))
            for row in rows[:k]
        ]

    def nearest_others(self, *, kinds: Sequence[PassageKind]) -> Vectors:
        """Return for each title of these kinds its cosine to the nearest passage that is not its own, float32 (n,)."""
        rows = [row for row, passage in enumerate(self.passages) if passage.kind in kinds]
        if len(rows) < 2:
            return np.zeros(0, dtype=np.float32)
        titles, texts = self._titles.vectors(), self._texts.vectors()
        cosines = np.maximum(titles[rows] @ titles.T, titles[rows] @ texts.T)
        cosines[np.arange(len(rows)), rows] = -1.0
        return cosines.max(axis=1)

    def _lexical(self, question: str) -> Vectors:
        words = [word for word in content_words(question) if word in self._bm25.vocab_dict] if self._bm25 else []
        if not words:
            return np.zeros(len(self.passages), dtype=np.float32)
        scores = np.asarray(self._bm25.get_scores(words), dtype=np.float32)
        return scores / max(float(scores.max()), 1e-9)

    def save(self, folder: Path) -> None:
        """Write the passages and their vectors into `folder`, atomically and without pickle."""
        self._titles.save(folder / "titles")
        self._texts.save(folder / "texts")
        content = json.dumps([asdict(passage) for passage in self.passages], ensure_ascii=False)
        digest = hashlib.sha256(content.encode()).hexdigest()
        write_atomic(folder / "passages.json", json.dumps({"sha256": digest, "passages": content}, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> Self:
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
        return cls(passages, titles.vectors(), texts.vectors(), titles.encoder_name)


def _bm25(passages: Sequence[Passage]) -> Any:
    import bm25s

    # the title twice: it says what an entry is about
    corpus = [content_words(f"{passage.title} {passage.title} {passage.text}") for passage in passages]
    if not any(corpus):
        return None
    index = bm25s.BM25()
    index.index(corpus, show_progress=False)
    return index


def _parts(text: str) -> list[str]:
    """Return a policy in parts of whole sentences; an exception stays with the rule before it."""
    parts: list[list[str]] = [[]]
    words = 0
    for sentence in sentences_of(text):
        length = len(sentence.split())
        goes_on = re.match(r"(however|except|unless|but|this|these|it|they|otherwise|only)\b", sentence, re.IGNORECASE)
        if parts[-1] and words + length > _LONGEST and not goes_on:
            parts.append([])
            words = 0
        parts[-1].append(sentence)
        words += length
    return [" ".join(part) for part in parts if part]


def _stem(word: str) -> str:
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            base = word[: -len(ending)]
            return base + "y" if ending == "ies" else base.rstrip("e") if ending == "es" else base
    return word[:-1] if word.endswith("e") and len(word) > 4 else word
