"""The model on this machine: what it writes and prefers is what a plain pass over its weights says, within its bounds."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.llm import ModelError
from assistant.llm.local import BATCH, LocalLLM
from assistant.llm.words import Held, Words, spellings, token_texts
from tests.assistant.llm.conftest import write_tiny_model, write_tiny_tokenizer

PROMPTS = ["Tea?", "Which of these texts reads best? Say it in one word.", "Here is what we can say"]
OPTIONS = ["Tea for a quiet evening.", "Mugs!", "Here is what we can say about the green tea at home."]
WORDS = ["tea", "here", "is", "quiet", "evening", "thirty-one"]


def prompt_ids(llm: LocalLLM, prompt: str) -> list[int]:
    """The chat as the template spells it out, written down here by hand."""
    text = f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
    return list(llm.tokenizer(text, add_special_tokens=False)["input_ids"])


def written_by_hand(llm: LocalLLM, prompt: str, most: int) -> str:
    """The likeliest token again and again, each from a whole pass without any cache, batch or padding."""
    import torch

    ids = prompt_ids(llm, prompt)
    start = len(ids)
    with torch.inference_mode():
        while len(ids) < start + most and ids[-1] != llm.tokenizer.eos_token_id or len(ids) == start:
            ids.append(int(llm.model(torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    return str(llm.tokenizer.decode(ids[start:], skip_special_tokens=True)).strip()


def mean_log_likelihood(llm: LocalLLM, prompt: str, option: str) -> float:
    """One pass over prompt and option together; the mean over the option's tokens."""
    import torch

    head = prompt_ids(llm, prompt)
    tail = list(llm.tokenizer(option, add_special_tokens=False)["input_ids"])
    with torch.inference_mode():
        logs = llm.model(torch.tensor([head + tail]), use_cache=False).logits[0].log_softmax(-1)
    return sum(float(logs[len(head) + at - 1, token]) for at, token in enumerate(tail)) / len(tail)


def test_generate_with_seed_0_writes_the_likeliest_tokens(tiny: LocalLLM) -> None:
    for prompt in PROMPTS:
        assert tiny.generate([prompt], max_new_tokens=12, seed=0) == [written_by_hand(tiny, prompt, 12)]


def test_generate_of_more_than_a_batch_gives_each_prompt_its_own_reply(tiny: LocalLLM) -> None:
    """Prompts of many lengths, shuffled, so that batches by length are not the caller's order."""
    prompts = ["mugs and lamps " * ((7 * number) % 11) + f"number {number}" for number in range(BATCH + 5)]
    single = [tiny.generate([prompt], max_new_tokens=8, seed=0)[0] for prompt in prompts]
    assert tiny.generate(prompts, max_new_tokens=8, seed=0) == single
    assert len(set(single)) > len(prompts) // 2  # else one reply for all would pass


def test_generate_with_a_seed_repeats_itself_and_another_seed_does_not(tiny: LocalLLM) -> None:
    first = tiny.generate(PROMPTS, max_new_tokens=12, seed=7)
    assert tiny.generate(PROMPTS, max_new_tokens=12, seed=7) == first
    assert tiny.generate(PROMPTS, max_new_tokens=12, seed=8) != first


def test_generate_without_prompts_returns_no_text(tiny: LocalLLM) -> None:
    assert tiny.generate([], max_new_tokens=4, seed=0) == []


def test_generate_of_an_empty_prompt_equals_a_plain_pass(tiny: LocalLLM) -> None:
    assert tiny.generate([""], max_new_tokens=6, seed=0) == [written_by_hand(tiny, "", 6)]


@pytest.mark.parametrize("most", [1, 5, 40])
def test_generate_of_a_model_that_never_ends_stops_at_the_bound(endless: LocalLLM, most: int) -> None:
    """The text of the first n tokens begins the text of more of them: nothing else ended it."""
    import torch

    ids = prompt_ids(endless, PROMPTS[0])
    made = endless.model.generate(torch.tensor([ids]), max_new_tokens=most, do_sample=False, pad_token_id=0)[0]
    assert len(made) == len(ids) + most
    assert endless.generate([PROMPTS[0]], max_new_tokens=most, seed=0) == [endless.said(made[len(ids) :].tolist())]


