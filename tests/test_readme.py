"""The README runs: its Python blocks in order, its commands and options exist, its first two commands are the two to know.

It knows nothing of how they work.
"""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_readme_python_blocks_run_in_order() -> None:
    found = blocks("python")
    names: dict[str, object] = {}
    for block in found:
        exec(compile(block, str(README), "exec"), names)
    assert len(found) == 2


def test_readme_first_two_commands_are_demo_and_test() -> None:
    made = re.findall(r"^make [a-z]+$", "\n".join(blocks("sh")), re.MULTILINE)
    assert made[:2] == ["make demo", "make test"]


def test_readme_commands_exist_with_their_options() -> None:
    from assistant.commands.app import add_commands, app

    add_commands()
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    lines = re.findall(r"shopkeeper (.+)", "\n".join(blocks("sh")))
    assert len(lines) >= 7
    for line in lines:
        words = line.split("#")[0].split()
        command = known[words[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        asked = {word for word in words if word.startswith("-")}
        assert asked <= options, f"{line}: no option {asked - options}"
