"""The number of threads: what the environment says, else what was measured on this machine, else torch's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.llm import ModelError
from assistant.llm.local import LocalLLM
from assistant.llm.speed import THREADS, keep_threads, measure_speed, threads_here
from tests.fakes import ScriptedLLM


@pytest.fixture
def torch_threads() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_environment_goes_before_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    assert threads_here(tmp_path) is None
    keep_threads(tmp_path, 1)
    assert threads_here(tmp_path) == 1
    monkeypatch.setenv(THREADS, "2")
    assert threads_here(tmp_path) == 2
    for wrong in ("0", "two", "-1", "1.5"):
        monkeypatch.setenv(THREADS, wrong)
        with pytest.raises(ModelError, match=f"{THREADS}={wrong}: is no number of threads"):
            threads_here(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", '{"threads": 4}', '{"threads": 1, "cores": 99999}', '{"threads": 0, "cores": %d}']
)
def test_number_cut_off_or_of_another_machine_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    (tmp_path / "threads.json").write_text(text.replace("%d", str(os.cpu_count())))
    assert threads_here(tmp_path) is None


def test_no_threads_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="0 threads; expected 1 to"):
        keep_threads(tmp_path, 0)
    assert not list(tmp_path.iterdir())


def test_measured_speed_names_the_fastest_number_and_leaves_the_model_on_it(
    tiny: LocalLLM, torch_threads: None
) -> None:
    import torch

    found = measure_speed(tiny, tokens=4)
    assert found is not None
    assert found.by_threads[found.threads] == max(found.by_threads.values()) == found.tokens_per_second_batch
    assert torch.get_num_threads() == found.threads
    assert f"threads: {found.threads}" in str(found)
    assert measure_speed(ScriptedLLM()) is None
