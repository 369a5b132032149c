"""Bodies of copy: lines of the book laid out as a channel has them, the product named once, each thing said once.

It draws many and says which reads best. It proves nothing and asks no model.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.writing.channels import SIGNS, Channel, Layout
from assistant.writing.facts import Fact, Subject
from assistant.writing.proof import Prover
from assistant.writing.quotes import tells_of_it
from assistant.writing.sheet import Filled
from assistant.writing.style import copy_style, repeats
from assistant.writing.wordings import Book


@dataclass(frozen=True)
class Body:
    """A layout and the lines its parts were filled with, in its order; claim-free parts are filled later."""

    layout: Layout
    lines: Mapping[str, Filled]


# what each part is: the sections its lines come from, and what they may state where that is narrower than the section
PARTS: Mapping[str, tuple[str, ...]] = {
    "greeting": ("copy_call",),
    "occasion": ("copy_call",),
    "lead": ("copy_reason",),  # why, above the headline
    "headline": ("copy_caption",),
    "caption": ("copy_caption",),
    "quote": ("copy_caption",),
    "note": ("copy_caption",),
    "more": ("copy_product",),  # said of it once it is named
    "product": ("copy_product",),
    "reason": ("copy_reason",),
    "offer": ("copy_offer",),
    "together": ("copy_offer",),  # the offer and the product in one sentence
    "call": ("copy_call",),
    "signature": ("copy_call",),
    "closing": ("copy_call",),
}
_CALLS = {
    "occasion": ("?:？：", frozenset({"occasion"})),
    "greeting": (",，：", frozenset({"customer_name"})),
    "call": (".!。！", frozenset({"title", "shop_name", "occasion"})),
    "closing": ("", frozenset({"shop_name"})),
    "signature": ("", frozenset({"shop_name"})),
}
_OPTIONAL = {"greeting": 1.0, "caption": 0.9, "quote": 0.9, "note": 0.9, "more": 0.35, "call": 0.8, "closing": 1.0}
_TITLES = frozenset({"title", "reason_title", "offer_product", "shop_name"})  # names, not news
_PLENTY = 10  # units on hand from which the number says nothing to a reader
_QUOTED = "description_sentence"
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Page:
    """What bodies of one copy are made of.

    `heading` is the line above the body (an advertisement's head), None where the body has none to lean on; `room` the
    characters there are.
    """

    product: Subject
    channel: Channel
    book: Book
    lines: Mapping[str, Sequence[Filled]]
    room: int
    heading: Filled | None = None

    @property
    def is_mail(self) -> bool:
        """Return whether the text has room for paragraphs."""
        return self.channel.name == "email"

    @cached_property
    def parts(self) -> Mapping[str, list[Filled]]:
        """Return the lines of each part of the body, sought once for all bodies drawn."""
        return {part: self._of_part(part) for part in self.channel.parts if part in PARTS}

    @cached_property
    def names(self) -> frozenset[str]:
        """Return what the product is called here, in lower case."""
        titles = (
            fact for lines in self.lines.values() for line in lines for fact in line.facts if fact.name == "title"
        )
        return frozenset(name.casefold() for fact in titles for name in (str(fact.value), fact.called) if name)

    @cached_property
    def is_named_above(self) -> bool:
        """Return whether the heading names the product."""
        return self.heading is not None and names_product(self.heading)

    @cached_property
    def has_offer(self) -> bool:
        """Return whether there is an offer that the heading does not state."""
        stated = set(self.heading.wording.covers) if self.heading is not None else set()
        return bool(self.lines["copy_offer"]) and not any(
            stated >= set(line.wording.covers) for line in self.lines["copy_offer"]
        )

    @cached_property
    def layouts(self) -> list[Layout]:
        """Return the layouts that can be filled here."""
        found = [layout for layout in self.channel.layouts if self._can(layout)]
        with_reason = [layout for layout in found if {"lead", "reason"} & set(layout)]
        return [*found, *with_reason]  # why it is for this reader is what is worth most

    def _can(self, layout: Layout) -> bool:
        if any(part in PARTS and part not in _OPTIONAL and part != "offer" and not self.parts[part] for part in layout):
            return False
        if "opening" in layout and not self.book.free_lines.get("opening"):
            return False
        names = self.is_named_above or bool({"headline", "product", "reason", "together"} & set(layout))
        offers = bool({"offer", "together"} & set(layout))
        leads = layout[:2] != ("greeting", "offer") or self.has_offer
        return names and leads and (offers or not self.has_offer) and ("together" not in layout or self.has_offer)

    def _of_part(self, part: str) -> list[Filled]:
        lines = [line for section in PARTS[part] for line in self.lines[section] if self._is_worth(line)]
        if part in _CALLS:
            ends, names = _CALLS[part]
            ends = (
                ends if self.is_mail else ends.replace(":", "").replace("：", "")
            )  # a colon ends a line, and only mails have lines
            lines = [line for line in lines if names.issuperset(line.wording.covers) and _ends_with(line.text, ends)]
            return [line for line in lines if part != "call" or "customer" not in line.subjects]
        return [line for line in lines if _suits(part, line)]

    def _is_worth(self, line: Filled) -> bool:
        """Return whether a line says something to a reader and says it once."""
        of = {fact.name: fact.value for fact in line.facts}
        if int(of.get("stock", 0)) >= _PLENTY or repeats(line):  # type: ignore[arg-type]
            return False
        quotes = str(of.get(_QUOTED, ""))
        return not quotes or tells_of_it(quotes, self.names)


def _in_title(line: Filled, title: str) -> bool:
    """Return whether a line says a brand or a category that the title says already."""
    plain = _letters(title)
    return any(
        _letters(str(fact.value)) in plain
        for fact in line.facts
        if fact.name in ("brand", "category") and fact.name in line.wording.covers
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _ends_with(text: str, signs: str) -> bool:
    """Return whether a text ends with one of `signs`, or, where there are none, with no sign at all."""
    return text[-1] in signs if signs else text[-1] not in SIGNS


def _suits(part: str, line: Filled) -> bool:
    names, quotes = names_product(line), _QUOTED in line.wording.covers
    stops = line.text[-1] in SIGNS
    if part in ("lead", "reason"):
        return names == (part == "reason")
    if part == "headline":
        return names and not stops
    if part == "quote":
        return quotes and not names
    if part in ("caption", "note"):
        return not names and not quotes and stops == (part == "note")
    if part == "more":  # a range it belongs to is no news of it
        return not names and not quotes and "category" not in line.wording.covers
    if part == "together":
        return names
    return part == "offer" or names


def names_product(line: Filled) -> bool:
    """Return whether a line prints the name of the product that is written about."""
    return "product" in line.named or bool({"reason_title", "offer_product"} & {fact.name for _, _, fact in line.spans})


def draw(page: Page, dice: random.Random) -> Body | None:
    """Return a body of one of the layouts; None where the lines drawn do not fit together."""
    if not page.layouts:
        return None
    layout = dice.choice(page.layouts)
    body: dict[str, Filled] = {}
    stated = set(page.heading.wording.covers) - _TITLES if page.heading is not None else set()
    is_named = is_bound = page.is_named_above
    room = page.room
    for at, part in enumerate(layout):
        if part not in PARTS or part == "offer" and not page.has_offer:
            continue
        if dice.random() > _OPTIONAL.get(part, 1.0):
            continue
        kept = sum(_shortest(page, later) for later in layout[at + 1 :])
        able = [
            line
            for line in page.parts[part]
            if len(line.text) + 1 + kept <= room
            and not stated & set(line.wording.covers)
            and ("product" not in line.unnamed or is_bound)
            and (part == "offer" and "offer_product" in line.wording.covers or not (is_named and names_product(line)))
        ]
        if not able and part not in _OPTIONAL:
            return None
        if not able:
            continue
        line = body[part] = dice.choice(able)
        room -= len(line.text) + 1
        stated |= set(line.wording.covers) - _TITLES
        is_named = is_named or names_product(line)
        is_bound = "product" in line.subjects or is_bound and not line.subjects
    return Body(layout, body) if is_named and body else None


def _shortest(page: Page, part: str) -> int:
    """Return the characters a part that must come will take at least."""
    if part in _OPTIONAL or part not in PARTS or part == "offer" and not page.has_offer:
        return 0
    return min((len(line.text) + 1 for line in page.parts[part]), default=0)


def style_of(page: Page, body: Body) -> float:
    """Return how well a body reads, more is better; it is compared only with others of the same copy."""
    lines = list(body.lines.values())
    news = {fact.name for line in lines for fact in line.facts} - _TITLES
    reason = (3.0 if page.is_mail else 1.0) if {"lead", "reason"} & set(body.lines) else 0.0
    told = 1.2 if any(_QUOTED in line.wording.covers for line in lines) else 0.0
    asked = sum(line.text.count("?") for line in lines if _QUOTED not in line.wording.covers) + (
        "opening" in body.layout
    )
    above = [page.heading] if page.heading is not None else []
    heard = copy_style([line.text for line in (*above, *lines)], page.book.script) - max(0, asked - 1)
    heard -= 1.5 * (news >= {"buyers", "recent_buyers"})  # one count is enough
    opened = 0.8 * (page.is_mail and "opening" in body.layout) + 4.0 * ("occasion" in news)  # it was asked for
    return reason + opened + told + 0.5 * min(len(news), 6) + heard + _whole(body.lines)


def _whole(body: Mapping[str, Filled]) -> float:
    """Return what a body gains by being bound together: one sentence of offer and product, a caption under the name."""
    gain = 0.6 * ("together" in body) + 0.4 * ("caption" in body) + 0.5 * ("call" in body and len(body) < 3)
    offer = body.get("offer")
    return gain + 0.8 * (offer is not None and "product" in offer.subjects)


def lines_by_section(prover: Prover, book: Book, product: Subject) -> dict[str, list[Filled]]:
    """Return the filled lines copy is made of: in the shop's tone, reasons for this product alone."""
    sections = ("copy_subject", "copy_caption", "copy_product", "copy_reason", "copy_offer", "copy_call")
    found: dict[str, list[Filled]] = {section: [] for section in sections}
    for line in prover.reader.lines:
        section = line.wording.section
        if section not in found or line.wording.tone not in ("", book.voice.tone) or not _quotes_allowed(line, book):
            continue
        reason = line.subjects.get("reason")
        is_said = _in_title(line, product.name) or ".." in line.text  # "by Larch Inc.."
        if (reason is None or reason.id == product.id) and not is_said:
            found[section].append(line)
    return found


def _quotes_allowed(line: Filled, book: Book) -> bool:
    """Return whether a quoted sentence of the description is in the book's script and keeps to the shop's words."""
    said = [str(fact.value) for fact in line.facts if fact.name == _QUOTED]
    return all(book.voice.allows(one, book.script) and bool(_HAN.search(one)) != book.script.is_spaced for one in said)


def equal(bodies: Sequence[Body], most: int) -> list[Body]:
    """Return the bodies that state the same facts in the same layout as the first, at most so many."""

    def content(body: Body) -> tuple[frozenset[Fact], Layout]:
        return frozenset(fact for line in body.lines.values() for fact in line.facts), body.layout

    return [body for body in bodies if content(body) == content(bodies[0])][:most]
