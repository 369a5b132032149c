"""The adapter that ships: its file is the one its card names, a damaged one is refused with the mend, and it drafts around slots."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assistant.llm import ModelError, models
from assistant.llm.taught import CONFIG, WEIGHTS


def test_shipped_adapter_is_the_one_its_card_names() -> None:
    card = (models.ADAPTER / "README.md").read_text(encoding="utf-8")
    assert models.ADAPTER_SHA256 in card
    assert models.BASE in card
    assert json.loads((models.ADAPTER / CONFIG).read_text())["base_model_name_or_path"] == models.BASE
    (listed,) = [one for one in models.installed_models() if one.kind == "adapter"]
    assert listed.sha256_ok
    assert listed.size_mb == pytest.approx(7.4, abs=0.1)


@pytest.mark.parametrize("damage", ["cut off", "gone"])
def test_damaged_adapter_is_refused_with_the_mend(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(models.ADAPTER, tmp_path / "adapter")
    path = folder / WEIGHTS
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1000])
    monkeypatch.setattr(models, "ADAPTER", folder)
    with pytest.raises(
        ModelError, match=r"adapter of the embedded language model is damaged or missing.*install Shopkeeper again"
    ):
        models.load_llm(None)
    (listed,) = [one for one in models.installed_models() if one.kind == "adapter"]
    assert not listed.sha256_ok
