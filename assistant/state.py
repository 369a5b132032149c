"""What Shopkeeper keeps on disk for one shop: parts it made, each with the key of its inputs, and what people wrote.

It knows folders, keys and versions, not how a part is made. Parts can always be made again; `people/` cannot, and
nothing here but `restore` ever writes over it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from shop import Shop
from shop.files import write_atomic

VERSION = 1
PEOPLE = "people"  # approvals, edited lines, feedback: kept through every index run
_SAME_SHOP = 0.1  # a state whose products hardly overlap with the data belongs to another shop


class StateError(RuntimeError):
    """The state folder cannot be used as it is; the message says what was found and the mend."""


@dataclass(frozen=True)
class Manifest:
    """What `state.json` says: which data and model the parts were made from.

    `parts` maps a part's name to the SHA-256 of its inputs; `products` are the product ids of the data.
    """

    shop: str
    source: str
    data: str
    encoder: str
    version: int = VERSION
    parts: dict[str, str] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)


def key_of(*inputs: object) -> str:
    """Return the SHA-256 (hex) of the inputs of a part, each by its `repr`."""
    return hashlib.sha256(repr(inputs).encode()).hexdigest()


class State:
    """One state folder.

    Parameters
    ----------
    folder : Path
        Made when something is first kept in it.

    Raises
    ------
    StateError
        When `state.json` is empty, half-written or of a newer version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = self._read()

    def _read(self) -> Manifest | None:
        path = self.folder / "state.json"
        if not path.exists():
            return None
        text = path.read_text(encoding="utf-8", errors="replace")
        mend = (
            "Bring a backup back with `shopkeeper state restore FILE`, or delete this one file and run `shopkeeper index` "
            f"again: what people wrote lies in {PEOPLE}/ and is kept."
        )
        if not text.strip():
            raise StateError(f"{path}: found an empty file, expected the description of the state. {mend}")
        try:
            found = json.loads(text)
            version = int(found["version"])
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise StateError(f"{path}: cannot be read as the description of a state ({error}). {mend}") from error
        if version != VERSION:
            raise StateError(
                f"{path}: made by another version of Shopkeeper (layout {version}, this one reads {VERSION}). "
                "Use that version, or another --state folder."
            )
        try:
            return Manifest(**found)
        except TypeError as error:
            raise StateError(f"{path}: has not the entries expected ({error}). {mend}") from error

    def check(self, shop: Shop, encoder: str) -> None:
        """Refuse a state that was made from other data or with another encoder.

        Raises
        ------
        StateError
            When it is foreign (another shop), stale (older data) or of another encoder; the message says the mend.
        """
        self.check_same_shop(shop)
        known = self.manifest
        if known is None:
            return
        if known.data != shop.fingerprint():
            raise StateError(
                f"{self.folder}: made from an earlier reading of {known.source}; the data have changed since. "
                "Run `shopkeeper index` again: it redoes only what changed and keeps everything people wrote."
            )
        if known.encoder != encoder:
            raise StateError(
                f"{self.folder}: made with the encoder {known.encoder!r}, asked with {encoder!r}. Give the same --encoder, "
                "or run `shopkeeper index` with the new one."
            )

    def check_same_shop(self, shop: Shop) -> None:
        """Refuse a state that belongs to another shop: fewer than one in ten of its products are in the data.

        Raises
        ------
        StateError
        """
        known = self.manifest
        if known is None or not known.products:
            return
        here = set(shop.products["product_id"])
        shared = sum(product in here for product in known.products)
        if shared < _SAME_SHOP * min(len(known.products), max(len(here), 1)):
            raise StateError(
                f"{self.folder}: belongs to another shop, {known.shop!r} ({known.source}): {shared} of its "
                f"{len(known.products)} products are in these data. Use another folder with --state DIR."
            )

    def begin(self, shop: Shop, source: str, encoder: str) -> None:
        """Note which data and encoder the next parts are made from; parts whose inputs did not change stay valid."""
        parts = self.manifest.parts if self.manifest is not None else {}
        self._write(
            Manifest(
                shop.settings.name,
                source,
                shop.fingerprint(),
                encoder,
                VERSION,
                dict(parts),
                list(shop.products["product_id"]),
            )
        )

    def is_fresh(self, part: str, key: str) -> bool:
        """Return whether `part` was made from inputs with this key and still lies there."""
        known = self.manifest
        return known is not None and known.parts.get(part) == key and (self.folder / part).exists()

    def made(self, part: str, key: str) -> None:
        """Note that `part` has just been made from inputs with this key."""
        if self.manifest is None:
            raise StateError(f"{self.folder}: a part was made before `begin` said from which data.")
        self._write(replace(self.manifest, parts={**self.manifest.parts, part: key}))

    def path(self, part: str) -> Path:
        """Return where a part lies; its folder may not exist yet."""
        return self.folder / part

    def _write(self, manifest: Manifest) -> None:
        write_atomic(self.folder / "state.json", json.dumps(asdict(manifest), indent=1, ensure_ascii=False))
        self.manifest = manifest

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second Shopkeeper from changing the same folder at once.

        Raises
        ------
        StateError
            When another process holds the folder.
        """
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=0):
                yield
        except Timeout as error:
            raise StateError(
                f"{self.folder}: another Shopkeeper is changing it right now. Wait until it is done, or use another --state DIR."
            ) from error


def backup(folder: Path, file: Path) -> int:
    """Write a state folder into one `.tar.gz`, atomically, and return the number of files in it.

    Raises
    ------
    StateError
        When there is no state in `folder`.
    """
    if not (folder / "state.json").exists():
        raise StateError(f"{folder}: no state here to back up. Run `shopkeeper index DATA --state {folder}` first.")
    names = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_kept(path)]
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
        part = Path(scratch) / "part"
        content = {path: _as_it_is_now(path, Path(scratch)) for path in names}
        sums = {str(path.relative_to(folder)): _sha256(content[path]) for path in names}
        listing = Path(scratch) / "backup.json"
        listing.write_text(json.dumps({"version": VERSION, "files": sums}), encoding="utf-8")
        with tarfile.open(part, "w:gz", compresslevel=6) as archive:
            archive.add(listing, "backup.json")
            for path in names:
                archive.add(content[path], str(path.relative_to(folder)))
        part.replace(file)
    return len(names)


def _is_kept(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.endswith((".sqlite-wal", ".sqlite-shm"))


def _as_it_is_now(path: Path, scratch: Path) -> Path:
    """Return a file to copy: the file itself, or of a database, which somebody may be writing, a whole copy of this moment."""
    if path.suffix != ".sqlite":
        return path
    import sqlite3
    from contextlib import closing

    copy = scratch / f"{hashlib.sha256(str(path).encode()).hexdigest()}.sqlite"
    try:
        with closing(sqlite3.connect(path)) as found, closing(sqlite3.connect(copy)) as made:
            found.backup(made)
    except sqlite3.DatabaseError as error:
        raise StateError(f"{path}: cannot be copied ({error}). Is it a whole database, and is there room?") from error
    return copy


def restore(file: Path, folder: Path) -> int:
    """Put a backup back in place of `folder`, in one step, and return the number of files.

    Raises
    ------
    StateError
        When the file is no backup, is damaged, or holds a path that leads outside; `folder` is then untouched.
    """
    if not file.is_file():
        raise StateError(f"{file}: no such file; expected a backup made by `shopkeeper state backup FILE`.")
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".restore-") as scratch:
        new = Path(scratch) / "new"
        count = _unpack(file, new)
        old = Path(scratch) / "old"
        if folder.exists():
            folder.replace(old)
        try:
            new.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise
    return count


def _unpack(file: Path, new: Path) -> int:
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(new, filter="data")  # refuses absolute paths, links and '..'
        listing = json.loads((new / "backup.json").read_text(encoding="utf-8"))
        sums: dict[str, str] = listing["files"]
    except (tarfile.TarError, OSError, EOFError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise StateError(
            f"{file}: is not a whole backup of a state ({error}). Give the file that `shopkeeper state backup` wrote."
        ) from error
    for name, expected in sums.items():
        path = new / name
        if not path.is_file() or _sha256(path) != expected:
            raise StateError(
                f"{file}: {name} in it is missing or damaged. Use another backup; the state was left as it is."
            )
    (new / "backup.json").unlink()
    return len(sums)


def clear_parts(folder: Path) -> None:
    """Delete what can be made again and keep what people wrote."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name in (PEOPLE, ".lock"):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
