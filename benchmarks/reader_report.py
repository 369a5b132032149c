"""The second reader over everything that was written: true texts, lies, and a report read back from its files.

It takes the report's page apart into lines of text, and counts what the reader cannot trace. It judges no sentence.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
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
        key = (source.facts, source.passages)
        if key not in self._made:
            pages = [words for page in source.passages for words in (page.title, page.text)]
            self._made[key] = traced(source.facts, pages)
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

    A summary may rest on its group's facts; the page on those, and on what `personas.json` counts beside them.
    """
    with tempfile.TemporaryDirectory() as folder:
        assistant.report(Path(folder))
        told = json.loads((Path(folder) / "personas.json").read_text(encoding="utf-8"))
        lines = lines_of((Path(folder) / "report.html").read_text(encoding="utf-8"))
    personas = assistant.personas()
    in_json = [item for one in personas for item in read(_summary(told, one.title), traced(one.facts))]
    every = [fact for one in personas for fact in one.facts]
    counted = sorted({f"{number:,}" for number in _numbers(told)}, key=len, reverse=True)
    known = traced(every, [*counted, *_page_words(assistant, told)])
    return in_json, [item for line in lines for item in read(line, known)]


def _summary(told: dict[str, Any], title: str) -> str:
    return next(str(one["summary"]) for one in told["personas"] if one["title"] == title)


def _page_words(assistant: Assistant, told: dict[str, Any]) -> Iterator[str]:
    tests = [test["held"] for one in told["personas"] for test in one["held_out"]["tests"]]
    yield f"{sum(tests)} of {len(tests)}"
    yield f"{assistant.shop.customers.height:,} customers, {len(told['personas'])} groups"
    yield f"{sum(one['held_out']['customers'] for one in told['personas']):,}"
    yield assistant.shop.settings.name
    yield assistant.as_of_words
    yield str(told["segments"]["chosen"])
    yield from (str(one["title"]) for one in told["personas"])


def _numbers(value: Any) -> Iterable[int]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) and value > 99 else []
