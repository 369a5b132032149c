"""The adapter itself: low-rank updates on the embedded model's linear maps, trained by peft. It knows no shop and no wording."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

RANK, ALPHA = 12, 24  # 3.7 million weights: 7 MB in fp16
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
BATCH = 16
RATE, WARM_UP = 1e-3, 40  # of AdamW; steps until it is reached
_LONGEST = 256  # tokens of prompt and reply
_STEP = 16  # batches are as wide as a multiple of it: few shapes, each prepared once


@dataclass(frozen=True)
class Tokens:
    """One example as token ids; the reply starts at `start`."""

    ids: tuple[int, ...]
    start: int


def tokens_of(tokenizer: Any, prompt: str, reply: str) -> Tokens | None:
    """Return an example as the chat template writes it, its end mark last; None where it is longer than is trained on."""
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False
    )
    head = tokenizer(asked, add_special_tokens=False)["input_ids"]
    tail = [*tokenizer(reply, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    return Tokens((*head, *tail), len(head)) if len(head) + len(tail) <= _LONGEST else None


def order_of(examples: Sequence[Tokens], epoch: int, seed: int) -> list[list[int]]:
    """Return the batches of an epoch: examples of like length together, the batches shuffled; equal seeds, equal batches."""
    dice = random.Random(f"{seed} {epoch}")
    mixed = sorted(range(len(examples)), key=lambda at: (len(examples[at].ids) // 8, dice.random()))
    batches = [mixed[at : at + BATCH] for at in range(0, len(mixed), BATCH)]
    dice.shuffle(batches)
    return batches


def adapted(folder: str, seed: int) -> Any:
    """Return the model of a folder with a fresh adapter on it, only the adapter to be trained."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    base = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    settings = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=list(TARGETS), task_type="CAUSAL_LM")
    return get_peft_model(base, settings)


def loss_of(model: Any, rows: Sequence[Tokens], pad: int, *, half: bool) -> Any:
    """Return the mean negative log-likelihood a token of the replies; only there is the (large) output map computed.

    Parameters
    ----------
    half : bool
        Whether products are computed in bfloat16: twice as fast where the processor has it.
    """
    import torch

    width = -(-max(len(row.ids) for row in rows) // _STEP) * _STEP
    ids = torch.tensor([[*row.ids, *([pad] * (width - len(row.ids)))] for row in rows])
    seen = torch.tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in rows])
    told = torch.tensor([[row.start <= at + 1 < len(row.ids) for at in range(width)] for row in rows])
    core = model.get_base_model()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        hidden = core.model(input_ids=ids, attention_mask=seen).last_hidden_state
        logits = core.lm_head(hidden[told])
    following = ids.roll(-1, dims=1)[told]
    return torch.nn.functional.cross_entropy(logits.float(), following)


def trainer(model: Any, steps: int) -> tuple[Any, Any]:
    """Return the optimiser of the adapter's weights and its schedule: a rate that warms up, then falls to a tenth over `steps`."""
    import torch

    def rate(step: int) -> float:
        return min((step + 1) / WARM_UP, max(0.1, 1 - step / steps))

    optimiser = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=RATE, weight_decay=0.0)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, rate)


def mean_loss(model: Any, examples: Sequence[Tokens], pad: int, *, half: bool) -> float:
    """Return the loss over examples that are not trained on, a token of theirs counting once."""
    import torch

    total, count = 0.0, 0
    model.eval()
    with torch.inference_mode():
        for rows in _batches(examples):
            size = sum(len(row.ids) - row.start for row in rows)
            total += loss_of(model, rows, pad, half=half).item() * size
            count += size
    model.train()
    return total / count


def _batches(examples: Sequence[Tokens]) -> Iterator[Sequence[Tokens]]:
    longest_last = sorted(examples, key=lambda one: len(one.ids))
    yield from (longest_last[at : at + BATCH] for at in range(0, len(longest_last), BATCH))
