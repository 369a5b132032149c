"""How many claims of personas hold on customers the grouping never saw, and how many survive where there is nothing.

    python benchmarks/personas.py [--data FOLDER ...] [--seeds 5] [--encoder NAME] [--kept FILE] [--json] [--save]

For each shop the customers are split anew `--seeds` times, grouped, and described; counted are the claims made *before* any is
dropped and those that hold on the held-out customers. Then the same twice over where nothing can hold: with the groups
shuffled among all customers (there should be next to nothing to claim), and with the claims as they are tested on held-out
customers shuffled among the groups (they should fail). Without --data: the sample shop, and Online Retail, Complete Journey and Amazon
Office where the public data are; `--data sample` is the sample shop. It writes no text with a language model and knows no shop's secrets.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.held_out import is_held_out
from assistant.making import Made
from assistant.personas import Persona, Writing, write_personas
from assistant.writing import Printing, load_book
from benchmarks.flow import data_folder
from benchmarks.form import Figure, options, publish
from benchmarks.kept import Kept
from retrieval import CachedEncoder, Encoder, customer_vectors, load_encoder
from segmentation import segment_customers
from shop import Shop
from shop.profiles import customer_profiles
from shop.sample import sample_shop
from shop.texts import product_texts

HOLD, SURVIVE, CLAIMS = 0.95, 0.05, 6.0
PUBLIC = ("online_retail", "complete_journey", "amazon_office")


def shops(named: list[str]) -> dict[str, Callable[[], Shop]]:
    """Return what loads each shop: the named ones; by default the sample shop and the public data that are there."""
    folders = [Path(one) for one in named if one != "sample"]
    if not named:
        folders = [data_folder() / name for name in PUBLIC if (data_folder() / name).is_dir()]
    found: dict[str, Callable[[], Shop]] = {"sample": sample_shop} if not named or "sample" in named else {}
    return found | {one.name: partial(Shop.load, one) for one in folders}


def made_of(shop: Shop, encoder: Encoder) -> Made:
    """Return what personas are made of, nobody grouped yet; what recommends and answers is left out, they read none of it.

    Only products that somebody bought are encoded: the others are in no customer's history.
    """
    bought = shop.products["product_id"].is_in(shop.events["product_id"].drop_nulls().unique().implode()).to_numpy()
    texts = np.array(product_texts(shop), dtype=object)
    some = encoder.encode(texts[bought].tolist())
    products = np.zeros((len(texts), some.shape[1]), dtype=np.float32)
    products[bought] = some
    nobody = np.zeros(shop.customers.height, dtype=bool)
    unused: Any = None
    return Made(
        customer_profiles(shop),
        unused,
        unused,
        customer_vectors(shop, products),
        unused,
        nobody.astype(np.int64),
        nobody,
        unused,
    )


def personas(shop: Shop, made: Made) -> list[Persona]:
    writing = Writing(load_book(), Printing(shop.settings.locale, shop.settings.currency), None)
    told = write_personas(
        shop, made, writing, as_of=shop.as_of if shop.has_clock else None, tick=lambda done, total: None
    )
    idle = made.segments.k - 1 if made.segments.has_idle else -1
    return [one for one in told if one.segment != idle]


def counted(told: list[Persona]) -> tuple[int, int, list[int]]:
    """Return claims that held, claims made, and claims made a group."""
    return (
        sum(one.held_out.held for one in told),
        sum(one.held_out.tested for one in told),
        [one.held_out.tested for one in told],
    )


def shuffled(made: Made, rows: Any, seed: int) -> Made:
    """Return the same with the groups of some customers who bought shuffled among them."""
    buys = (made.profiles["orders"] > 0).to_numpy()
    some = np.flatnonzero(buys & rows)
    labels = made.labels.copy()
    labels[some] = np.random.default_rng(seed).permutation(labels[some])
    return replace(made, labels=labels)


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share. Source: Wilson (1927), JASA 22(158)."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return float((middle - half) / (1 + z * z / n)), float((middle + half) / (1 + z * z / n))


def split(shop: Shop, base: Made, seed: int) -> Made:
    """Return the shop's customers split anew and those not held out grouped anew; texts and vectors stay."""
    held_out = is_held_out(shop.customers["customer_id"].to_list(), seed=seed)
    seen = np.flatnonzero(~held_out)
    segments = segment_customers(base.profiles[seen.tolist()], base.customers[seen])
    labels = segments.assign(base.profiles, base.customers)
    return replace(base, segments=segments, labels=labels, held_out=held_out)


