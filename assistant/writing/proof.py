"""Proof: a finished text, whoever wrote it, read sentence by sentence against facts. It never changes a text and trusts no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.writing.checked import check
from assistant.writing.facts import Fact, Subject, clean, hidden_characters
from assistant.writing.free import why_not_free
from assistant.writing.known import KNOWN
from assistant.writing.quotes import Passage, Quote, Units, quote_at, units_of
from assistant.writing.reading import Found, Reader, flat, next_break
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book, load_book

Label = Literal["proven", "claim-free", "checked", "unproven"]
PLAIN = Printing()


@dataclass(frozen=True)
class Claim:
    """A value in a text and the fact behind it; `said` are the words as they stand at `span` of the text."""

    span: tuple[int, int]
    said: str
    fact: Fact

    @property
    def fact_line(self) -> str:
        """Return the fact for a reader: "Evening Orderers: customers in the segment"."""
        return f"{self.fact.subject.name}: {KNOWN[self.fact.name].meaning}"

    @property
    def source_line(self) -> str:
        """Return where the fact can be counted again."""
        return self.fact.source.line()


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text with its label.

    `wordings` are the lines of the book it was read as, `support` all facts it rests on (those of conditions too),
    `quoted` the source of a quoted passage, `reason` why it is not proven.
    """

    text: str
    span: tuple[int, int]
    label: Label
    claims: tuple[Claim, ...] = ()
    reason: str = ""
    wordings: tuple[str, ...] = ()
    support: tuple[Fact, ...] = ()
    quoted: str = ""

    @property
    def may_leave(self) -> bool:
        """Return whether the sentence may be shown to a customer."""
        return self.label in ("proven", "claim-free")


@dataclass(frozen=True)
class Proof:
    """What `prove` found: the sentences of a text, in its order."""

    sentences: tuple[Sentence, ...]

    @property
    def may_leave(self) -> bool:
        """Return whether every sentence may; an empty text says nothing wrong."""
        return all(sentence.may_leave for sentence in self.sentences)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Return the claims of the sentences that may leave."""
        return tuple(claim for sentence in self.sentences if sentence.may_leave for claim in sentence.claims)


@dataclass
class _Context:
    """Whom a pronoun stands for after the sentences so far, and the page quoted last."""

    subjects: dict[str, Subject] = field(default_factory=dict)
    page: str = ""


@dataclass(frozen=True)
class Prover:
    """Facts and book made ready; use it where several texts are read against the same facts, else `prove`."""

    sheet: Sheet
    book: Book
    reader: Reader
    passages: tuple[Units, ...] = ()

    @classmethod
    def of(
        cls, facts: Sequence[Fact], book: Book, *, printing: Printing | None = None, passages: Sequence[Passage] = ()
    ) -> Prover:
        """Fill every line of the book with the facts, printed as the book's language does where no printing is given."""
        sheet = Sheet(facts, printing or printing_of(book))
        return cls(sheet, book, Reader(filled_lines(sheet, book), book.joins), units_of(passages))

    def prove(self, text: str, *, about: Subject | None = None) -> Proof:
        """See `prove`."""
        plain, context = flat(text), _Context({about.kind: about} if about else {})
        shown = self.sheet.as_shown(plain)
        sentences, at = [], _skip(plain, 0)
        while at < len(plain):
            sentence = self._sentence(text, (plain, shown), at, context)
            sentences.append(sentence)
            at = _skip(plain, sentence.span[1])
        return Proof(tuple(sentences))

    def _sentence(self, text: str, plains: tuple[str, str], at: int, context: _Context) -> Sentence:
        (plain, shown), reason = plains, ""
        for found in self.reader.at(shown, at):
            reason = self._why_not_bound(found, context)
            if not reason:
                context.subjects = dict(found.parts[0].subjects)
                return _proven(text, at, found)
        quote = _in_place(quote_at(plain, at, self.passages), context)
        if quote is not None and not quote.reason:
            context.subjects, context.page = {}, quote.passage.id
            return Sentence(text[at : quote.end], (at, quote.end), "proven", quoted=quote.passage.source)
        return self._not_in_book(text, plain, (at, _end(plain, at, quote)), context, reason or _reason_of(quote))

    def _not_in_book(self, text: str, plain: str, span: tuple[int, int], context: _Context, reason: str) -> Sentence:
        words = text[slice(*span)]
        hidden = hidden_characters(words)
        if hidden:
            reason = f"it holds invisible characters: {', '.join(hidden)}"
        elif not reason and not why_not_free(plain[slice(*span)].replace("\n", " "), self.book.free):
            return Sentence(words, span, "claim-free")
        context.subjects = {}
        if reason:
            return Sentence(words, span, "unproven", reason=reason)
        spans, objection = check(words, self.sheet, self.book)
        claims = tuple(Claim((span[0] + low, span[0] + high), words[low:high], fact) for low, high, fact in spans)
        if objection:
            return Sentence(words, span, "unproven", reason=objection)
        return Sentence(words, span, "checked", claims, "its wording is not in the book; a person must read it")

    def _why_not_bound(self, found: Found, context: _Context) -> str:
        first = found.parts[0]
        for kind in sorted(first.named):
            shared = {
                name for name in self.sheet.names_of(first.subjects[kind]) if (kind, name) in self.sheet.shared_names
            }
            if shared and not self._true_of_all(first, kind, shared):
                return f"{clean(first.subjects[kind].name)!r} names more than one {kind}, and it is not true of each"
        for kind in sorted(first.unnamed):
            bound = context.subjects.get(kind)
            if bound is None:
                return f"no sentence before it says which {kind} it is about"
            if bound != first.subjects[kind]:
                return (
                    f"it is true of {first.subjects[kind].name!r}, but the sentence before it is about {bound.name!r}"
                )
        if any(part.subjects != first.subjects for part in found.parts):
            return "its two halves are about different subjects"
        return self._why_not_its_reason(first)

    def _why_not_its_reason(self, line: Filled) -> str:
        """Return why a reason that names no product may not stand where other products are written about, "" where it may."""
        reason = line.subjects.get("reason")
        if reason is None or any(fact.name == "reason_title" for fact in line.facts):
            return ""
        if all(product.id == reason.id for product in self.sheet.of_kind("product")):
            return ""
        return f"it is a reason for {reason.name!r}, and the facts are of another product"

    def _true_of_all(self, line: Filled, kind: str, shared: set[str]) -> bool:
        same_name = {one.id for one in self.sheet.of_kind(kind) if shared & self.sheet.names_of(one)}
        same_text = {
            one.subjects[kind].id for one in self.reader.lines if one.text == line.text and kind in one.subjects
        }
        return same_name <= same_text


