"""Training the adapter: with a progress bar, can be interrupted, goes on where it was. It writes an adapter and its card, and ships nothing.

    python -m training.train --corpus FOLDER --out FOLDER [--epochs 1] [--minutes M] [--seed 0] [--threads 1] [--full]

The adapter is what `shopkeeper models` and `load_llm` read: adapter_config.json and adapter_model.safetensors (fp16), and README.md,
its card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from shop.files import write_atomic
from training.corpus import read_part
from training.lora import ALPHA, RANK, TARGETS, Tokens, adapted, loss_of, mean_loss, order_of, tokens_of, trainer

STATE = "state.pt"
_EVERY = 50  # batches between two states kept
_WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"


@dataclass(frozen=True)
class Progress:
    """How far a training is: batches done over all epochs, examples seen, seconds, and the loss on unseen shops after each epoch."""

    batches: int = 0
    examples: int = 0
    seconds: float = 0.0
    losses: tuple[float, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is to be trained: the corpus, where it goes, for how long, and with what."""

    corpus: Path
    out: Path
    base: Path
    base_name: str
    epochs: int = 1
    minutes: float | None = None
    seed: int = 0
    half: bool = True


def train(plan: Plan) -> Progress:
    """Train until the epochs or the minutes are over, keeping a state now and then; a second call goes on behind the last.

    Raises
    ------
    ValueError
        When what is kept was trained on another corpus, with another seed, or on another base.
    """
    import torch
    from tqdm import tqdm
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(plan.base), local_files_only=True)
    parts = [_tokens(tokenizer, plan.corpus, name) for name in ("train", "valid")]
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    model = adapted(str(plan.base), plan.seed)
    each = len(order_of(parts[0], 0, plan.seed))
    optimiser, schedule = trainer(model, each * plan.epochs)
    done = _restore(plan, model, optimiser, schedule)
    end = None if plan.minutes is None else time.monotonic() + 60 * plan.minutes
    torch.manual_seed(plan.seed)
    bar = tqdm(total=each * plan.epochs, initial=done.batches, unit="batch")
    try:
        while done.batches < each * plan.epochs and (end is None or time.monotonic() < end):
            begun = time.monotonic()
            epoch, at = divmod(done.batches, each)
            rows = [parts[0][row] for row in order_of(parts[0], epoch, plan.seed)[at]]
            loss = loss_of(model, rows, pad, half=plan.half)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            took = time.monotonic() - begun
            done = Progress(done.batches + 1, done.examples + len(rows), done.seconds + took, done.losses)
            bar.update()
            bar.set_postfix(loss=f"{loss.item():.3f}")
            if done.batches % each == 0:
                done = replace(done, losses=(*done.losses, mean_loss(model, parts[1], pad, half=plan.half)))
            if done.batches % _EVERY == 0:
                _keep(plan, model, optimiser, schedule, done)
    finally:
        bar.close()
        _keep(plan, model, optimiser, schedule, done)
    if not done.losses or done.batches % each:
        done = replace(done, losses=(*done.losses, mean_loss(model, parts[1], pad, half=plan.half)))
    _write_adapter(plan, model, done)
    return done


def _tokens(tokenizer: Any, corpus: Path, part: str) -> list[Tokens]:
    made = (tokens_of(tokenizer, one.prompt, one.reply) for one in read_part(corpus, part))
    return [one for one in made if one is not None]


def _key(plan: Plan) -> str:
    settings = repr((RANK, ALPHA, TARGETS, plan.half, plan.epochs, plan.seed)).encode()
    told = [(plan.corpus / "train.jsonl").read_bytes(), (plan.base / "config.json").read_bytes(), settings]
    return hashlib.sha256(b"".join(told)).hexdigest()


def _learned(model: Any) -> dict[str, Any]:
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def _keep(plan: Plan, model: Any, optimiser: Any, schedule: Any, done: Progress) -> None:
    import io

    import torch

    kept = io.BytesIO()
    weights = {name: value.detach().clone() for name, value in _learned(model).items()}
    told = {"key": _key(plan), "weights": weights, "optimiser": optimiser.state_dict(), "progress": asdict(done)}
    torch.save({**told, "schedule": schedule.state_dict()}, kept)
    write_atomic(plan.out / STATE, kept.getvalue())


