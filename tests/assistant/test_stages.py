"""Stages: what the listener hears and what is kept."""

from __future__ import annotations

import pytest

from assistant.stages import Stages, peak_mib


def test_stages_tell_the_listener_start_ticks_and_end() -> None:
    heard: list[tuple[str, int, int]] = []
    stages = Stages(lambda *news: heard.append(news))
    with stages.stage("read") as tick:
        tick(3, 9)
    with stages.stage("index"):
        stages.reused()
    assert heard == [("read", 0, 0), ("read", 3, 9), ("read", 1, 1), ("index", 0, 0), ("index", 1, 1)]
    assert [(time.name, time.reused) for time in stages.times] == [("read", False), ("index", True)]


def test_stages_that_fail_are_not_counted_as_done() -> None:
    stages = Stages()
    with pytest.raises(ValueError, match="broken"), stages.stage("read"):
        raise ValueError("broken")
    assert stages.times == []


def test_peak_memory_grows_with_what_is_held() -> None:
    before = peak_mib()
    held = bytearray(200 * 2**20)
    held[::4096] = b"x" * len(held[::4096])  # touched, or the system would not give it
    assert peak_mib() >= before + 100 or before > 400
