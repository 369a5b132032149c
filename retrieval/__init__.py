"""Finding: texts to vectors, vectors to the nearest products, passages and customers. It writes no sentence."""

from retrieval.cache import CachedEncoder
from retrieval.customers import customer_vectors, event_weights, whiten
from retrieval.encoder import Encoder, EncoderError, HashingEncoder, SentenceEncoder, load_encoder
from retrieval.filters import Filter
from retrieval.index import FaissIndex, Hit, StoredIndexError, VectorIndex
from retrieval.lexicon import Lexicon
from retrieval.pages import Passage, passages_of, sentences_of
from retrieval.passages import PassageHit, PassageIndex
from retrieval.reasons import Reason
from retrieval.recommend import Exclude, Recommendation
from retrieval.rules import Rules

__all__ = [
    "CachedEncoder",
    "customer_vectors",
    "Encoder",
    "EncoderError",
    "event_weights",
    "Exclude",
    "FaissIndex",
    "Filter",
    "HashingEncoder",
    "Hit",
    "Lexicon",
    "load_encoder",
    "Passage",
    "PassageHit",
    "PassageIndex",
    "passages_of",
    "Reason",
    "Recommendation",
    "Rules",
    "SentenceEncoder",
    "sentences_of",
    "StoredIndexError",
    "VectorIndex",
    "whiten",
]
