"""Copy for one product: subject and body for email, push, sms or ad, within their lengths. It knows facts, not whom it is sent to."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.writing.channels import CALLS, FREE, STARTS, Channel, ends_with
from assistant.writing.channels import CHANNELS as CHANNELS
from assistant.writing.draft import MODEL_CHOSE, MODEL_WROTE, PLAN, Ahead, Draft, Part, Refusal, finish, judge
from assistant.writing.facts import Fact, Subject
from assistant.writing.free import names_a_thing
from assistant.writing.openings import Hook, write_hook
from assistant.writing.proof import Prover
from assistant.writing.quotes import leans_back
from assistant.writing.quotes import quotable_sentences as quotable_sentences
from assistant.writing.sheet import Filled
from assistant.writing.show import Printing
from assistant.writing.voice import legal_note
from assistant.writing.wordings import Book, load_book

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM


SHOP = "shop"  # who wrote the legal note: a person approved it
_LAST = 3  # so many openings a text before this one had: of its subject, its claim-free opening and its body
_DRAWS = 40
_JUDGED = 8  # bodies of equal content a model chooses between
_HOOK = 24  # characters the shortest question takes


@dataclass(frozen=True)
class CopyDraft:
    """A subject (empty where the channel has none) and a body, each a Draft.

    `openings` are the lines subject and body begin with, for variety over a batch.
    """

    channel: str
    subject: Draft
    body: Draft
    openings: tuple[str, ...] = ()


def compose_copy(  # noqa: PLR0913 - each is an option of its own
    facts: Sequence[Fact],
    *,
    channel: str,
    llm: LLM | None = None,
    book: Book | None = None,
    seed: int = 0,
    printing: Printing | None = None,
    used_openings: Sequence[str] = (),
    ahead: Ahead | None = None,
) -> CopyDraft:
    """Return copy for the product the facts are about; reasons, offer, shop and reader are said where there are facts of them.

    The book's voice gives tone, words and the channel's legal note, which closes the body.

    Parameters
    ----------
    facts : Fact
        Of one product with its title; optionally of reasons for it, one offer, the shop, the reader.
    channel : str
        email, push, sms or ad.
    llm : LLM, optional
        Chooses among bodies of equal content and writes how a mail, or a push message with room for it, opens.
    used_openings : str
        `CopyDraft.openings` of the texts made before in this batch, oldest first; used ones are set back.
    ahead : Ahead, optional
        What a model said before for a whole batch and is not asked again: how to open this text, or which lines it likes.

    Returns
    -------
    CopyDraft
        Within the channel's lengths. What the model wrote and proof refused is in `refused`.

    Raises
    ------
    KeyError
        When there is no such channel.
    ValueError
        When the facts are not of exactly one product with a title, or nothing fits the channel's length.
    """
    if channel not in CHANNELS:
        raise KeyError(f"no channel {channel!r}; there are {', '.join(CHANNELS)}.")
    chosen = book or load_book()
    note = legal_note(chosen.voice, channel)
    prover = Prover.of(facts, chosen, printing=printing, passages=[note] if note else [])
    desk = _Desk.of(prover, CHANNELS[channel], note.text if note else "", used_openings)
    dice = random.Random(seed)
    subject, opening = _subject(desk, prover, dice)
    body, begun = _body(desk, prover, _Model(llm, seed, ahead), dice)
    openings = tuple(one for one in (opening, *begun) if one)
    return CopyDraft(channel, replace(subject, opening=opening), body, openings)


@dataclass(frozen=True)
class _Model:
    """Who is asked to choose and to open a text: a model now, or what it said ahead of a batch, or nobody."""

    llm: LLM | None
    seed: int
    ahead: Ahead | None

    def hook(self, desk: _Desk) -> tuple[Hook | None, list[Refusal]]:
        """Return a question to open the text, and what was refused."""
        if self.ahead is not None:
            return self.ahead.hook, []
        if self.llm is None:
            return None, []
        return write_hook(self.llm, desk.book, desk.product.name, seed=self.seed)

    def best(self, bodies: Sequence[Body], desk: _Desk) -> tuple[Body, str]:
        """Return which of some bodies of equal content is taken, the best first, and who chose it."""
        if self.ahead is not None and self.ahead.preference is not None and len(bodies) > 1:
            lines = [[line.wording for line in body.values()] for body in bodies]
            return bodies[self.ahead.preference.best(lines)], MODEL_CHOSE
        texts = [_text(_with_free(desk, body, {})) for body in bodies]
        number, writer = judge(texts, self.llm, kind=desk.channel.name, language=desk.book.language)
        return bodies[number], writer


@dataclass(frozen=True)
class _Desk:
    """The lines each part of one copy can be made of."""

    product: Subject
    channel: Channel
    book: Book
    lines: Mapping[str, list[Filled]]
    note: str
    used: Sequence[str]

    @classmethod
    def of(cls, prover: Prover, channel: Channel, note: str, used: Sequence[str]) -> _Desk:
        sheet, book = prover.sheet, prover.book
        products = [one for one in sheet.of_kind("product") if "title" in sheet.named_facts(one)]
        if len(products) != 1:
            raise ValueError(f"copy is about one product with a title; the facts are of {len(products)}.")
        if len(sheet.of_kind("offer")) > 1:
            raise ValueError(f"copy holds one offer; the facts are of {len(sheet.of_kind('offer'))}.")
        sections = ("copy_subject", "copy_product", "copy_reason", "copy_offer", "copy_call")
        lines = {
            name: [
                line
                for line in prover.reader.lines
                if line.wording.section == name
                and line.wording.tone in ("", book.voice.tone)
                and _quotes_allowed(line, book)
            ]
            for name in sections
        }
        title = products[0].name
        lines["copy_reason"] = [
            line
            for line in lines["copy_reason"]
            if any(one.name == "reason_title" and one.value == title for one in line.facts)
        ]
        return cls(products[0], channel, book, lines, note, used)

    @property
    def is_mail(self) -> bool:
        """Return whether the text has room for paragraphs."""
        return self.channel.name == "email"

    @property
    def room(self) -> int:
        """Return how many characters of the body are left beside the legal note."""
        return self.channel.body - len(self.note) - (2 if self.note else 0)

    def liking(self, line: Filled) -> float:
        """Return how much a line is in the shop's voice: its tone, and words the shop likes."""
        voice = self.book.voice
        toned = 2.0 if voice.tone and line.wording.tone == voice.tone else 0.0
        return toned + 2.0 * voice.liking(line.text, self.book.script)

    def worn(self, opening: str) -> tuple[bool, int]:
        """Return whether one of the two texts before began so, and how many of the texts before did."""
        return opening in self.used[-_LAST:], self.used.count(opening)

    @cached_property
    def parts(self) -> Mapping[str, list[Filled]]:
        """Return the lines of each part of the body, sought once for all bodies drawn."""
        return {part: self._of_part(part) for part in self.channel.parts}

    def _of_part(self, part: str) -> list[Filled]:
        about, mail = "description_sentence", self.is_mail
        if part == "reason":
            return self.lines["copy_reason"]
        if part in ("product", "about", "more"):
            lines = [line for line in self.lines["copy_product"] if (part == "product") == ("product" in line.named)]
            lines = [line for line in lines if not mail or (part == "about") == (about in line.wording.covers)]
            return [line for line in lines if not _quotes_a_leaning(line)] or lines
        if part == "offer":
            return self.lines["copy_offer"]
        ends, names = CALLS.get(part, ("", frozenset()))
        called = [line for line in self.lines["copy_call"] if names.issuperset(line.wording.covers)]
        return [line for line in called if ends_with(line.text, ends)]


