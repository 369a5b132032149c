"""The corpus an adapter learns from: copy with slots and claim-free sentences, in our own wording. It holds no shop that exists.

    python -m training.corpus --out FOLDER [--examples 10000] [--seed 0]

Every reply is read before it is taken: a draft, filled in, has to be proven whole by the product's own proof, a question or wish has
to claim nothing. Kinds of shop marked `valid` in shops.toml give the validation part alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.writing.copying import CHANNELS, compose_copy
from assistant.writing.facts import Fact, Source, Subject, fact
from assistant.writing.free import why_not_free
from assistant.writing.offers import Offer, offer_facts
from assistant.writing.openings import CLOSING, OPENING, starts_of
from assistant.writing.proof import Prover, printing_of
from assistant.writing.sheet import Sheet
from assistant.writing.slot_drafts import asked, slotted_copy
from assistant.writing.slotted import filled, named_in
from assistant.writing.wordings import Book, load_book
from prompts import render
from shop.files import write_atomic

SHOPS = Path(__file__).parent / "shops.toml"
DRAFT = "draft"
PARTS = ("train", "valid")
_SHARE_OF_DRAFTS = 0.6
_SOURCE = Source("made up")
_TODAY = date(2026, 1, 15)
_ADJECTIVES = ("nice", "lovely", "good")
_SHARE_OF_SEARCHES = 0.15
_SEARCHING = ("looking for", "are you looking for", "need", "do you need", "would you like to see")
_OF_EVENTS = ("planning", "ready for", "dreaming of", "thinking of", "are you thinking of")
_OF_MOODS = ("enjoy", "here is to", "take a moment for", "take a break for")
_EVENT = re.compile(r"\b(?:evening|afternoon|morning|weekend|day|picnic|walk|breakfast|bath)\b")
_WISHES = (
    "a lovely day", "a good week", "a quiet evening", "a sunny weekend", "a calm week", "a lovely evening", "a bright morning",
    "a lovely weekend", "a good day", "a slow weekend at home", "a lovely evening with friends", "a warm evening",
)  # fmt: skip
_TRIES = 40  # products drawn for each example that is wanted, before the corpus is called used up


@dataclass(frozen=True)
class Example:
    """A prompt and the reply to learn; `job` is draft, opening or closing, `shop` the kind of shop it was made for."""

    job: str
    shop: str
    prompt: str
    reply: str


@dataclass(frozen=True)
class Goods:
    """A made-up product: its kind of shop, facts that may be said of it, and what a question about it may speak of."""

    shop: str
    title: str
    facts: tuple[Fact, ...]
    moods: tuple[str, ...]
    places: tuple[str, ...]


def read_shops(path: Path = SHOPS) -> list[Mapping[str, Any]]:
    """Return the made-up shops as they are written."""
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["shops"])


def goods_of(shop: Mapping[str, Any], dice: random.Random) -> Goods:
    """Return one product of a shop, with a random choice of the facts a shop may hold of it."""
    category = dice.choice(shop["categories"])
    title, number = f"{dice.choice(category['makes'])} {dice.choice(category['nouns'])}", dice.randrange(10**6)
    product = Subject("product", f"P{number}", title)
    low, high = category["prices"]
    price = Decimal(dice.randrange(low * 100, high * 100, 5)) / 100
    facts = [fact(product, "title", title, _SOURCE)]
    for name, value, part in (("category", category["name"], 0.6), ("brand", dice.choice(shop["brands"]), 0.4)):
        facts += [fact(product, name, value, _SOURCE)] if dice.random() < part else []
    facts += [fact(product, "price", price, _SOURCE)] if dice.random() < 0.8 else []
    facts += [fact(product, "buyers", dice.randrange(2, 400), _SOURCE)] if dice.random() < 0.4 else []
    facts += [*_reader(dice), *_reason(product, category, dice), *_of_shop(shop, dice), *_offer(product, dice)]
    return Goods(shop["kind"], title, tuple(facts), tuple(category["moods"]), tuple(category["places"]))


def _reader(dice: random.Random) -> list[Fact]:
    if dice.random() < 0.5:
        return []
    name = dice.choice(("Ada", "Bo", "Chiara", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Ines", "Joost", "Kofi"))
    return [fact(Subject("customer", "C1", name), "customer_name", name, _SOURCE)]


def _reason(product: Subject, category: Mapping[str, Any], dice: random.Random) -> list[Fact]:
    about = Subject("reason", product.id, product.name)
    other = f"{dice.choice(category['makes'])} {dice.choice(category['nouns'])}"
    told: list[tuple[str, Any]] = [("reason_title", product.name)]
    way = dice.choice(("none", "bought", "viewed", "together", "popular"))
    if way == "none" or other == product.name:
        return []
    if way == "bought":
        told += [("because_product", other), ("because_date", _TODAY - timedelta(days=dice.randrange(3, 300)))]
    elif way == "viewed":
        told += [("because_viewed", other)]
    elif way == "together":
        of = dice.randrange(5, 300)
        told += [("because_product", other), ("also_bought_n", dice.randrange(2, of)), ("also_bought_of", of)]
    else:
        told += [("reason_buyers", dice.randrange(5, 200)), ("reason_days", 30)]
    return [fact(about, name, value, _SOURCE) for name, value in told]


def _of_shop(shop: Mapping[str, Any], dice: random.Random) -> list[Fact]:
    return [fact(Subject("shop", "shop", shop["name"]), "shop_name", shop["name"], _SOURCE)] * (dice.random() < 0.7)


def _offer(product: Subject, dice: random.Random) -> list[Fact]:
    if dice.random() < 0.5:
        return []
    terms: dict[str, Any] = {"percent_off": dice.choice((5, 10, 12, 15, 20, 25, 30, 40))}
    if dice.random() < 0.3:
        terms = {"amount_off": dice.choice((2, 3, 5, 10, 20))}
    if dice.random() < 0.5:
        terms["code"] = dice.choice(("HELLO", "SPRING", "THANKS", "MAY", "TREAT")) + str(dice.choice((5, 10, 20, 25)))
    if dice.random() < 0.5:
        terms["ends"] = _TODAY + timedelta(days=dice.randrange(5, 90))
    if dice.random() < 0.3:
        terms["product"] = product.id
    return offer_facts(Offer(**terms), product=product, today=_TODAY)


def draft_example(goods: Goods, book: Book, channel: str, seed: int) -> Example | None:
    """Return copy for a product with slots for its values; None where it does not fit, or does not read back as proven."""
    try:
        copy = compose_copy(goods.facts, channel=channel, book=book, seed=seed)
    except ValueError:  # the title or the offer is too long for the channel
        return None
    text = slotted_copy(copy, Sheet(goods.facts, printing_of(book)))
    if text is None or not _reads_back(text, goods, book):
        return None
    if not named_in(text.partition("\n")[2] if channel == "ad" else text):  # a head and a stock phrase teach nothing
        return None
    return Example(DRAFT, goods.shop, asked(goods.facts, channel, text), text)


def _reads_back(text: str, goods: Goods, book: Book) -> bool:
    prover = Prover.of(goods.facts, book, printing=printing_of(book))
    sentences = prover.prove(filled(text, prover.sheet)).sentences
    return bool(sentences) and all(one.may_leave for one in sentences)


def sentence_example(goods: Goods, book: Book, part: str, dice: random.Random) -> Example | None:
    """Return a question to open with, or a wish to close with, that suits a product; None where it would claim something."""
    start = dice.choice(starts_of(book, part))
    reply = f"{start.capitalize()} {_tail(goods, part, start, dice)}{'?' if part == OPENING else '.'}"
    if why_not_free(reply, book.free):
        return None
    prompt = render(part, product=goods.title, start=start.capitalize())
    return Example(part, goods.shop, prompt, reply)


def _tail(goods: Goods, part: str, start: str, dice: random.Random) -> str:
    """Return what a sentence that begins so goes on with: something for a place, or a mood that suits the product."""
    if start in _SEARCHING or (part == OPENING and dice.random() < _SHARE_OF_SEARCHES and start not in _OF_EVENTS):
        thing = dice.choice(("ideas", *(f"something {adjective}" for adjective in _ADJECTIVES)))
        return f"{thing} for {dice.choice(goods.places)}"
    events = [one for one in goods.moods if _EVENT.search(one)]
    if part == CLOSING and (start not in _OF_MOODS or dice.random() < 0.5):
        return dice.choice(_WISHES)
    return dice.choice(events if events and start in (*_OF_EVENTS, "enjoy", "here is to") else goods.moods)


def examples(shops: Sequence[Mapping[str, Any]], count: int, seed: int) -> Iterator[Example]:
    """Yield distinct examples of some shops, at most `count`, the jobs mixed; fewer where the wording gives no more."""
    book, dice = load_book(), random.Random(seed)
    seen: set[tuple[str, str]] = set()
    for number in range(count * _TRIES):
        if len(seen) == count:
            return
        goods = goods_of(shops[number % len(shops)], dice)
        if dice.random() < _SHARE_OF_DRAFTS:
            made = draft_example(goods, book, dice.choice(tuple(CHANNELS)), number)
        else:
            made = sentence_example(goods, book, dice.choice((OPENING, OPENING, OPENING, CLOSING)), dice)
        if made is not None and (made.prompt, made.reply) not in seen:
            seen.add((made.prompt, made.reply))
            yield made


def write_corpus(folder: Path, count: int, seed: int, valid: int = 400) -> dict[str, Any]:
    """Write train.jsonl and valid.jsonl and return what is in them, with their hashes."""
    from tqdm import tqdm

    parts = {name: [one for one in read_shops() if bool(one.get("valid")) == (name == "valid")] for name in PARTS}
    told: dict[str, Any] = {"seed": seed}
    for name, wanted in zip(PARTS, (count, valid), strict=True):
        found = list(tqdm(examples(parts[name], wanted, seed), total=wanted, desc=name, unit="example"))
        text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found)
        write_atomic(folder / f"{name}.jsonl", text)
        jobs = {job: sum(one.job == job for one in found) for job in (DRAFT, OPENING, CLOSING)}
        sha = hashlib.sha256(text.encode()).hexdigest()
        told[name] = {"examples": len(found), **jobs, "shops": [one["kind"] for one in parts[name]], "sha256": sha}
    write_atomic(folder / "corpus.json", json.dumps(told, indent=1) + "\n")
    return told


def read_part(folder: Path, part: str) -> list[Example]:
    """Return the examples of train or valid.

    Raises
    ------
    FileNotFoundError
        When the corpus was not written.
    """
    path = folder / f"{part}.jsonl"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no corpus; write one with python -m training.corpus --out {folder}")
    return [Example(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def main(words: Sequence[str] | None = None) -> int:
    """Write the corpus and print what is in it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--examples", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args(words)
    chosen.out.mkdir(parents=True, exist_ok=True)
    told = write_corpus(chosen.out, chosen.examples, chosen.seed)
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 0 if told["train"]["examples"] == chosen.examples else 1


if __name__ == "__main__":
    raise SystemExit(main())
