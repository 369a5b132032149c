"""How a text comes about and why it may leave: facts, wordings, plan, proof, draft. It computes no number of the shop."""

from assistant.writing.facts import Fact, Source, Subject, fact, facts_from_json, renamed
from assistant.writing.proof import Claim, Proof, Prover, Sentence, prove
from assistant.writing.quotes import whole_quote
from assistant.writing.show import Printing, show
from assistant.writing.wordings import Book, Wording, WordingError, load_book

__all__ = [
    "Book",
    "Claim",
    "Fact",
    "Printing",
    "Proof",
    "Prover",
    "Sentence",
    "Source",
    "Subject",
    "Wording",
    "WordingError",
    "fact",
    "facts_from_json",
    "load_book",
    "prove",
    "renamed",
    "show",
    "whole_quote",
]
