"""Messages taken apart and passages quoted: the questions of a message, the shop's words of a page. It decides nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.writing.facts import clean
from assistant.writing.quotes import leans_back, quotable_sentences, sentences_of
from assistant.writing.script import UNSPACED, in_a_row

if TYPE_CHECKING:
    from retrieval import Passage


def questions_in(message: str) -> list[str]:
    """Return the questions of a message, one where it does not hold several whole ones.

    Examples
    --------
    >>> questions_in("Do you deliver to Ireland? And how do I return a lamp?")
    ['Do you deliver to Ireland?', 'And how do I return a lamp?']
    >>> questions_in("Really? How do I return a lamp?")
    ['Really? How do I return a lamp?']
    """
    found = [part.strip() for part in re.findall(r"[^?？]+[?？]+", message)]
    rest = re.sub(r"[^?？]+[?？]+", "", message).strip()
    whole = [part for part in found if len(part.split()) > 2 or len(part) > 6 and not part.isascii()]
    return whole if len(whole) > 1 and len(whole) == len(found) and len(rest.split()) < 3 else [message]


def quoted(passage: Passage) -> str:
    """Return a passage word for word; with its question before it where the answer says nothing whole without ("Yes, …").

    Of a product's text, which may come from its maker, only the sentences without price, offer, promise or link.
    """
    if passage.kind == "product":
        return " ".join(quotable_sentences(passage.text))
    units = sentences_of(passage)
    asks = clean(passage.title).endswith(("?", "？"))
    return in_a_row(units[1:] if asks and len(units) > 1 and not leans_back(units[1]) else units, UNSPACED)
