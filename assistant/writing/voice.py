"""A shop's voice: its tone, words it likes and words it avoids, and the legal note of each channel.

It chooses among true lines. It never makes one true, and it knows no fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.writing.facts import clean, hidden_characters
from assistant.writing.script import Script
from assistant.writing.slots import Slot

if TYPE_CHECKING:
    from assistant.writing.wordings import Book, FreeWords, Wording

TONES = ("plain", "warm", "lively")
CHANNEL_NAMES = ("email", "push", "sms", "ad")


@dataclass(frozen=True)
class Voice:
    """How a shop wants to sound.

    Parameters
    ----------
    tone : one of TONES; "" takes the lines that suit every tone
    use : words that are preferred where lines say the same
    avoid : words that stand in no text, but within values (a product's title is said as it is)
    legal : by channel, a fixed note a person approved; it closes every text of the channel, word for word

    Raises
    ------
    ValueError
        When a tone or channel is not known, a word is both liked and avoided, or a note holds invisible characters.
    """

    tone: str = ""
    use: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    legal: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tone and self.tone not in TONES:
            raise ValueError(f"voice, tone: {self.tone!r}; expected one of {', '.join(TONES)}, or nothing.")
        for name in ("use", "avoid"):
            words = tuple(dict.fromkeys(word.strip().lower() for word in getattr(self, name) if word.strip()))
            object.__setattr__(self, name, words)
        both = sorted(set(self.use) & set(self.avoid))
        if both:
            raise ValueError(f"voice: {both[0]!r} is both a word to use and a word to avoid; take it out of one.")
        for channel, note in self.legal.items():
            if channel not in CHANNEL_NAMES:
                raise ValueError(f"voice, legal note: no channel {channel!r}; there are {', '.join(CHANNEL_NAMES)}.")
            if hidden_characters(note):
                raise ValueError(f"voice, legal note of {channel}: invisible characters; take them out.")
        notes = {channel: clean(note) for channel, note in self.legal.items() if clean(note)}
        object.__setattr__(self, "legal", notes)

    @classmethod
    def of_words(cls, *, tone: str = "", use: str = "", avoid: str = "", **legal: str) -> Voice:
        """Return the voice of texts as `shop.toml` holds them: words with commas between; legal notes by channel.

        Examples
        --------
        >>> Voice.of_words(tone="warm", avoid="cheap, range", sms="Reply STOP to opt out.").avoid
        ('cheap', 'range')
        """
        liked, avoided = (tuple(words.replace("，", ",").split(",")) for words in (use, avoid))
        return cls(tone.strip(), liked, avoided, legal)

    def liking(self, text: str, script: Script) -> int:
        """Return how many of the words to use stand in a text."""
        return sum(script.holds(text, word) for word in self.use)

    def allows(self, text: str, script: Script) -> bool:
        """Return whether no word to avoid stands in a text."""
        return not any(script.holds(text, word) for word in self.avoid)


@dataclass(frozen=True)
class Note:
    """The legal note of a channel, as a passage that is quoted word for word."""

    id: str
    title: str
    text: str
    source: str


def legal_note(voice: Voice, channel: str) -> Note | None:
    """Return the note that closes the texts of a channel; None where there is none."""
    text = voice.legal.get(channel)
    return Note(f"legal_{channel}", "", text, f"shop.toml, legal_{channel}") if text else None


def voiced(book: Book, voice: Voice) -> Book:
    """Return the book as a shop with this voice uses it: without lines in another tone or with words to avoid.

    A shop without a voice has the whole book; its writers leave the toned lines aside.
    """
    if voice == Voice():
        return book
    script = book.script
    free_lines = {
        part: tuple(line for line in lines if voice.allows(line, script)) for part, lines in book.free_lines.items()
    }
    return replace(
        book,
        lines=tuple(line for line in book.lines if line.tone in ("", voice.tone) and voice.allows(_own(line), script)),
        joins=tuple(join for join in book.joins if voice.allows(join.middle, script)),
        free=_without(book.free, voice, script),
        free_lines=free_lines,
        voice=voice,
    )


def _own(line: Wording) -> str:
    pieces = ("".join(piece.forms) if isinstance(piece, Slot) else piece for piece in line.pieces)
    return " ".join(pieces) if any(line.pieces) else ""


def _without(free: FreeWords, voice: Voice, script: Script) -> FreeWords:
    openers = {form: tuple(one for one in found if voice.allows(one, script)) for form, found in free.openers.items()}
    return replace(
        free, openers=openers, tags={word: tag for word, tag in free.tags.items() if word not in voice.avoid}
    )
