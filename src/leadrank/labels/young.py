"""What the labels say in words: how many are known, how many pending, and whether the young look worse only because they are young."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from leadrank.frames import pl
from leadrank.labels.delay import conversion_delay
from leadrank.moments import DAY
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

COHORTS = 24
"""Newest cohorts that are named in the evidence."""
CLEAR = 2.0
"""Standard errors by which the young must differ from older leads of the same age to be called different."""
FEW = 5.0
"""Conversions that must be expected of the young before they are judged."""


def count_labels(y: IntArray, gone: BoolArray, at: pl.Series, *, within: float | None, until: datetime) -> Finding:
    """Say how many rows converted, did not, are pending, had converted before, or have no cutoff."""
    won, lost = int((y == 1).sum()), int((y == 0).sum())
    had, undated = int(gone.sum()), at.null_count()
    waiting = len(y) - won - lost - had - undated
    horizon = "at all" if within is None else f"within {within:g} days"
    parts = [f"{won:,} converted {horizon}", f"{lost:,} did not", f"{waiting:,} are pending as of {until:%Y-%m-%d}"]
    parts += [f"{had:,} had converted before their cutoff"] * bool(had)
    parts += [f"{undated:,} have no cutoff, since their lead has no date"] * bool(undated)
    remedy = "Pending rows are scored, never counted as lost." if waiting else ""
    evidence = {"converted": float(won), "not": float(lost), "pending": float(waiting), "gone": float(had), "undated": float(undated)}
    return Finding("T501", "info", None, len(y), f"Of {len(y):,} rows " + ", ".join(parts) + ".", remedy, evidence)


def known_late(rows: int) -> Finding:
    """Report conversions in time that were written down only after the outcome had been called final."""
    said = f"{rows:,} rows converted in time, but that was known only after their outcome was final: until then they were counted as lost."
    return Finding("T503", "warning", None, rows, said, "Wait longer for an outcome: [target] final_after.")


def judge_young(
    days: FloatArray, converted: BoolArray, young: BoolArray, at: pl.Series, *, within: float | None, until: datetime
) -> list[Finding]:
    """Compare the pending rows with the final ones, at the same age.

    Parameters
    ----------
    days, converted
        To the first conversion or to the end of observation, and which it is.
    young
        Rows whose outcome is not final; the others are the yardstick. Rows that are neither are left out by the caller.
    at, within, until
        Cutoffs, horizon, end of observation.
    """
    if not young.any() or young.all():
        return []
    horizon = within or float(days[~young].max(initial=1.0))
    age = (until - at).dt.total_microseconds().to_numpy() / DAY
    won = converted & (days <= horizon)
    usual = conversion_delay(np.where(won, days, np.minimum(age, horizon))[~young], won[~young])
    expected = float(np.interp(np.minimum(age[young], horizon), np.arange(len(usual.by)), usual.by).sum())
    seen, mature = float(won[young].sum()), float(won[~young].mean())
    if expected < FEW:
        return []
    # The yardstick is itself a count of conversions, so both vary.
    error = (expected * (1 + expected / max(float(won[~young].sum()), 1.0))) ** 0.5
    return [_verdict(seen, expected, error, mature, int(young.sum()), _pending_by_month(at, young))]


def _verdict(seen: float, expected: float, error: float, mature: float, rows: int, shares: dict[str, float]) -> Finding:
    said = (
        f"{rows:,} rows are too young to be judged: {seen / rows:.1%} have converted so far, {mature:.1%} of the older ones did. "
        f"Of leads like the older ones {expected:,.0f} would have converted by the same age; {seen:,.0f} have"
    )
    evidence = {"seen": seen, "expected": expected, "error": error, "mature_rate": mature, **shares}
    if abs(seen - expected) <= CLEAR * error:
        said += ": no difference beyond chance." + " Young cohorts look worse only because they are young." * (seen / rows < mature)
        return Finding("T502", "info", None, rows, said, "Compare cohorts at the same age.", evidence)
    less = "fewer" if seen < expected else "more"
    share = abs(seen / expected - 1)
    remedy = "The rate has moved, or the newest events are not all written down yet; look at the newest cohorts and at known_at."
    return Finding("T502", "warning", None, rows, f"{said}: {share:.0%} {less}, more than chance makes.", remedy, evidence)


def _pending_by_month(at: pl.Series, young: BoolArray) -> dict[str, float]:
    frame = pl.DataFrame({"month": at.dt.strftime("%Y-%m"), "young": young}).drop_nulls()
    shares = frame.group_by("month").agg(pl.col("young").mean()).filter(pl.col("young") > 0).sort("month").tail(COHORTS)
    return {f"pending_{month}": share for month, share in shares.iter_rows()}
