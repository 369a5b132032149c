"""The corpus: distinct, of made-up shops, each reply proven or claim-free; shops of the validation part are not learned from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.writing import load_book
from assistant.writing.free import why_not_free
from assistant.writing.slotted import named_in
from shop.sample_world import read_table
from training.corpus import DRAFT, examples, read_part, read_shops, write_corpus


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("corpus")
    write_corpus(made, 60, 3, valid=30)
    return made


def test_write_corpus_has_distinct_examples_of_every_job(folder: Path) -> None:
    made = read_part(folder, "train")
    assert len(made) == 60
    assert len({(one.prompt, one.reply) for one in made}) == 60
    assert {one.job for one in made} == {"draft", "opening", "closing"}


def test_same_seed_same_corpus_other_seed_another() -> None:
    shops = read_shops()
    first, again, other = (list(examples(shops, 15, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_shops_of_the_validation_part_are_not_learned_from(folder: Path) -> None:
    learned, kept = ({one.shop for one in read_part(folder, part)} for part in ("train", "valid"))
    assert len(learned) >= 8
    assert kept == {"bicycles", "yarn and craft"}
    assert not learned & kept


def test_shops_of_the_corpus_share_no_title_with_the_sample_shop() -> None:
    sold = set(read_table("products.csv")["title"].to_list())
    made = {
        f"{make} {noun}"
        for shop in read_shops()
        for category in shop["categories"]
        for make in category["makes"]
        for noun in category["nouns"]
    }
    assert not made & sold


def test_sentences_of_the_corpus_claim_nothing_and_drafts_hold_the_slots_asked_for(folder: Path) -> None:
    free = load_book().free
    for one in [*read_part(folder, "train"), *read_part(folder, "valid")]:
        if one.job == DRAFT:
            assert set(re.findall(r"\{(\w+)\}", one.prompt)) == set(named_in(one.reply)) != set()
            assert not re.search(r"\d", one.reply)  # every number of these shops is a value, and every value a slot
        else:
            assert why_not_free(one.reply, free) == ""


def test_read_part_of_no_corpus_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m training\.corpus --out"):
        read_part(tmp_path, "train")
