"""The texts of the blind reading: the shipped default's, its rivals', and texts with a planted error. It judges none of them."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lies import make_lies
from benchmarks.lies_model import prompts_of
from benchmarks.lies_texts import TrueText
from benchmarks.reading import A_FACT, BEATEN, FEW_SHOT, NO_FACTS, OURS, PLAIN_PLAN, PLANTED, WORDS_ONLY, Item
from benchmarks.writing_shops import DAYS, Seen, as_shown, briefs, facts_of, seen

if TYPE_CHECKING:
    from assistant import Copy, Persona
    from assistant.llm import LLM
    from assistant.writing import Fact

EACH = 60  # personas, and as many copies
_RIVALS = {PLAIN_PLAN: 16, FEW_SHOT: 8, A_FACT: 8}  # of each kind
_TEXT_ONLY = 10
_PLANTED = 0.2  # share of the texts with facts
_SPARE = 12  # texts of the plan a day and kind, to plant errors in


def gathered(work: Path, beat: Path | None, seed: int) -> list[Item]:
    """Return every text of a sheet, in no order."""
    from assistant.llm.models import load_llm
    from retrieval import load_encoder

    llm, items, spare = load_llm(None), [], []
    for one in seen(llm, load_encoder(None), work):
        say(f"{one.name} {one.day}: personas")
        items += list(_personas(one))
        if not one.day or one.day == DAYS[one.name][-1]:
            say(f"{one.name} {one.day}: copies")
            items += list(_copies(one, seed))
            spare += list(_plans(one, seed + 1))
    dice = random.Random(seed)
    ours = [_item(OURS, text, place) for text, place in _drawn(items, dice)]
    say("rivals")
    rivals = [*_rivals(spare, dice, llm)]
    planted = list(_planted(spare, round(_PLANTED * (len(ours) + len(rivals))), seed))
    words = dice.sample([one for one in ours if one.kind == "persona"], _TEXT_ONLY)
    only = [Item(one.kind, NO_FACTS, one.text, WORDS_ONLY, one.shop) for one in words]
    return [*ours, *rivals, *planted, *only, *_beaten(beat)]


def say(words: str) -> None:
    """Tell how far it is, on the error stream."""
    print(words, file=sys.stderr, flush=True)


Told = tuple[TrueText, Seen]


def _item(origin: str, one: TrueText, place: Seen, text: str = "") -> Item:
    kind = "persona" if one.job == "persona" else "copy"
    return Item(
        kind, "\n".join(as_shown(place, one.facts)), text or one.text, origin, f"{place.name} {place.day}".strip()
    )


def _personas(one: Seen) -> Iterator[Told]:
    for persona in one.assistant.personas():
        yield _told(one, persona), one


def _told(one: Seen, persona: Persona) -> TrueText:
    return TrueText("persona", persona.summary, persona.facts, (), None, one.assistant.printing)


def _copies(one: Seen, seed: int) -> Iterator[Told]:
    from assistant import known_errors

    say("  questions to open with")
    one.assistant._ahead(EACH)  # a shop that writes more than a handful has its questions written ahead
    for number, wanted in enumerate(briefs(one, EACH // 3, seed)):
        try:
            copy = one.assistant.write_copy(**wanted.call, seed=number)
        except known_errors():  # a title too long for the channel
            continue
        yield TrueText(wanted.channel, whole(copy), facts_of(one, wanted), (), None, one.assistant.printing), one


def whole(copy: Copy) -> str:
    """Return a copy as it is read: its subject above its body."""
    return laid_out(copy.channel, copy.subject, copy.body)


def laid_out(channel: str, subject: str, body: str) -> str:
    """Return a copy as its reader meets it: a mail's subject named as such, an advertisement's head above its text."""
    head = f"Subject: {subject}" if channel == "email" else subject
    return f"{head}\n\n{body}" if subject else body


def _drawn(items: Sequence[Told], dice: random.Random) -> list[Told]:
    """Return so many personas and so many copies, evenly over the shops."""
    found: list[Told] = []
    for is_persona in (True, False):
        by_shop: dict[str, list[Told]] = {}
        for one, place in items:
            if (one.job == "persona") == is_persona:
                by_shop.setdefault(place.name, []).append((one, place))
        for texts in by_shop.values():
            dice.shuffle(texts)
        taken: list[Told] = []
        while len(taken) < EACH and any(by_shop.values()):
            taken += [texts.pop() for texts in by_shop.values() if texts]
        found += taken[:EACH]
    return found


def _plans(one: Seen, seed: int) -> Iterator[Told]:
    """Yield texts of the plan alone, of the same shops and days but not the same briefs."""
    from assistant.writing import compose, compose_copy

    book, printing = one.assistant.book, one.assistant.printing
    for number, persona in enumerate(one.assistant.personas()[:_SPARE]):
        draft = compose(persona.facts, book=book, printing=printing, seed=seed + number)
        yield TrueText("persona", draft.text, persona.facts, (), None, printing), one
    for number, wanted in enumerate(briefs(one, _SPARE, seed)):
        facts = facts_of(one, wanted)
        try:
            made = compose_copy(facts, channel=wanted.channel, book=book, printing=printing, seed=seed + number)
        except ValueError:  # a title too long for the channel
            continue
        text = laid_out(made.channel, made.subject.text, made.body.text)
        yield TrueText(wanted.channel, text, facts, (), None, printing), one


def _rivals(spare: Sequence[Told], dice: random.Random, llm: LLM) -> Iterator[Item]:
    for is_persona in (True, False):
        able = [(one, place) for one, place in spare if (one.job == "persona") == is_persona and one.text]
        drawn = dice.sample(able, min(len(able), sum(_RIVALS.values())))
        plan, shot = drawn[: _RIVALS[PLAIN_PLAN]], drawn[_RIVALS[PLAIN_PLAN] :][: _RIVALS[FEW_SHOT]]
        yield from (_item(PLAIN_PLAN, one, place) for one, place in plan)
        asked = [prompt for _, prompt in prompts_of([one for one, _ in shot], dice)]
        replies = llm.generate(asked, max_new_tokens=90, seed=1)
        for (one, place), text in zip(shot, replies, strict=True):
            yield _item(FEW_SHOT, one, place, text.strip().split("\n\n")[0] or "(nothing)")
        for one, place in drawn[_RIVALS[PLAIN_PLAN] + _RIVALS[FEW_SHOT] :]:
            yield _item(A_FACT, one, place, one_sentence_a_fact(one, place))


def one_sentence_a_fact(one: TrueText, place: Seen) -> str:
    """Return a sentence for each fact the text states, in its order."""
    from assistant.writing import Prover

    prover = Prover.of(one.facts, place.assistant.book, printing=one.printing)
    facts: list[Fact] = list(dict.fromkeys(claim.fact for claim in prover.prove(one.text).claims))
    lines = (line.rsplit(": ", 1) for line in as_shown(place, facts))
    return " ".join(f"{what[0].upper()}{what[1:]}: {value}." for what, value in lines)


def _planted(spare: Sequence[Told], count: int, seed: int) -> Iterator[Item]:
    """Yield texts with one error each, of all kinds in turn."""
    places = {one.facts: place for one, place in spare}
    lies = make_lies([one for one, _ in spare if one.text], per_kind=count // 8, seed=seed)
    dice = random.Random(seed)
    by_kind: dict[str, list[Item]] = {}
    for lie in dice.sample(lies, len(lies)):
        if lie.source.facts in places:  # else it rests on the facts of two groups
            item = _item(PLANTED, lie.source, places[lie.source.facts], lie.text)
            by_kind.setdefault(lie.kind, []).append(
                Item(item.kind, item.facts, item.text, PLANTED, item.shop, lie.kind, f"{lie.trick}: {lie.why}")
            )
    taken: list[Item] = []
    while len(taken) < count and any(by_kind.values()):
        taken += [found.pop() for found in by_kind.values() if found]
    yield from taken[:count]


def _beaten(beat: Path | None) -> Iterator[Item]:
    lines = beat.read_text(encoding="utf-8").splitlines() if beat is not None else []
    for line in lines:
        if line.startswith("- "):
            yield Item("persona", NO_FACTS, line[2:].strip(), BEATEN)
