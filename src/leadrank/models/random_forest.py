"""Random forest: trained by scikit-learn, kept as plain arrays, scored by NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.design import Design, build, fit_design
from leadrank.models.predictor import Candidate, Scale, Setting, Suggest
from leadrank.records import read_record, write_record
from leadrank.types import FloatArray, IntArray, Matrix

_EDGE = 1e-4
_ARRAYS = {"column": "<i8", "cut": "<f8", "left": "<i8", "right": "<i8", "share": "<f8", "roots": "<i8"}
"""In the order in which they are kept, each of 8 bytes an item."""


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
        """Return the design as JSON, and the trees as two counts (nodes, trees) and the bare arrays: little-endian, 8 bytes an item."""
        counts = np.array([len(self.column), len(self.roots)], dtype="<i8").tobytes()
        arrays = [getattr(self, name).astype(kind).tobytes() for name, kind in _ARRAYS.items()]
        return {"design.json": write_record(self.design), "trees.bin": b"".join([counts, *arrays])}

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


def fit_random_forest(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Trees:
    """Fit with scikit-learn on one thread; settings by its own names (`n_estimators`, `max_depth`, `min_samples_leaf`, …)."""
    design = fit_design(X, basis="raw")
    options = {"n_estimators": 200, "min_samples_leaf": 5, "max_features": "sqrt", **setting, "random_state": seed, "n_jobs": 1}
    forest = _forest_class()(**options)
    forest.fit(build(design, X).astype(np.float32), y, sample_weight=weight)
    return _exported(design, forest)


def load_random_forest(parts: Mapping[str, bytes]) -> Trees:
    """Build the forest again from its parts.

    Raises
    ------
    ValueError
        The arrays are not a forest over this design: of other lengths, with a node below itself, a column that is not there.
    """
    trees = Trees(read_record(Design, parts["design.json"]), **_arrays(parts["trees.bin"]))
    wrong = _wrong_with(trees)
    if wrong:
        raise ValueError(f"the random forest is not one: {wrong}")
    return trees


def _arrays(part: bytes) -> dict[str, Any]:
    nodes, roots = (int(n) for n in np.frombuffer(part[:16], dtype="<i8")) if len(part) >= 16 else (0, 0)
    if min(nodes, roots) < 1 or len(part) != 16 + 8 * (5 * nodes + roots):
        raise ValueError("the random forest's arrays are not as long as they say")
    held, at = {}, 16
    for name, kind in _ARRAYS.items():
        count = roots if name == "roots" else nodes
        held[name] = np.frombuffer(part, dtype=kind, count=count, offset=at).astype(kind[1:])
        at += 8 * count
    return held


def _wrong_with(trees: Trees) -> str:
    """Say what would make a walk go astray: every tree is a block of its own and children come after their parents, so a walk ends."""
    if any(not 1 <= levels.width <= len(levels.column_of) + 1 for levels in trees.design.levels):
        return "a category is wider than its levels"
    nodes, roots = np.arange(len(trees.column)), trees.roots
    if roots[0] != 0 or roots[-1] >= len(nodes) or (np.diff(roots) < 1).any():
        return "its trees do not follow each other"
    if (trees.column < -1).any() or (trees.column >= len(trees.design.owner)).any():
        return "a column is not in the design"
    if not (np.isfinite(trees.cut).all() and ((trees.share >= 0) & (trees.share <= 1)).all()):
        return "a cut is not finite, or a share not within 0 and 1"
    inner, end = trees.column >= 0, np.repeat(np.append(roots[1:], len(nodes)), np.diff(np.append(roots, len(nodes))))
    for child in (trees.left, trees.right):
        if ((child <= nodes) | (child >= end))[inner].any():
            return "a child is not below its parent, in the same tree"
    return ""


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
