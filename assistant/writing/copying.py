"""Copy for one product: subject and body for email, push, sms or ad, within their lengths. It knows facts, not whom it is sent to."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.writing.draft import MODEL_CHOSE, MODEL_WROTE, PLAN, Ahead, Draft, Part, Refusal, finish, judge
from assistant.writing.facts import Fact, Subject
from assistant.writing.openings import Hook, write_hook
from assistant.writing.proof import PLAIN, Prover, filled_lines
from assistant.writing.quotes import leans_back
from assistant.writing.quotes import quotable_sentences as quotable_sentences
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.wordings import Book, load_book

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM


@dataclass(frozen=True)
class Channel:
    """What a channel takes: most characters of the subject (0: it has none) and of the body, and the parts of the body."""

    name: str
    subject: int
    body: int
    parts: tuple[str, ...]


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "email": Channel(
            "email", 60, 1000, ("greeting", "opening", "reason", "product", "about", "more", "offer", "call", "closing")
        ),
        "push": Channel("push", 0, 120, ("opening", "reason", "product", "offer", "call")),
        "sms": Channel("sms", 0, 160, ("product", "offer", "call")),
        "ad": Channel("ad", 30, 90, ("product", "offer", "call")),
    }
)
_STARTS = ("opening", "reason", "offer", "call", "closing")  # parts of a mail that begin a paragraph
_FREE: tuple[str, ...] = ("opening", "closing")  # parts that claim nothing; a model may write the opening
_DRAWS = 40
_JUDGED = 8  # bodies of equal content a model chooses between
_HOOK = 24  # characters the shortest question takes


@dataclass(frozen=True)
class CopyDraft:
    """A subject (empty where the channel has none) and a body, each a Draft."""

    channel: str
    subject: Draft
    body: Draft


def compose_copy(  # noqa: PLR0913 - each is an option of its own
    facts: Sequence[Fact],
    *,
    channel: str,
    llm: LLM | None = None,
    book: Book | None = None,
    seed: int = 0,
    printing: Printing = PLAIN,
    used_openings: Sequence[str] = (),
    ahead: Ahead | None = None,
) -> CopyDraft:
    """Return copy for the product the facts are about; reasons, offer, shop and reader are said where there are facts of them.

    Parameters
    ----------
    facts : Fact
        Of one product with its title; optionally of reasons for it, one offer, the shop, the reader.
    channel : str
        email, push, sms or ad.
    llm : LLM, optional
        Chooses among bodies of equal content and writes how a mail, or a push message with room for it, opens.
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
    made_for, chosen = CHANNELS[channel], book or load_book()
    desk = _Desk.of(facts, chosen, printing, made_for)
    dice = random.Random(seed)
    prover = Prover.of(facts, chosen, printing=printing)
    subject, opening = _subject(desk, prover, dice, used_openings)
    body = _body(desk, prover, _Model(llm, seed, ahead), dice)
    return CopyDraft(channel, replace(subject, opening=opening), body)


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
        number, writer = judge(texts, self.llm, kind=desk.channel.name)
        return bodies[number], writer


@dataclass(frozen=True)
class _Desk:
    """The lines each part of one copy can be made of."""

    product: Subject
    channel: Channel
    book: Book
    lines: Mapping[str, list[Filled]]

    @classmethod
    def of(cls, facts: Sequence[Fact], book: Book, printing: Printing, channel: Channel) -> _Desk:
        sheet = Sheet(facts, printing)
        products = [one for one in sheet.of_kind("product") if "title" in sheet.named_facts(one)]
        if len(products) != 1:
            raise ValueError(f"copy is about one product with a title; the facts are of {len(products)}.")
        if len(sheet.of_kind("offer")) > 1:
            raise ValueError(f"copy holds one offer; the facts are of {len(sheet.of_kind('offer'))}.")
        sections = ("copy_subject", "copy_product", "copy_reason", "copy_offer", "copy_call")
        lines = {
            name: [line for line in filled_lines(sheet, book, [name]) if not line.wording.tone] for name in sections
        }
        title = products[0].name
        lines["copy_reason"] = [
            line
            for line in lines["copy_reason"]
            if any(one.name == "reason_title" and one.value == title for one in line.facts)
        ]
        return cls(products[0], channel, book, lines)

    @property
    def is_mail(self) -> bool:
        """Return whether the text has room for paragraphs."""
        return self.channel.name == "email"

    def of_part(self, part: str) -> list[Filled]:
        """Return the lines of a part of the body."""
        about, mail = "description_sentence", self.is_mail
        if part == "reason":
            return self.lines["copy_reason"]
        if part in ("product", "about", "more"):
            lines = [line for line in self.lines["copy_product"] if (part == "product") == ("product" in line.named)]
            lines = [line for line in lines if not mail or (part == "about") == (about in line.wording.covers)]
            return [line for line in lines if not _quotes_a_leaning(line)] or lines
        if part == "offer":
            return self.lines["copy_offer"]
        ends, names = _CALLS.get(part, ("", frozenset()))
        called = self.lines["copy_call"]
        return [line for line in called if _last_sign(line) == ends and names.issuperset(line.wording.covers)]


