"""The rules of the house that no linter checks."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "src" / "leadrank"
FILES = sorted(HOUSE.rglob("*.py"))
HEAVY = ("pandas", "sklearn", "scipy", "catboost", "lightgbm", "xgboost", "optuna", "matplotlib", "imblearn", "pyarrow", "sqlalchemy", "jinja2")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_file_holds_at_most_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_no_module_is_a_drawer_for_odds_and_ends():
    odd = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base"}
    assert not [path for path in FILES if path.stem in odd or path.parent.name in odd]


@pytest.mark.parametrize("module", ["leadrank", "leadrank.score", "leadrank.bundle", "leadrank.decisions", "leadrank.project", "leadrank.data"])
def test_the_core_loads_neither_pandas_nor_a_learner(module):
    asked = f"import sys, {module}; print(*sorted(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_scoring_a_linear_model_loads_no_learner(trained_bundle):
    asked = (
        f"import sys; from leadrank.score import Scorer; Scorer({str(trained_bundle)!r}).one({{'n': '1'}}, reasons=1);"
        f"print(*sorted(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.fixture(scope="module")
def trained_bundle(tmp_path_factory) -> Path:
    import polars as pl

    from leadrank.bundle import save_bundle
    from leadrank.project import parse_project
    from leadrank.train import train

    frame = pl.DataFrame({"n": [f"{(i * 7) % 50}" for i in range(100)], "won": ["yes" if (i * 7) % 50 + i % 9 > 28 else "no" for i in range(100)]})
    project = parse_project({"target": {"column": "won"}, "model": {"trials": 1, "candidates": ["logistic"], "folds": 2}})
    path = tmp_path_factory.mktemp("house") / "b.leadrank"
    save_bundle(train(project, frame, clock=time.monotonic), path, version="0")
    return path


def test_importing_is_quick():
    asked = "import time; start = time.perf_counter(); import leadrank; print(time.perf_counter() - start)"
    spent = min(float(subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout) for _ in range(3))
    assert spent < 0.5


def test_training_reads_as_a_table_of_contents():
    tree = ast.parse((HOUSE / "train.py").read_text(encoding="utf-8"))
    train = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "train")
    branches = [node for node in ast.walk(train) if isinstance(node, ast.If | ast.For | ast.While | ast.Try | ast.With)]
    assert not branches
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While | ast.Try)]
    assert len(loops) <= 1
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert sum(isinstance(inner, ast.If) for inner in ast.walk(node)) <= 2, node.name


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later(word):
    assert not [str(path) for path in FILES if f"# {word}" in path.read_text(encoding="utf-8")]
