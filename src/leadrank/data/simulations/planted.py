"""Plants leaks of twelve kinds into honest simulated tables and records the truth: the firewall is measured against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from leadrank.data.leaks.levels import as_numbers
from leadrank.data.simulations.honest import HonestTable, simulate_honest
from leadrank.types import FloatArray, IntArray

CERTAIN = frozenset({
    "availability", "call_duration", "closing_date", "lead_quality", "lost_reason", "owner_handover", "revenue", "sale_recency",
    "status_tag",
})
"""Kinds that should be set aside when the name is natural; the others are a matter for a question."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One leak: its kind, its column (None for twin rows) and whether the name is a natural one."""

    kind: str
    column: str | None
    named: bool


@dataclass(frozen=True, slots=True)
class PlantedTable:
    """A table with leaks: clean frame, outcome, order, moment of creation, the leaks, and the honest columns."""

    frame: pl.DataFrame
    y: IntArray
    order: FloatArray
    created_at: pl.Series
    leaks: tuple[Planted, ...]
    honest: tuple[str, ...]


def plant_leaks(seed: int, kinds: tuple[str, ...] | None = None, rows: int | None = None) -> PlantedTable:
    """Simulate an honest table and plant leaks into it.

    Parameters
    ----------
    seed
        Decides everything.
    kinds
        Which leaks; by default none (one table in six) to three, drawn from `KINDS`.
    rows
        Fixed number of rows, or drawn.

    Examples
    --------
    >>> plant_leaks(3, kinds=("revenue",), rows=500).leaks[0].kind
    'revenue'
    """
    rng = np.random.default_rng([seed, 1])
    honest = simulate_honest(seed, rows)
    if kinds is None:
        kinds = tuple(rng.choice(list(KINDS), rng.choice([0, 1, 1, 2, 2, 3]), replace=False).tolist())
    frame, leaks = honest.frame, []
    for place, kind in enumerate(kind for kind in kinds if kind != "twin_rows"):
        named = bool(rng.random() < 0.7)
        name = str(rng.choice(KINDS[kind].names)) if named else f"field_{place + 1}"
        frame = frame.with_columns(KINDS[kind].make(rng, honest, named).alias(name))
        leaks.append(Planted(kind, name, named))
    order = as_numbers(honest.created_at)
    found = PlantedTable(frame, honest.y, order, honest.created_at, tuple(leaks), tuple(honest.frame.columns))
    return _with_twins(rng, found) if "twin_rows" in kinds else found


def _status_tag(rng: np.random.Generator, table: HonestTable, named: bool) -> pl.Series:
    won = table.y == 1
    told = won ^ (rng.random(len(won)) < rng.uniform(0.02, 0.1))
    after = rng.choice(["Closed won", "Will enrol", "In progress"] if named else ["A1", "A2", "A9"], len(won), p=[0.3, 0.55, 0.15])
    before = rng.choice(["Ringing", "Not interested", "Wrong number", "In progress"] if named else ["B1", "B2", "B3", "A9"], len(won))
    return _with_blanks(np.where(told, after, before).astype(object), rng.random(len(won)) < rng.uniform(0.0, 0.35))


def _lead_quality(rng: np.random.Generator, table: HonestTable, named: bool) -> pl.Series:
    score = table.y * rng.uniform(1.5, 2.5) + rng.normal(0, 1, len(table.y))
    grade = np.searchsorted(np.quantile(score, [0.2, 0.45, 0.7, 0.9]), score)
    words = ["Worst", "Low", "Not sure", "Might be", "High in relevance"] if named else ["E", "D", "C", "B", "A"]
    return _with_blanks(np.array(words, dtype=object)[grade], rng.random(len(score)) < np.where(table.y == 1, 0.2, rng.uniform(0.2, 0.5)))


def _sale_recency(rng: np.random.Generator, table: HonestTable, _: bool) -> pl.Series:
    filled = rng.random(len(table.y)) < np.where(table.y == 1, rng.uniform(0.9, 1), rng.uniform(0, 0.005))
    return _with_blanks(np.round(rng.exponential(40, len(filled))), ~filled)


def _closing_date(rng: np.random.Generator, table: HonestTable, _: bool) -> pl.Series:
    won, n = table.y == 1, len(table.y)
    days = np.where(won, rng.uniform(5, 60, n), rng.uniform(20, 120, n))
    closed = table.created_at + pl.Series(days * 86_400_000_000).cast(pl.Int64).cast(pl.Duration("us"))
    keep = won | (rng.random(n) < rng.choice([0.02, 1.0]))
    return pl.select(pl.when(pl.Series(keep)).then(closed)).to_series()


def _call_duration(rng: np.random.Generator, table: HonestTable, _: bool) -> pl.Series:
    return pl.Series(np.round(np.exp(5 + 0.8 * (table.y * rng.uniform(1.2, 1.9) + rng.normal(0, 1, len(table.y))))))


def _attempt_count(rng: np.random.Generator, table: HonestTable, _: bool) -> pl.Series:
    return pl.Series(1.0 + rng.poisson(np.where(table.y == 1, rng.uniform(2, 3.5), 1.5)))


