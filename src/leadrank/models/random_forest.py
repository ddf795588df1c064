"""Random forest: trained by scikit-learn, kept as plain arrays, scored by NumPy alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from leadrank.errors import MissingExtraError
from leadrank.models.design import Design, build, fit_design
from leadrank.models.predictor import Candidate, Scale, Setting, Suggest
from leadrank.types import FloatArray, IntArray, Matrix

_EDGE = 1e-4
_ARRAYS = ("column", "cut", "left", "right", "share", "roots")


@dataclass(frozen=True, slots=True)
class Trees:
    """All trees in one set of arrays: node → column (-1 at a leaf), cut, children, share converted; `roots` starts each tree."""

    design: Design
    column: IntArray
    cut: FloatArray
    left: IntArray
    right: IntArray
    share: FloatArray
    roots: IntArray
    scale: Scale = "probability"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the log-odds of the mean share over the trees, kept inside [1e-4, 1 - 1e-4]."""
        return _log_odds(self._walk(X, None))

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return the path decomposition (Saabas 2014): additive on shares, then stretched row by row to log-odds."""
        owner = self.design.owner
        out = np.zeros((len(X), len(X.features)))
        share = self._walk(X, (out, owner))
        base = float(_log_odds(self.share[self.roots].mean(keepdims=True))[0])
        total = out.sum(axis=1)
        wanted = _log_odds(share) - base
        factor = np.divide(wanted, total, out=np.zeros_like(total), where=np.abs(total) > 1e-12)
        return out * factor[:, None], base

    def parts(self) -> dict[str, bytes]:
        """Return the design as JSON and the trees as plain arrays."""
        held = io.BytesIO()
        np.savez(held, **{name: getattr(self, name) for name in _ARRAYS})
        return {"design.json": _DESIGN.dump_json(self.design), "trees.npz": held.getvalue()}

    def _walk(self, X: Matrix, credit: tuple[FloatArray, IntArray] | None) -> FloatArray:
        D = build(self.design, X).astype(np.float32)
        rows = np.arange(len(X))
        total = np.zeros(len(X))
        for root in self.roots:
            node = np.full(len(X), root)
            while (inner := self.column[node] >= 0).any():
                column = self.column[node]
                goes_left = D[rows, np.maximum(column, 0)] <= self.cut[node]
                after = np.where(inner, np.where(goes_left, self.left[node], self.right[node]), node)
                if credit is not None:
                    gain = (self.share[after] - self.share[node]) / len(self.roots)
                    np.add.at(credit[0], (rows[inner], credit[1][column[inner]]), gain[inner])
                node = after
            total += self.share[node]
        return total / len(self.roots)


_DESIGN: TypeAdapter[Design] = TypeAdapter(Design)


def fit_random_forest(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Trees:
    """Fit with scikit-learn on one thread; settings by its own names (`n_estimators`, `max_depth`, `min_samples_leaf`, …)."""
    design = fit_design(X, basis="raw")
    options = {"n_estimators": 200, "min_samples_leaf": 5, "max_features": "sqrt", **setting, "random_state": seed, "n_jobs": 1}
    forest = _forest_class()(**options)
    forest.fit(build(design, X).astype(np.float32), y, sample_weight=weight)
    return _exported(design, forest)


def load_random_forest(parts: Mapping[str, bytes]) -> Trees:
    """Build the forest again from its parts."""
    with np.load(io.BytesIO(parts["trees.npz"]), allow_pickle=False) as held:
        arrays = {name: held[name] for name in _ARRAYS}
    return Trees(_DESIGN.validate_json(parts["design.json"]), **arrays)


def _exported(design: Design, forest: Any) -> Trees:
    trees = [e.tree_ for e in forest.estimators_]
    starts = np.cumsum([0] + [t.node_count for t in trees])
    won = list(forest.classes_).index(1) if 1 in forest.classes_ else None
    shares = [np.zeros(t.node_count) if won is None else t.value[:, 0, won] / t.value[:, 0, :].sum(axis=1) for t in trees]
    return Trees(
        design,
        column=np.concatenate([np.where(t.children_left >= 0, t.feature, -1) for t in trees]).astype(np.int64),
        cut=np.concatenate([t.threshold for t in trees]),
        left=np.concatenate([t.children_left + s for t, s in zip(trees, starts, strict=False)]).astype(np.int64),
        right=np.concatenate([t.children_right + s for t, s in zip(trees, starts, strict=False)]).astype(np.int64),
        share=np.concatenate(shares), roots=starts[:-1].astype(np.int64),
    )


def _log_odds(share: FloatArray) -> FloatArray:
    inside = np.clip(share, _EDGE, 1.0 - _EDGE)
    odds: FloatArray = np.log(inside / (1.0 - inside))
    return odds


def _forest_class() -> Any:
    try:
        from sklearn.ensemble import RandomForestClassifier
    except ImportError as problem:
        raise MissingExtraError("Training needs scikit-learn.", "pip install 'leadrank[train]'") from problem
    return RandomForestClassifier


RANDOM_FOREST = Candidate(
    name="random_forest", fit=fit_random_forest, load=load_random_forest, complexity=3,
    first=({"n_estimators": 120, "min_samples_leaf": 5, "max_features": "sqrt"},),
    space={"min_samples_leaf": Suggest(2, 40, log=True, whole=True), "max_features": Suggest(0.1, 0.8)},
)
