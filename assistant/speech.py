"""In which language, with what signs and in whose voice a shop's texts are written: taken from its settings, never from its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import CallError
from assistant.writing.script import language_of, script_of
from assistant.writing.show import Printing
from assistant.writing.voice import CHANNEL_NAMES, Voice
from assistant.writing.wordings import Book, empty_book
from prompts import languages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shop.shop import Settings


@dataclass(frozen=True)
class Speech:
    """How one shop's texts are written. `own` says whether the language is that of the shop's own locale."""

    language: str
    printing: Printing
    voice: Voice
    own: bool = True

    @property
    def has_book(self) -> bool:
        """Return whether there is a wording book for the language."""
        return self.language in languages()

    @property
    def reads_embedded_model(self) -> bool:
        """Return whether the embedded language model reads the language; it was trained on English."""
        return self.language == "en"

    def book(self, folders: Sequence[Path] = ()) -> Book:
        """Return the wording book in the shop's voice, with the shop's own folders of wordings.

        Raises
        ------
        CallError
            When there is no book for the language; those there are are named.
        """
        from assistant.writing.voice import voiced
        from assistant.writing.wordings import load_book

        try:
            return voiced(load_book(self.language, *folders), self.voice)
        except KeyError as error:
            raise CallError(
                f"{error.args[0]} Set [shop] locale in shop.toml, or give language=; products are still found and pages quoted."
            ) from None

    def book_for_quotes(self, folders: Sequence[Path] = ()) -> Book:
        """Return the book, or one without a line where there is none for the language: pages can be quoted in any."""
        return self.book(folders) if self.has_book else empty_book(self.language)


def speech_of(settings: Settings, language: str | None = None) -> Speech:
    """Return how a shop's texts are written: in the language of its locale, or in `language`.

    Raises
    ------
    CallError
        When `language` has no book, or tone, words or legal notes of the settings cannot be.
    """
    own = language_of(settings.locale)
    chosen = own if language is None else language_of(language)
    if language is not None and chosen not in languages():
        raise CallError(f"no wording book for language {language!r}; there are books for {', '.join(languages())}.")
    locale = settings.locale if chosen == own else script_of(chosen).locale
    notes = {channel: getattr(settings, f"legal_{channel}") for channel in CHANNEL_NAMES}
    try:
        voice = Voice.of_words(tone=settings.tone, use=settings.words_to_use, avoid=settings.words_to_avoid, **notes)
    except ValueError as error:
        raise CallError(f"shop.toml, [shop]: {error}") from error
    return Speech(chosen, Printing(locale, settings.currency), voice, own=chosen == own)
