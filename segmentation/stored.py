"""Segments as files: JSON for what a person may read, npz for the arrays, never pickle. It groups nothing."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from segmentation.choice import KChoice
from segmentation.features import Scaling
from segmentation.text_axes import TextAxes
from shop.files import write_atomic

if TYPE_CHECKING:
    from segmentation.segments import Segments

VERSION = 2
_ABOUT = "segments.json"
_ARRAYS = "segments.npz"
_SCALED = ("centre", "spread", "mean", "deviation", "prior")


def save_segments(segments: Segments, folder: Path) -> None:
    """Write the two files, each in one step; the JSON carries the hash of the arrays it belongs to."""
    scaling = segments.scaling
    buffer = io.BytesIO()
    np.savez(
        buffer,
        labels=segments.labels,
        centres=segments.centres,
        text_mean=scaling.text.mean,
        text_axes=scaling.text.axes,
        **{name: getattr(scaling, name) for name in _SCALED},
    )
    arrays = buffer.getvalue()
    about = {
        "version": VERSION,
        "arrays": hashlib.sha256(arrays).hexdigest(),
        "k": segments.k,
        "method": segments.method,
        "reason": segments.reason,
        "seed": segments.seed,
        "has_idle": segments.has_idle,
        "choice": [asdict(one) for one in segments.choice],
        "columns": scaling.columns,
        "kinds": scaling.kinds,
        "main_channel": scaling.main_channel,
        "text_weight": scaling.text.weight,
        "customer_ids": segments.customer_ids,
    }
    write_atomic(folder / _ARRAYS, arrays)
    write_atomic(folder / _ABOUT, json.dumps(about, ensure_ascii=False))


def load_parts(folder: Path) -> dict[str, Any]:
    """Return the fields of `Segments` by name.

    Raises
    ------
    ValueError
        When a file is missing, cut off or damaged, the two do not belong together, or the version is another.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        content = (folder / _ARRAYS).read_bytes()
        if about["version"] != VERSION or about["arrays"] != hashlib.sha256(content).hexdigest():
            raise ValueError("the two files are of another version, or do not belong together")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        scaling = Scaling(
            columns=tuple(about["columns"]),
            kinds=tuple(about["kinds"]),
            main_channel=about["main_channel"],
            text=TextAxes(arrays["text_mean"], arrays["text_axes"], about["text_weight"]),
            **{name: arrays[name] for name in _SCALED},
        )
        choice = tuple(KChoice(**{**one, "jaccards": tuple(one["jaccards"])}) for one in about["choice"])
        kept = {name: about[name] for name in ("k", "method", "reason", "seed", "has_idle")}
        ids = tuple(about["customer_ids"])
    except (OSError, EOFError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder}: no whole segments here ({error}). Run `shopkeeper index` again.") from error
    return kept | {
        "customer_ids": ids,
        "labels": arrays["labels"],
        "centres": arrays["centres"],
        "choice": choice,
        "scaling": scaling,
    }
