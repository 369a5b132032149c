"""How a language is written: where a sentence ends, what stands between two, how a phrase is found. It knows no wording and no fact."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Script:
    """The signs and habits of one language.

    `is_spaced`: blanks stand between words and sentences. `stop` ends a sentence, `breaks` are signs that a sentence to be
    joined must not hold. `locale` prints values where a shop names none; `group` names a segment the book has no name for, `idle` those who
    never bought, or returned all of it.
    """

    language: str
    locale: str
    is_spaced: bool = True
    stop: str = "."
    breaks: str = ":;?!–—\n"
    group: str = "Mixed Buyers"
    idle: str = "Customers without Purchases"

    def gap_after(self, text: str) -> str:
        """Return what stands between a text and the sentence behind it; a quote in other letters ends with a blank."""
        return "" if not self.is_spaced and text[-1:] in "。！？" else " "

    def words(self, text: str) -> str:
        """Return the text as phrases are looked for in it: in lower case, and between blanks where words have them.

        Examples
        --------
        >>> script_of("en").words("More than half, they say."), script_of("zh").words("超过一半。")
        (' more than half they say ', '超过一半。')
        """
        if not self.is_spaced:
            return text.lower()
        return " " + " ".join(re.findall(r"[^\W_]+(?:['’][^\W_]+)*|\0", text.lower())) + " "

    def as_words(self, phrase: str) -> str:
        """Return a phrase as it stands in `words`."""
        return f" {phrase} " if self.is_spaced else phrase

    def holds(self, text: str, phrase: str) -> bool:
        """Return whether a phrase, in lower case, stands in the text, whole words where words have blanks."""
        return self.as_words(phrase) in self.words(text)


SCRIPTS: Mapping[str, Script] = MappingProxyType(
    {
        "en": Script("en", "en_GB"),
        "zh": Script(
            "zh",
            "zh_CN",
            is_spaced=False,
            stop="。",
            breaks="：；？！…—\n",
            group="综合顾客",
            idle="没有留下购买的顾客",
        ),
    }
)


UNSPACED = SCRIPTS["zh"]  # also for quotes, whose language is the passage's: full-width signs need no blank behind them


def script_of(language: str) -> Script:
    """Return how a language is written; one that is not known is taken to be written with blanks, as most are."""
    return SCRIPTS.get(language) or Script(language, language)


def language_of(locale: str) -> str:
    """Return the language of a locale.

    Examples
    --------
    >>> language_of("zh_CN"), language_of("en-US")
    ('zh', 'en')
    """
    return re.split(r"[-_]", locale.strip().lower())[0]


def in_a_row(sentences: Sequence[str], script: Script) -> str:
    """Return sentences as they stand one behind the other.

    Examples
    --------
    >>> in_a_row(["Pack it well.", "Send it."], UNSPACED), in_a_row(["请包好。", "再寄回。"], UNSPACED)
    ('Pack it well. Send it.', '请包好。再寄回。')
    """
    text = ""
    for sentence in sentences:
        text += (script.gap_after(text) if text else "") + sentence
    return text
