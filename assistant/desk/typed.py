"""What is read out of a typed message: a yes or no, one of some order numbers, an address, a code. It never reads what to do.

Nothing here looks anything up: an order is found only among those it is handed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.desk.orders import Order
from assistant.writing.facts import clean

YES = frozenset(
    "yes|yes please|yes do it|please do|confirm|i confirm|ok do it|go ahead|yes go ahead|do it|sure|yeah|yep|是|是的|好|好的|确认|可以|对".split(
        "|"
    )
)
NO = frozenset(
    "no|no thanks|no thank you|stop|cancel that|never mind|nevermind|do not|don't|nope|leave it|not now|不|不用|不要|否|算了".split(
        "|"
    )
)


NONE_OF_THESE, SOMETHING_ELSE, ASK_PERSON = "None of these", "Something else", "Ask a person"
REMEMBER = "Remember this for next time"
_CLICKS = {
    "zh": {
        "Yes": "是",
        "No": "否",
        NONE_OF_THESE: "都不是",
        SOMETHING_ELSE: "其他问题",
        ASK_PERSON: "找人工客服回答",
        REMEMBER: "下次也记得这件事",
    },
}


def clicks_of(language: str) -> dict[str, str]:
    """Return what the desk's own choices are called in a language; empty where they are called as here."""
    return _CLICKS.get(language, {})


def plain(typed: str) -> str:
    """Return a short message in lower case without signs, to be compared with a yes or a no."""
    return " ".join(re.sub(r"[^\w\s']", " ", typed.lower().replace("’", "'")).split())


def named_order(typed: str, orders: Sequence[Order]) -> Order | None:
    """Return the one order of these whose number stands in a text; None where none or several do."""
    words = {_bare(word) for word in re.findall(r"[\w#/-]+", typed)}
    found = [one for one in orders if _bare(one.id) in words]
    return found[0] if len(found) == 1 else None


def looks_like_number(typed: str, orders: Sequence[Order]) -> bool:
    """Return whether a text holds something built like an order number that is none of these."""
    known = {_bare(one.id) for one in orders}
    return any(
        sum(char.isdigit() for char in word) >= 4 and _bare(word) not in known
        for word in re.findall(r"[\w#/-]+", typed)
        if not re.fullmatch(r"(19|20)\d\d", word)
    )


def number_in(typed: str) -> str:
    """Return the first word of a text that is built like an order number: four digits or more, and no year.

    Examples
    --------
    >>> number_in("cancel FR102213 of 2026, please"), number_in("cancel it")
    ('FR102213', '')
    """
    words = [word.strip("#-/_") for word in re.findall(r"[\w#/-]+", typed)]
    return next(
        (word for word in words if sum(map(str.isdigit, word)) >= 4 and not re.fullmatch(r"(19|20)\d\d", word)), ""
    )


_REMEMBER = re.compile(r"(?:please |could you |can you )?remember (?:that )?(.{3,300}[^?])$", re.IGNORECASE)
_FORGET = re.compile(r"(?:please )?forget (?:what|everything|all)\b.*\b(?:know|told|said|remember)", re.IGNORECASE)
_SHOW = re.compile(
    r"(?:please )?(?:what do you|(?:show|tell) me what you) (?:know|remember|keep) (?:about |of )?me\b", re.IGNORECASE
)


def asked_memory(typed: str) -> tuple[str, str] | None:
    """Return what is to be done with what the customer told (remember, forget or show) and their words; None for other messages.

    Examples
    --------
    >>> asked_memory("Please remember that I have a cat")
    ('remember', 'I have a cat')
    """
    found = _REMEMBER.match(typed)
    if found:
        return "remember", found.group(1).strip()
    if _FORGET.match(typed):
        return "forget", ""
    return ("show", "") if _SHOW.match(typed) else None


_RUDE = frozenset(
    "fuck fucking fucked shit shitty idiot idiots stupid damn damned goddamn crap asshole bitch bastard moron morons dumb wtf "
    "stfu suck sucks useless bloody bullshit".split()
)
_WHOM = frozenset(
    "you your u ur are is am be so a an the this that it i we they bot robot machine shop company people guys thing off go to my "
    "very really all such what just and of".split()
)


def is_rude(typed: str) -> bool:
    """Return whether a message is nothing but abuse; one that also asks something is answered as it stands."""
    words = plain(typed).split()
    return any(word in _RUDE for word in words) and all(word in _RUDE | _WHOM for word in words)


def without_rude_words(typed: str) -> str:
    """Return a message without its rude words, to see what it is about."""
    return " ".join(word for word in typed.split() if plain(word) not in _RUDE)


def is_noise(typed: str) -> bool:
    """Return whether a message holds no word and no number: signs, single letters, one letter again and again."""
    words = re.findall(r"[^\W\d_]{2,}", typed)
    return not number_in(typed) and not any(len(set(word.lower())) > 1 or ord(word[0]) > 0x2E7F for word in words)


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


_NO_ADDRESS = re.compile(
    r"[<>{}\[\]|\\^`~$*=@]|https?:|www\.|\b(system|prompt|instruction\w*|ignore|assistant)\b", re.IGNORECASE
)


def read_address(typed: str) -> str:
    """Return an address as it was typed, "" where it does not look like one: no number, no name, markup or a link in it."""
    words = clean(
        re.sub(
            r"^\s*(?:please\s+)?(?:send it to|my (?:new )?address is|to|it is)\s*:?\s+", "", typed, flags=re.IGNORECASE
        )
    )
    has_both = re.search(r"\d", words) and len(re.findall(r"[^\W\d_]{2,}", words)) >= 2
    is_one = 10 <= len(words) <= 200 and "?" not in words and "!" not in words and not _NO_ADDRESS.search(words)
    return words.strip(" .") if has_both and is_one else ""


def mask(mail: str) -> str:
    """Return an e-mail address that its owner knows again and nobody else learns.

    Examples
    --------
    >>> mask("mabel.marchbanks1@example.org")
    'm…@example.org'
    """
    name, _, host = mail.partition("@")
    return f"{name[:1]}…@{host}"
