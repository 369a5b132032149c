"""Copy for one product: subject and body for email, push, sms or ad, within their lengths. It knows facts, not whom it is sent to."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.writing.channels import CHANNELS as CHANNELS
from assistant.writing.channels import FREE, STARTS, Channel
from assistant.writing.draft import MODEL_CHOSE, MODEL_WROTE, PLAN, Ahead, Draft, Part, Refusal, finish, judge
from assistant.writing.facts import Fact, Subject
from assistant.writing.free import names_a_thing
from assistant.writing.layouts import Body, Page, draw, equal, lines_by_section, names_product, style_of
from assistant.writing.openings import CLOSING, OPENING, Hook, write_hook
from assistant.writing.proof import Prover, leaves_terms_out
from assistant.writing.quotes import quotable_sentences as quotable_sentences
from assistant.writing.sheet import Filled, Sheet
from assistant.writing.show import Printing
from assistant.writing.style import repeats
from assistant.writing.voice import legal_note
from assistant.writing.wordings import Book, load_book

if TYPE_CHECKING:
    from assistant.llm.protocol import LLM


SHOP = "shop"  # who wrote the legal note: a person approved it
_WISH = 4  # words of a wish the plan closes with
_LAST = 3  # so many openings a text before this one had: of its subject, its claim-free opening and its body
_DRAWS = 120
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
    dice = random.Random(f"{seed} {channel} {desk.product.id}")  # texts of other products begin otherwise
    heading = _heading(desk, dice)
    subject = _subject(desk, prover, heading)
    body, begun = _body(desk, prover, _Model(llm, seed, ahead), heading, dice)
    return CopyDraft(channel, subject, body, tuple(one for one in (subject.opening, *begun) if one))


@dataclass(frozen=True)
class _Model:
    """Who is asked to choose and to open a text: a model now, or what it said ahead of a batch, or nobody."""

    llm: LLM | None
    seed: int
    ahead: Ahead | None

    @property
    def may_open(self) -> bool:
        """Whether an opening is there that suits the product: only of those written ahead is it known how near they are to one.

        One that suits every product says nothing to its reader.
        """
        return self.llm is None if self.ahead is None else self.ahead.hook is not None

    def hook(self, desk: _Desk, part: str) -> tuple[Hook | None, list[Refusal]]:
        """Return a sentence to open or close the text, and what was refused."""
        if self.ahead is not None:
            return self.ahead.hook if part == OPENING else self.ahead.closing, []
        if self.llm is None:
            return None, []
        return write_hook(self.llm, desk.book, desk.product.name, seed=self.seed, part=part)

    def best(self, bodies: Sequence[Body], desk: _Desk) -> tuple[Body, str]:
        """Return which of some bodies of equal content is taken, the best first, and who chose it."""
        if self.ahead is not None and self.ahead.preference is not None and len(bodies) > 1:
            lines = [[line.wording for line in body.lines.values()] for body in bodies]
            return bodies[self.ahead.preference.best(lines)], MODEL_CHOSE
        texts = [_text(_parts(desk, body, {})) for body in bodies]
        number, writer = judge(texts, self.llm, kind=desk.channel.name, language=desk.book.language)
        return bodies[number], writer


@dataclass(frozen=True)
class _Desk:
    """One copy in the making: its product, channel and lines, the legal note, and the openings used before."""

    product: Subject
    channel: Channel
    book: Book
    lines: Mapping[str, list[Filled]]
    note: str
    used: Sequence[str]
    sheet: Sheet

    @classmethod
    def of(cls, prover: Prover, channel: Channel, note: str, used: Sequence[str]) -> _Desk:
        sheet, book = prover.sheet, prover.book
        products = [one for one in sheet.of_kind("product") if "title" in sheet.named_facts(one)]
        if len(products) != 1:
            raise ValueError(f"copy is about one product with a title; the facts are of {len(products)}.")
        if len(sheet.of_kind("offer")) > 1:
            raise ValueError(f"copy holds one offer; the facts are of {len(sheet.of_kind('offer'))}.")
        return cls(products[0], channel, book, lines_by_section(prover, book, products[0]), note, used, sheet)

    @property
    def room(self) -> int:
        """Return how many characters of the body are left beside the legal note."""
        return self.channel.body - len(self.note) - (2 if self.note else 0)

    def page(self, heading: Filled | None) -> Page:
        """Return what bodies are made of; only an advertisement's leans on its heading."""
        above = heading if self.channel.name == "ad" else None
        return Page(self.product, self.channel, self.book, self.lines, self.room, above)

    def liking(self, line: Filled) -> float:
        """Return how much a line is in the shop's voice: its tone, and words the shop likes."""
        voice = self.book.voice
        toned = 2.0 if voice.tone and line.wording.tone == voice.tone else 0.0
        return toned + 2.0 * voice.liking(line.text, self.book.script)

    def worn(self, opening: str) -> tuple[bool, int]:
        """Return whether one of the two texts before began so, and how many of the texts before did."""
        return opening in self.used[-_LAST:], self.used.count(opening)


