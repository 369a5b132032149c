"""Words: prompts and the wording book, texts a shop owner can read and change. It holds no logic of the shop.

One folder a language; `render` is the only way to fill a prompt in, and it knows no conditions and no loops.
"""

from __future__ import annotations

import string
from pathlib import Path

_HERE = Path(__file__).parent


def languages() -> list[str]:
    """Return the languages that have a wording book, sorted."""
    return sorted(folder.parent.name for folder in _HERE.glob("*/wordings") if any(folder.glob("*.txt")))


def wordings_folder(language: str) -> Path:
    """Return the folder of a language's wording book.

    Raises
    ------
    KeyError
        When there is no book for the language; those there are are named.
    """
    if language not in languages():
        raise KeyError(f"no wording book for language {language!r}; there are books for {', '.join(languages())}.")
    return _HERE / language / "wordings"


def words(name: str, *, language: str) -> str:
    """Return a list of words, `prompts/<language>/<name>.txt`, as it is written; empty where the language has none."""
    path = _HERE / language / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def render(name: str, *, language: str = "en", **values: str) -> str:
    """Return the prompt `prompts/<language>/<name>.txt` with every `$variable` filled in.

    Raises
    ------
    KeyError
        When there is no such prompt.
    ValueError
        When a variable of the prompt has no value, or a value is used nowhere.

    Examples
    --------
    >>> render("opening", start="Enjoy")
    Traceback (most recent call last):
    ValueError: prompt 'opening' lacks product; it was given start.
    """
    path = _HERE / language / f"{name}.txt"
    if not path.resolve().is_relative_to(_HERE) or not path.is_file():
        there = ", ".join(sorted(one.stem for one in (_HERE / language).glob("*.txt")))
        raise KeyError(f"no prompt {name!r} in language {language!r}; there are: {there or 'none'}.")
    template = string.Template(path.read_text(encoding="utf-8"))
    wanted = set(template.get_identifiers())
    if wanted != set(values):
        lacks, unused = sorted(wanted - set(values)), sorted(set(values) - wanted)
        complaint = f"lacks {', '.join(lacks)}" if lacks else f"does not use {', '.join(unused)}"
        raise ValueError(f"prompt {name!r} {complaint}; it was given {', '.join(sorted(values)) or 'nothing'}.")
    return template.substitute(values)
