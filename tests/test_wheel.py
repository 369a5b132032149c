"""The wheel: every package but tests, benchmarks and training is in it, with its texts and data, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import hatchling.build as b, os; os.chdir({str(ROOT)!r}); print(b.build_wheel({str(folder)!r}))"
    built = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if "No module named 'hatchling'" in built.stderr:
        pytest.skip("hatchling is not installed: pip install hatchling")
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(folder.glob("shopkeeper-*.whl"))) as wheel:
        return set(wheel.namelist())


def test_wheel_holds_texts_and_data_beside_the_code(names: set[str]) -> None:
    for name in (
        "ui.py",
        "assistant/pages/page.css",
        "prompts/en/wordings/personas.txt",
        "prompts/en/choose_text.txt",
        "shop/sample_data/products.csv",
        "shop/sample_data/faq.csv",
        "shop/sample_data/shop.toml",
    ):
        assert name in names


def test_wheel_holds_only_the_rooms(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"shop", "retrieval", "segmentation", "scoring", "prompts", "assistant", "ui.py"}


def test_wheel_names_the_command_and_the_licence(names: set[str]) -> None:
    about = {name.split("/", 1)[1] for name in names if ".dist-info/" in name}
    assert {"entry_points.txt", "METADATA", "licenses/LICENSE"} <= about