def one_split(name: str, shop: Shop, base: Made, seed: int) -> dict[str, Any]:
    started = time.perf_counter()
    made = split(shop, base, seed)
    own = personas(shop, made)
    good, all_made, each = counted(own)
    nothing = counted(personas(shop, shuffled(made, np.ones(len(made.labels), dtype=bool), seed)))
    wrong = counted(personas(shop, shuffled(made, made.held_out, seed)))
    print(
        f"{name} seed {seed}: {good}/{all_made} held, a group {each}; groups shuffled {nothing[:2]}, "
        f"held-out shuffled {wrong[:2]}; {time.perf_counter() - started:.0f} s",
        file=sys.stderr,
    )
    said = [[one.title, test.said, test.held, test.why] for one in own for test in one.held_out.tests]
    return {"held": good, "tested": all_made, "each": each, "nothing": nothing[:2], "wrong": wrong[:2], "said": said}


def measure(name: str, shop: Callable[[], Shop], told: Any) -> tuple[list[Figure], dict[str, Any]]:
    """Return the figures of one shop; what `--kept` holds of a split is not done again."""
    kept = Kept(None if told.kept is None else Path(told.kept))

    @cache
    def base() -> tuple[Shop, Made]:
        loaded, encoder = shop(), load_encoder(told.encoder)
        return loaded, made_of(loaded, encoder if told.state is None else CachedEncoder(encoder, Path(told.state)))

    seeds = range(told.first_seed, told.first_seed + told.seeds)
    runs = [kept.get(f"{name} {seed}", lambda seed=seed: one_split(name, *base(), seed)) for seed in seeds]
    held, tested = (sum(run[part] for run in runs) for part in ("held", "tested"))
    (noise_held, made_of_noise), (survived, refutable) = (
        (sum(run[part][0] for run in runs), sum(run[part][1] for run in runs)) for part in ("nothing", "wrong")
    )
    claims = [one for run in runs for one in run["each"]]
    failed = Counter(f"{said} | {why}" for run in runs for _, said, fits, why in run["said"] if not fits)
    figures = [
        Figure(f"{name}/claims that hold, before dropping", held / max(tested, 1), target=HOLD, interval=wilson(held, tested)),
        Figure(f"{name}/claims a group, mean", float(np.mean(claims)), target=CLAIMS),
        Figure(f"{name}/claims a group, fewest", float(min(claims)), target=CLAIMS),
        Figure(
            f"{name}/claims that survive, groups shuffled, of those of the true groups",
            noise_held / max(tested, 1),
            better="less",
            target=SURVIVE,
            interval=wilson(noise_held, tested),
        ),
        Figure(
            f"{name}/claims that survive, held-out customers shuffled",
            survived / max(refutable, 1),
            better="less",
            target=SURVIVE,
            interval=wilson(survived, refutable),
        ),
    ]  # fmt: skip
    return figures, {"claims": tested, "made of shuffled groups": made_of_noise, "failed": dict(failed)}


def main() -> None:
    parser = options(__doc__ or "")
    parser.add_argument("--data", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument(
        "--kept", default=None, help="a file of the splits done so far; it is gone on from and added to"
    )
    parser.add_argument("--encoder", default=None)
    parser.add_argument("--state", default=None, help="a folder to keep encoded texts in")
    told = parser.parse_args()
    figures: list[Figure] = []
    about: dict[str, Any] = {}
    for name, shop in shops(told.data).items():
        more, notes = measure(name, shop, told)
        figures += more
        about[name] = notes
    publish("personas", figures, told, shops=about)


if __name__ == "__main__":
    main()
