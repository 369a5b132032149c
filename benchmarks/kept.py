"""What earlier runs of a long benchmark found, kept in a file: a run that stops is gone on from. It measures nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shop.files import write_atomic


class Kept:
    """Findings by key, a JSON line each in the order they were found; a last line cut off by a stop is found anew.

    Parameters
    ----------
    path : the file, made when first needed; None keeps nothing beyond this run
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.found: dict[str, Any] = {}
        if path is None or not path.is_file():
            return
        whole = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
        write_atomic(path, "".join(whole))
        self.found = {row["key"]: row["found"] for row in map(json.loads, whole)}

    def get(self, key: str, find: Callable[[], Any]) -> Any:
        """Return what was found under a key, a JSON value; found and kept now where it was not before."""
        if key not in self.found:
            self.found[key] = json.loads(json.dumps(find()))
            if self.path is not None:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": key, "found": self.found[key]}, ensure_ascii=False) + "\n")
        return self.found[key]
