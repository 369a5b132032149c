"""What was recorded, as one file to begin from instead of from the first event: taken in whole, it gives the same states to the byte.

It keeps lines, never sums: states are folded from them as from the events themselves. It does not know where the events are stored.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.encoder import Vectors
from retrieval.recorded import Recorded
from retrieval.scene import Mark, Scene

VERSION = 1


class SnapshotError(ValueError):
    """A snapshot cannot be begun from; the message says why."""


@dataclass(frozen=True)
class Snapshot:
    """What was recorded up to `position`, whose event is `last_event`; `key` names what the lines depend on."""

    key: str
    position: int
    last_event: str
    changes: int  # product changes that were in: the rows of new products follow from them
    now: float
    mark: Mark
    recorded: Recorded
    texts: dict[str, Vectors]  # of new products: they need not be encoded again


def packed(scene: Scene, *, key: str, last_event: str) -> bytes:
    """Return what a scene has taken in, as a file to be written in one step.

    Parameters
    ----------
    key : of the shop's tables, of the products' order, and of all else the lines depend on
    last_event : the id of the last event taken in, by which the store is known again
    """
    with scene.lock:
        columns: dict[str, Any] = dict(scene.recorded.columns())
        about: dict[str, Any] = {
            "version": VERSION,
            "key": key,
            "position": scene.event_position,
            "last_event": last_event,
            "changes": scene.change_position,
            "now": scene.now,
            "mark": asdict(scene.mark),
            "names": scene.recorded.told(),
        }
        about["texts"] = list(scene.texts)
        vectors = np.array(list(scene.texts.values()), dtype=np.float32)
        words = json.dumps(about)
    content = io.BytesIO()
    np.savez(content, about=np.frombuffer(words.encode(), dtype=np.uint8), texts=vectors, **columns)
    return content.getvalue()


def load_snapshot(file: Path) -> Snapshot:
    """Read what `packed` packed.

    Raises
    ------
    SnapshotError
        When it is not there, damaged or of another version.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            if about["version"] != VERSION:
                raise SnapshotError(f"it is of version {about['version']}, this Shopkeeper reads {VERSION}")
            columns = {name: stored[name] for name in stored.files if name not in ("about", "texts")}
            texts = dict(zip(about["texts"], stored["texts"], strict=True))
        return Snapshot(
            about["key"],
            int(about["position"]),
            about["last_event"],
            int(about["changes"]),
            float(about["now"]),
            Mark(**about["mark"]),
            Recorded.of(columns, about["names"]),
            texts,
        )
    except FileNotFoundError as error:
        raise SnapshotError("there is none") from error
    except (OSError, EOFError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        if isinstance(error, SnapshotError):
            raise
        raise SnapshotError(f"it is damaged ({error})") from error