def _quotes_allowed(line: Filled, book: Book) -> bool:
    """Return whether a sentence of the product's description, where the line quotes one, keeps to the shop's words."""
    said = (fact.value for fact in line.facts if fact.name == "description_sentence")
    return all(book.voice.allows(str(value), book.script) for value in said)


def _quotes_a_leaning(line: Filled) -> bool:
    said = (fact.value for fact in line.facts if fact.name == "description_sentence")
    return any(leans_back(str(value)) for value in said)


def _subject(desk: _Desk, prover: Prover, dice: random.Random) -> tuple[Draft, str]:
    limit = desk.channel.subject
    if not limit:
        return Draft(""), ""
    able = [line for line in desk.lines["copy_subject"] if len(line.text) <= limit]
    if not able:
        return Draft(
            "", refused=(Refusal("", f"no line of copy_subject fits {limit} characters for this product"),)
        ), ""
    dice.shuffle(able)
    best = min(able, key=lambda line: (*desk.worn(line.wording.where), -_fact_weight(line) - desk.liking(line)))
    return finish([Part(best.text, PLAN)], prover, about=desk.product), best.wording.where


def _fact_weight(line: Filled) -> int:
    names_it = 2 if "product" in line.named else 0
    return names_it + sum(2 if fact.subject.kind == "offer" else 1 for fact in line.facts)


def _body(desk: _Desk, prover: Prover, model: _Model, dice: random.Random) -> tuple[Draft, tuple[str, ...]]:
    """Return the body and how it begins: its claim-free opening, and its first line that states something."""
    free = {part: _free_part(desk, part, dice) for part in FREE if desk.is_mail and desk.book.free_lines.get(part)}
    drawn = [_draw(desk, dice) for _ in range(_DRAWS)]
    bodies = [body for body in drawn if body and _fits(desk, body, free)]
    if not bodies:
        raise ValueError(_nothing_fits(desk))
    bodies.sort(key=lambda body: _rank(desk, body))
    best, writer = model.best(_equal(bodies), desk)
    refused: list[Refusal] = []
    if "opening" in desk.channel.parts and (desk.is_mail or _fits(desk, best, free, room=_HOOK)):
        hook, refused = model.hook(desk)
        opened = {} if hook is None else {"opening": Part(hook.text, MODEL_WROTE if hook.is_new else MODEL_CHOSE)}
        free |= opened if _fits(desk, best, free | opened) else {}
    parts = [
        part if part.text in {one.text for one in free.values()} else Part(part.text, writer, part.after)
        for part in _with_free(desk, best, free)  # claim-free parts were not among what the model chose between
    ]
    begun = (free["opening"].text if "opening" in free else "", _first_line(best))
    return finish(_closed(desk, parts), prover, refused=refused), begun


