"""Words that stand for a value nobody declared: "sports" for sport, "friends" for a multiplayer game. It knows counts alone.

A sentence that holds such a word says the value, whatever its slots say, so it is true of no other thing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from assistant.writing.value_reading import Value

_LEAST = 5  # texts that hold the word
_SHARE = 0.7  # of them mean the value and do not say it otherwise
_LIFT = 2.0  # times as often as other texts


class BoundWords:
    """Counts which words stand in texts where a value seems to be left out: they may be what says it."""

    def __init__(self) -> None:
        self._texts = 0
        self._words: Counter[str] = Counter()
        self._values: Counter[Value] = Counter()
        self._both: defaultdict[str, Counter[Value]] = defaultdict(Counter)

    def add(self, words: Iterable[str], values: Iterable[Value]) -> None:
        """Count a text: its words that are no values, and the values it had to state and does not by any known form."""
        self._texts += 1
        values = set(values)
        self._values.update(values)
        for word in set(words):
            self._words[word] += 1
            self._both[word].update(values)

    def values_of(self, word: str) -> frozenset[Value]:
        """Return the values a word stands for: most texts that hold it mean them, and few others do."""
        count = self._words[word]
        if count < _LEAST:
            return frozenset()
        return frozenset(
            value
            for value, both in self._both[word].items()
            if both >= _SHARE * count and both * self._texts >= _LIFT * count * self._values[value]
        )
