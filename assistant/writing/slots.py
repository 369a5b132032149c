"""The text of a wording: fixed pieces and slots for values, their number and article. It knows names, no values.

`{share}` a value · `{customers|customer|customers}` what goes with its singular or plural · `{a share}`, `{A share}` with its article ·
`{the title}`, `{The title}` what a product is called, with its article · `{month because_date}` a day's month and year ·
`{segment}` the subject's name · `{They}`, `{他们}` the subject's name where it stands first, else the pronoun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.writing.known import KINDS, KNOWN

Use = Literal["value", "number", "article", "Article", "the", "The", "month", "subject", "pronoun"]
# the slot's own word is what it prints, and whom it stands for
# names of products: a verb agrees with them ("{title} {title|costs|cost} {price}."), and they may have an article
TITLES = (
    "title",
    "reason_title",
    "offer_product",
    "because_product",
    "because_viewed",
    "top_product",
    "drawn_product",
    "second_drawn_product",
    "third_drawn_product",
)
PRONOUNS = {"They": "segment", "It": "product", "他们": "segment", "它": "product"}


class SlotError(ValueError):
    """A slot cannot be read; the message says which."""


@dataclass(frozen=True)
class Slot:
    """A place to fill: `name` of a fact or kind of subject; `forms` singular and plural; `word` of a pronoun."""

    use: Use
    name: str
    forms: tuple[str, ...] = ()
    word: str = ""


Piece = str | Slot


def read_slots(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a wording's text, in order.

    Raises
    ------
    SlotError
        When a brace is not closed, or a slot names neither a fact nor a kind of subject.

    Examples
    --------
    >>> read_slots("{They} spend {spend_mean}.")[0]
    Slot(use='pronoun', name='segment', forms=(), word='They')
    """
    pieces: list[Piece] = []
    for part in re.split(r"(\{[^{}]*\})", text):
        if part.startswith("{") and part.endswith("}"):
            pieces.append(_slot(part[1:-1]))
        elif "{" in part or "}" in part:
            raise SlotError(f"a brace without its partner near {part.strip()[:30]!r}")
        elif part:
            pieces.append(part)
    return tuple(pieces)


def _slot(inside: str) -> Slot:
    name, *forms = inside.split("|")
    if name in PRONOUNS and not forms:
        return Slot("pronoun", PRONOUNS[name], word=name)
    if name in KINDS and not forms:
        return Slot("subject", name)
    first, _, rest = name.partition(" ")
    if first in _BEFORE and rest and not forms:
        return _with_word(first, rest, inside)
    if forms:
        if len(forms) != 2 or not all(forms):
            raise SlotError(f"slot {{{inside}}}: expected {{fact|singular|plural}}")
        if name not in TITLES:
            _check_number(name, inside)
        return Slot("number", name, tuple(forms))
    if name not in KNOWN:
        raise SlotError(f"slot {{{inside}}}: no fact and no kind of subject has that name")
    return Slot("value", name)


_BEFORE: dict[str, Use] = {"a": "article", "A": "Article", "the": "the", "The": "The", "month": "month"}


def _with_word(first: str, rest: str, inside: str) -> Slot:
    if first in ("a", "A"):
        _check_number(rest, inside)
    elif first == "month" and (rest not in KNOWN or KNOWN[rest].unit != "date"):
        raise SlotError(f"slot {{{inside}}}: {rest!r} is no day")
    elif first in ("the", "The") and rest not in TITLES:
        raise SlotError(f"slot {{{inside}}}: {rest!r} is no product's title; expected one of {', '.join(TITLES)}")
    return Slot(_BEFORE[first], rest)


def _check_number(name: str, inside: str) -> None:
    if name not in KNOWN:
        raise SlotError(f"slot {{{inside}}}: no fact is called {name!r}")
    if KNOWN[name].unit not in ("count", "mean", "share", "percent", "days", "times", "money"):
        raise SlotError(f"slot {{{inside}}}: {name} is no number")
