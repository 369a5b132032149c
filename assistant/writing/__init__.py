"""How a text comes about and why it may leave: facts, wordings, plan, proof, draft. It computes no number of the shop."""

from assistant.writing.copying import CHANNELS, CopyDraft, compose_copy
from assistant.writing.draft import Approval, Draft, Proposal, Refusal, approve, compose, propose, still_stands
from assistant.writing.facts import Fact, Source, Subject, fact, facts_from_json, renamed
from assistant.writing.names import name_segments
from assistant.writing.offers import Offer, offer_facts
from assistant.writing.plan import Candidate, plan_texts
from assistant.writing.proof import Claim, Proof, Prover, Sentence, prove
from assistant.writing.quotes import quotable_sentences, whole_quote
from assistant.writing.show import Printing, show
from assistant.writing.voice import Voice, voiced
from assistant.writing.wordings import Book, Wording, WordingError, load_book

__all__ = [
    "CHANNELS",
    "Approval",
    "Book",
    "Candidate",
    "Claim",
    "CopyDraft",
    "Draft",
    "Fact",
    "Offer",
    "Printing",
    "Proof",
    "Proposal",
    "Prover",
    "Refusal",
    "Sentence",
    "Source",
    "Subject",
    "Voice",
    "Wording",
    "WordingError",
    "approve",
    "compose",
    "compose_copy",
    "fact",
    "facts_from_json",
    "load_book",
    "name_segments",
    "offer_facts",
    "plan_texts",
    "propose",
    "prove",
    "quotable_sentences",
    "renamed",
    "show",
    "still_stands",
    "voiced",
    "whole_quote",
]