def _restore(plan: Plan, model: Any, optimiser: Any, schedule: Any) -> Progress:
    import torch

    path = plan.out / STATE
    if not path.is_file():
        return Progress()
    kept = torch.load(path, weights_only=True)
    if kept["key"] != _key(plan):
        raise ValueError(
            f"{path}: found a training on another corpus, base, seed or number of epochs; expected the same. Give another --out, or remove it."
        )
    with torch.no_grad():
        for name, value in _learned(model).items():
            value.copy_(kept["weights"][name])
    optimiser.load_state_dict(kept["optimiser"])
    schedule.load_state_dict(kept["schedule"])
    told = kept["progress"]
    return Progress(**{**told, "losses": tuple(told["losses"])})


def _write_adapter(plan: Plan, model: Any, done: Progress) -> None:
    """Write weights, settings and card; the settings last, since who reads an adapter looks for them first."""
    import torch
    from peft import get_peft_model_state_dict
    from safetensors.torch import save

    weights = {name: value.to(torch.float16).contiguous() for name, value in get_peft_model_state_dict(model).items()}
    data = save(weights)
    write_atomic(plan.out / _WEIGHTS, data)
    write_atomic(plan.out / "README.md", _card(plan, done, hashlib.sha256(data).hexdigest(), len(data)))
    told = {"base_model_name_or_path": plan.base_name, "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK}
    told |= {"lora_alpha": ALPHA, "target_modules": list(TARGETS), "inference_mode": True, "bias": "none"}
    write_atomic(plan.out / _CONFIG, json.dumps(told, indent=1) + "\n")


def _card(plan: Plan, done: Progress, sha: str, size: int) -> str:
    corpus = json.loads((plan.corpus / "corpus.json").read_text(encoding="utf-8"))
    shops, unseen = (", ".join(corpus[part]["shops"]) for part in ("train", "valid"))
    words = ["python", "-m", "training.train", "--epochs", str(plan.epochs), "--seed", str(plan.seed)]
    words += [] if plan.minutes is None else ["--minutes", f"{plan.minutes:g}"]
    words += [] if plan.half else ["--full"]
    losses = ", ".join(f"{loss:.3f}" for loss in done.losses)
    return "\n".join(
        [
            "# Adapter for copy with slots, openings and closings",
            "",
            f"- Base: {plan.base_name}. It is put on no other.",
            f"- Low-rank updates (Hu et al., 2021), rank {RANK}, alpha {ALPHA}, on {', '.join(TARGETS)}; fp16, {size:,} bytes.",
            f"- SHA-256 of {_WEIGHTS}: {sha}",
            f"- Data: our own wording, made by `python -m training.corpus --examples {corpus['train']['examples']} "
            f"--seed {corpus['seed']}`; SHA-256 of train.jsonl {corpus['train']['sha256']}. No text of anybody else.",
            f"- Shops learned from: {shops}. Kept for validation alone: {unseen}. None of them exists.",
            f"- Command: `{shlex.join(words)}`; {done.examples:,} examples seen in {done.seconds / 60:.0f} minutes.",
            f"- Loss a token on the shops kept apart: {losses}.",
            "- Licence: that of the project; the base is Apache-2.0.",
            "",
        ]
    )


def main(words: Sequence[str] | None = None) -> int:
    """Train on the embedded model and print how far it came."""
    import torch

    from assistant.llm.models import BASE, embedded_folder

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--epochs", type=int, default=1)
    options.add_argument("--minutes", type=float)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--full", action="store_true", help="compute in fp32, for processors without bfloat16")
    chosen = options.parse_args(words)
    torch.set_num_threads(chosen.threads)
    chosen.out.mkdir(parents=True, exist_ok=True)
    base = embedded_folder()
    plan = Plan(chosen.corpus, chosen.out, base, BASE, chosen.epochs)
    done = train(replace(plan, minutes=chosen.minutes, seed=chosen.seed, half=not chosen.full))
    sys.stdout.write(json.dumps(asdict(done)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
