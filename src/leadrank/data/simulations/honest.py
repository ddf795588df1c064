"""Simulated leads without a leak, made hard for a leak firewall: strong columns, pure levels, telling blanks, suspicious names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from leadrank.data.leaks.levels import as_numbers, rank_auc
from leadrank.types import BoolArray, FloatArray, IntArray

START = datetime.fromisoformat("2024-01-01")


@dataclass(frozen=True, slots=True)
class HonestTable:
    """A clean frame, its outcome and the moment at which each lead came in."""

    frame: pl.DataFrame
    y: IntArray
    created_at: pl.Series


def simulate_honest(seed: int, rows: int | None = None) -> HonestTable:
    """Simulate leads whose every column was known at scoring.

    Base rates run from 3 to 60 %, rows from 800 to 8,000. More than half of the tables have one strong column
    (AUC mostly 0.75–0.85, at times 0.90); half have a referral source of up to 100 leads of which 95 % convert,
    half a region that never converts; some blanks tell a little.

    Parameters
    ----------
    seed
        Decides everything.
    rows
        Fixed number of rows, or drawn.

    Examples
    --------
    >>> table = simulate_honest(0, rows=500)
    >>> table.frame.height == len(table.y) == 500
    True
    """
    rng = np.random.default_rng(seed)
    n = rows or int(np.exp(rng.uniform(np.log(800), np.log(8000))))
    base = float(np.exp(rng.uniform(np.log(0.03), np.log(0.6))))
    columns, effect = _columns(rng, n)
    days = np.sort(rng.uniform(0, 365, n))
    effect += rng.choice([0.0, 0.6]) * (days / 365 - 0.5)
    probability = _with_base(effect, base)
    _exceptions(rng, columns, probability)
    y = (rng.random(n) < probability).astype(np.int64)
    created = _dates(days)
    frame = pl.DataFrame({name: _blanked(rng, values, y.astype(bool)) for name, values in columns.items()})
    planned = str(rng.choice(["wanted_date", "move_in", "appointment"]))
    frame = frame.with_columns(_dates(days + rng.gamma(2, 30, n)).alias(planned), created_at=created)
    return HonestTable(frame.select(rng.permutation(frame.columns).tolist()), y, created)


def _columns(rng: np.random.Generator, n: int) -> tuple[dict[str, np.ndarray], FloatArray]:
    columns: dict[str, np.ndarray] = {}
    effect = np.zeros(n)
    for name, make in _NUMBERS.items():
        if rng.random() < 0.7:
            columns[name] = make(rng, n)
            effect += rng.normal(0, 0.35) * _standard(np.log1p(np.abs(columns[name])))
    for name, levels in _CATEGORIES.items():
        if rng.random() < 0.7 or name in {"lead_source", "region"}:
            share = rng.dirichlet(np.full(levels, 1.5))
            code = rng.choice(levels, n, p=share)
            columns[name] = np.array([f"{name[:4]} {k}" for k in range(levels)], dtype=object)[code]
            effect += rng.normal(0, 0.4, levels)[code]
    if rng.random() < 0.5:
        strong = rng.normal(0, 1, n)
        columns["engagement"] = np.round(strong * 10 + 50, 0) if rng.random() < 0.5 else np.exp(strong)
        effect = effect * 0.6 + rng.uniform(1.2, 1.9) * strong
    return columns, effect


def _exceptions(rng: np.random.Generator, columns: dict[str, np.ndarray], probability: FloatArray) -> None:
    """Plant the pure levels that honest tables have: a partner whose referrals convert, a region that is not served."""
    n = len(probability)
    if rng.random() < 0.5:
        referred = rng.choice(n, min(100, n // 25), replace=False)
        columns["lead_source"][referred] = "Referral partner"
        probability[referred] = 0.95
    if rng.random() < 0.5:
        outside = rng.choice(n, int(n * rng.uniform(0.02, 0.12)), replace=False)
        columns["region"][outside] = "Not served"
        probability[outside] = 0.0


def _with_base(effect: FloatArray, base: float) -> FloatArray:
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-effect - middle))).mean() < base else (low, middle)
    return np.asarray(1 / (1 + np.exp(-effect - low)))


def _blanked(rng: np.random.Generator, values: np.ndarray, positive: BoolArray) -> pl.Series:
    """Blank some cells, at random or a little more often for leads that later do not convert (they told less of themselves)."""
    share = rng.choice([0.0, 0.0, 0.05, 0.3])
    telling = rng.choice([0.0, 0.0, 0.1])
    blank = rng.random(len(values)) < share + telling * (~positive) * (share > 0)
    series = pl.Series([None if gone else value for gone, value in zip(blank, values.tolist(), strict=True)], strict=False)
    return series.cast(pl.String if values.dtype == object else pl.Float64)


def _dates(days: FloatArray) -> pl.Series:
    return pl.Series([START + timedelta(days=float(day)) for day in days], dtype=pl.Datetime("us"))


def _standard(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / max(values.std(), 1e-9))


def strongest_honest(table: HonestTable) -> float:
    """Return the highest AUC of a number column over its filled cells, to check how hard the table is."""
    numbers = [as_numbers(column) for column in table.frame.get_columns() if column.dtype == pl.Float64]
    aucs = [rank_auc(table.y[~np.isnan(values)] == 1, values[~np.isnan(values)]) for values in numbers]
    return max((max(auc, 1 - auc) for auc in aucs), default=0.5)


_NUMBERS: dict[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "visits": lambda rng, n: rng.negative_binomial(1, 0.2, n).astype(float),
    "seconds_on_site": lambda rng, n: np.round(rng.lognormal(5, 1.2, n) * (rng.random(n) < 0.7)),
    "pages_per_visit": lambda rng, n: np.round(rng.gamma(2, 1.2, n), 2),
    "age": lambda rng, n: rng.integers(18, 80, n).astype(float),
    "income": lambda rng, n: np.round(rng.lognormal(10.8, 0.5, n)),
    "credit_score": lambda rng, n: np.clip(np.round(rng.normal(650, 90, n)), 300, 850),
    "email_opens": lambda rng, n: rng.poisson(3, n).astype(float),
    "session_duration": lambda rng, n: np.round(rng.gamma(1.5, 120, n), 1),
    "days_since_first_visit": lambda rng, n: np.round(rng.exponential(20, n)),
    "employees": lambda rng, n: np.round(rng.lognormal(4, 1.5, n)),
    "pre_approved": lambda rng, n: (rng.random(n) < 0.3).astype(float),
    "newsletter": lambda rng, n: (rng.random(n) < 0.5).astype(float),
}
_CATEGORIES = {
    "lead_source": 9, "region": 8, "country": 30, "city": 60, "industry": 10, "device": 3, "marital_status": 4, "previous_outcome": 3,
    "do_not_call": 2, "campaign_code": 25, "reason_for_interest": 6, "membership_status": 3, "weekday": 7, "sales_agent": 20,
}