def printing_of(book: Book) -> Printing:
    """Return how values are printed in a book's language where a shop says nothing: its locale, no currency."""
    return Printing(book.script.locale)


def filled_lines(sheet: Sheet, book: Book, sections: Sequence[str] | None = None) -> list[Filled]:
    """Return every line of the book (or of some sections) that is true of the facts, filled."""
    names = {fact.name for fact in sheet.facts}
    return [
        filled
        for line in book.lines
        if names.issuperset(line.facts) and (sections is None or line.section in sections)
        for filled in sheet.fill(line)
        if line.section != "copy_offer" or not leaves_terms_out(filled, sheet)
    ]


def leaves_terms_out(filled: Filled, sheet: Sheet) -> bool:
    """Return whether a line of an offer does not say its code, its last day or the only product it is for."""
    terms = {"code", "ends", "offer_product"} & set(sheet.named_facts(filled.subjects["offer"]))
    return not terms <= set(filled.wording.covers)


def _skip(plain: str, at: int) -> int:
    while at < len(plain) and plain[at] in " \n":
        at += 1
    return at


def _end(plain: str, at: int, quote: Quote | None) -> int:
    end = quote.end if quote is not None else next_break(plain, at)
    return at + len(plain[at:end].rstrip(" \n"))


def _in_place(quote: Quote | None, context: _Context) -> Quote | None:
    """Return the quote, refused where it goes on behind another page without saying what its own page is about."""
    if quote is None or quote.reason or quote.opens or context.page in ("", quote.passage.id):
        return quote
    return replace(quote, reason="it follows a quote of another page and is not quoted from where its own page begins")


def _reason_of(quote: Quote | None) -> str:
    return quote.reason if quote is not None else ""


def _proven(text: str, at: int, found: Found) -> Sentence:
    claims = tuple(
        Claim((low, high), text[low:high], fact) for low, high, fact in sorted(found.spans, key=lambda s: s[0])
    )
    wordings = tuple(part.wording.where for part in found.parts) + ((found.join.where,) if found.join else ())
    support = tuple(dict.fromkeys(fact for part in found.parts for fact in part.facts))
    return Sentence(text[at : found.end], (at, found.end), "proven", claims, wordings=wordings, support=support)


def prove(
    text: str,
    facts: Sequence[Fact],
    *,
    language: str = "en",
    book: Book | None = None,
    passages: Sequence[Passage] = (),
    printing: Printing | None = None,
    about: Subject | None = None,
) -> Proof:
    """Return the label of each sentence of a finished text.

    Parameters
    ----------
    text : str
    facts : Fact
        What is known; of any number of subjects.
    book : Book, optional
        Instead of the book of `language`.
    passages : Passage
        Cited entries whose sentences may be quoted word for word, with the exceptions beside them.
    printing : Printing
        Locale and currency the values are printed in; by default the language's own, without a currency.
    about : Subject, optional
        Whom a pronoun in the first sentence stands for: the one named in the heading above the text.

    Returns
    -------
    Proof
        proven: a line of the book filled with values as `show` prints them, its condition true of the stored and the
        printed values, or two lines of one subject joined, or a whole quote. claim-free, checked, unproven: DESIGN 5.4.

    Raises
    ------
    KeyError
        When there is no book for the language.
    ValueError
        When facts contradict each other.

    Examples
    --------
    >>> from assistant.writing.facts import Source, Subject, fact
    >>> evening = Subject("segment", "2", "Evening Orderers")
    >>> known = [fact(evening, "average_order_value", 21.4, Source("orders", "segment = 2"))]
    >>> [prove(f"The average order of Evening Orderers comes to {n}.", known).sentences[0].label for n in ("21.40", "24.10")]
    ['proven', 'unproven']
    """
    chosen = book or load_book(language)
    return Prover.of(facts, chosen, printing=printing, passages=passages).prove(text, about=about)
