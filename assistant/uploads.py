"""Files a shop hands over on the page: kept in a folder of their own, read, asked about, indexed. It reads no column itself.

What the loader asks is answered in the folder's `shop.toml`, as it would be by hand; nothing outside the folder is touched.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import CallError
from shop.files import write_atomic
from shop.settings import FILE_NAME

if TYPE_CHECKING:
    from assistant.making import IndexSummary
    from assistant.stages import Stages
    from retrieval import Encoder
    from shop import Shop
    from shop.questions import ShopQuestion


@dataclass(frozen=True)
class Checked:
    """What came of reading the files: a shop, or the question to answer first."""

    shop: Shop | None
    question: ShopQuestion | None


class Upload:
    """The files of one upload.

    Parameters
    ----------
    folder : Path
        Made when the first file comes; holds the files, `shop.toml` and, once indexed, the state.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def state(self) -> Path:
        """Where what is made of the files is kept."""
        return self.folder.with_name(self.folder.name + "-state")

    def take(self, files: Sequence[Path]) -> list[str]:
        """Copy files in under their own names; return all names there are now.

        Raises
        ------
        CallError
            When a name is there already, or no file is given.
        """
        if not files:
            raise CallError("no file given; choose the exports of orders, products, customers or FAQ.")
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in self.folder.iterdir()}
        for path in files:
            if path.name in taken:
                raise CallError(f"{path.name} is among the files already; give it another name, or start again.")
            shutil.copyfile(path, self.folder / path.name)
            taken.add(path.name)
        return sorted(taken - {FILE_NAME})

    def check(self) -> Checked:
        """Read the files.

        Raises
        ------
        ShopDataError
            When they cannot be read as they are; the message names the mend.
        """
        from shop import Shop
        from shop.questions import ShopQuestion

        try:
            return Checked(Shop.load(self.folder), None)
        except ShopQuestion as question:
            return Checked(None, question)

    def answer(self, lines: str) -> None:
        """Add the lines that answer a question to the folder's `shop.toml`; a table that is there already gets one more line."""
        path = self.folder / FILE_NAME
        told = path.read_text(encoding="utf-8") if path.is_file() else ""
        head, _, rest = lines.strip().partition("\n")
        if head in told.splitlines():
            told = told.replace(head + "\n", f"{head}\n{rest}\n", 1)
        else:
            told = f"{told.rstrip()}\n\n{head}\n{rest}\n".lstrip()
        write_atomic(path, told)

    def index(self, shop: Shop, encoder: Encoder, stages: Stages) -> IndexSummary:
        """Index the files into a state of their own.

        Raises
        ------
        StateError
            When the state cannot be used.
        """
        from assistant.api import Assistant

        made = Assistant(shop, llm="none", encoder=encoder, state=self.state, source="uploaded files", stages=stages)
        return made.index()
