"""LightGBM as a candidate: leaf-wise trees, native categories, text model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.predictor import Candidate, Scale, Setting, Suggest
from leadrank.types import FloatArray, IntArray, Matrix


@dataclass(frozen=True, slots=True)
class LeafwiseTrees:
    """A fitted LightGBM booster."""

    booster: Any
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the raw score of each row."""
        raw: FloatArray = np.asarray(self.booster.predict(_table(X), raw_score=True, num_threads=1), dtype=float)
        return raw

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return exact TreeSHAP values."""
        values = np.asarray(self.booster.predict(_table(X), pred_contrib=True, num_threads=1), dtype=float)
        return values[:, :-1], float(values[0, -1]) if len(values) else 0.0

    def parts(self) -> dict[str, bytes]:
        """Return the model as LightGBM text."""
        return {"lightgbm.txt": self.booster.model_to_string().encode()}


def fit_lightgbm(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> LeafwiseTrees:
    """Fit on one thread; settings by LightGBM's own names (`num_leaves`, `learning_rate`, `n_estimators`, …)."""
    lightgbm = _lightgbm()
    options = {
        "objective": "binary", "verbosity": -1, "num_threads": 1, "deterministic": True, "force_col_wise": True, "seed": seed,
        "num_leaves": 15, "learning_rate": 0.05, "min_data_in_leaf": 20, "feature_fraction": 0.5, "lambda_l2": 5.0, **setting,
    }
    rounds = int(options.pop("n_estimators", options.pop("num_iterations", 200)))
    categories = list(range(len(X.numeric), len(X.features)))
    data = lightgbm.Dataset(_table(X), label=y, weight=weight, categorical_feature=categories, free_raw_data=True, params={"verbosity": -1})
    return LeafwiseTrees(lightgbm.train(options, data, num_boost_round=rounds))


def load_lightgbm(parts: Mapping[str, bytes]) -> LeafwiseTrees:
    """Build the booster again from its text."""
    return LeafwiseTrees(_lightgbm().Booster(model_str=parts["lightgbm.txt"].decode()))


def _table(X: Matrix) -> FloatArray:
    return np.concatenate([X.numbers, X.codes.astype(float)], axis=1)


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as problem:
        raise MissingExtraError("This model needs LightGBM.", "pip install 'leadrank[train]'") from problem
    except OSError as problem:
        raise MissingExtraError(f"LightGBM cannot be loaded: {problem}.", "apt-get install libgomp1") from problem
    return lightgbm


def loadable() -> bool:
    """Say whether LightGBM is installed and finds the libraries it needs."""
    try:
        _lightgbm()
    except MissingExtraError:
        return False
    return True


LIGHTGBM = Candidate(
    name="lightgbm", fit=fit_lightgbm, load=load_lightgbm, complexity=3,
    first=(
        {"num_leaves": 15, "learning_rate": 0.05, "n_estimators": 200, "min_data_in_leaf": 20, "feature_fraction": 0.5, "lambda_l2": 5.0},
        {"num_leaves": 31, "learning_rate": 0.05, "n_estimators": 110, "min_data_in_leaf": 35, "feature_fraction": 0.5, "lambda_l2": 3.0},
        {"num_leaves": 6, "learning_rate": 0.05, "n_estimators": 250, "min_data_in_leaf": 40, "feature_fraction": 0.5, "lambda_l2": 10.0},
    ),
    space={
        "num_leaves": Suggest(3, 31, log=True, whole=True), "learning_rate": Suggest(0.02, 0.1, log=True),
        "n_estimators": Suggest(60, 500, log=True, whole=True), "min_data_in_leaf": Suggest(10, 120, log=True, whole=True),
        "feature_fraction": Suggest(0.3, 1.0), "lambda_l2": Suggest(0.5, 50.0, log=True),
    },
)
