"""The facts of one text, grouped by subject, and every line of a book filled with them. It decides nothing about a text."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from assistant.writing.facts import Fact, Subject, clean
from assistant.writing.known import KNOWN, NUMBERS, REPEATED
from assistant.writing.show import Printing, article, is_one, printed, show, show_month
from assistant.writing.slots import PRONOUNS, Slot
from assistant.writing.titles import are_works, definite
from assistant.writing.wordings import Wording

Key = tuple[str, str]  # kind and id of a subject
Said = tuple[int, int, Fact]  # start, end in the text, the fact shown there
_NAMING = {"title": {"product"}, "order_number": {"order"}}  # facts that name their subject where they are printed


@dataclass(frozen=True)
class Filled:
    """A line with its values: the exact sentence, where each value stands in it, and whom it is about.

    `named` are the kinds of subject the sentence names, `unnamed` those it leaves to a pronoun or to the context.
    """

    wording: Wording
    text: str
    spans: tuple[Said, ...]
    facts: tuple[Fact, ...]
    subjects: Mapping[str, Subject]
    named: frozenset[str]
    unnamed: frozenset[str]


class Sheet:
    """Facts by subject and name, with what is printed of each.

    Parameters
    ----------
    facts : Fact
        Of any number of subjects; may be empty.
    printing : Printing

    Raises
    ------
    ValueError
        When two facts give one name of one subject different values, or one subject has two names.
    """

    def __init__(self, facts: Sequence[Fact], printing: Printing) -> None:
        self.facts = tuple(dict.fromkeys(facts))
        self.printing = printing
        self.subjects: dict[Key, Subject] = {}
        self._facts: dict[Key, dict[str, list[Fact]]] = {}
        for fact in self.facts:
            key = (fact.subject.kind, fact.subject.id)
            if self.subjects.setdefault(key, fact.subject) != fact.subject:
                raise ValueError(
                    f"{key[0]} {key[1]!r} has two names: {self.subjects[key].name!r}, {fact.subject.name!r}."
                )
            same = self._facts.setdefault(key, {}).setdefault(fact.name, [])
            if same and fact.name not in REPEATED:
                raise ValueError(
                    f"{key[0]} {key[1]!r} has two values of {fact.name}: {same[0].value!r}, {fact.value!r}; give one."
                )
            same.append(fact)
        self._shown: dict[Fact, str] = {}
        self._numbers: dict[Fact, tuple[Decimal, Decimal]] = {}

    @cached_property
    def shared_names(self) -> frozenset[tuple[str, str]]:
        """Return the (kind, printed name) that stand for more than one subject."""
        counts = Counter((one.kind, name) for one in self.subjects.values() for name in self.names_of(one))
        return frozenset(name for name, count in counts.items() if count > 1)

    def names_of(self, subject: Subject) -> frozenset[str]:
        """Return what texts call a subject: its name and, of a product, its title as it is printed."""
        titles = self.named_facts(subject).get("title", [])
        return frozenset({clean(subject.name), *map(self.shown, titles), *(one.called for one in titles if one.called)})

    def as_shown(self, plain: str) -> str:
        """Return a text with titles that are spelled as in the shop's table spelled as texts show them; as long as before.

        Whoever writes by hand copies a title from the table: RED MUG is the same name as Red Mug.
        """
        for written, shown in self._recased:
            plain = plain.replace(written, shown)
        return plain

    @cached_property
    def _are_works(self) -> bool:
        """Return whether the products are books, films and the like, whose names take no article."""
        return any(fact.name in ("category", "top_category") and are_works(str(fact.value)) for fact in self.facts)

    @cached_property
    def _recased(self) -> tuple[tuple[str, str], ...]:
        pairs = set()
        for fact in self.facts:
            if fact.called and isinstance(fact.value, str):
                written = clean(fact.value)
                pairs |= {(written[: len(one)], one) for one in (self.shown(fact), fact.called)}
        alike = (pair for pair in pairs if pair[0] != pair[1] and pair[0].casefold() == pair[1].casefold())
        return tuple(sorted(alike, key=lambda pair: (-len(pair[0]), pair)))

    def of_kind(self, kind: str) -> list[Subject]:
        """Return the subjects of a kind, in the order of their first facts."""
        return [subject for subject in self.subjects.values() if subject.kind == kind]

    def named_facts(self, subject: Subject) -> Mapping[str, list[Fact]]:
        """Return the facts of a subject by name."""
        return self._facts.get((subject.kind, subject.id), {})

    def shown(self, fact: Fact) -> str:
        """Return what `show` prints, kept."""
        if fact not in self._shown:
            self._shown[fact] = show(fact, locale=self.printing.locale, currency=self.printing.currency)
        return self._shown[fact]

    def holds(self, wording: Wording, facts: Mapping[str, Fact]) -> bool:
        """Return whether the line's condition holds for the stored and for the printed values."""
        names = wording.condition.names()
        if not names:
            return True
        pairs = {name: self._pair(facts[name]) for name in names}
        return all(wording.condition.holds({name: pair[side] for name, pair in pairs.items()}) for side in (0, 1))

    def _pair(self, fact: Fact) -> tuple[Decimal, Decimal]:
        if isinstance(fact.value, date):
            day = Decimal(fact.value.toordinal())
            return day, day
        if fact not in self._numbers:
            number = printed(fact)
            assert number is not None
            scale = Decimal(100) if fact.unit == "percent" else Decimal(1)
            self._numbers[fact] = (Decimal(str(fact.value)) / scale, number / scale)
        return self._numbers[fact]

    def fill(self, wording: Wording) -> list[Filled]:
        """Return the line filled for every subject that has its facts and fulfils its condition.

        A line that may name its subject or use a pronoun is returned both ways; without facts, nothing.
        """
        by_kind: dict[str, list[str]] = {}
        for name in wording.facts:
            by_kind.setdefault(KNOWN[name].kind, []).append(name)
        if not by_kind:
            return []
        able = [
            [subject for subject in self.of_kind(kind) if all(name in self.named_facts(subject) for name in names)]
            for kind, names in by_kind.items()
        ]
        found = []
        for combination in itertools.product(*able):
            subjects = {subject.kind: subject for subject in combination}
            for facts in self._choices(by_kind, subjects):
                if self.holds(wording, facts):
                    found += self._both_ways(wording, facts, subjects)
        return found

    def _choices(self, by_kind: Mapping[str, list[str]], subjects: Mapping[str, Subject]) -> Iterator[dict[str, Fact]]:
        names = [(kind, name) for kind, group in by_kind.items() for name in group]
        lists = [self.named_facts(subjects[kind])[name] for kind, name in names]
        for choice in itertools.product(*lists):
            yield {name: fact for (_, name), fact in zip(names, choice, strict=True)}

    def _both_ways(self, wording: Wording, facts: Mapping[str, Fact], subjects: Mapping[str, Subject]) -> list[Filled]:
        ways = [True, False] if wording.has_slot("pronoun") else [True]
        filled = (self._one_way(wording, facts, subjects, by_name=way) for way in ways)
        return [each for each in filled if each is not None]

    def _one_way(
        self, wording: Wording, facts: Mapping[str, Fact], subjects: Mapping[str, Subject], *, by_name: bool
    ) -> Filled | None:
        out, spans, at = [], [], 0
        named: set[str] = set()
        for piece in wording.pieces:
            words, fact = piece if isinstance(piece, str) else "", None
            if isinstance(piece, Slot):
                if piece.use == "subject" or (piece.use == "pronoun" and by_name):
                    words = clean(subjects[piece.name].name) if piece.name in subjects else ""
                    if not words:
                        return None
                    named.add(piece.name)
                elif piece.use == "pronoun":
                    words = piece.word
                else:
                    fact = facts[piece.name]
                    words = self.slot_words(piece, fact)
                    named |= set() if piece.use == "number" else _NAMING.get(piece.name, set())
            if fact is not None and isinstance(piece, Slot) and piece.use != "number":
                spans.append((at, at + len(words), fact))
            out.append(words)
            at += len(words)
        kinds = frozenset(subjects)
        needed = frozenset(
            kind for kind in kinds if kind in (*PRONOUNS.values(), "order") or len(self.of_kind(kind)) > 1
        )
        return Filled(
            wording, "".join(out), tuple(spans), tuple(facts.values()), subjects, frozenset(named), needed - named
        )

    def slot_words(self, slot: Slot, fact: Fact) -> str:
        """Return what a slot prints of a fact."""
        if slot.use == "number":
            return slot.forms[0 if is_one(fact, self.printing.locale) else 1]
        if slot.use == "month":
            return show_month(fact, locale=self.printing.locale)
        if slot.use in ("the", "The"):
            name = fact.called or clean(str(fact.value))
            return name if self._are_works else definite(name, slot.use)
        shown = self.shown(fact)
        if slot.use in ("article", "Article"):
            words = article(shown)
            return f"{words if slot.use == 'article' else words.capitalize()} {shown}"
        return shown


def number_facts(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts whose value is a number."""
    return [fact for fact in facts if KNOWN[fact.name].unit in NUMBERS]
