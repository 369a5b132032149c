"""How well a true text reads: length, rhythm, repetition, contrast. It knows no truth and compares only texts that are true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.writing.script import Script
from assistant.writing.sheet import Filled

_IDEAL_WORDS = (45, 80)
_COMMON = frozenset(
    "the of to and their they is a in on with are it by from have as for them or at than other each".split()
)
_WORN = (
    "on average",
    "typical",
    "average",
    "of their spend",
    "of their orders",
    "more than",
    "other customers",
    "times as",
    "平均",
    "通常",
    "消费的",
)
_MOST_NUMBERS = (3, 9)  # of a sentence, of a text: with more it is a table


def style_words(sentence: str, script: Script) -> list[str]:
    """Return the words of a sentence; where they are written without blanks, its letters two by two."""
    if script.is_spaced:
        return re.findall(r"[\w'-]+", sentence.lower())
    return re.findall(r"[a-z0-9.,%'-]+|[^\W\d_a-z]{1,2}", sentence.lower())


def persona_style(sentences: Sequence[str], lines: Sequence[Filled], script: Script) -> float:
    """Return the style of a text of several sentences; about 0 to 10, more is better."""
    words = [style_words(sentence, script) for sentence in sentences]
    total = sum(map(len, words))
    low, high = _IDEAL_WORDS
    score = 6.0 - 0.12 * max(low - total, 0, total - high)
    starts = [" ".join(sentence[:1]) for sentence in words]
    score -= 1.2 * sum(one == other for one, other in zip(starts, starts[1:], strict=False))
    score -= 0.8 * sum(count - 2 for count in Counter(starts).values() if count > 2)
    twos = Counter(" ".join(sentence[:2]) for sentence in words)
    score -= 0.8 * sum(count - 1 for count in twos.values())
    score -= _soup(sentences) - 1.5 * any(line.wording.section == "ideas" for line in lines)
    text = " ".join(sentences).lower()
    score -= sum(0.8 * (text.count(phrase) - 1) for phrase in _WORN if text.count(phrase) > 1)
    counts = Counter(word for sentence in words for word in sentence if word not in _COMMON and not word[0].isdigit())
    score -= 0.25 * sum(count - 3 for count in counts.values() if count > 3)
    lengths = [len(sentence) for sentence in words]
    score += 0.08 * (max(lengths) - min(lengths)) - 0.15 * max(0, max(lengths) - 32)
    score += 0.9 * sum(tells(line) and len(line.wording.covers) > 1 for line in lines)
    score -= 0.7 * sum(sentence.count(":") + sentence.count("：") for sentence in sentences[:-1] if len(sentences) > 2)
    score += 0.6 * min(len({fact.name for line in lines for _, _, fact in line.spans}), 10) / 2
    return round(score, 3)


def _soup(sentences: Sequence[str]) -> float:
    """Return what a text loses by holding more numbers than are read."""
    numbers = [len(re.findall(r"\d[\d.,:]*", sentence)) for sentence in sentences]
    in_one, in_all = _MOST_NUMBERS
    return 0.6 * sum(max(0, count - in_one) for count in numbers) + 0.4 * max(0, sum(numbers) - in_all)


def tells(line: Filled) -> bool:
    """Return whether a line says something only because its condition holds; "at least two customers" does not count."""
    return any(
        each.right.number is None or each.right.number not in (0, 2) or each.sign not in (">", ">=")
        for each in line.wording.condition.comparisons
    )


def line_style(line: Filled) -> float:
    """Return the style of a line that stands alone: more facts, not too long, no value that another one holds already."""
    score = 1.0 * len(line.wording.covers) - 0.01 * max(0, len(line.text) - 50)
    return round(score - 1.5 * repeats(line), 3)


def copy_style(texts: Sequence[str], script: Script) -> float:
    """Return what the sentences of a copy lose by sounding alike: the same beginnings, and telling words said again."""
    words = [style_words(text, script) for text in texts]
    starts = Counter(sentence[0] for sentence in words if sentence)
    loss = 0.7 * sum(count - 1 for count in starts.values())
    telling = Counter(
        word
        for sentence in words
        for word in {*sentence}
        if len(word) > _TELLING[script.is_spaced] and word not in _STOPS
    )
    return round(-loss - 0.4 * sum(count - 1 for count in telling.values()), 3)


_TELLING = {True: 3, False: 1}  # letters from which a word is heard when it comes again


_STOPS = frozenset("you your until like them this that have here when what will some get take".split()) | _COMMON


def repeats(line: Filled) -> int:
    """Return how many names of a line stand in another of its names, as the brand does in many a title."""
    names = [
        str(fact.value).casefold()
        for fact in line.facts
        if isinstance(fact.value, str) and fact.name != "description_sentence"
    ]
    return sum(one in other for one in names for other in names if one != other and len(one) > 2)
