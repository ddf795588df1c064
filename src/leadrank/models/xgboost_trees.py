"""XGBoost as a candidate: depth-wise trees over numbers and one column per level, JSON model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.predictor import Candidate, Scale, Setting, Suggest
from leadrank.types import FloatArray, IntArray, Matrix

_SAME = {
    "random_state": "seed", "n_jobs": "nthread", "reg_lambda": "lambda", "reg_alpha": "alpha", "learning_rate": "eta",
    "min_split_loss": "gamma",
}
"""Names of XGBoost's scikit-learn interface, and those of its own."""


@dataclass(frozen=True, slots=True)
class DepthwiseTrees:
    """A fitted XGBoost booster."""

    booster: Any
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the raw score of each row."""
        raw: FloatArray = np.asarray(self.booster.predict(_data(X), output_margin=True), dtype=float)
        return raw

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return exact TreeSHAP values; XGBoost computes them in float32, so the last digits go to the base of each row."""
        values = np.asarray(self.booster.predict(_data(X), pred_contribs=True), dtype=float)
        return values[:, :-1], float(values[0, -1]) if len(values) else 0.0

    def parts(self) -> dict[str, bytes]:
        """Return the model as XGBoost JSON."""
        return {"xgboost.json": bytes(self.booster.save_raw(raw_format="json"))}


def fit_xgboost(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> DepthwiseTrees:
    """Fit on one thread; settings by XGBoost's own names, of either of its interfaces."""
    xgboost = _xgboost()
    options = {
        "objective": "binary:logistic", "nthread": 1, "seed": seed, "verbosity": 0, "max_depth": 4, "eta": 0.05, "subsample": 0.8,
        "colsample_bytree": 0.5, "min_child_weight": 3, "lambda": 3.0, **{_SAME.get(k, k): v for k, v in setting.items()},
    }
    rounds = int(options.pop("n_estimators", 250))
    options["nthread"] = 1
    return DepthwiseTrees(xgboost.train(options, _data(X, y, weight), num_boost_round=rounds))


def load_xgboost(parts: Mapping[str, bytes]) -> DepthwiseTrees:
    """Build the booster again from its JSON."""
    booster = _xgboost().Booster()
    booster.load_model(bytearray(parts["xgboost.json"]))
    booster.set_param({"nthread": 1})
    return DepthwiseTrees(booster)


def _data(X: Matrix, y: IntArray | None = None, weight: FloatArray | None = None) -> Any:
    table = np.concatenate([X.numbers, X.codes.astype(float)], axis=1)
    kinds = ["q"] * len(X.numeric) + ["c"] * len(X.categorical)
    return _xgboost().DMatrix(table, label=y, weight=weight, feature_types=kinds, enable_categorical=True, nthread=1)


def _xgboost() -> Any:
    try:
        import xgboost
    except ImportError as problem:
        raise MissingExtraError("This model needs XGBoost.", "pip install 'leadrank[train]'") from problem
    return xgboost


XGBOOST = Candidate(
    name="xgboost", fit=fit_xgboost, load=load_xgboost, complexity=3,
    first=(
        {"max_depth": 4, "eta": 0.05, "n_estimators": 250, "subsample": 0.8, "colsample_bytree": 0.5, "min_child_weight": 3, "lambda": 3.0},
        {"max_depth": 2, "eta": 0.08, "n_estimators": 300, "subsample": 0.8, "colsample_bytree": 0.7, "min_child_weight": 5, "lambda": 3.0},
    ),
    space={
        "max_depth": Suggest(2, 7, whole=True), "eta": Suggest(0.02, 0.15, log=True),
        "n_estimators": Suggest(60, 500, log=True, whole=True), "subsample": Suggest(0.5, 1.0), "colsample_bytree": Suggest(0.3, 1.0),
        "min_child_weight": Suggest(1.0, 30.0, log=True), "lambda": Suggest(0.5, 30.0, log=True),
    },
)