def _closed(desk: _Desk, parts: list[Part]) -> list[Part]:
    """Return the parts with the legal note behind them."""
    if not desk.note:
        return parts
    apart = "\n\n" if desk.is_mail else desk.book.script.gap_after(parts[-1].text)
    return [*parts[:-1], replace(parts[-1], after=apart), Part(desk.note, SHOP)]


def _free_part(desk: _Desk, part: str, dice: random.Random) -> Part:
    lines = desk.book.free_lines[part]
    if part == "opening":  # without a model nobody sees whether a cup of tea has to do with the product
        lines = tuple(line for line in lines if not names_a_thing(line, desk.book.free)) or lines
    liking = desk.book.voice.liking
    able = dice.sample(lines, len(lines))
    return Part(min(able, key=lambda text: (*desk.worn(text), -liking(text, desk.book.script))), PLAN)


def _nothing_fits(desk: _Desk) -> str:
    title = f"{desk.product.name[:40]!r} ({len(desk.product.name)} characters)"
    if not desk.parts["product"]:
        return f"no line of the book can name {title} in this shop's voice; see its tone and its words to avoid."
    beside = f" with a legal note of {len(desk.note)}" if desk.note else ""
    return (
        f"no {desk.channel.name} of {desk.channel.body} characters{beside} can name {title}; "
        "shorten the title or take another channel."
    )


def _fits(desk: _Desk, body: Body, free: Mapping[str, Part], room: int = 0) -> bool:
    return len(_text(_with_free(desk, body, free))) + room <= desk.room


Body = dict[str, Filled]


def _first_line(body: Body) -> str:
    return next((body[part].wording.where for part in ("reason", "product", "offer") if part in body), "")


def _rank(desk: _Desk, body: Body) -> tuple[bool, float]:
    was_last, times = desk.worn(_first_line(body))
    return was_last, 1.5 * times - _style(desk, body) - sum(desk.liking(line) for line in body.values())


def _draw(desk: _Desk, dice: random.Random) -> Body:
    body: Body = {}
    length = 0
    order = (
        "offer",
        "product",
        "reason",
        "about",
        "more",
        "call",
        "greeting",
        "closing",
    )  # what must be in comes first
    for part in sorted(desk.channel.parts, key=lambda each: order.index(each) if each in order else len(order)):
        stated = {name for line in body.values() for name in line.wording.covers} - {"title", "shop_name"}
        able = [
            line
            for line in desk.parts[part]
            if length + len(line.text) + 1 <= desk.room and not stated & set(line.wording.covers)
        ]
        may_stay_out = part in ("reason", "more") or part == "call" and not desk.is_mail
        if able and not (may_stay_out and dice.random() < 0.3):
            body[part] = dice.choice(able)
            length += len(body[part].text) + 1
    return body if "product" in body or "offer" in body and "offer_product" in body["offer"].wording.covers else {}


def _style(desk: _Desk, body: Body) -> float:
    names = sum(len(set(line.wording.covers)) for line in body.values())
    texts = [line.text for line in body.values()]
    is_spaced = desk.book.script.is_spaced
    begins = len({text.split(" ")[0] if is_spaced else text[:2] for text in texts}) - len(texts)
    titles = sum("title" in line.wording.covers or "reason_title" in line.wording.covers for line in body.values())
    return names + 1.5 * begins - 2.0 * max(0, titles - 1)


def _equal(bodies: Sequence[Body]) -> list[Body]:
    """Return the bodies that state the same facts as the first, at most as many as a model judges between."""

    def content(body: Body) -> frozenset[Fact]:
        return frozenset(fact for line in body.values() for fact in line.facts)

    return [body for body in bodies if content(body) == content(bodies[0])][:_JUDGED]


def _with_free(desk: _Desk, body: Body, free: Mapping[str, Part]) -> list[Part]:
    parts: list[Part] = []
    for name in desk.channel.parts:
        here = [free[name]] if name in free else []
        here += [Part(body[name].text, PLAN)] if name in body else []
        for number, part in enumerate(here):
            if parts:
                gap = desk.book.script.gap_after(parts[-1].text)
                signs = "\n" if number else "\n\n" if _breaks(name, body) else gap
                parts[-1] = replace(parts[-1], after=signs if desk.is_mail else gap)
            parts.append(part)
    return parts


def _breaks(part: str, body: Body) -> bool:
    return part in STARTS or part == "product" and "reason" not in body


def _text(parts: Sequence[Part]) -> str:
    return "".join(part.text + part.after for part in parts).strip()
