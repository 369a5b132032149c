"""What the page says of itself in one language: labels, states and errors, from `prompts/<language>/page.toml`. It knows no tab and no customer.

Another language is another file with the same keys. What the shop, its customers and its models say is never translated here.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.writing.proof import Claim

FILE_NAME = "page.toml"
FALLBACK = "en"
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}


@dataclass(frozen=True)
class Words:
    """The strings of one language by their keys, `tab.what`; `own` is what a language calls itself."""

    language: str
    said: Mapping[str, str]

    @property
    def own(self) -> str:
        """Return the language's name in itself."""
        return self("language")

    @property
    def locale(self) -> str:
        """Return the locale dates are printed in."""
        return _LOCALES.get(self.language, self.language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a string with its slots filled.

        Raises
        ------
        KeyError
            When the language has no such string.
        """
        text = self.said[key]
        return text.format(**values) if values else text

    def count(self, key: str, n: int, /, **values: object) -> str:
        """Return the string for so many: `key.one` or `key.other`, with the number in slot {n}."""
        from babel import Locale

        form = Locale.parse(self.locale).plural_form(n)
        name = f"{key}.{form}" if f"{key}.{form}" in self.said else f"{key}.other"
        return self(name, n=f"{n:,}", **values)

    def of(self, text: str) -> str:
        """Return a line another room wrote for readers in this language; the line itself where it is not known."""
        base, number, rest = text.partition(" (")
        known = self.said.get(f"of.{text}") or self.said.get(f"of.{base}")
        if known is None:
            return text
        return known + number + rest if f"of.{text}" not in self.said else known

    def fact(self, claim: Claim) -> str:
        """Return the fact behind a claim for a reader: whom it is about, and what is counted."""
        meaning = self.said.get(f"facts.{claim.fact.name}")
        return claim.fact_line if meaning is None else f"{claim.fact.subject.name}: {meaning}"

    def source(self, claim: Claim) -> str:
        """Return where the fact of a claim can be counted again."""
        if "source.table" not in self.said:
            return claim.source_line
        found = claim.fact.source
        parts = [self("source.table", table=found.table)]
        parts += [found.filter] if found.filter else []
        parts += [self("source.before", time=f"{found.as_of:%Y-%m-%d %H:%M}")] if found.as_of else []
        parts += [] if found.rows is None else [self("source.rows", n=f"{found.rows:,}")]
        return self("source.joint").join(parts)

    def axis(self, text: str) -> str:
        """Return what an axis of the map means: "more orders, spend; what is bought →", its words one by one."""
        for english in sorted((key[3:] for key in self.said if key.startswith("of.")), key=len, reverse=True):
            text = text.replace(english, self.said[f"of.{english}"])
        return text

    def day(self, moment: datetime | None) -> str:
        """Return a day, short; "" for None."""
        from babel.dates import format_date

        return "" if moment is None else str(format_date(moment.date(), self("day"), locale=self.locale))

    def long_day(self, moment: datetime) -> str:
        """Return a day with its month in full."""
        from babel.dates import format_date

        return str(format_date(moment.date(), "long", locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """Return a day and the time of day."""
        return f"{self.day(moment)}, {moment:%H:%M}"


@cache
def page_words(language: str) -> Words:
    """Return the strings of a language.

    Raises
    ------
    KeyError
        When there is no file for it; those there are are named.
    """
    if language not in page_languages():
        raise KeyError(f"no strings of the page in {language!r}; there are {', '.join(page_languages())}.")
    told = tomllib.loads((_folder() / language / FILE_NAME).read_text(encoding="utf-8"))
    return Words(language, _flat(told))


def page_languages() -> list[str]:
    """Return the languages the page is there in, sorted."""
    return sorted(path.parent.name for path in _folder().glob(f"*/{FILE_NAME}"))


def words_for(language: str) -> Words:
    """Return the strings for a shop's language; English where the page is not there in it."""
    return page_words(language if language in page_languages() else FALLBACK)


def slots(text: str) -> set[str]:
    """Return the names of the slots of a string.

    Examples
    --------
    >>> sorted(slots("{n} of {all}"))
    ['all', 'n']
    """
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _folder() -> Path:
    import prompts

    return Path(prompts.__file__).parent


def _flat(told: Mapping[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in told.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {f"{before}{name}": str(value)}
    return flat
