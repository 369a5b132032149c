"""Training on a tiny model: a run that was cut off ends with the same weights as one that was not, and the loss falls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.llm import ModelError
from assistant.llm.local import LocalLLM
from assistant.llm.taught import WEIGHTS, Adapter, base_of
from tests.assistant.llm.conftest import write_tiny_model, write_tiny_tokenizer
from training.corpus import write_corpus
from training.train import Plan, train


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("training")
    write_tiny_tokenizer(folder / "base")
    write_tiny_model(folder / "base")
    write_corpus(folder / "corpus", 40, 1, valid=10)
    return Plan(folder / "corpus", folder / "whole", folder / "base", "tiny base", epochs=2, half=False)


def cut_off(plan: Plan, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the training until so many batches were learned from, then interrupt it as a person would."""
    import training.train as module

    told = iter(range(after))
    real = module.loss_of

    def loss(*given: object, **named: object) -> object:
        if next(told, None) is None:
            raise KeyboardInterrupt
        return real(*given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(module, "loss_of", loss)
        with pytest.raises(KeyboardInterrupt):
            train(plan)


def test_training_that_was_cut_off_goes_on_to_the_same_weights(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train(plan)
    assert whole.losses[1] < whole.losses[0]
    parted = replace(plan, out=plan.out.with_name("parted"))
    cut_off(parted, 2, monkeypatch)
    assert not (parted.out / WEIGHTS).exists()
    again = train(parted)
    assert (again.batches, again.examples, again.losses) == (whole.batches, whole.examples, whole.losses)
    assert (parted.out / WEIGHTS).read_bytes() == (plan.out / WEIGHTS).read_bytes()
    assert base_of(parted.out) == "tiny base"
    card = (parted.out / "README.md").read_text()
    assert "python -m training.corpus --examples 40 --seed 1" in card
    assert "bicycles, yarn and craft" in card


def test_training_on_another_corpus_is_not_gone_on_with(plan: Plan, tmp_path: Path) -> None:
    train(replace(plan, epochs=1, minutes=0, out=tmp_path))
    write_corpus(tmp_path / "other", 20, 2, valid=10)
    with pytest.raises(ValueError, match="another corpus, base, seed or number of epochs"):
        train(replace(plan, epochs=1, corpus=tmp_path / "other", out=tmp_path))


def test_adapter_beside_the_weights_says_what_peft_says_with_it(plan: Plan) -> None:
    """The oracle merges: peft adds the updates to the weights themselves."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    train(plan)
    llm = LocalLLM(str(plan.base), local=True, adapter=plan.out)
    assert llm.taught is not None
    base = AutoModelForCausalLM.from_pretrained(str(plan.base), dtype=torch.float32)
    before = LocalLLM(str(plan.base), local=True).likelihoods("Tea?", ["Mugs and lamps.", "Nothing."])
    merged = PeftModel.from_pretrained(base, str(plan.out)).merge_and_unload().eval()
    plain = LocalLLM(str(plan.base), local=True)
    plain.model = merged
    plain._heads._model = merged
    expected = plain.likelihoods("Tea?", ["Mugs and lamps.", "Nothing."])
    assert llm.taught.likelihoods("Tea?", ["Mugs and lamps.", "Nothing."]) == pytest.approx(expected, abs=1e-4)
    assert llm.likelihoods("Tea?", ["Mugs and lamps.", "Nothing."]) == before
    assert expected != pytest.approx(before, abs=1e-3)


def test_adapter_that_does_not_fit_or_is_damaged_is_refused(plan: Plan, tmp_path: Path) -> None:
    train(plan)
    for path in plan.out.iterdir():
        if path.suffix in (".json", ".safetensors"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    model = LocalLLM(str(plan.base), local=True).model
    (tmp_path / WEIGHTS).write_bytes((plan.out / WEIGHTS).read_bytes()[:-50])
    with pytest.raises(ModelError, match="cannot be read"):
        Adapter(model, tmp_path)
    (tmp_path / WEIGHTS).write_bytes((plan.out / WEIGHTS).read_bytes())
    model.model.layers[1].self_attn.q_proj = model.model.layers[0].mlp.down_proj
    with pytest.raises(ModelError, match="learned on another base"):
        Adapter(model, tmp_path)
