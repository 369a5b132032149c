"""The plan: which facts are said, in which lines, in what order; many true texts in milliseconds. It asks no model.

Every text it makes is one that `proof` reads back as proven; style only ranks true texts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.writing.facts import Fact, Subject, clean
from assistant.writing.known import KNOWN
from assistant.writing.proof import filled_lines, printing_of
from assistant.writing.reading import may_be_first, second_words
from assistant.writing.script import Script, in_a_row
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.slots import PRONOUNS
from assistant.writing.style import line_style, persona_style
from assistant.writing.wordings import Book

TOPICS = ("size", "value", "rhythm", "category", "habit", "risk", "outlook")
# facts chosen together, how often (0–1 odds against the others of their topic), the topic they belong to
_BUNDLES: tuple[tuple[tuple[str, ...], float], ...] = (
    (("orders_mean", "average_order_value"), 3.0),
    (("orders_mean",), 0.5),
    (("items_mean",), 1.0),
    (("average_order_value",), 0.5),
    (("spend_per_year",), 2.0),
    (("spend_mean",), 1.0),
    (("average_order_value", "order_value_ratio"), 1.5),
    (("spend_ratio",), 1.0),
    (("spend_mean", "spend_ratio"), 2.0),
    (("average_order_value", "basket_size"), 1.0),
    (("single_order_share",), 2.0),
    (("interval_days", "recency_days"), 4.0),
    (("recency_days",), 0.5),
    (("interval_days",), 0.4),
    (("tenure_days",), 0.4),
    (("top_category", "top_category_share", "second_category"), 3.0),
    (("top_category", "top_category_share", "category_lift"), 3.0),
    (("top_category", "top_category_share", "second_category", "category_lift"), 1.0),
    (("top_category", "top_category_share", "top_product"), 2.0),
    (("top_category", "top_category_share"), 2.0),
    (("top_category",), 0.4),
    (("title_word", "title_word_share", "title_word_lift"), 3.0),
    (("title_word", "title_word_lift"), 1.5),
    (("title_word", "title_word_share"), 0.5),
    (("top_product",), 1.0),
    (("drawn_category", "drawn_category_lift"), 1.0),
    (("drawn_product", "drawn_product_lift"), 1.0),
    (("spend_median_ratio",), 0.3),
    (("unit_price_ratio",), 0.5),
    (("products_median",), 0.4),
    (("third_drawn_category", "third_drawn_category_lift"), 0.3),
    (("third_drawn_product", "third_drawn_product_lift"), 0.3),
    (("second_title_word", "second_title_word_lift"), 0.5),
    (("shunned_category", "shunned_category_ratio"), 0.3),
    (("drawn_category", "drawn_category_lift", "second_drawn_category", "second_drawn_category_lift"), 3.0),
    (("drawn_product", "drawn_product_lift", "second_drawn_product", "second_drawn_product_lift"), 3.0),
    (("second_drawn_category", "second_drawn_category_lift"), 0.2),
    (("second_drawn_product", "second_drawn_product_lift"), 0.2),
    (("weekday", "weekday_share", "hour"), 1.0),
    (("weekday", "weekday_share"), 1.5),
    (("weekend_share",), 1.5),
    (("hour",), 0.8),
    (("top_channel", "top_channel_share"), 1.5),
    (("top_channel",), 0.4),
    (("month", "month_share"), 1.0),
    (("country", "country_share"), 1.0),
    (("country",), 0.4),
    (("return_rate",), 1.5),
    (("views_without_order_share",), 1.0),
    (("abandoned_cart_share",), 1.0),
    (("churn_probability_mean", "churn_horizon_days"), 2.0),
    (("value_expected_mean", "value_horizon_days"), 2.0),
    (("orders_expected_mean", "value_expected_mean", "value_horizon_days"), 1.0),
)
_PICKS = {
    "value": 1,
    "rhythm": 1,
    "category": 2,
    "habit": 2,
    "risk": 1,
    "outlook": 1,
}  # at most so many bundles a topic
_AT_MOST = ("habit", "risk", "outlook")  # topics a text may leave out
_SIZE = ("customers", "share", "revenue_share", "kept_purchases", "held_differences")  # said wherever they are known
_ADVISED = 0.9  # of the texts end with what to do, where the facts support it
_TEXTS_A_CONTENT = 12  # texts of one choice of facts, so that a model may judge between equal contents
_LONGEST_NAME = 90  # characters; a longer name is left out of running text
_JOINED_LENGTH = 135


@dataclass(frozen=True)
class Candidate:
    """A text of the plan: the lines it is made of, the facts it states, and its style (more is better)."""

    text: str
    lines: tuple[str, ...]
    facts_used: tuple[Fact, ...]
    style_score: float

    @property
    def opening(self) -> str:
        """Return the line it begins with, for variety over a batch."""
        return self.lines[0]


def plan_texts(
    facts: Sequence[Fact],
    book: Book,
    *,
    kind: str = "persona",
    n: int = 96,
    seed: int = 0,
    used_openings: Sequence[str] = (),
    printing: Printing | None = None,
) -> list[Candidate]:
    """Return up to `n` different true texts, the best style first.

    Parameters
    ----------
    facts : Fact
        For "persona" of one segment with a name.
    kind : str
        "persona", or a section of the book, whose lines are texts on their own ("copy_subject", "reasons", …).
    used_openings : str
        `Candidate.opening` of the texts made before in this batch, oldest first; used ones are set back.

    Returns
    -------
    list of Candidate
        Empty where the facts fit no line. Ties in the order drawn; the same seed, the same list.

    Raises
    ------
    ValueError
        When a persona's facts are of several segments, or facts contradict each other.
    """
    sheet, dice = Sheet(facts, printing or printing_of(book)), random.Random(seed)
    if kind == "persona":
        found = _personas(sheet, book, n, dice)
    else:
        lines = [line for line in filled_lines(sheet, book, [kind]) if line.wording.tone in ("", book.voice.tone)]
        dice.shuffle(lines)
        found = [
            Candidate(line.text, (line.wording.where,), tuple(fact for _, _, fact in line.spans), line_style(line))
            for line in lines
        ]
    seen: dict[str, Candidate] = {}
    for candidate in found:
        seen.setdefault(candidate.text, candidate)
    return sorted(seen.values(), key=lambda each: _rank(each, used_openings, book))[:n]


def _rank(candidate: Candidate, used: Sequence[str], book: Book) -> tuple[bool, float]:
    """Return the place of a text: one that begins as the text before goes last, then openings by how worn they are."""
    was_last = bool(used) and used[-1] == candidate.opening
    liking = book.voice.liking(candidate.text, book.script)
    return was_last, 1.5 * used.count(candidate.opening) - candidate.style_score - liking


def _personas(sheet: Sheet, book: Book, n: int, dice: random.Random) -> list[Candidate]:
    segments = sheet.of_kind("segment")
    if len(segments) > 1:
        raise ValueError(f"a persona is about one segment; the facts are of {len(segments)}.")
    if not segments:
        return []
    lines = [line for line in filled_lines(sheet, book, ["personas", "ideas"]) if set(line.subjects) == {"segment"}]
    there = {
        name
        for name, facts in sheet.named_facts(segments[0]).items()
        if not isinstance(facts[0].value, str) or len(sheet.shown(facts[0])) <= _LONGEST_NAME
    }
    desk = _Desk(segments[0], lines, book, there)
    found: list[Candidate] = []
    while len(found) < n:
        content = desk.content(dice)
        texts = [desk.text(content, dice) for _ in range(min(_TEXTS_A_CONTENT, n - len(found)))]
        made = [text for text in texts if text is not None]
        found += made
        if not made:
            break
    return found


@dataclass(frozen=True)
class _Desk:
    """The lines one persona can be made of."""

    segment: Subject
    lines: Sequence[Filled]
    book: Book
    there: set[str]

    def content(self, dice: random.Random) -> tuple[frozenset[str], str | None]:
        """Choose the facts to say, and whether a line of ideas comes last (its file and line)."""
        chosen: set[str] = {name for name in _SIZE if name in self.there}
        for topic, picks in _PICKS.items():
            bundles = [(bundle, odds) for bundle, odds in _BUNDLES if self._fits(bundle, topic)]
            for _ in range(min(picks if topic not in _AT_MOST else dice.randint(0, picks), len(bundles))):
                names, _ = dice.choices(bundles, [odds for _, odds in bundles])[0]
                chosen |= set(names)
        ideas = [
            line for line in self.lines if line.wording.section == "ideas" and set(line.wording.says) <= self.there
        ]
        idea = dice.choice(ideas) if ideas and dice.random() < _ADVISED else None
        if idea is not None:
            chosen |= set(idea.wording.covers)
        return frozenset(chosen), idea.wording.where if idea is not None else None

    def _fits(self, bundle: tuple[str, ...], topic: str) -> bool:
        return KNOWN[bundle[0]].topic == topic and self.there.issuperset(bundle)

    def text(self, content: tuple[frozenset[str], str | None], dice: random.Random) -> Candidate | None:
        """Cover the chosen facts with lines, in the order of the topics; None where no line opens a text."""
        wanted, idea = content
        last = [line for line in self.lines if line.wording.where == idea and not line.named]
        remaining = set(wanted) - {name for line in last for name in line.wording.says if name not in _SIZE}
        first = self._pick(remaining, dice, topic=None)
        if first is None:
            return None
        lines = [first]
        remaining -= set(first.wording.covers)
        for topic in TOPICS:
            while any(KNOWN[name].topic == topic for name in remaining):
                line = self._pick(remaining, dice, topic=topic)
                if line is None:
                    remaining = {name for name in remaining if KNOWN[name].topic != topic}
                    break
                lines.append(line)
                remaining -= set(line.wording.says)
        return self._written([*lines, *last[:1]], dice)

    def _pick(self, remaining: set[str], dice: random.Random, *, topic: str | None) -> Filled | None:
        able = [
            line
            for line in self.lines
            if line.wording.section == "personas" and remaining.issuperset(line.wording.says)
        ]
        if topic is None:
            able = [line for line in able if line.named]
            sized = [line for line in able if "customers" in line.wording.says] or [
                line for line in able if KNOWN[line.wording.says[0]].topic == "size"
            ]
            able = sized or able
        else:
            able = [
                line
                for line in able
                if not line.named and any(KNOWN[name].topic == topic for name in line.wording.says)
            ]
        if not able:
            return None
        odds = [
            6.0 ** len(line.wording.says) * (2.0 if len(line.wording.condition.comparisons) > 1 else 1.0)
            for line in able
        ]
        return dice.choices(able, odds)[0]

    def _written(self, lines: list[Filled], dice: random.Random) -> Candidate:
        sentences, wheres, at = [], [], 0
        while at < len(lines):
            line = lines[at]
            joined = self._joined(line, lines[at + 1], dice) if at + 1 < len(lines) else ""
            sentences.append(joined or line.text)
            wheres += [each.wording.where for each in lines[at : at + (2 if joined else 1)]]
            at += 2 if joined else 1
        used = tuple(dict.fromkeys(fact for line in lines for _, _, fact in line.spans))
        text = in_a_row(sentences, self.book.script)
        return Candidate(text, tuple(wheres), used, persona_style(sentences, lines, self.book.script))

    def _joined(self, first: Filled, second: Filled, dice: random.Random) -> str:
        topics = {KNOWN[line.wording.says[0]].topic for line in (first, second)}
        worn = any(word in first.text and word in second.text for word in ("ypical", "average", "平均", "通常"))
        longest = _JOINED_LENGTH if self.book.script.is_spaced else _JOINED_LENGTH // 2
        crowded = worn or " and " in second.text or len(first.text) + len(second.text) > longest
        if dice.random() > 0.5 or crowded or len(topics) > 1 or second.wording.section == "ideas":
            return ""
        able = [join for join in self.book.joins if may_be_first(first, join) and second_words(second, join)]
        if not able:
            return ""
        join = dice.choice(able)
        if join.is_bare and not _begins_with_subject(first, self.segment, self.book.script):
            return ""
        return first.text[:-1] + join.middle + second_words(second, join) + join.end


def _begins_with_subject(line: Filled, segment: Subject, script: Script) -> bool:
    begins = [*(word for word, kind in PRONOUNS.items() if kind == "segment"), clean(segment.name)]
    gap = " " if script.is_spaced else ""
    return any(line.text.startswith(word + gap) and line.text[len(word) :][:1] != "的" for word in begins)


def facts_by_name(candidate: Candidate) -> Mapping[str, Fact]:
    """Return the facts a text states by name."""
    return {fact.name: fact for fact in candidate.facts_used}
