"""The second reader over everything that was written: true texts, lies, and a report read back from its files.

It takes the report's page apart into lines of text, and counts what the reader cannot trace. It judges no sentence.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.form import Figure
from benchmarks.reader import Item, Traced, read, traced

if TYPE_CHECKING:
    from assistant import Assistant
    from benchmarks.lies import Lie
    from benchmarks.lies_texts import TrueText

_VALUES = ("number", "percentage", "amount", "date", "number word", "quoted", "hidden character")
_BEHIND_CARDS = "The groups side by side"  # the heading that follows the groups' cards
# how the page says it was counted: methods with their papers, the same on every page
_METHODS = (
    "Benjamini & Hochberg 1995",
    "Silhouette (Rousseeuw 1987)",
    "adjusted Rand index",
    "Counted on the customers the grouping saw; at most one in twenty of these differences is chance",
    "Not to be claimed, as no difference was found",
    "What differs, and what not to claim",
    "the others are in no text",
    "customers the grouping never saw",
    "too few customers to hold any out",
    "tested on",
    "Near means alike in",
    "Customers and revenue by group",
    "its condition does not hold on them",
)
_INLINE = frozenset("a abbr b button code del em i mark s small span strong sub sup u".split())
_SILENT = frozenset("script style svg title table".split())  # a table's rows have heads, no sentences


class _Lines(HTMLParser):
    """The text of a page; a block element begins a new line."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self._silent = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        self.text += "" if tag in _INLINE else "\n"

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        self.text += "" if tag in _INLINE else "\n"

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent else data.replace("\n", " ")


def lines_of(page: str) -> list[str]:
    """Return the lines of text of an HTML page, spaces joined."""
    parser = _Lines()
    parser.feed(page)
    return [line for line in (" ".join(each.split()) for each in parser.text.split("\n")) if line]


class Reading:
    """Reads texts against their facts; what is known of the same facts is made once."""

    def __init__(self) -> None:
        self._made: dict[Any, Traced] = {}

    def items(self, text: str, source: TrueText) -> list[Item]:
        """Return what in `text` cannot be traced to facts and pages of `source`."""
        key = (source.facts, source.passages, source.printing.currency)
        if key not in self._made:
            pages = [words for page in source.passages for words in (page.title, page.text)]
            self._made[key] = traced(source.facts, pages, source.printing.currency or "")
        return read(text, self._made[key])


def reader_figures(assistant: Assistant, texts: Sequence[TrueText], lies: Sequence[Lie]) -> list[Figure]:
    """Return how much the reader cannot trace in true texts, in lies (as much as may be) and in a report."""
    reading = Reading()
    found = [reading.items(one.text, one) for one in texts]
    stopped = sum(bool(reading.items(lie.text, lie.source)) for lie in lies)
    in_json, in_page = report_items(assistant)
    return [
        Figure("reader/true texts/untraceable items", sum(map(len, found)), "", "less"),
        Figure("reader/lies/share with an untraceable item", stopped / max(1, len(lies))),
        Figure("reader/personas.json/untraceable items", len(in_json), "", "less"),
        Figure("reader/report.html/untraceable values", sum(one.kind in _VALUES for one in in_page), "", "less"),
        Figure("reader/report.html/words to look at", sum(one.kind not in _VALUES for one in in_page), "", "less"),
    ]


def report_items(assistant: Assistant) -> tuple[list[Item], list[Item]]:
    """Return what cannot be traced in a report's summaries, and in its page as it is seen.

    A summary may rest on its group's facts. What the page says of a group may rest on those, and on what `personas.json` and
    `assignments.csv` count of that group; what it says of all, on what they count of all.
    """
    with tempfile.TemporaryDirectory() as folder:
        assistant.report(Path(folder))
        told = json.loads((Path(folder) / "personas.json").read_text(encoding="utf-8"))
        rows = list(csv.DictReader((Path(folder) / "assignments.csv").read_text(encoding="utf-8").splitlines()))
        lines = lines_of((Path(folder) / "report.html").read_text(encoding="utf-8"))
    personas = assistant.personas()
    currency = assistant.printing.currency or ""
    known = {one.title: traced(one.facts, currency=currency) for one in personas}
    in_json = [item for one in told["personas"] for item in read(one["summary"], known[one["title"]])]
    whole = traced([fact for one in personas for fact in one.facts], _page_words(assistant, told), currency)
    whole = _counting(whole, _counted(told, rows))
    of_group = {one["title"]: _counting(known[one["title"]], _counted_of(one), _METHODS) for one in told["personas"]}
    return in_json, [
        item for line, title in _by_group(lines, list(of_group)) for item in read(line, of_group.get(title, whole))
    ]


def _by_group(lines: Sequence[str], titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each line of the page with the title of the group whose card it stands in, "" outside of cards."""
    title = ""
    for line in lines:
        title = line if line in titles else "" if line == _BEHIND_CARDS else title
        yield line, title


def _counting(known: Traced, numbers: Iterable[float], pages: Iterable[str] = ()) -> Traced:
    """Return what is known with numbers that a file of the report counts; those from 0 to 1 are shares, too."""
    every = set(numbers)
    shares = {one for one in every if isinstance(one, float) and 0 <= one <= 1}
    return replace(
        known,
        strings=tuple(sorted({*known.strings, *pages}, key=len, reverse=True)),
        plain=known.plain | {float(f"{one + 1e-9:.{digits}f}") for one in every for digits in (0, 1, 2)},
        shares=known.shares | {float(f"{100 * one + 1e-9:.{digits}f}") for one in shares for digits in (0, 1)},
        counts=known.counts | every,
        parts=known.parts | shares,
    )


def _counted(told: dict[str, Any], rows: Sequence[dict[str, str]]) -> Iterator[float]:
    """Yield what is counted of the whole shop: customers, groups, held out ones, claims tested and held, traits, numbers of groups."""
    tests = [test["held"] for one in told["personas"] for test in one["held_out"]["tests"]]
    yield from (len(rows), len({row["segment"] for row in rows}), sum(row["held_out"] == "true" for row in rows))
    yield from (len(tests), sum(tests), len(told["segments"]["traits"]), told["segments"]["false_discoveries"])


def _counted_of(one: dict[str, Any]) -> Iterator[float]:
    """Yield what is counted of one group: customers, held out ones, tests, values that differ, sizes month by month."""
    tests = [test["held"] for test in one["held_out"]["tests"]]
    yield from (one["customers"], one["held_out"]["customers"], len(tests), sum(tests))
    yield from (float(gap["value"]) for gap in one["differences"].values())
    if one["over_time"]:
        moved = one["over_time"]
        yield from (
            moved["days"],
            moved["days"] * (len(moved["shares"]) - 1),
            moved["members_then"],
            moved["left_since"],
        )
        yield from moved["shares"]


def _page_words(assistant: Assistant, told: dict[str, Any]) -> Iterator[str]:
    yield from _METHODS
    yield assistant.shop.settings.name
    yield assistant.as_of_words
    yield str(told["segments"]["chosen"])
    yield from (str(one["title"]) for one in told["personas"])
