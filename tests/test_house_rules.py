"""The layout, held by tests: who may import whom, what is heavy, how long a file may be, that nothing names one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# a package may import itself and the packages listed here
MAY_IMPORT: dict[str, set[str]] = {
    "shop": set(),
    "prompts": set(),
    "retrieval": {"shop"},
    "segmentation": {"shop"},
    "scoring": {"shop"},
    "assistant": {"shop", "prompts", "retrieval", "segmentation", "scoring"},
    "training": {"shop", "prompts", "assistant"},
    "ui": {"shop", "assistant"},
}
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "gradio",
    "langchain",
    "langchain_core",
    "faiss",
    "sklearn",
    "plotly",
    "statsforecast",
    "mlxtend",
    "peft",
    "shap",
    "sqlalchemy",
}
FILES = sorted(path for name in MAY_IMPORT for path in [*ROOT.glob(f"{name}/**/*.py"), *ROOT.glob(f"{name}.py")])
# read before any test has started a thread: several releases of Python 3.11 cannot parse in two threads at once
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def imported_packages(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write absolute imports"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_follows_house_rules(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = TREES[path]
    relative = path.relative_to(ROOT)
    package = relative.parts[0].removesuffix(".py")

    imported = imported_packages(tree)
    forbidden = (imported & set(MAY_IMPORT)) - MAY_IMPORT[package] - {package}
    assert not forbidden, f"{package} must not import {sorted(forbidden)}"
    if "gradio" in imported:
        assert relative.parts[:2] == ("assistant", "pages") or relative.name == "ui.py", "only the page knows gradio"
    assert source.count("\n") <= 400, "split by question, not by size"
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert ast.unparse(node.type) not in ("Exception", "BaseException"), "name the error"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_what_it_owns_and_what_it_does_not_know(path: Path) -> None:
    text = ast.get_docstring(TREES[path]) or ""
    assert text, "says in one sentence what it owns"
    assert re.search(r"\b(not?|nothing|never|neither|nor|only|without|no)\b", text, re.IGNORECASE), (
        "and what it does not know"
    )


@pytest.mark.parametrize(
    "package", ["shop", "prompts", "retrieval", "segmentation", "scoring", "assistant", "training"]
)
def test_import_loads_no_model_library(package: str) -> None:
    code = f"import sys, {package}; print(*{HEAVY} & set(sys.modules))"
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert outcome.stdout.split() == []


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    here = Path(__file__).relative_to(ROOT)
    wrong = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if (
            path.suffix in (".safetensors", ".png", ".parquet", ".faiss", ".gz")
            or Path(name) == here
            or not path.is_file()
        ):
            continue
        if re.search(r"(?<![\w.])/(root|home|work|opt)/\w", path.read_text(encoding="utf-8", errors="replace")):
            wrong.append(name)
    assert wrong == []
