"""Writing: facts to proven texts, answers and reports. It computes no number of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.state import StateError

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.copying import Copy
    from assistant.desk.conversation import Answer, Conversation
    from assistant.errors import CallError
    from assistant.making import IndexSummary
    from assistant.personas import Persona
    from assistant.writing.offers import Offer

__all__ = [
    "Answer",
    "Assistant",
    "CallError",
    "Conversation",
    "Copy",
    "IndexSummary",
    "known_errors",
    "Offer",
    "Persona",
    "StateError",
]

_HOMES = {
    "Answer": "assistant.desk.conversation",
    "Assistant": "assistant.api",
    "CallError": "assistant.errors",
    "Conversation": "assistant.desk.conversation",
    "Copy": "assistant.copying",
    "IndexSummary": "assistant.making",
    "Offer": "assistant.writing.offers",
    "Persona": "assistant.personas",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: `import assistant` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def known_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose message is meant for the person who called."""
    from assistant.errors import CallError
    from assistant.llm import ModelError
    from assistant.writing.queue import QueueError
    from assistant.writing.wordings import WordingError
    from retrieval import EncoderError, StoredIndexError
    from scoring.errors import CannotPredictError
    from shop import ShopDataError
    from shop.tables import StoreError

    said = (CallError, EncoderError, ModelError, QueueError, ShopDataError, StateError, StoreError, StoredIndexError)
    return (*said, CannotPredictError, WordingError)
