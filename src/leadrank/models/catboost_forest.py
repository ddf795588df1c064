"""The default model: CatBoost's symmetric trees, several seeds averaged in log-odds (which is again one forest)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from leadrank.errors import MissingExtraError
from leadrank.models.catboost_blob import check_blob
from leadrank.models.predictor import Candidate, Scale, Setting, Suggest
from leadrank.types import FloatArray, IntArray, Matrix

_NAMES = np.array([str(i).encode() for i in range(1 << 12)], dtype=object)


@dataclass(frozen=True, slots=True)
class Forest:
    """Fitted CatBoost models whose margins are averaged."""

    models: tuple[Any, ...]
    scale: Scale = "log-odds"

    def margin(self, X: Matrix) -> FloatArray:
        """Return the mean log-odds of each row."""
        rows = pool(X)
        each = [m.predict(rows, prediction_type="RawFormulaVal", thread_count=1) for m in self.models]
        margin: FloatArray = np.mean(each, axis=0, dtype=float)
        return margin

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return exact path-dependent SHAP values (Lundberg et al. 2020), averaged as the margins are."""
        rows = pool(X)
        values = np.mean([m.get_feature_importance(data=rows, type="ShapValues", thread_count=1) for m in self.models], axis=0)
        return values[:, :-1], float(values[0, -1]) if len(values) else 0.0

    def parts(self) -> dict[str, bytes]:
        """Return each model in CatBoost's own binary format."""
        return {f"forest-{k}.cbm": _saved(m) for k, m in enumerate(self.models)}


def pool(X: Matrix, y: IntArray | FloatArray | None = None, weight: FloatArray | None = None) -> Any:
    """Hand a matrix to CatBoost: float32 numbers (nan kept), category codes as bytes."""
    catboost = _catboost()
    data = catboost.FeaturesData(
        num_feature_data=X.numbers.astype(np.float32) if X.numeric else None,
        cat_feature_data=_as_bytes(X) if X.categorical else None,
        num_feature_names=[f"n{j}" for j in range(len(X.numeric))] or None,
        cat_feature_names=[f"c{j}" for j in range(len(X.categorical))] or None,
    )
    return catboost.Pool(data, label=y, weight=weight)


def fit_forest(X: Matrix, y: IntArray | FloatArray, weight: FloatArray | None, setting: Setting, seed: int) -> Forest:
    """Fit `seeds` forests, each on one thread, so that the result does not depend on how many run at a time.

    Parameters
    ----------
    setting
        CatBoost's own names (`depth`, `learning_rate`, `iterations`, `rsm`, `l2_leaf_reg`, `max_ctr_complexity`, …), `seeds`, and
        `parallel`: how many seeds are fitted at a time.
    """
    options: dict[str, Any] = {"iterations": 200, "learning_rate": 0.09, "depth": 6, "rsm": 0.5, "max_ctr_complexity": 1, **setting}
    seeds, parallel = int(options.pop("seeds", 1)), int(options.pop("parallel", 1))
    rows = pool(X, y, weight)

    def fit(k: int) -> Any:
        model = _catboost().CatBoost({
            "loss_function": "Logloss", "thread_count": 1, "allow_writing_files": False, "logging_level": "Silent",
            "random_seed": seed + 7919 * k, **options,
        })
        return model.fit(rows)

    with ThreadPoolExecutor(parallel) as workers:
        return Forest(tuple(workers.map(fit, range(seeds))))


def load_forest(parts: Mapping[str, bytes]) -> Forest:
    """Build the forests again from their parts.

    Raises
    ------
    ValueError
        A part is not a model that CatBoost can read without harm.
    """
    if not parts:
        raise ValueError("there is no forest")
    models = []
    for name in sorted(parts, key=lambda n: int(n.removeprefix("forest-").removesuffix(".cbm"))):
        check_blob(parts[name])
        model = _catboost().CatBoost()
        model.load_model(blob=parts[name])
        models.append(model)
    return Forest(tuple(models))


def _as_bytes(X: Matrix) -> Any:
    top = int(X.codes.max(initial=0)) + 1
    names = _NAMES if top <= len(_NAMES) else np.array([str(i).encode() for i in range(top)], dtype=object)
    return names[X.codes]


def _saved(model: Any) -> bytes:
    metadata = model.get_metadata()
    for name in ("model_guid", "train_finish_time"):
        metadata[name] = ""  # else equal models would not be equal bytes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.cbm"
        model.save_model(str(path))
        return path.read_bytes()


def _catboost() -> Any:
    try:
        import catboost
    except ImportError as problem:
        raise MissingExtraError("This model needs CatBoost.", "pip install 'leadrank[train]'") from problem
    return catboost


CATBOOST = Candidate(
    name="catboost", fit=fit_forest, load=load_forest, complexity=3,
    first=(
        {"depth": 6, "learning_rate": 0.09, "iterations": 200, "l2_leaf_reg": 3.0, "rsm": 0.5, "max_ctr_complexity": 1},
        {"depth": 6, "learning_rate": 0.09, "iterations": 200, "l2_leaf_reg": 3.0, "rsm": 0.5, "max_ctr_complexity": 2},
        {"depth": 4, "learning_rate": 0.06, "iterations": 200, "l2_leaf_reg": 10.0, "rsm": 0.5, "max_ctr_complexity": 1},
        {"depth": 1, "learning_rate": 0.2, "iterations": 200, "l2_leaf_reg": 3.0, "rsm": 1.0, "max_ctr_complexity": 1},
        {"depth": 3, "learning_rate": 0.04, "iterations": 100, "l2_leaf_reg": 50.0, "rsm": 0.5, "max_ctr_complexity": 1},
    ),
    space={
        "depth": Suggest(2, 8, whole=True), "learning_rate": Suggest(0.03, 0.2, log=True), "iterations": Suggest(60, 400, whole=True),
        "l2_leaf_reg": Suggest(1.0, 60.0, log=True), "rsm": Suggest(0.3, 1.0), "max_ctr_complexity": Suggest(choices=(1, 2)),
    },
)
