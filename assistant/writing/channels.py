"""The channels copy goes out on: how long a text may be there and how it is laid out. They know no fact and no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Layout = tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """What a channel takes: most characters of the subject (0: it has none) and of the body, and the layouts of the body.

    A layout is the parts of a body in their order; see `layouts.PARTS` for what each is.
    """

    name: str
    subject: int
    body: int
    layouts: tuple[Layout, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Return every part any layout has, once."""
        return tuple(dict.fromkeys(part for layout in self.layouts for part in layout))


_BELOW = ("headline", "caption", "quote", "more")
CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "email": Channel(
            "email",
            60,
            1000,
            (
                ("greeting", "occasion", *_BELOW, "offer", "call", "closing"),
                ("greeting", "lead", *_BELOW, "offer", "call", "closing"),
                ("greeting", "opening", *_BELOW, "offer", "call", "closing"),
                ("greeting", "offer", *_BELOW, "call", "closing"),
                ("greeting", *_BELOW, "offer", "call", "closing"),
            ),
        ),
        "push": Channel(
            "push",
            0,
            120,
            (
                ("occasion", "product", "offer"),
                ("opening", "product", "offer"),
                ("opening", "together"),
                ("reason", "offer", "call"),
                ("product", "more", "offer", "call"),
                ("together", "call"),
            ),
        ),
        "sms": Channel(
            "sms",
            0,
            160,
            (
                ("reason", "offer", "call"),
                ("product", "more", "offer", "call"),
                ("together", "note", "call"),
                ("product", "offer", "signature"),
                ("occasion", "product", "offer", "call"),
            ),
        ),
        "ad": Channel(
            "ad",
            30,
            90,
            (
                ("quote", "note", "offer", "call"),
                ("note", "offer", "call"),
                ("product", "offer", "call"),
                ("together", "call"),
            ),
        ),
    }
)
STARTS = (
    "occasion",
    "lead",
    "opening",
    "headline",
    "quote",
    "offer",
    "call",
    "closing",
)  # parts of a mail that begin a paragraph
FREE: tuple[str, ...] = ("opening", "closing")  # parts that claim nothing; a model may write them
SIGNS = ".,:!?。，：！？"
