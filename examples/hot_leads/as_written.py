"""The original as its report describes it: columns dropped, dummies, scaled numbers, RFE to 15 features, logistic regression, cut at 0.35."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from sklearn.feature_selection import RFE
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from leadrank.types import BoolArray, FloatArray, IntArray

CUT, KEPT = 0.35, 15
NUMBERS = ("TotalVisits", "Total Time Spent on Website", "Page Views Per Visit")
DROPPED = (
    "Prospect ID", "Lead Number", "Converted", "Tags", "Lead Quality", "Country", "What matters most to you in choosing a course",
    "Asymmetrique Activity Index", "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
)
LEVELS = 20
"""A column with more levels than this was no use as dummies."""


def as_written(
    frame: pl.DataFrame, y: IntArray, learn: IntArray, unseen: IntArray
) -> Iterator[tuple[str, IntArray, FloatArray, BoolArray]]:
    """Learn from some rows and judge the others at the original's cut, then where precision and recall of the learned rows really cross."""
    X = _dummies(frame)
    scaler = StandardScaler().fit(X[learn])
    chosen = RFE(LogisticRegression(max_iter=300), n_features_to_select=KEPT, step=5).fit(scaler.transform(X[learn]), y[learn])
    p = chosen.predict_proba(scaler.transform(X))[:, 1]
    yield f"as it was written, cut at {CUT}", y[unseen], p[unseen, None], p[unseen] >= CUT
    crossing = np.quantile(p[learn], 1 - y[learn].mean())
    yield f"the same, cut where precision and recall cross ({crossing:.2f})", y[unseen], p[unseen, None], p[unseen] >= crossing
    tenth = np.quantile(p[learn], 0.9)
    yield f"the same, top tenth (cut at {tenth:.2f})", y[unseen], p[unseen, None], p[unseen] >= tenth


def _dummies(frame: pl.DataFrame) -> FloatArray:
    kept = frame.select(c for c in frame.columns if c not in DROPPED)
    numbers = kept.select(pl.col(c).cast(pl.Float64).fill_null(strategy="mean") for c in NUMBERS)
    texts = kept.drop(NUMBERS).with_columns(pl.all().replace("Select", None).fill_null(""))
    levels = texts.select(c for c in texts.columns if 1 < texts[c].n_unique() <= LEVELS)
    table: FloatArray = pl.concat([numbers, levels.to_dummies(drop_first=True).cast(pl.Float64)], how="horizontal").to_numpy()
    return table
