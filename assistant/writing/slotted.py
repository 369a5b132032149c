"""Texts with named slots for their values: what a taught model writes, code fills in. It proves nothing: the proof reads what is filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.writing.facts import Fact, clean, short
from assistant.writing.proof import Claim
from assistant.writing.sheet import Sheet
from assistant.writing.slots import TITLES, Slot, Use
from prompts import render

PROMPT = "draft_slots"
_SLOT = re.compile(r"\{(?:(the|The|month) )?([a-z_]+)\}")  # as the wording book writes them
_TITLE = 60  # characters of a product's title a prompt holds


def slots_of(facts: Sequence[Fact]) -> Mapping[str, Fact]:
    """Return the facts by the name of their slot, in their order; of several facts of one name only the first has a slot."""
    found: dict[str, Fact] = {}
    for one in facts:
        found.setdefault(one.name, one)
    return found


def prompt_of(kind: str, product: str, names: Sequence[str], language: str = "en") -> str:
    """Return what a model is asked for a text of a kind ("email", "push message") that holds these slots."""
    slots = " ".join(f"{{{name}}}" for name in names)
    return render(PROMPT, language=language, kind=kind, product=short(clean(product), _TITLE), slots=slots)


def slotted(text: str, claims: Sequence[Claim], sheet: Sheet) -> str | None:
    """Return a text with slots where its values stand; None where a value has no slot, or no slot prints it as it is said.

    Parameters
    ----------
    claims : the values of the text, with their spans, as the proof found them
    sheet : the facts, and how they are printed
    """
    known = slots_of(sheet.facts)
    pieces, end = [], 0
    for claim in sorted(claims, key=lambda one: one.span):
        way = next((way for way in ("", "the", "The", "month") if _printed(way, claim.fact, sheet) == claim.said), None)
        if way is None or known.get(claim.fact.name) != claim.fact or claim.span[0] < end:
            return None
        pieces += [text[end : claim.span[0]], f"{{{way} {claim.fact.name}}}".replace("{ ", "{")]
        end = claim.span[1]
    return "".join([*pieces, text[end:]])


def named_in(text: str) -> list[str]:
    """Return the facts whose slots a text has, in their order, each once.

    Examples
    --------
    >>> named_in("{The title}, {price}. {title} again, and {no slot}.")
    ['title', 'price']
    """
    return list(dict.fromkeys(name for _, name in _SLOT.findall(text)))


def filled(text: str, sheet: Sheet) -> str:
    """Return a text with the printed value in each slot; a slot there is no fact for stays, so that a person sees it."""
    known = slots_of(sheet.facts)

    def value(found: re.Match[str]) -> str:
        fact = known.get(found[2])
        told = None if fact is None else _printed(found[1] or "", fact, sheet)
        return found[0] if told is None else told

    return _SLOT.sub(value, text)


def _printed(way: str, fact: Fact, sheet: Sheet) -> str | None:
    """Return a value as a slot prints it; None where no such slot goes with the fact."""
    if (way == "month" and fact.unit != "date") or (way in ("the", "The") and fact.name not in TITLES):
        return None
    uses: Mapping[str, Use] = {"month": "month", "the": "the", "The": "The"}
    return sheet.slot_words(Slot(uses.get(way, "value"), fact.name), fact)
