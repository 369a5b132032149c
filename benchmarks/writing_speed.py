"""How fast the model chooses and writes here, beside the plain library with the same weights, prompts and lengths.

    python benchmarks/writing_speed.py [--rounds 3] [--threads N] [--json] [--save]

Ours and transformers' plain batched `generate` take turns in one process, on the same prompts; both write the same tokens, which is
checked. It measures the embedded model; a machine that is busy makes both slower, so the ratio is what to read.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.form import Figure, options, publish

if TYPE_CHECKING:
    from assistant.llm.local import LocalLLM

BATCH = 16
TOKENS = 48
_PROMPT = "Write one short, friendly text for the window of a shop that sells {}, in three sentences."
_GOODS = (
    *("tea", "oak desk lamps", "bread", "wool", "garden tools", "paper and pens", "old maps", "toys"),
    *("soap", "running shoes", "cheese", "plants", "bicycles", "stoneware mugs", "linen", "children's books"),
)


def plain(llm: LocalLLM, prompts: Sequence[str], tokens: int) -> list[list[int]]:
    """Write with the bare library: one left-padded batch, the likeliest token each time."""
    import torch

    tokenizer, model = llm.tokenizer, llm.model
    chats = [[{"role": "user", "content": prompt}] for prompt in prompts]
    texts = [tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False) for chat in chats]
    batch = tokenizer(texts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
    with torch.inference_mode():
        made = model.generate(**batch, max_new_tokens=tokens, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    return [row[batch["input_ids"].shape[1] :].tolist() for row in made]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds a piece of work took, and its result."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def written(llm: LocalLLM, rounds: int) -> list[Figure]:
    """Return tokens a second of both, alone and in a batch, and their ratio."""
    prompts = [_PROMPT.format(goods) for goods in _GOODS]
    figures = []
    for count in (1, BATCH):
        mine, theirs, equal, busy = [], [], [], []
        for _ in range(rounds + 1):
            before = time.process_time()
            seconds, texts = timed(lambda: llm.generate(prompts[:count], max_new_tokens=TOKENS, seed=0))  # noqa: B023
            used = time.process_time() - before
            bare, tokens = timed(lambda: plain(llm, prompts[:count], TOKENS))  # noqa: B023
            said = [llm.said(row) for row in tokens]
            number = sum(len([token for token in row if token != llm.tokenizer.pad_token_id]) for row in tokens)
            mine.append(number / seconds)
            busy.append(number / used)
            theirs.append(number / bare)
            equal.append(sum(one == other for one, other in zip(texts, said, strict=True)) / count)
        rate, peer = statistics.median(mine[1:]), statistics.median(theirs[1:])  # the first warms up
        target = 120.0 if count == BATCH else None
        figures.append(
            Figure(f"tokens a second/batch {count}", rate, "", "more", target, peers={"plain generate": peer})
        )
        figures.append(Figure(f"tokens a processor second/batch {count}", statistics.median(busy[1:])))
        pairs = [one / other for one, other in zip(mine[1:], theirs[1:], strict=True)]
        ratio = statistics.median(pairs)
        figures.append(
            Figure(f"rate beside plain generate/batch {count}", ratio, "", "more", 0.9 if count == BATCH else None)
        )
        figures.append(Figure(f"texts equal to plain generate/batch {count}", min(equal)))
    return figures


def chosen(llm: LocalLLM, rounds: int) -> list[Figure]:
    """Return how long the model takes to choose a persona of the sample shop among its equal texts."""
    from assistant import Assistant
    from assistant.writing.draft import choose
    from assistant.writing.plan import plan_texts
    from shop.sample import sample_shop

    plain_shop = Assistant(sample_shop(), llm="none", encoder="hashing")
    seconds, busy = [], []
    for persona in plain_shop.personas():
        for seed in range(rounds):
            candidates = plan_texts(persona.facts, plain_shop.book, seed=seed, printing=plain_shop.printing)
            if len(candidates) > 1:
                before = time.process_time()
                seconds.append(timed(lambda: choose(candidates, llm, kind="persona"))[0])  # noqa: B023
                busy.append(time.process_time() - before)
    return [
        Figure("choosing a persona/median seconds", statistics.median(seconds), "s", "less", 1.5),
        Figure("choosing a persona/median processor seconds of all threads", statistics.median(busy), "s", "less"),
        Figure("choosing a persona/slowest of all, seconds", max(seconds), "s", "less"),
        Figure("choosing a persona/measured", len(seconds)),
    ]


def main() -> None:
    """Measure what the command line asks for."""
    import torch

    from assistant.llm.local import LocalLLM
    from assistant.llm.models import load_llm

    parser = options(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="threads of torch; left out, as the model is loaded")
    told = parser.parse_args()
    llm = load_llm(None)
    assert isinstance(llm, LocalLLM)
    if told.threads:
        torch.set_num_threads(told.threads)
    figures = [*written(llm, told.rounds), *chosen(llm, told.rounds)]
    publish(
        "writing_speed", figures, told, rounds=told.rounds, threads=torch.get_num_threads(), load=os.getloadavg()[0]
    )


if __name__ == "__main__":
    main()
