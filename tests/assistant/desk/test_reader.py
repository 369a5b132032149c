"""Readers: loaded by one word, calibrated on a made-up FAQ, the figures kept; a tiny cross-encoder made here is the real thing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.desk.reader import CrossEncoderReader, ModelReader, calibrated, load_reader
from assistant.llm.protocol import ModelError
from retrieval import HashingEncoder, Passage, PassageIndex
from tests.fakes import ScriptedLLM

PAGES = [
    Passage(f"faq-{n}", "faq", f"How do I wash {what}?", f"Wash {what} at {n} degrees.", "faq")
    for n, what in enumerate(("wool", "silk", "linen", "felt"), 1)
]
INDEX = PassageIndex.build(PAGES, HashingEncoder())


class Overlap:
    """Sure by the part of the question's words a page holds."""

    name = "overlap"
    asked = 0

    def sureness(self, question: str, passages: Sequence[Passage]) -> list[float]:
        self.asked += 1
        words = set(question.split())
        return [len(words & set(one.title.split())) / len(words) for one in passages]


def test_calibration_asks_for_more_than_any_left_out_entry_gets(tmp_path: Path) -> None:
    """Left out, an entry shares "How do I wash" with the others: 4 of 5 words. Its own title shares all."""
    reader, kept = Overlap(), tmp_path / "reader.json"
    found = calibrated(reader, INDEX, HashingEncoder(), kept=kept)
    assert 0.8 < found.least < 0.801
    assert (found.left_out, found.wrong, found.asked, found.right) == (4, 0, 4, 4)
    asked = reader.asked
    assert calibrated(reader, INDEX, HashingEncoder(), kept=kept) == found
    assert reader.asked == asked  # taken from the file
    fewer = PassageIndex.build(PAGES[:3], HashingEncoder())
    assert calibrated(reader, fewer, HashingEncoder(), kept=kept).left_out == 3


def test_calibration_asks_what_pages_are_also_asked_as() -> None:
    """ "clean jumpers" shares no word with a title: the reader is sure of none."""
    lines = INDEX.with_asked_as({PAGES[0].title: ["clean jumpers"]}, HashingEncoder())
    found = calibrated(Overlap(), lines, HashingEncoder())
    assert (found.asked, found.right) == (4, 3)


def test_model_reader_is_sure_where_the_model_says_yes() -> None:
    model = ScriptedLLM(chooses=(0, 1, None))
    assert ModelReader(model).sureness("wash wool?", PAGES[:3]) == [1.0, 0.0, 0.0]
    assert model.offered[0] == ["Yes", "No"]
    assert isinstance(load_reader(model), ModelReader)


def test_reader_by_one_word() -> None:
    reader = Overlap()
    assert load_reader(reader) is reader
    assert load_reader(None) is None
    assert load_reader("none") is None


@pytest.mark.models
def test_tiny_cross_encoder_in_a_folder_is_loaded_and_read_with(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "how", "do", "i", "wash", "wool"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    size = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    config = BertConfig(vocab_size=len(words), num_labels=1, **size)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    reader = load_reader(str(tmp_path))
    assert isinstance(reader, CrossEncoderReader)
    sure = reader.sureness("how do i wash wool", PAGES)
    assert len(sure) == 4
    assert all(0 < one < 1 for one in sure)


@pytest.mark.models
def test_reader_that_is_not_there_says_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Give a folder or a hub id"):
        load_reader(str(tmp_path))
