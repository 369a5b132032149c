"""A small adapter on a model: low-rank updates that are added while it is asked as it was taught to be. It writes nothing itself.

y = W x + (alpha / r) B A x (Hu et al., LoRA, 2021). It is added beside the weights, not merged into them, so that one model in memory
answers with and without it, and without it exactly as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.llm.protocol import ModelError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_PREFIX, _A, _B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"


def is_adapter(folder: Path) -> bool:
    """Return whether a folder holds only what was learned on top of another model."""
    return (folder / CONFIG).is_file() and not (folder / "config.json").is_file()


def base_of(folder: Path) -> str:
    """Return the base an adapter names; "" where it names none that can be read."""
    try:
        return str(json.loads((folder / CONFIG).read_text(encoding="utf-8"))["base_model_name_or_path"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


class Adapter:
    """The updates of one adapter on one model; off but within `on`.

    Parameters
    ----------
    model : a transformers causal language model
    folder : Path
        With adapter_config.json and adapter_model.safetensors, as peft writes them.

    Raises
    ------
    ModelError
        When the files cannot be read, or do not fit the model.
    """

    def __init__(self, model: Any, folder: Path) -> None:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        self._is_on = False
        try:
            told = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            scale = float(told["lora_alpha"]) / float(told["r"])
            weights = {
                name.removeprefix(_PREFIX): value.to(torch.float32)
                for name, value in load_file(folder / WEIGHTS).items()
            }
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ModelError(
                f"adapter {str(folder)!r}: cannot be read ({error}); copy its folder again, with {CONFIG} and {WEIGHTS}."
            ) from error
        modules = dict(model.named_modules())
        names = sorted(name.removesuffix(_A) for name in weights if name.endswith(_A))
        for name in names:
            down, up = weights[name + _A], weights.get(name + _B)
            if up is None or not _fits(modules.get(name), down, up):
                raise ModelError(
                    f"adapter {str(folder)!r}: its update of {name!r} does not fit the model; it was learned on another base."
                )
            modules[name].register_forward_hook(self._hook(down.T.contiguous(), (up * scale).T.contiguous()))
        if not names or len(weights) != 2 * len(names):
            raise ModelError(
                f"adapter {str(folder)!r}: found {len(weights)} tensors; expected pairs of lora_A and lora_B."
            )

    def _hook(self, down: Any, up: Any) -> Any:
        def update(module: Any, given: tuple[Any, ...], output: Any) -> Any:
            return output + (given[0] @ down) @ up if self._is_on else output

        return update

    @contextmanager
    def on(self) -> Iterator[None]:
        """Add the updates within; whoever asks holds the model's lock."""
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False


def _fits(module: Any, down: Any, up: Any) -> bool:
    weight = getattr(module, "weight", None)
    return weight is not None and bool(weight.shape == (up.shape[0], down.shape[1]) and up.shape[1] == down.shape[0])