def test_generate_of_a_model_that_says_nothing_returns_empty_texts(silent: LocalLLM) -> None:
    assert silent.generate(PROMPTS, max_new_tokens=20, seed=0) == ["", "", ""]
    assert silent.generate(PROMPTS, max_new_tokens=20, seed=5) == ["", "", ""]


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("<think>Is it tea?\nIt is.</think>\nTea it is.", "Tea it is."),
        ("<think>never ended", ""),
        ("Tea <think>a</think>and<think>b</think> mugs", "Tea and mugs"),
    ],
)
def test_thinking_is_no_part_of_a_reply(tiny: LocalLLM, written: str, left: str) -> None:
    assert tiny.said(tiny.tokenizer(written, add_special_tokens=False)["input_ids"]) == left


@pytest.mark.parametrize("seed", range(6))
def test_generate_held_to_words_says_nothing_else(tiny: LocalLLM, seed: int) -> None:
    """Read by a pattern of its own: whole words of the list, the last one possibly cut off by the bound."""
    for text in tiny.generate(PROMPTS, max_new_tokens=14, seed=seed, only=WORDS):
        assert text
        *whole, last = re.split(r"[,.!?]? ", text)
        assert all(word[0].lower() + word[1:] in WORDS for word in whole), text
        assert any(word.startswith((last[:1].lower() + last[1:]).rstrip(",.!?")) for word in WORDS), text


def test_generate_held_to_sentences_crosses_them_only_where_two_words_are_shared(tiny: LocalLLM) -> None:
    """By hand: both share "for a", so four texts can be said; the bound leaves room for the longest."""
    only = ["Time for a quiet evening.", "Looking for a cup?"]
    able = {"Time for a quiet evening.", "Time for a cup?", "Looking for a cup?", "Looking for a quiet evening."}
    said = {text for seed in range(1, 9) for text in tiny.generate(PROMPTS, max_new_tokens=40, seed=seed, only=only)}
    assert said <= able
    assert len(said) > 1


def test_held_model_reaches_every_text_of_its_words_as_the_tokenizer_cuts_it(tiny: LocalLLM) -> None:
    """Merges take blanks into words and signs into tokens of their own; none of them may close the way to a text."""
    held = Held(Words(WORDS), tiny.tree, 0, tiny.ends)
    for words in itertools.permutations(WORDS, 3):
        for text in (" ".join(words), f"{words[0].capitalize()}, {words[1]}! {words[2]}.", f"{words[0]}?"):
            tokens = [*tiny.tokenizer(text, add_special_tokens=False)["input_ids"], *tiny.ends]
            for at, token in enumerate(tokens):
                assert token in held.next_tokens(tokens[:at]), (text, at)


def test_held_model_can_be_made_to_say_any_allowed_text(tiny: LocalLLM) -> None:
    """With one sentence allowed there is one thing to say, however unlikely: the way is open to its last sign."""
    for text in ("You can send back what you bought.", "Zebras yawn quietly?", "It's a well-known café!"):
        assert tiny.generate(["Tea?"], max_new_tokens=60, seed=0, only=[text]) == [text]


def test_held_model_spells_a_character_of_several_tokens_whole_or_not_at_all(tiny: LocalLLM) -> None:
    """é is C3 A9 and è C3 A8 in UTF-8, bytes of their own in this tokenizer: after C3 only the bytes of an allowed one."""
    first, acute = tiny.tokenizer("é", add_special_tokens=False)["input_ids"]
    _, grave = tiny.tokenizer("è", add_special_tokens=False)["input_ids"]
    (n,) = tiny.tokenizer("n", add_special_tokens=False)["input_ids"]
    held = Held(Words(["né"]), tiny.tree, 0, tiny.ends, spellings(tiny.tokenizer, tiny.tree, ["né"]))
    assert held.next_tokens([n]) == [first]
    assert held.next_tokens([n, first]) == [acute]
    assert acute != grave
    assert set(tiny.ends) < set(held.next_tokens([n, first, acute]))
    assert tiny.generate(["Tea?"], max_new_tokens=40, seed=0, only=["Édith est là."]) == ["Édith est là."]


