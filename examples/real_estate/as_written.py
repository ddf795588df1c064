"""The original as its document describes it: filled, resampled, then cut into five folds; beside it the same with folds cut first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

from leadrank.types import BoolArray, FloatArray, IntArray

CUT = 0.6
LEAKS = ("PurchaseRecency", "PropertyInterestLevel")
DROPPED = ("CustomerID", "FirstSeen", "PropertyInterestAtCutoff", "Converted")


def as_written(
    frame: pl.DataFrame, y: IntArray, learn: IntArray, unseen: IntArray  # noqa: ARG001 (the original has no unseen rows: it has five folds)
) -> Iterator[tuple[str, IntArray, FloatArray, BoolArray]]:
    """Cross-validate a forest as the original did, then with its mistakes taken out one by one."""
    rows = np.sort(np.random.default_rng(0).permutation(len(y))[:8_000])
    leaky, honest = _table(frame[rows], ()), _table(frame[rows], LEAKS)
    yield "as it was written: both leaks, SMOTE before five folds", *_resampled_first(leaky, y[rows])
    yield "without the leaks, SMOTE before five folds", *_resampled_first(honest, y[rows])
    yield "without the leaks, SMOTE inside five folds", *_five_folds(honest, y[rows], inside=True)
    yield "without the leaks, without SMOTE, five folds", *_five_folds(honest, y[rows], inside=False)


def _resampled_first(X: FloatArray, y: IntArray) -> tuple[IntArray, FloatArray, BoolArray]:
    return _five_folds(*SMOTE(random_state=0).fit_resample(X, y), inside=False)


def _five_folds(X: FloatArray, y: IntArray, *, inside: bool) -> tuple[IntArray, FloatArray, BoolArray]:
    p = np.zeros(len(y))
    for learn, judge in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        rows, labels = SMOTE(random_state=0).fit_resample(X[learn], y[learn]) if inside else (X[learn], y[learn])
        forest = RandomForestClassifier(100, random_state=0, n_jobs=1).fit(rows, labels)
        p[judge] = forest.predict_proba(X[judge])[:, 1]
    return y, p[:, None], p >= CUT


def _table(frame: pl.DataFrame, without: tuple[str, ...]) -> FloatArray:
    """Fill incomes by place and age group and all else with 0 or a level, before any split: the original's order of steps."""
    kept = frame.drop(*DROPPED, *without).with_columns(pl.all().replace("", None))
    typed = kept.with_columns(_number_or_text(kept[c]) for c in kept.columns)
    if "IncomeLevel" in typed.columns and typed["IncomeLevel"].dtype == pl.Float64:
        typed = typed.with_columns(pl.col("IncomeLevel").fill_null(pl.col("IncomeLevel").median().over("Location", "AgeGroup")))
    texts = [c for c in typed.columns if typed[c].dtype == pl.String]
    numbers = typed.drop(texts).fill_null(0.0)
    levels = typed.select(pl.col(texts).fill_null("unknown").cast(pl.Categorical).to_physical().cast(pl.Float64))
    table: FloatArray = pl.concat([numbers, levels], how="horizontal").fill_null(0.0).to_numpy()
    return table


def _number_or_text(column: pl.Series) -> pl.Series:
    number = column.cast(pl.Float64, strict=False)
    return number if number.null_count() == column.null_count() else column
