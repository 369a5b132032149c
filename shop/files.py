"""Writing files so that a reader never sees half of one. It knows bytes and folders, not what is in them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write `content` to `path` in one step: a reader finds the old file or the new one, never a part.

    Parameters
    ----------
    path : Path
        Its folder is made where it is missing.
    content : bytes or str
        Text is written as UTF-8.

    Raises
    ------
    OSError
        When the folder cannot be written or the disk is full; the old file is then untouched and nothing is left beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    name = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        os.replace(name, path)
        name = None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # the reader never heard of the part
    finally:  # after Ctrl-C too
        if name is not None:
            Path(name).unlink(missing_ok=True)