def test_token_texts_of_a_tokenizer_that_drops_first_blanks_keep_them() -> None:
    """SentencePiece's way: a token begins with its blank, and decoding one alone loses it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = ["<unk>", "a", "\u2581", "\u2581a", "\u2581tea", "tea"]
    bare = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=0))
    bare.pre_tokenizer = pre_tokenizers.Metaspace()
    bare.decoder = decoders.Metaspace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bare, unk_token="<unk>")
    assert tokenizer.decode([4]) == "tea"
    assert token_texts(tokenizer) == ["", "a", " ", " a", " tea", "tea"]


def test_likelihoods_over_the_kept_prompt_equal_a_whole_pass_each(tiny: LocalLLM) -> None:
    for prompt in PROMPTS:
        expected = [mean_log_likelihood(tiny, prompt, option) for option in OPTIONS]
        assert tiny.likelihoods(prompt, OPTIONS) == pytest.approx(expected, abs=1e-4)


def test_choose_takes_the_likeliest_wherever_it_stands(tiny: LocalLLM) -> None:
    for order in itertools.permutations(OPTIONS):
        scores = [mean_log_likelihood(tiny, PROMPTS[0], option) for option in order]
        assert tiny.choose(PROMPTS[0], order) == scores.index(max(scores))


def test_choose_among_equals_takes_the_first(tiny: LocalLLM) -> None:
    assert tiny.choose(PROMPTS[0], ["Mugs!", "Mugs!", "Mugs!"]) == 0


def test_choose_leaves_the_prompt_as_it_was_for_the_next_call(tiny: LocalLLM) -> None:
    """The cache of one call must not reach into another."""
    alone = tiny.likelihoods(PROMPTS[0], OPTIONS)
    tiny.likelihoods(PROMPTS[1], OPTIONS[:1])
    assert tiny.likelihoods(PROMPTS[0], OPTIONS) == alone


def test_choose_with_one_option_takes_it_and_with_an_empty_one_stays_in_range(tiny: LocalLLM) -> None:
    assert tiny.choose(PROMPTS[0], ["Mugs!"]) == 0
    assert tiny.choose(PROMPTS[0], ["", "Mugs!"]) in (0, 1)


def test_choose_without_options_is_refused(tiny: LocalLLM) -> None:
    with pytest.raises(ValueError, match="options: none given; expected at least one"):
        tiny.choose(PROMPTS[0], [])


def test_stream_joins_to_what_generate_writes(tiny: LocalLLM) -> None:
    for prompt, seed in itertools.product(PROMPTS, (0, 4)):
        pieces = list(tiny.stream_chat([{"role": "user", "content": prompt}], max_new_tokens=12, seed=seed))
        assert "".join(pieces).strip() == tiny.generate([prompt], max_new_tokens=12, seed=seed)[0]


def stream(llm: LocalLLM, most: int, stopped: threading.Event) -> Iterator[str]:
    return llm.stream_chat([{"role": "user", "content": "Tea?"}], max_new_tokens=most, seed=0, stopped=stopped)


def test_stream_that_is_stopped_ends_long_before_its_bound(endless: LocalLLM) -> None:
    stopped = threading.Event()
    said = ""
    for piece in stream(endless, 100_000, stopped):
        said += piece
        stopped.set()
    assert 0 < endless.count_tokens(said) < 1000


def test_stream_that_nobody_reads_on_stops_the_model_and_frees_it(endless: LocalLLM) -> None:
    pieces = stream(endless, 100_000, threading.Event())
    next(pieces)
    del pieces
    assert endless.generate(["Tea?"], max_new_tokens=1, seed=0) != [""]  # would wait for the model otherwise


def test_stream_of_a_model_that_says_nothing_ends_without_a_piece(silent: LocalLLM) -> None:
    assert list(stream(silent, 50, threading.Event())) == []


def test_stream_of_a_model_that_fails_raises_instead_of_waiting(
    tiny: LocalLLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("not enough memory: you tried to allocate 8 GB")

    monkeypatch.setattr(tiny.model, "forward", fail)
    with pytest.raises(ModelError, match="language model 'tiny' failed while it wrote: not enough memory"):
        list(stream(tiny, 5, threading.Event()))


def test_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    write_tiny_tokenizer(tmp_path)
    write_tiny_model(tmp_path)
    (tmp_path / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match="has no chat template.*Name an instruct model"):
        LocalLLM(str(tmp_path), local=True)


def test_model_with_weights_cut_off_is_refused_with_the_mend(tmp_path: Path) -> None:
    write_tiny_tokenizer(tmp_path)
    write_tiny_model(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"not usable from this disk.*Give a folder that holds a model"):
        LocalLLM(str(tmp_path), local=True)


def test_loading_draws_no_bar_and_gives_the_setting_back(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bars are on before and after: a bar drawn by somebody else right afterwards is seen."""
    from transformers.utils import logging

    LocalLLM(str(tiny_folder), local=True)
    assert capsys.readouterr().err == ""
    list(logging.tqdm(range(3), desc="somebody else's"))
    assert "somebody else's" in capsys.readouterr().err
