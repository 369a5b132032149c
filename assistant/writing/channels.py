"""The channels copy goes out on: how long a text may be there and which parts it has. They know no fact and no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
STARTS = ("opening", "reason", "offer", "call", "closing")  # parts of a mail that begin a paragraph
FREE: tuple[str, ...] = ("opening", "closing")  # parts that claim nothing; a model may write them
# the parts taken from copy_call: what their lines end with ("" for none of these signs) and what they may state
CALLS: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "greeting": (",，：", frozenset({"customer_name"})),
        "call": (".!。！", frozenset({"title", "shop_name", "occasion"})),
        "closing": ("", frozenset({"shop_name"})),
    }
)
SIGNS = ".,:!?。，：！？"


def ends_with(text: str, signs: str) -> bool:
    """Return whether a text ends with one of `signs`, or, where there are none, with no sign at all."""
    return text[-1] in signs if signs else text[-1] not in SIGNS
