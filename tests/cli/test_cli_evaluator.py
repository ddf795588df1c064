"""Where the native kernel cannot be used, people are told once, and `inspect` names what is in use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leadrank.bundle import load_bundle, save_bundle
from leadrank.cli.main import run
from leadrank.forest import evaluator, library
from leadrank.models.distilled import Distilled

Capture = pytest.CaptureFixture[str]
SAID = "The native kernel cannot be used, and NumPy works in its place: the same results, several times slower (_kernel.so is not there)."


@pytest.fixture
def without_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_found", lambda: (None, "NumPy: _kernel.so is not there"))


@pytest.mark.usefixtures("without_kernel")
@pytest.mark.parametrize("flags", [[], ["--top", "3"]])
def test_scoring_without_the_kernel_says_so_once(folder: Path, bundle: str, capsys: Capture, flags: list[str]) -> None:
    assert run(["score", bundle, str(folder / "new.csv"), *flags]) == 0
    assert capsys.readouterr().err.splitlines().count(SAID) == 1


@pytest.mark.usefixtures("without_kernel")
def test_training_without_the_kernel_says_so_once(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    assert run(["train", str(folder / "leadrank.toml"), "--trials", "1", "--threads", "1", "-o", str(tmp_path / "b.leadrank")]) == 0
    assert capsys.readouterr().err.splitlines().count(SAID) == 1


@pytest.mark.skipif(library.library() is None, reason=evaluator())
def test_with_the_kernel_nothing_is_said(folder: Path, bundle: str, capsys: Capture) -> None:
    assert run(["score", bundle, str(folder / "new.csv")]) == 0
    assert "kernel" not in capsys.readouterr().err


def test_inspect_names_the_evaluator(bundle: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["inspect", bundle]) == 0
    assert evaluator() in capsys.readouterr().out
    monkeypatch.setattr(library, "_found", lambda: (None, "NumPy: _kernel.so is not there"))
    assert run(["inspect", bundle]) == 0
    assert "NumPy: _kernel.so is not there" in capsys.readouterr().out


def test_inspect_says_why_a_slow_model_is_served(bundle: str, tmp_path: Path, capsys: Capture) -> None:
    held = load_bundle(bundle)
    said = str(Distilled(("catboost",), (1.0,), "formless", because="The tables are too large."))
    save_bundle(replace(held, facts=replace(held.facts, speed=said)), tmp_path / "b.leadrank", version="0")
    assert run(["inspect", str(tmp_path / "b.leadrank")]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
