"""A wording book learned from past texts: known sentences, and what words to expect in a text about given values.

    book = learn(texts, reader, manner)      # texts: what each had to say, and its words
    Writer(book).write(meaning)              # `learn_choice`: the best text of known sentences that reads back right

A text that states less or more than it should teaches no sentence. It does not know where the texts are from.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.writing.learn_bound import BoundWords
from assistant.writing.learn_expect import Expectation, Feature, Weights
from assistant.writing.learn_plain import Plain
from assistant.writing.learn_sentences import FOLLOWS, Sentence, typed, units, why_no_sentence
from assistant.writing.learn_words import SLOT, tokens
from assistant.writing.value_reading import Meaning, Span, ValueReader, base_of, faults

_FEW = 12  # values of a slot that is told value by value
_RARE = 0.02  # a value said less often than this share of its slot: the slot is open


@dataclass(frozen=True)
class Manner:
    """What the acts and slots of the texts are.

    subject : the slots that name what a text is about; its first sentence holds them, a pronoun follows
    stating : acts whose sentences only state values, so that several make one text; others are kept whole
    followed : acts kept whole that such sentences may follow ("Have you heard of {name}? It was released in 2014.")
    acts : by act, an expression its texts must hold to do what it says: "no|none|sorry" where nothing was found
    plain : what is said where no known sentence fits
    weights : of the expectation
    support : in so many sentences a word that is no value must stand, else it is a slip or a claim
    """

    subject: tuple[str, ...] = ("name",)
    stating: tuple[str, ...] = ("",)
    followed: tuple[str, ...] = ()
    acts: Mapping[str, str] = field(default_factory=dict)
    plain: Plain = field(default_factory=Plain)
    weights: Weights = field(default_factory=Weights)
    support: int = 3


@dataclass(frozen=True)
class Style:
    """How the texts are written: with capitals, with which full stop, one at the end or not."""

    cased: bool
    stop: str
    always_stops: bool

    @classmethod
    def of(cls, texts: Sequence[str]) -> Style:
        """Return the style most of the texts have."""
        stops = sum("." in text for text in texts)
        return cls(
            sum(text != text.lower() for text in texts) * 2 > len(texts),
            " ." if sum(" ." in text for text in texts) * 2 > stops else ".",
            sum(text[-1:] in ".!?" for text in texts) >= 0.8 * len(texts),
        )


@dataclass(frozen=True)
class Book:
    """What was learned; `refused` counts the texts and sentences left out by reason.

    told : slots whose values are told one by one; the others are open to any value
    references : texts there are for one meaning, on average
    """

    sentences: dict[Sentence, int]
    expectation: Expectation
    reader: ValueReader
    manner: Manner
    style: Style
    told: frozenset[str]
    references: float
    refused: Counter[str]

    def feature(self, meaning: Meaning) -> Feature:
        """Return what the expectation knows of a meaning."""
        return _feature(meaning, self.told)


def learn(texts: Sequence[tuple[Meaning, str]], reader: ValueReader, manner: Manner) -> Book:
    """Return the book past texts make.

    Parameters
    ----------
    texts : (what the text had to say, the text), in any order; several texts may share a meaning
    reader : finds the values of a text; what it cannot read is never learned

    Raises
    ------
    ValueError
        When there is no text.
    """
    if not texts:
        raise ValueError("no past text to learn from; expected at least one with what it had to say.")
    learner = _Learner([(meaning, " ".join(text.split())) for meaning, text in texts], manner)
    expected: dict[Feature, list[tuple[str, ...]]] = defaultdict(list)
    for meaning, text in learner.texts:
        spans = reader.read(text, meaning)
        expected[_feature(meaning, learner.told)].append(tokens(learner.opened(text, spans, meaning)))
        learner.take(text, spans, meaning)
    return Book(
        learner.supported(),
        Expectation(expected, manner.weights),
        reader,
        manner,
        learner.style,
        learner.told,
        len(texts) / len({meaning for meaning, _ in texts}),
        learner.refused,
    )


class _Learner:
    """Takes sentences out of texts that read back clean."""

    def __init__(self, texts: Sequence[tuple[Meaning, str]], manner: Manner) -> None:
        self.texts = texts
        self.style = Style.of([text for _, text in texts])
        self.told = _told_slots(meaning for meaning, _ in texts)
        self.refused: Counter[str] = Counter()
        self._manner = manner
        self._found: Counter[Sentence] = Counter()
        self._words: Counter[str] = Counter()
        self._bound = BoundWords()

    def take(self, text: str, spans: Sequence[Span], meaning: Meaning) -> None:
        """Take the sentences of a text that states its meaning, the whole meaning and nothing else."""
        missing, more = faults(spans, meaning)
        self._bound.add(_own_words(typed(text, spans, meaning)[0]), missing)
        if missing or more:
            self.refused["a value left out" if missing else "a value too many"] += 1
            return
        done = self._manner.acts.get(meaning.act, "")
        if done and not re.search(rf"(?<!\w)(?:{done})(?!\w)", text, re.IGNORECASE):
            self.refused["it does not do what its act says"] += 1
            return
        whole = meaning.act not in self._manner.stating
        for start, end in [(0, len(text))] if whole else units(text, spans):
            inside = [
                replace(one, start=one.start - start, end=one.end - start) for one in spans if start <= one.start < end
            ]
            words, said = typed(text[start:end], inside, meaning)
            words = words.strip()
            words = words[:-1].rstrip() if words.endswith(".") else words
            subject = set(self._manner.subject)
            opens = whole or any(one.slot in subject for one in inside)
            first = start == 0 and bool(subject & meaning.slots)
            reason = self._why_not(words, inside, opens=opens, first=first)
            if reason:
                self.refused[reason] += 1
                continue
            self._found[Sentence(words, said, opens, meaning.act)] += 1
            self._words.update(_own_words(words))

    def _why_not(self, words: str, spans: Sequence[Span], *, opens: bool, first: bool) -> str:
        if not words:
            return "values that share words"
        if reason := why_no_sentence(words, cased=self.style.cased):
            return reason
        if not opens and first:
            return "it begins without its subject"
        if not opens and words.split()[0].lower().rstrip(",") not in FOLLOWS:
            return "it neither names its subject nor follows by a pronoun"
        if any(not one.verbatim and one.value[:1].isupper() for one in spans):
            return "a name said by other words"
        return ""

    def supported(self) -> dict[Sentence, int]:
        """Return the sentences whose words stand in several, and none of them for a value the sentence does not state."""
        kept = {}
        for one, count in self._found.items():
            words = _own_words(one.text)
            if any(self._words[word] < self._manner.support for word in words):
                self.refused["a word seen too rarely"] += count
            elif any(values and not values & set(one.said) for values in map(self._bound.values_of, words)):
                self.refused["a word that stands for a value"] += count
            else:
                kept[one] = count
        return kept

    def opened(self, text: str, spans: Sequence[Span], meaning: Meaning) -> str:
        """Return a text with the values of open slots taken out: what the expectation is learned from."""
        wanted = set(meaning.values)
        kept = [
            one
            for one in spans
            if one.verbatim and base_of(one.slot) not in self.told and (one.slot, one.value) in wanted
        ]
        return typed(text, kept, meaning)[0] or text


def _feature(meaning: Meaning, told: frozenset[str]) -> Feature:
    """Return act, slots, and the values of the slots that are told value by value."""
    return (
        ("", meaning.act),
        *sorted({(slot, value if base_of(slot) in told else "") for slot, value in meaning.values}),
    )


def _told_slots(meanings: Iterable[Meaning]) -> frozenset[str]:
    """Return the slots with few values, each of them common, no names: what is said of one is no guide to another."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for meaning in meanings:
        for slot, value in meaning.values:
            counts[base_of(slot)][value] += 1
    out = set()
    for slot, count in counts.items():
        common = [n for value, n in count.items() if n >= 3 and value]
        named = sum(value[:1].isupper() for value in count) * 2 > len(count)
        if common and not named and len(common) <= _FEW and min(common) >= _RARE * sum(count.values()):
            out.add(slot)
    return frozenset(out)


def _own_words(text: str) -> set[str]:
    """Return the words of a sentence that are no values, as they are written; the first without its capital."""
    text = SLOT.sub(" ", text)
    return set(re.findall(r"[A-Za-z]{2,}", text[:1].lower() + text[1:]))
