"""A chat model of a few thousand random weights with a tokenizer of its own: everything real but the sense of what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.llm.local import LocalLLM
from retrieval.encoder import without_progress_bars

CORPUS = [
    "Tea, mugs and lamps for a quiet evening at home.",
    "You can send back what you bought within thirty days.",
    "Here is what we can say about the green tea.",
    "system user assistant Which of these texts reads best?",
]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_tiny_tokenizer(folder: Path) -> None:
    """Byte-pair encoding with 60 merges: every text can be written, common words are one token, others are cut."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=319,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|pad|>", bos_token="<|im_start|>", eos_token="<|im_end|>"
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)


def write_tiny_model(folder: Path) -> None:
    """A Llama of two layers, 32 wide, its weights drawn with seed 0."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=320,  # one more than the tokenizer has, as in many published models
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            initializer_range=0.4,  # far apart: no two tokens are nearly as likely, so that rounding decides nothing
        )
        with without_progress_bars():
            LlamaForCausalLM(config).save_pretrained(folder)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_tokenizer(folder)
    write_tiny_model(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> LocalLLM:
    return LocalLLM(str(tiny_folder), local=True)


@pytest.fixture
def endless(tiny: LocalLLM) -> Iterator[LocalLLM]:
    """The tiny model, for one test unable to end a reply by itself."""
    config = tiny.model.generation_config
    config.suppress_tokens = tiny.ends
    yield tiny
    config.suppress_tokens = None


@pytest.fixture
def silent(tiny: LocalLLM) -> Iterator[LocalLLM]:
    """The tiny model, for one test unable to write any token but the one that ends its reply."""
    config = tiny.model.generation_config
    config.suppress_tokens = [token for token in range(320) if token not in tiny.ends]
    yield tiny
    config.suppress_tokens = None
