"""The original as its document describes it: four tables joined as they stand on the day of the export, filled, resampled, cut into five folds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import polars as pl
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

from leadrank.types import FloatArray, IntArray

CUT = 0.6
OPEN = {"available": 1.0, "under offer": 0.4, "unknown": 0.7}
"""How much of an interaction counts for a property of that status; one that is sold or withdrawn counts for nothing."""
Tables = Mapping[str, pl.DataFrame]


def unified(tables: Tables, *, then: bool = False) -> pl.DataFrame:
    """Join the four tables into one row for each customer: everything ever written down, or with `then` what was known when each registered."""
    customers = tables["CustomerTable"].unique("CustomerID", keep="first", maintain_order=True)
    born = customers.select("CustomerID", "CreatedAt")
    seen = tables["InteractionTable"].unique("InteractionID", keep="first", maintain_order=True).join(born, on="CustomerID")
    sales = tables["TransactionTable"].join(born, on="CustomerID")
    if then:
        seen, sales = seen.filter(pl.col("RecordedAt") <= pl.col("CreatedAt")), sales.filter(pl.col("RecordedAt") <= pl.col("CreatedAt"))
    return (
        _filled(customers)
        .join(_engagement(seen), on="CustomerID", how="left")
        .join(_interest(seen, tables["PropertyTable"], then=then), on="CustomerID", how="left")
        .join(sales.group_by("CustomerID").agg(pl.col("SaleDate").max()), on="CustomerID", how="left")
        .with_columns(
            PurchaseRecency=(pl.col("LastInteraction") - pl.col("SaleDate")).dt.total_days(),
            Converted=pl.col("SaleDate").is_not_null().cast(pl.Int64),
        )
        .sort("CustomerID")
    )


def as_of(tables: Tables, moment: datetime) -> dict[str, pl.DataFrame]:
    """Return the tables as an export at a moment would have shown them."""
    written = {"CustomerTable": "CreatedAt", "InteractionTable": "RecordedAt", "TransactionTable": "RecordedAt", "PropertyTable": "ValidFrom"}
    return {name: tables[name].filter(pl.col(column) <= moment) for name, column in written.items()}


def five_folds(table: pl.DataFrame, without: tuple[str, ...] = (), *, resampled_first: bool = True) -> tuple[IntArray, FloatArray]:
    """Cross-validate a forest; as written, on rows that were resampled before they were cut."""
    X, y = matrix(table, without), table["Converted"].to_numpy()
    if resampled_first:
        X, y = SMOTE(random_state=0).fit_resample(X, y)
    p = np.zeros(len(y))
    for learn, judge in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        p[judge] = _forest(X[learn], y[learn]).predict_proba(X[judge])[:, 1]
    return y, p


def deployed(past: pl.DataFrame, new: pl.DataFrame) -> FloatArray:
    """Learn from the joined past, and score new customers by what is known of them."""
    both = matrix(pl.concat([past, new]))
    X, y = SMOTE(random_state=0).fit_resample(both[: past.height], past["Converted"].to_numpy())
    p: FloatArray = _forest(X, y).predict_proba(both[past.height :])[:, 1]
    return p


def matrix(table: pl.DataFrame, without: tuple[str, ...] = ()) -> FloatArray:
    """Drop what names rows, number the labels, and fill the rest with 0."""
    kept = table.drop("CustomerID", "CreatedAt", "LastInteraction", "SaleDate", "Converted", *without)
    texts = [name for name in kept.columns if kept[name].dtype == pl.String]
    numbers = kept.with_columns(pl.col(texts).fill_null("unknown").cast(pl.Categorical).to_physical()).cast(pl.Float64)
    filled: FloatArray = numbers.fill_null(0.0).fill_nan(0.0).to_numpy()
    return filled


def _filled(customers: pl.DataFrame) -> pl.DataFrame:
    """Fill incomes with the median of place and age group over all rows."""
    age, income = pl.col("Age").cast(pl.Float64), pl.col("IncomeLevel").cast(pl.Float64)
    group = pl.sum_horizontal(age >= start for start in (30, 45, 60)).cast(pl.String).alias("AgeGroup")
    known = customers.select("CustomerID", "CreatedAt", age, group, "Gender", "Location", income)
    return known.with_columns(pl.col("IncomeLevel").fill_null(pl.col("IncomeLevel").median().over("Location", "AgeGroup")))


def _engagement(seen: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("InteractionType").str.to_lowercase().str.replace_all(r"[^a-z]", "")
    found = seen.with_columns(kind.alias("kind")).sort("InteractionDate").group_by("CustomerID").agg(
        pl.len().cast(pl.Float64).alias("Interactions"), pl.col("TimeSpent").sum(), pl.col("PropertyViewed").n_unique().cast(pl.Float64),
        pl.col("InteractionDate").max().alias("LastInteraction"), pl.col("kind").last().alias("LastInteractionType"),
        *(pl.col("kind").str.starts_with(name).sum().cast(pl.Float64).alias(name) for name in ("prop", "email", "phone", "viewing")),
    )
    score = 0.5 * pl.col("Interactions") + 0.05 * pl.col("TimeSpent") + pl.col("PropertyViewed")
    return found.with_columns(score.alias("CustomerEngagementScore"))


def _interest(seen: pl.DataFrame, properties: pl.DataFrame, *, then: bool) -> pl.DataFrame:
    """Weigh the interactions with each property by its availability: the newest row there is, or the newest one at registration."""
    visits = seen.drop_nulls("PropertyViewed").group_by("CustomerID", "CreatedAt", "PropertyViewed").agg(pl.len().alias("visits")).sort("CreatedAt")
    states = properties.sort("ValidFrom").select("PropertyID", "ValidFrom", "AvailabilityStatus", "PropertyType")
    if then:
        which = {"left_on": "CreatedAt", "right_on": "ValidFrom", "by_left": "PropertyViewed", "by_right": "PropertyID"}
        met = visits.join_asof(states, **which, check_sortedness=False)
    else:
        met = visits.join(states.unique("PropertyID", keep="last"), left_on="PropertyViewed", right_on="PropertyID", how="left")
    weight = pl.col("AvailabilityStatus").fill_null("unknown").str.to_lowercase().str.strip_chars().replace_strict(OPEN, default=0.0)
    return met.with_columns((pl.col("visits") * weight).alias("interest")).sort("visits", "PropertyViewed").group_by("CustomerID").agg(
        pl.col("interest").sum().alias("PropertyInterestLevel"), pl.col("AvailabilityStatus").last(), pl.col("PropertyType").last()
    )


def _forest(X: FloatArray, y: IntArray) -> RandomForestClassifier:
    return RandomForestClassifier(100, random_state=0, n_jobs=1).fit(X, y)
