"""Recipe B, for long catalogues: a product is its text plus what its buyers teach, a customer the decayed sum of the products so far.

It is trained to tell the next purchase from other products by softmax. It sees, for each purchase, only what came before it; it knows no
price and no trend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retrieval.log import Log
from retrieval.model import Floats, Rows

if TYPE_CHECKING:
    from torch import Tensor

LONGEST = 30  # events of a history that are looked at
MOST_PURCHASES = 300_000  # taught in one round; more are drawn anew each round
HALF_LIVES = {"events": (0.7, 3.0, 12.0), "days": (3.0, 30.0, 180.0)}


@dataclass(frozen=True)
class TowerSettings:
    """How the towers are trained; `rounds` over the purchases, `others` products a purchase is told from beside its batch."""

    rounds: int = 6
    batch: int = 1024
    others: int = 1024
    rate: float = 0.003
    decay: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class Towers:
    """float32 `inputs` and `items` (n, d), `bias` (n,), `half_lives` and `mix` (h,), as an `ItemModel` has them."""

    inputs: Floats
    items: Floats
    bias: Floats
    half_lives: Floats
    mix: Floats


@dataclass(frozen=True)
class Steps:
    """Each purchase with what came before it: rows `start[p]:end[p]` of the log sorted by customer and time."""

    log: Log
    target: Rows
    start: Rows
    end: Rows
    time: NDArray[np.float64]

    @classmethod
    def of(cls, log: Log) -> Steps:
        """Return the purchases that have a history; events of the same order are no history of each other."""
        log = log.where(np.lexsort((log.time, log.customer)))
        rows = np.arange(len(log))
        is_first = np.diff(log.customer, prepend=-1) != 0
        begins = np.maximum.accumulate(np.where(is_first, rows, 0))
        new_order = is_first | (np.diff(log.order, prepend=-1) != 0)
        ends = np.maximum.accumulate(np.where(new_order, rows, 0))
        kept = log.is_buy & (ends > begins)
        start = np.maximum(begins, ends - LONGEST)[kept]
        return cls(log, log.product[kept], start, ends[kept], log.time[kept])

    def bags(self, chosen: Rows) -> tuple[Rows, NDArray[np.float32], Rows]:
        """Return the products of the histories of some purchases one after another, their ages, and where each history begins."""
        lengths = self.end[chosen] - self.start[chosen]
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        rows = np.repeat(self.start[chosen] - offsets, lengths) + np.arange(lengths.sum())
        if self.log.clock == "events":
            age = np.repeat(self.end[chosen], lengths) - 1.0 - rows
        else:
            age = np.repeat(self.time[chosen], lengths) - self.log.time[rows]
        return self.log.product[rows], age.astype(np.float32), offsets


def fit_towers(
    log: Log, texts: Floats, settings: TowerSettings | None = None, *, tick: Callable[[str], None] = lambda said: None
) -> Towers:
    """Return the two towers of a log.

    Parameters
    ----------
    texts : float32 (n, e), rows of length 1 (whitened); what nobody bought stays at its text
    tick : told how far it is

    Source: Yi et al. (2019), "Sampling-bias-corrected neural modeling", RecSys, for the correction of products drawn as others.
    """
    import torch

    settings = settings or TowerSettings()
    steps = Steps.of(log)
    rng = np.random.default_rng(settings.seed)
    torch.manual_seed(settings.seed)
    net = _Net(log, texts)
    optimiser = torch.optim.Adam(net.parameters(), lr=settings.rate)
    for one in range(settings.rounds):
        order = rng.permutation(len(steps.target))[:MOST_PURCHASES]
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * (1 - one / settings.rounds)
        total = 0.0
        for start in range(0, len(order), settings.batch):
            chosen = order[start : start + settings.batch]
            loss = net.loss(steps, chosen, rng.integers(0, log.products, settings.others), settings.decay)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach()) * len(chosen)
        tick(f"two towers, round {one + 1} of {settings.rounds}, loss {total / max(len(order), 1):.3f}")
    return net.towers()


class _Net:
    """The parameters: what buyers teach beside the text on either side, biases, and how the sums are mixed."""

    def __init__(self, log: Log, texts: Floats) -> None:
        import torch

        count, width = texts.shape
        sold = np.bincount(log.buys().product, minlength=count)
        self.text = torch.from_numpy(np.ascontiguousarray(texts))
        self.taught_in = torch.zeros(count, width, requires_grad=True)
        self.taught_out = torch.zeros(count, width, requires_grad=True)
        share = (sold + 1) / (sold.sum() + count)
        self.bias = torch.tensor(np.log(share) * 0.3, dtype=torch.float32, requires_grad=True)
        self.scale = torch.tensor(2.0, requires_grad=True)  # exp(2) = 7: unit texts to logits
        self.half_lives = torch.tensor(HALF_LIVES[log.clock])
        self.mix = torch.tensor([0.5, 0.3, 0.1], requires_grad=True)
        self.drawn = torch.tensor(np.log(sold / max(sold.sum(), 1) + 1 / count), dtype=torch.float32)

    def parameters(self) -> list[Tensor]:
        return [self.taught_in, self.taught_out, self.bias, self.scale, self.mix]

    def loss(self, steps: Steps, chosen: Rows, others: Rows, decay: float) -> Tensor:
        """Return the mean cross-entropy of each purchase among its batch's and the others, plus the decay of what was taught."""
        import torch
        from torch.nn.functional import cross_entropy, embedding_bag

        products, ages, offsets = steps.bags(chosen)
        weights = (self.mix * torch.exp2(-torch.from_numpy(ages)[:, None] / self.half_lives)).sum(dim=1)
        at, begins = torch.from_numpy(products), torch.from_numpy(offsets)
        seen: Any = embedding_bag(at, self.text, begins, mode="sum", per_sample_weights=weights)
        taught: Any = embedding_bag(at, self.taught_in, begins, mode="sum", per_sample_weights=weights)
        aims = torch.from_numpy(steps.target[chosen])
        among = torch.cat([aims, torch.from_numpy(others)])
        items = torch.exp(self.scale) * self.text[among] + self.taught_out[among]
        logits = (seen + taught) @ items.T + self.bias[among] - self.drawn[among]
        same = aims[:, None] == among[None, :]
        same[torch.arange(len(aims)), torch.arange(len(aims))] = (
            False  # another row of the same product is no wrong answer
        )
        logits = logits.masked_fill(same, -1e9)
        rest = (self.taught_in[at] ** 2).sum() / len(at) + (self.taught_out[among] ** 2).sum() / len(among)
        return cross_entropy(logits, torch.arange(len(aims))) + decay * rest

    def towers(self) -> Towers:
        import torch

        with torch.no_grad():
            inputs = (self.text + self.taught_in).numpy()
            items = (torch.exp(self.scale) * self.text + self.taught_out).numpy()
            parts = (self.bias, self.half_lives, self.mix)
            return Towers(inputs, items, *(np.asarray(one.detach().numpy(), dtype=np.float32) for one in parts))