# the parts taken from copy_call: how their lines end and what they may state
_CALLS: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "greeting": (",", frozenset({"customer_name"})),
        "call": (".", frozenset({"title", "shop_name"})),
        "closing": ("", frozenset({"shop_name"})),
    }
)


def _quotes_a_leaning(line: Filled) -> bool:
    said = (fact.value for fact in line.facts if fact.name == "description_sentence")
    return any(leans_back(str(value)) for value in said)


def _last_sign(line: Filled) -> str:
    return line.text[-1] if line.text[-1] in ".,:!?" else ""


def _subject(desk: _Desk, prover: Prover, dice: random.Random, used: Sequence[str]) -> tuple[Draft, str]:
    limit = desk.channel.subject
    if not limit:
        return Draft(""), ""
    able = [line for line in desk.lines["copy_subject"] if len(line.text) <= limit]
    if not able:
        return Draft(
            "", refused=(Refusal("", f"no line of copy_subject fits {limit} characters for this product"),)
        ), ""
    dice.shuffle(able)
    best = min(able, key=lambda line: (used.count(line.wording.where), -_fact_weight(line)))
    return finish([Part(best.text, PLAN)], prover, about=desk.product), best.wording.where


def _fact_weight(line: Filled) -> int:
    names_it = 2 if "product" in line.named else 0
    return names_it + sum(2 if fact.subject.kind == "offer" else 1 for fact in line.facts)


def _body(desk: _Desk, prover: Prover, model: _Model, dice: random.Random) -> Draft:
    lines = desk.book.free_lines
    free = {part: Part(dice.choice(lines[part]), PLAN) for part in _FREE if desk.is_mail and lines.get(part)}
    drawn = [_draw(desk, dice) for _ in range(_DRAWS)]
    bodies = [body for body in drawn if body and _fits(desk, body, free)]
    if not bodies:
        raise ValueError(
            f"no {desk.channel.name} of {desk.channel.body} characters can name {desk.product.name[:40]!r} "
            f"({len(desk.product.name)} characters); shorten the title or take another channel."
        )
    bodies.sort(key=lambda body: -_style(body))
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
    return finish(parts, prover, refused=refused)


def _fits(desk: _Desk, body: Body, free: Mapping[str, Part], room: int = 0) -> bool:
    return len(_text(_with_free(desk, body, free))) + room <= desk.channel.body


Body = dict[str, Filled]


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
            for line in desk.of_part(part)
            if length + len(line.text) + 1 <= desk.channel.body and not stated & set(line.wording.covers)
        ]
        may_stay_out = part in ("reason", "more") or part == "call" and desk.channel.name != "email"
        if able and not (may_stay_out and dice.random() < 0.3):
            body[part] = dice.choice(able)
            length += len(body[part].text) + 1
    return body if "product" in body or "offer" in body and "offer_product" in body["offer"].wording.covers else {}


def _style(body: Body) -> float:
    names = sum(len(set(line.wording.covers)) for line in body.values())
    texts = [line.text for line in body.values()]
    begins = len({text.split(" ")[0] for text in texts}) - len(texts)
    titles = sum("title" in line.wording.covers or "reason_title" in line.wording.covers for line in body.values())
    return names + 1.5 * begins - 1.2 * max(0, titles - 1)


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
            if parts and desk.is_mail:
                signs = "\n" if number else "\n\n" if _breaks(name, body) else " "
                parts[-1] = replace(parts[-1], after=signs)
            parts.append(part)
    return parts


def _breaks(part: str, body: Body) -> bool:
    return part in _STARTS or part == "product" and "reason" not in body


def _text(parts: Sequence[Part]) -> str:
    return "".join(part.text + part.after for part in parts).strip()
