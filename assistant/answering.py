"""The answering from a shop's pages, opened with the shop's words, models and reader. It decides nothing and writes no sentence."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.desk.answers import Desk
from assistant.desk.products import ProductTalk
from assistant.product_facts import shop_facts

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.desk.reader import Reading
    from retrieval import PassageIndex

KEPT = "reader.json"  # in the state: what is sure enough of a reader on these pages


class Answering:
    """The answering of one shop.

    Parameters
    ----------
    assistant : Assistant
    reader : as `assistant.desk.reader.load_reader` takes it
    book : callable
        Returns the book its words come from, as it is in force.
    """

    def __init__(self, assistant: Assistant, reader: Any, book: Any) -> None:
        self._assistant = assistant
        self._reader = reader
        self._book = book

    @cached_property
    def reading(self) -> Reading | None:
        """The reader with what is sure enough on the shop's own pages; None without a reader."""
        from assistant.desk.reader import calibrated, load_reader

        ours = self._assistant
        reader = load_reader(self._reader, language=ours.speech.language)
        if reader is None:
            return None
        kept = None if ours.state is None else ours.state.folder / KEPT
        with ours.stages.stage("reader") as tick:
            return calibrated(reader, ours.made.passages, ours.encoder, kept=kept, tick=tick)

    def over(self, passages: PassageIndex) -> Desk:
        """Return the answering over some passages."""
        ours, book = self._assistant, self._book()
        talk = ProductTalk(ours.shop, ours.made.products, ours.encoder, (book, ours.printing))
        return Desk(
            passages,
            ours.encoder,
            book,
            ours.printing,
            shop_facts(ours.shop),
            ours.llm,
            talk,
            reading=self.reading,
        )

    @cached_property
    def _plain(self) -> Desk:
        return self.over(self._assistant.made.passages)

    @property
    def desk(self) -> Desk:
        """The answering as it is in force: what people added to the pages is answered from at once."""
        ours = self._assistant
        return ours.service.desk if ours.state is not None and ours.service.is_kept else self._plain
