"""Other ways the pages are asked for: found in clicks, in a person's answers and by a model, decided by a person, in force at once.

It looks for lines and queues them. It approves none: a person does, by name. No line is ever shown to a customer.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.desk.asked_lines import (
    APPROVED,
    LONGEST,
    REFUSED,
    WAITING,
    WITHDRAWN,
    AskedAs,
    Offer,
    asked_lines,
    decide_line,
    offer_lines,
)
from assistant.desk.deciding import in_words
from assistant.desk.store import CUSTOMER, SHOP, STAFF, Store
from assistant.errors import CallError
from assistant.writing.facts import clean
from prompts import render

if TYPE_CHECKING:
    from assistant.desk.answers import Desk
    from assistant.desk.entries import Entry
    from assistant.llm import LLM
    from retrieval import Encoder, Passage

LEAST_CLICKS = 2  # conversations that clicked the same page for the same words, before a person is asked
_MOST_AGREE = 2 / 3  # of those clicks must have gone to the page
_LATEST = 20_000  # turns looked at
_TOKENS = 120
_AMONG = 3  # a model's line must find its page among the first so many
_PRIVATE = re.compile(r"@|\d{4,}")  # an address or a number of somebody's own
_MARKS = re.compile(r"^\s*(?:(?:[-*•–]|\d+[.)、])\s*)+|[\"“”]")


@dataclass(frozen=True)
class Found:
    """What came of looking for lines: those that wait now, and those turned away with the reason."""

    queued: tuple[AskedAs, ...]
    turned: tuple[tuple[str, str, str], ...] = ()  # page, line, why


class AskedWork:
    """Other ways the pages of one shop are asked for.

    Parameters
    ----------
    store : Store
    desk : callable
        Returns the answering from pages as it is in force, entries and approved lines included.
    entries : callable
        Returns the FAQ entries people added.
    encoder : callable
        Returns what the pages are searched with.
    language : str
        Of the prompts.
    """

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        store: Store,
        desk: Callable[[], Desk],
        entries: Callable[[], Sequence[Entry]],
        encoder: Callable[[], Encoder],
        language: str,
    ) -> None:
        self._store = store
        self._desk = desk
        self._entries = entries
        self._encoder = encoder
        self._language = language

    def lines(self, *, status: str | None = None) -> list[AskedAs]:
        """Return the lines, of one status where given (waiting, approved, refused, withdrawn), the most asked first."""
        return asked_lines(self._store, status=status)

    def waiting(self) -> list[AskedAs]:
        """Return what waits for a person, what clicks and a person's answers offer since the last look included."""
        self.from_conversations()
        return self.lines(status=WAITING)

    def approve(self, number: int, *, by: str, question: str = "", title: str = "") -> AskedAs:
        """Put a line in force, as it was offered or edited: with the next question its page is found and answered by it.

        Raises
        ------
        CallError
            When nobody is named, the line does not wait, its page is gone, or another page is asked for in the same words.
        """
        line = self._line(number)
        self._check(title or line.title, question or line.question)
        return decide_line(self._store, number, APPROVED, by=by, title=title or None, question=question)

    def refuse(self, number: int, *, by: str, why: str = "") -> AskedAs:
        """Turn a line down for good: it is not offered again."""
        return decide_line(self._store, number, REFUSED, by=by, why=why)

    def withdraw(self, number: int, *, by: str, why: str = "") -> AskedAs:
        """Take an approved line out of force, at once."""
        return decide_line(self._store, number, WITHDRAWN, by=by, why=why)

    def add(self, title: str, question: str, *, by: str) -> AskedAs:
        """Add a line of a person's own, in force at once.

        Raises
        ------
        CallError
            As `approve`, and when the line is there already.
        """
        if not clean(by) or not clean(question):
            raise CallError("a line needs its words and the name of the person who answers for it.")
        self._check(title, question)
        queued = offer_lines(self._store, [Offer(title, question, clean(by))])
        if not queued:
            raise CallError(f"{question!r} is there already as a line of {title!r}; see the list of lines.")
        return decide_line(self._store, queued[0].number, APPROVED, by=by)

    def in_force(self) -> dict[str, list[str]]:
        """Return the approved lines by title of their page."""
        found: dict[str, list[str]] = {}
        for one in self.lines(status=APPROVED):
            found.setdefault(one.title, []).append(one.question)
        return found

    def from_conversations(self, *, least: int = LEAST_CLICKS) -> Found:
        """Queue what clicks and a person's answers offer.

        Parameters
        ----------
        least : in so many conversations the same words must have led to a click on the page, and two thirds of such clicks to it
        """
        pages = {passage.title for passage in self._pages}
        offers = [*self._clicked(least), *self._answered()]
        queued = offer_lines(self._store, [one for one in offers if one.title in pages and self._is_fit(one)])
        return Found(tuple(queued))

    def from_model(
        self, llm: LLM, *, n: int = 100, seed: int = 0, tick: Callable[[int, int], None] = lambda done, total: None
    ) -> Found:
        """Let a model say in other words how the first `n` FAQ entries may be asked for, and queue what finds its entry."""
        pages = [passage for passage in self._pages if passage.kind == "faq"][:n]
        offers: list[Offer] = []
        turned: list[tuple[str, str, str]] = []
        for at, page in enumerate(pages):
            prompt = render("ask_ways", language=self._prompts, question=page.title)
            said = llm.generate([prompt], max_new_tokens=_TOKENS, seed=seed)[0]
            for line in _lines_of(said):
                why = self._why_not(page, line)
                if why:
                    turned.append((page.title, line, why))
                else:
                    offers.append(Offer(page.title, line, llm.name))
            tick(at + 1, len(pages))
        return Found(tuple(offer_lines(self._store, offers)), tuple(turned))

    @property
    def _pages(self) -> Sequence[Passage]:
        return self._desk().pages

    @property
    def _prompts(self) -> str:
        return self._language if self._language in ("en", "zh") else "en"

    def _line(self, number: int) -> AskedAs:
        found = next((one for one in self.lines() if one.number == number), None)
        if found is None:
            raise CallError(f"line {number}: there is none; the list of lines has the numbers.")
        return found

    def _check(self, title: str, question: str) -> None:
        titles = {passage.title for passage in self._pages}
        if title not in titles:
            raise CallError(
                f"no page is called {title!r} now; give the title of one word for word, or refuse the line."
            )
        asked = in_words(question)
        taken = {in_words(other): other for other in titles if other != title}
        taken |= {in_words(q): other for other, of in self.in_force().items() if other != title for q in of}
        if asked in taken:
            raise CallError(f"{question!r} asks for the page {taken[asked]!r} already; one question has one page.")

    def _is_fit(self, one: Offer) -> bool:
        words = clean(one.question)
        same = in_words(words) == in_words(one.title)
        return 2 < len(words) <= LONGEST and not same and not _PRIVATE.search(words)

    def _why_not(self, page: Passage, line: str) -> str:
        if not self._is_fit(Offer(page.title, line, "")):
            return "it is the page's own title, too short or long, or holds a number of somebody's own"
        if line.endswith((".", "。", "!", "！")):
            return "it states something and asks nothing"
        hits = self._desk().passages.search(line, self._encoder(), _AMONG)
        if all(hit.passage.id != page.id for hit in hits):
            return f"it finds other pages first: {hits[0].passage.title!r}" if hits else "it finds no page"
        return ""

    def _clicked(self, least: int) -> list[Offer]:
        """Return what was clicked for the same words in several conversations, where most clicks went to one page."""
        from sqlalchemy import select

        from assistant.desk.tables import turns

        query = select(turns.c.conversation_id, turns.c.text, turns.c.about).where(turns.c.who == CUSTOMER)
        seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
        words: dict[str, str] = {}
        with self._store.reading() as connection:
            for talk, title, about in connection.execute(query.order_by(turns.c.id.desc()).limit(_LATEST)):
                asked = clean(str(about.get("clicked_for") or ""))
                if asked:
                    seen[in_words(asked)].add((talk, title))
                    words[in_words(asked)] = asked
        offers = []
        for key, clicks in seen.items():
            title, count = Counter(title for _, title in sorted(clicks)).most_common(1)[0]
            if count >= least and count >= _MOST_AGREE * len(clicks):
                offers.append(Offer(title, words[key], f"clicks, {count} of {len(clicks)}", count))
        return offers

    def _answered(self) -> list[Offer]:
        """Return what people answered: with the words of a page, or with an entry they added for it."""
        pages = {one.ticket: one.question for one in self._entries() if one.ticket is not None}
        offers = []
        for number, asked, said in self._replies():
            title = pages.get(number) or next((one.title for one in self._pages if _holds(said, one)), "")
            if title:
                offers.append(Offer(title, asked, f"ticket {number}"))
        return offers

    def _replies(self) -> list[tuple[int, str, str]]:
        """Return (ticket, the question that had no answer, what a person replied), the latest of each ticket."""
        from sqlalchemy import select

        from assistant.desk.tables import turns

        query = select(turns).where(turns.c.who != CUSTOMER).order_by(turns.c.id.desc()).limit(_LATEST)
        asked: dict[str, str] = {}
        found: dict[int, tuple[str, str]] = {}
        with self._store.reading() as connection:
            for row in reversed(connection.execute(query).all()):
                if row.who == SHOP and row.about.get("is_unanswered"):
                    asked[row.conversation_id] = str(row.about["question"])
                elif row.who == STAFF and row.conversation_id in asked and row.about.get("ticket"):
                    found[int(row.about["ticket"])] = (asked[row.conversation_id], row.text)
        return [(number, question, said) for number, (question, said) in found.items()]


def _holds(said: str, page: Passage) -> bool:
    return len(page.text) > 20 and clean(page.text).casefold() in clean(said).casefold()  # noqa: PLR2004 - a whole sentence


def _lines_of(said: str) -> list[str]:
    """Return the lines a model wrote, without marks before them; what follows an empty line or a new question is not meant.

    Examples
    --------
    >>> _lines_of(" Is it far?|- how far is it|2) “far?”||Question: other".replace("|", chr(10)))
    ['Is it far?', 'how far is it', 'far?']
    """
    found = []
    for line in said.strip().splitlines():
        words = clean(_MARKS.sub("", line))
        if not words or re.match(r"(question|问题)\s*[:：]", words, re.IGNORECASE):
            break
        found.append(words)
    return list(dict.fromkeys(found))[:5]