def _heading(desk: _Desk, dice: random.Random) -> Filled | None:
    """Return the line above the body; None where the channel has none or no line fits."""
    able = [line for line in desk.lines["copy_subject"] if len(line.text) <= desk.channel.subject and not repeats(line)]
    if desk.channel.name == "ad":  # nothing but the body stands below, and it does not say the offer again
        able = [line for line in able if "offer" not in line.subjects or not leaves_terms_out(line, desk.sheet)]
    dice.shuffle(able)

    def rank(line: Filled) -> tuple[bool, bool, bool, int, float]:
        was_last, times = desk.worn(line.wording.where)
        is_of_it = names_product(line) and all(fact.subject.kind != "reason" for fact in line.facts)  # why stands below
        is_echo = not is_of_it and desk.channel.name == "email" and "offer" in line.subjects  # the mail says it again
        return not is_of_it, is_echo, was_last, times, -_heading_weight(line, desk.channel) - desk.liking(line)

    return min(able, key=rank, default=None)


def _heading_weight(line: Filled, channel: Channel) -> float:
    """Return how good a line is above a body: it names the product; what a mail says in its body is said there alone."""
    kinds, news = {fact.subject.kind for fact in line.facts}, {"brand", "price", "category"} & set(line.wording.covers)
    named = 3.0 * names_product(line)
    if channel.name == "email":
        return named - 2.0 * ("offer" in kinds) - 0.5 * len(news)
    signed = "shop_name" in line.wording.covers and not names_product(line)  # says nothing of what is sold
    return named - 4.0 * ("reason" in kinds) + 0.5 * ("offer" in kinds) - 2.0 * signed


def _subject(desk: _Desk, prover: Prover, heading: Filled | None) -> Draft:
    limit = desk.channel.subject
    if heading is None:
        missing = Refusal("", f"no line of copy_subject fits {limit} characters for this product")
        return Draft("", refused=(missing,)) if limit else Draft("")
    return replace(finish([Part(heading.text, PLAN)], prover, about=desk.product), opening=heading.wording.where)


def _body(
    desk: _Desk, prover: Prover, model: _Model, heading: Filled | None, dice: random.Random
) -> tuple[Draft, tuple[str, ...]]:
    """Return the body and how it begins: its claim-free opening, and its first line that states something."""
    page = desk.page(heading)
    free = {part: _free_part(desk, part, dice) for part in FREE if desk.book.free_lines.get(part)}
    bodies = [body for body in (draw(page, dice) for _ in range(_DRAWS)) if body and _fits(desk, body, free)]
    if not bodies:
        raise ValueError(_nothing_fits(desk, page))
    if not model.may_open:
        bodies = [body for body in bodies if not _opens(body)] or bodies
    bodies.sort(key=lambda body: _rank(desk, page, body))
    best, writer = model.best(equal(bodies, _JUDGED), desk)
    refused: list[Refusal] = []
    part = _part_of_the_model(desk, best)
    if part:
        hook, refused = model.hook(desk, part)
        said = {} if hook is None else {part: Part(hook.text, MODEL_WROTE if hook.is_new else MODEL_CHOSE)}
        free |= said if _fits(desk, best, free | said) else {}
    parts = [
        part if part.text in {one.text for one in free.values()} else Part(part.text, writer, part.after)
        for part in _parts(desk, best, free)  # claim-free parts were not among what the model chose between
    ]
    about = desk.product if page.is_named_above else None
    opening = free["opening"].text if "opening" in free and _opens(best) else ""
    return finish(_closed(desk, parts), prover, about=about, refused=refused), (opening, _first_line(best))


