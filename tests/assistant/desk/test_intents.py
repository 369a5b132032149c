"""Proposals of flows: what is clear, what is offered, what is left to the pages; the shipped examples are whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import prompts
from assistant.desk.intents import Intents, NoFlows, Sureness, read_examples
from assistant.desk.rules import read_rules
from assistant.errors import CallError
from retrieval import HashingEncoder
from shop import Shop

SHIPPED = sorted(Path(prompts.__file__).parent.glob("*/flow_questions.txt"))


def made(direct: float = 0.7) -> Intents:
    examples = [("cancel", "cancel my order"), ("invoice", "send the invoice"), ("none", "opening hours")]
    return Intents(examples, HashingEncoder(), Sureness(direct, 0.3))


def test_example_itself_is_proposed_and_what_is_no_flow_is_not() -> None:
    proposer = made(0.5)
    assert proposer.propose("Cancel my order #10023!").flow == "cancel"
    assert proposer.propose("opening hours").flow == ""


def test_probabilities_decide_between_proposing_offering_and_leaving() -> None:
    proposer = made()
    assert proposer.flows == ["cancel", "invoice", "none"]
    assert proposer.judge(np.array([0.8, 0.1, 0.1])).flow == "cancel"
    assert proposer.judge(np.array([0.45, 0.35, 0.2])).choices == ("cancel", "invoice")
    assert proposer.judge(np.array([0.45, 0.05, 0.5])).choices == ("cancel",)
    left = proposer.judge(np.array([0.2, 0.1, 0.7]))
    assert (left.flow, left.choices) == ("", ())


def test_language_without_vectors_is_told_by_its_characters() -> None:
    proposer = Intents(read_examples(SHIPPED[-1]), HashingEncoder(), meaning=0.0)
    assert proposer.propose("帮我把订单取消掉").flow == "cancel"
    assert NoFlows().propose("帮我把订单取消掉").flow == ""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_examples_give_every_flow_ten_and_name_no_other(path: Path, tiny_shop: Shop) -> None:
    counts = Counter(flow for flow, _ in read_examples(path))
    flows = set(read_rules(tiny_shop)) - {"memory"}  # asked for in set words
    assert set(counts) == flows | {"none"}
    assert min(counts.values()) >= 10
    assert max(Counter(question.lower() for _, question in read_examples(path)).values()) == 1


def test_wrong_lines_of_examples_are_named(tmp_path: Path) -> None:
    own = tmp_path / "flow_questions.txt"
    own.write_text("# ours\ncancel | stop it\ncancel stop it\n")
    with pytest.raises(CallError, match="line 3"):
        read_examples(own)
    with pytest.raises(CallError, match="two at least"):
        Intents([("cancel", "stop it")], HashingEncoder())
