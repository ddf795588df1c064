"""A bundle whose digest is right may still hold parts that do not make a model: one kind of error says so."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leadrank.bundle import Bundle, load_bundle
from leadrank.bundle.archive import read_archive, write_archive
from leadrank.errors import BundleError, MissingExtraError

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
Load = Callable[[str, dict[str, bytes | None]], Bundle]


@pytest.fixture(scope="module")
def originals() -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        from bundle_campaign import small_bundles

        return dict(zip(("logistic", "catboost", "random_forest"), small_bundles(), strict=True))


@pytest.fixture
def load(originals: dict[str, bytes], tmp_path: Path) -> Load:
    """Load a bundle with some parts exchanged (None: left out) and the digest right."""

    def changed(name: str, parts: dict[str, bytes | None]) -> Bundle:
        manifest, held = read_archive(originals[name])
        merged = {**held, **{part: value(held[part]) if callable(value) else value for part, value in parts.items()}}
        facts = {key: value for key, value in manifest.items() if key not in {"format", "parts"}}
        write_archive(tmp_path / "x.leadrank", {n: p for n, p in merged.items() if p is not None}, facts)
        return load_bundle(tmp_path / "x.leadrank")

    return changed


def _with(**fields: object) -> Callable[[bytes], bytes]:
    return lambda part: json.dumps({**json.loads(part), **fields}).encode()


@pytest.mark.parametrize("part", ["policy.json", "facts.json", "evidence.json", "held_out.json", "model/shape.json"])
def test_a_missing_part_is_named(load: Load, part: str) -> None:
    with pytest.raises(BundleError, match=f"lacks {part}"):
        load("logistic", {part: None})


@pytest.mark.parametrize(("learner", "part"), [("logistic", "linear.json"), ("random_forest", "design.json"), ("random_forest", "trees.bin")])
def test_a_missing_part_of_a_learner_is_named(load: Load, learner: str, part: str) -> None:
    with pytest.raises(BundleError, match=f"{part}' is missing"):
        load(learner, {f"model/{part}": None})


@pytest.mark.parametrize("shape", [
    b"", b"{}", b"null", b"[" * 10_000, _with(members=["pickle"]), _with(members=[], weights=[]), _with(weights=[]), _with(thresholds=0),
    _with(thresholds=1 << 40), _with(thresholds=2), _with(calibrations=[]), _with(calibrations=[{"shift": 1e999}]),
    _with(spread={"edges": [0.0], "model_variance": [1.0]}),
])
def test_a_malformed_shape_is_a_bundle_error(load: Load, shape: object) -> None:
    with pytest.raises(BundleError, match="do not make a model"):
        load("logistic", {"model/shape.json": shape})  # type: ignore[dict-item]


@pytest.mark.parametrize(("learner", "part", "value"), [
    ("logistic", "model/linear.json", _with(weights=[1.0])), ("logistic", "model/linear.json", _with(intercept=float("inf"))),
    ("catboost", "model/forest.arrays", b"not a model at all"), ("catboost", "model/forest.arrays", None),
    ("random_forest", "model/trees.bin", bytes(64)), ("random_forest", "model/design.json", _with(numbers=[])),
    ("logistic", "encoder.json", _with(inputs=[])), ("logistic", "evidence.json", _with(features=[])),
    ("logistic", "evidence.json", _with(conversions=[])), ("logistic", "facts.json", _with(classes=["a", "b", "c"])),
])
def test_parts_that_do_not_fit_each_other_are_a_bundle_error(load: Load, learner: str, part: str, value: object) -> None:
    with pytest.raises(BundleError):
        load(learner, {part: value})  # type: ignore[dict-item]


def test_an_absent_library_is_not_blamed_on_the_bundle(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(MissingExtraError, match="XGBoost"):
        load("logistic", {"model/shape.json": _with(members=["xgboost"])})


def test_a_forest_needs_no_catboost_to_score(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "catboost", None)
    assert load("catboost", {}).facts.chosen == "catboost"


def test_what_was_not_changed_loads(load: Load) -> None:
    assert load("random_forest", {}).facts.chosen == "random_forest"