def _opens(body: Body) -> bool:
    """Return whether a body begins with a claim-free sentence; on a small screen only one that a model wrote for it."""
    return "opening" in body.layout


def _part_of_the_model(desk: _Desk, body: Body) -> str:
    """Return the part of a text a model writes: how it opens, or how a mail closes that opens with why it is sent."""
    if desk.channel.name == "email":
        return OPENING if _opens(body) else CLOSING
    return OPENING if _opens(body) and _fits(desk, body, {}, room=_HOOK) else ""


def _closed(desk: _Desk, parts: list[Part]) -> list[Part]:
    """Return the parts with the legal note behind them."""
    if not desk.note:
        return parts
    apart = "\n\n" if desk.channel.name == "email" else desk.book.script.gap_after(parts[-1].text)
    return [*parts[:-1], replace(parts[-1], after=apart), Part(desk.note, SHOP)]


def _free_part(desk: _Desk, part: str, dice: random.Random) -> Part:
    lines = desk.book.free_lines[part]
    if part == "opening":  # without a model nobody sees whether a cup of tea has to do with the product
        lines = tuple(line for line in lines if not names_a_thing(line, desk.book.free)) or lines
    else:  # a short wish suits every text, a longer one speaks of gardens and friends
        lines = tuple(line for line in lines if len(line.split()) <= _WISH) or lines
    liking = desk.book.voice.liking
    able = dice.sample(lines, len(lines))
    return Part(min(able, key=lambda text: (*desk.worn(text), -liking(text, desk.book.script))), PLAN)


def _nothing_fits(desk: _Desk, page: Page) -> str:
    title = f"{desk.product.name[:40]!r} ({len(desk.product.name)} characters)"
    if not desk.lines["copy_product"]:
        return f"no line of the book can name {title} in this shop's voice; see its tone and its words to avoid."
    beside = f" with a legal note of {len(desk.note)}" if desk.note else ""
    return (
        f"no {desk.channel.name} of {desk.channel.body} characters{beside} can name {title}; "
        "shorten the title or take another channel."
    )


def _fits(desk: _Desk, body: Body, free: Mapping[str, Part], room: int = 0) -> bool:
    return len(_text(_parts(desk, body, free))) + room <= desk.room


def _first_line(body: Body) -> str:
    """Return the first line that states something of the product, the offer or why."""
    return next((line.wording.where for part, line in body.lines.items() if part != "greeting"), "")


def _rank(desk: _Desk, page: Page, body: Body) -> tuple[bool, float]:
    was_last, times = desk.worn(_first_line(body))
    return was_last, 1.5 * times - style_of(page, body) - sum(desk.liking(line) for line in body.lines.values())


def _parts(desk: _Desk, body: Body, free: Mapping[str, Part]) -> list[Part]:
    """Return the parts of a body as they are written, with what stands between them."""
    is_mail = desk.channel.name == "email"
    parts: list[Part] = []
    last = ""
    for name in body.layout:
        here = [free[name]] if name in free and (is_mail or name == "opening" and free[name].writer != PLAN) else []
        here += [Part(body.lines[name].text, PLAN)] if name in body.lines else []
        for number, part in enumerate(here):
            if parts:
                gap = desk.book.script.gap_after(parts[-1].text)
                parts[-1] = replace(parts[-1], after=_break(name, last, number, gap) if is_mail else gap)
            parts.append(part)
            last = name
    return parts


def _break(name: str, last: str, number: int, gap: str) -> str:
    """Return what stands before a part of a mail; `last` is the part before it."""
    if number or (name, last) == ("caption", "headline"):
        return "\n"
    return "\n\n" if name in STARTS or last in ("headline", "caption") else gap


def _text(parts: Sequence[Part]) -> str:
    return "".join(part.text + part.after for part in parts).strip()
