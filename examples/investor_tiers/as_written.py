"""The original's training as its author wrote it: scaled columns, SMOTE, balanced weights, XGBoost over three classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import xgboost
from imblearn.over_sampling import SMOTE
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from leadrank.types import BoolArray, FloatArray, IntArray


def as_written(
    frame: pl.DataFrame, y: IntArray, learn: IntArray, unseen: IntArray
) -> Iterator[tuple[str, IntArray, FloatArray, BoolArray]]:
    """Learn from some rows and give the others' probabilities of reaching Medium and High, with and without SMOTE."""
    X = frame.drop("lead_score").cast(pl.Float64).to_numpy()
    scaler = StandardScaler().fit(X[learn])
    scaled, classes = scaler.transform(X[learn]), y[learn]
    for name, (rows, labels) in {
        "as it was written": SMOTE(random_state=42).fit_resample(scaled, classes), "as it was written, without SMOTE and weights": (scaled, classes),
    }.items():
        weight = compute_sample_weight("balanced", labels) if len(labels) > len(classes) else None
        shares = _model().fit(rows, labels, sample_weight=weight).predict_proba(scaler.transform(X[unseen])).astype(np.float64)
        reach = np.stack([shares[:, 1] + shares[:, 2], shares[:, 2]], axis=1)
        yield name, y[unseen], reach, shares.argmax(axis=1) == 2


def _model() -> xgboost.XGBClassifier:
    return xgboost.XGBClassifier(
        n_estimators=300, max_depth=6, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, min_child_weight=3, gamma=0.1,
        objective="multi:softprob", eval_metric="mlogloss", random_state=42, n_jobs=1,
    )