def _revenue(rng: np.random.Generator, table: HonestTable, _: bool) -> pl.Series:
    paid = (table.y == 1) & (rng.random(len(table.y)) < rng.uniform(0.5, 1))
    return pl.Series(np.where(paid, np.round(rng.lognormal(6, 1, len(paid)), 2), 0.0))


def _owner_handover(rng: np.random.Generator, table: HonestTable, named: bool) -> pl.Series:
    agents = np.array([f"Agent {k}" for k in range(12)], dtype=object)[rng.integers(0, 12, len(table.y))]
    moved = rng.random(len(agents)) < np.where(table.y == 1, rng.uniform(0.5, 0.9), rng.choice([0.0, 0.0005]))
    return pl.Series(np.where(moved, "Operations" if named else "Agent 12", agents).tolist(), dtype=pl.String)


def _filled_after_contact(rng: np.random.Generator, table: HonestTable, _: bool) -> pl.Series:
    jobs = np.array(["Employed", "Student", "Self-employed", "Retired"], dtype=object)[rng.integers(0, 4, len(table.y))]
    return _with_blanks(jobs, rng.random(len(jobs)) > np.where(table.y == 1, 0.9, rng.uniform(0.35, 0.6)))


def _availability(rng: np.random.Generator, table: HonestTable, named: bool) -> pl.Series:
    sold = rng.random(len(table.y)) < np.where(table.y == 1, rng.uniform(0.9, 0.98), rng.uniform(0.01, 0.08))
    words = ["Sold", "Available", "Reserved"] if named else ["2", "1", "3"]
    return pl.Series(np.where(sold, words[0], rng.choice(words[1:], len(sold), p=[0.9, 0.1])).tolist(), dtype=pl.String)


def _lost_reason(rng: np.random.Generator, table: HonestTable, named: bool) -> pl.Series:
    words = ["Too expensive", "No answer", "Chose a competitor", "Bad timing"] if named else ["R1", "R2", "R3", "R4"]
    filled = rng.random(len(table.y)) < np.where(table.y == 0, rng.uniform(0.6, 0.95), rng.uniform(0, 0.01))
    return _with_blanks(np.array(words, dtype=object)[rng.integers(0, 4, len(filled))], ~filled)


def _with_blanks(values: np.ndarray, blank: np.ndarray) -> pl.Series:
    kind = pl.String if values.dtype == object else pl.Float64
    return pl.Series([None if gone else value for gone, value in zip(blank, values.tolist(), strict=True)], dtype=kind)


def _with_twins(rng: np.random.Generator, table: PlantedTable) -> PlantedTable:
    """Add copies of 3 to 10 % of the leads under a new id, with one or two cells changed and mostly the same outcome."""
    n = table.frame.height
    copied = rng.choice(n, max(int(n * rng.uniform(0.03, 0.1)), 5), replace=False)
    twins = table.frame[copied]
    for name in rng.choice(table.frame.columns, 2, replace=False).tolist():
        changed = pl.Series(rng.random(len(copied)) < 0.7)
        other = pl.col(name).shuffle(seed=int(rng.integers(2**31)))
        twins = twins.with_columns(pl.when(changed).then(other).otherwise(pl.col(name)).alias(name))
    y = np.where(rng.random(len(copied)) < 0.95, table.y[copied], 1 - table.y[copied])
    return PlantedTable(
        pl.concat([table.frame, twins]), np.concatenate([table.y, y]), np.concatenate([table.order, table.order[copied]]),
        pl.concat([table.created_at, table.created_at[copied]]), (*table.leaks, Planted("twin_rows", None, True)), table.honest,
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    make: Callable[[np.random.Generator, HonestTable, bool], pl.Series]
    names: tuple[str, ...]


def _no_column(*_: object) -> pl.Series:
    return pl.Series([])


KINDS: dict[str, _Kind] = {
    "status_tag": _Kind(_status_tag, ("lead_status", "Tags", "disposition")),
    "lead_quality": _Kind(_lead_quality, ("Lead Quality", "quality_grade")),
    "sale_recency": _Kind(_sale_recency, ("days_since_purchase", "purchase_recency")),
    "closing_date": _Kind(_closing_date, ("closed_on", "close_date", "end_date")),
    "call_duration": _Kind(_call_duration, ("duration", "call_duration")),
    "attempt_count": _Kind(_attempt_count, ("contact_attempts", "number_of_calls")),
    "revenue": _Kind(_revenue, ("revenue", "invoice_amount", "deal_value")),
    "owner_handover": _Kind(_owner_handover, ("owner", "account_manager")),
    "filled_after_contact": _Kind(_filled_after_contact, ("occupation", "job_type")),
    "availability": _Kind(_availability, ("property_availability", "stock")),
    "lost_reason": _Kind(_lost_reason, ("lost_reason", "rejection_reason")),
    "twin_rows": _Kind(_no_column, ("-",)),
}
"""The twelve kinds."""
