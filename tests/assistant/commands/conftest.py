"""The command line run in this process, as `shopkeeper …` would be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.commands.app import main


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, what it printed, what it said on the error stream."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command in an empty folder; its state is `tmp_path / "state"`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")  # an error box is as wide as the terminal

    def ran(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["shopkeeper", *map(str, arguments)])
        code = 0
        capsys.readouterr()
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return ran


TITLES = (
    "Red mug",
    "Blue lamp",
    "Oak tray",
    "Wool rug",
    "Glass vase",
    "Brass bell",
    "Linen towel",
    "Steel pan",
    "Clay pot",
)
HEADER = "order_id,customer_id,product_id,title,quantity,unit_price,order_date,country"


def order_lines(count: int = 60) -> list[list[str]]:
    """Two lines an order, 17 customers in turn, nine products, prices 5.00 to 25.00, all of 2024."""
    lines = []
    for at in range(count):
        order, product = at // 2, at % 9
        day = f"2024-{1 + order % 12:02d}-{1 + order % 27:02d} 1{order % 10}:00:00"
        price = f"{5 + product * 2.5:.2f}"
        lines.append(
            [
                f"{1000 + order}",
                f"C{order % 17:03d}",
                f"P{product:02d}",
                TITLES[product],
                f"{1 + at % 3}",
                price,
                day,
                "Norway",
            ]
        )
    return lines


def as_csv(lines: list[list[str]], header: str = HEADER) -> str:
    """The lines as the text of a file."""
    return "\n".join([header, *(",".join(line) for line in lines)]) + "\n"
