"""A fitted model as two files, JSON for what a person may read and npz for the arrays, never pickle. It fits nothing."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.index import StoredIndexError
from retrieval.model import ItemModel, Tried
from retrieval.ranker import Ranker
from shop.files import write_atomic

VERSION = 2
_ABOUT, _ARRAYS = "model.json", "model.npz"
_PLAIN = ("inputs", "items", "bias", "trend", "half_lives", "mix", "popular")
_TOLD = ("recipe", "ids", "clock", "action_weights", "quantity_power", "encoder", "settings", "why")
_SPARSE = ("data", "indices", "indptr")


def save_model(model: ItemModel, folder: Path) -> None:
    """Write the model into `folder`, each file in one step; the JSON, written last, carries the hash of the arrays."""
    arrays = {name: getattr(model, name) for name in _PLAIN}
    if model.neighbours is not None:
        arrays |= {f"neighbours_{name}": getattr(model.neighbours, name) for name in _SPARSE}
    about: dict[str, Any] = {name: getattr(model, name) for name in _TOLD}
    if model.ranker is not None:
        for one in fields(model.ranker):
            value = getattr(model.ranker, one.name)
            if isinstance(value, np.ndarray):
                arrays[f"ranker_{one.name}"] = value
            else:
                about[f"ranker_{one.name}"] = value
    content = io.BytesIO()
    np.savez(content, **arrays)
    about |= {
        "version": VERSION,
        "arrays": hashlib.sha256(content.getvalue()).hexdigest(),
        "action_weights": dict(model.action_weights),
        "settings": dict(model.settings),
        "tried": [asdict(one) | {"settings": dict(one.settings)} for one in model.tried],
        "has_ranker": model.ranker is not None,
    }
    write_atomic(folder / _ARRAYS, content.getvalue())
    write_atomic(folder / _ABOUT, json.dumps(about, ensure_ascii=False))


def load_model(folder: Path) -> ItemModel:
    """Read what `save_model` wrote.

    Raises
    ------
    StoredIndexError
        When a file is missing, cut off or damaged, the two do not belong together, or the version is another.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        content = (folder / _ARRAYS).read_bytes()
        if (about["version"], about["arrays"]) != (VERSION, hashlib.sha256(content).hexdigest()):
            raise ValueError("the two files are of another version, or do not belong together")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        told = {name: about[name] for name in _TOLD} | {"ids": tuple(about["ids"])}
        tried = tuple(Tried(**{**one, "interval": tuple(one["interval"])}) for one in about["tried"])
        return ItemModel(
            **told,
            **{name: arrays[name] for name in _PLAIN},
            neighbours=_sparse(arrays, len(about["ids"])),
            ranker=_ranker(about, arrays),
            tried=tried,
        )
    except (OSError, EOFError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise StoredIndexError(f"{folder}: no whole model here ({error}). Run `shopkeeper index` again.") from error


def _sparse(arrays: dict[str, Any], count: int) -> Any:
    from scipy.sparse import csr_matrix

    if "neighbours_data" not in arrays:
        return None
    return csr_matrix(tuple(arrays[f"neighbours_{name}"] for name in _SPARSE), shape=(count, count))


def _ranker(about: dict[str, Any], arrays: dict[str, Any]) -> Ranker | None:
    if not about["has_ranker"]:
        return None
    kept: dict[str, Any] = {}
    for one in fields(Ranker):
        name = f"ranker_{one.name}"
        value = arrays[name] if name in arrays else about[name]
        kept[one.name] = tuple(value) if isinstance(value, list) else value
    return Ranker(**kept)
