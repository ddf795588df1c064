"""Logistic regression over splines and levels; scored by NumPy alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.design import Design, build, check_design, fit_design
from leadrank.models.predictor import Candidate, Scale, Setting, Suggest
from leadrank.records import read_record, write_record
from leadrank.types import BoolArray, FloatArray, IntArray, Matrix


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted linear model on the log-odds scale; `means` are the design's means over the training rows."""

    design: Design
    weights: tuple[float, ...]
    intercept: float
    means: tuple[float, ...]
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the log-odds of each row."""
        # Not BLAS, which adds up a row in an order that depends on how many rows come with it: a lead scores alike alone and among others.
        D = np.ascontiguousarray(build(self.design, X))
        margin: FloatArray = np.einsum("ij,j->i", D, np.asarray(self.weights)) + self.intercept
        return margin

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return each feature's distance from its average effect: the exact SHAP values of a linear model."""
        weights, means = np.asarray(self.weights), np.asarray(self.means)
        each = (build(self.design, X) - means) * weights
        out = np.zeros((len(X), len(X.features)))
        np.add.at(out.T, self.design.owner, each.T)
        return out, float(means @ weights) + self.intercept

    def parts(self) -> dict[str, bytes]:
        """Return the model as one JSON part."""
        return {"linear.json": write_record(self)}


def fit_logistic(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Linear:
    """Fit a ridge (`penalty="l2"`) or lasso (`"l1"`) logistic regression.

    Parameters
    ----------
    X, y
        Training rows and their 0/1 outcomes.
    weight
        Row weights, or None.
    setting
        `C` (inverse strength), `penalty`, `basis`, `knots`, and `eliminate`: how many design columns recursive feature
        elimination keeps (Guyon et al. 2002), or 0 for all. `relax`: the inverse strength of a ridge that is fitted anew on the
        columns which the lasso kept, free of its shrinkage (relaxed lasso; Meinshausen 2007), or 0 for none. `tol`: the solver's own.
    seed
        For the solver's shuffling.
    """
    design = fit_design(X, basis=setting.get("basis", "ramps"), knots=int(setting.get("knots", 8)))
    D = build(design, X)
    estimator = _estimator(setting, seed)
    keep = np.ones(D.shape[1], dtype=bool)
    if int(setting.get("eliminate", 0)) and D.shape[1] > int(setting["eliminate"]):
        keep = _eliminated(estimator, D, y, weight, int(setting["eliminate"]))
    means = D.mean(axis=0)
    if not keep.any() or np.unique(y).size < 2:
        rate = (y.sum() + 0.5) / (len(y) + 1.0)
        return Linear(design, (0.0,) * D.shape[1], float(np.log(rate / (1 - rate))), tuple(means))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Line search of Newton solver")  # it then falls back to L-BFGS by itself
        estimator.fit(D[:, keep], y, sample_weight=weight)
        estimator, keep = _relaxed(estimator, D, y, weight, keep, setting, seed)
    weights = np.zeros(D.shape[1])
    weights[keep] = estimator.coef_[0]
    return Linear(design, tuple(float(w) for w in weights), float(estimator.intercept_[0]), tuple(float(m) for m in means))


def load_logistic(parts: Mapping[str, bytes]) -> Linear:
    """Build the model again from its part.

    Raises
    ------
    ValueError
        The design is none that training makes, or the weights do not fit it.
    """
    linear = read_record(Linear, parts["linear.json"])
    check_design(linear.design)
    columns = len(linear.design.owner)
    if not columns == len(linear.weights) == len(linear.means):
        raise ValueError(f"{columns} columns have {len(linear.weights)} weights and {len(linear.means)} means")
    return linear


def _estimator(setting: Setting, seed: int) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as problem:
        raise MissingExtraError("Training needs scikit-learn.", "pip install 'leadrank[train]'") from problem
    lasso = setting.get("penalty", "l2") == "l1"
    return LogisticRegression(
        C=float(setting.get("C", 1.0)), l1_ratio=1.0 if lasso else 0.0, solver="liblinear" if lasso else "newton-cholesky",
        max_iter=int(setting.get("max_iter", 200)), tol=float(setting.get("tol", 1e-4)), random_state=seed,
    )


def _relaxed(
    estimator: Any, D: FloatArray, y: IntArray, weight: FloatArray | None, keep: BoolArray, setting: Setting, seed: int
) -> tuple[Any, BoolArray]:
    strength = float(setting.get("relax", 0.0))
    chosen = keep.copy()
    chosen[keep] = estimator.coef_[0] != 0
    if strength <= 0 or not chosen.any():
        return estimator, keep
    ridge = _estimator({"C": strength, "max_iter": setting.get("max_iter", 200)}, seed)
    return ridge.fit(D[:, chosen], y, sample_weight=weight), chosen


def _eliminated(estimator: Any, D: FloatArray, y: IntArray, weight: FloatArray | None, keep: int) -> Any:
    from sklearn.feature_selection import RFE

    selector = RFE(estimator, n_features_to_select=keep, step=0.1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Line search of Newton solver")
        selector.fit(D, y, **({} if weight is None else {"sample_weight": weight}))
    return selector.support_


LOGISTIC = Candidate(
    name="logistic", fit=fit_logistic, load=load_logistic, complexity=1,
    first=({"C": 0.3, "basis": "ramps", "knots": 8},
           {"C": 0.03, "basis": "steps", "knots": 60, "penalty": "l1", "relax": 1.0, "tol": 1e-3, "sums": 2},
           {"C": 0.05, "basis": "ramps", "knots": 5},
           {"C": 0.3, "basis": "steps", "knots": 24, "penalty": "l1"}),
    space={"C": Suggest(0.005, 10.0, log=True), "basis": Suggest(choices=("ramps", "steps")), "knots": Suggest(3, 24, whole=True)},
)
