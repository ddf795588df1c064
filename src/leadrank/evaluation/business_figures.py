"""What a sales team is judged by, for a period and before against after: conversion, cost, speed, revenue; each with its count and its interval.

Intervals are 95 % ones. Shares: Wilson (1927). Quantiles of waiting times: Kaplan and Meier (1958), Brookmeyer and Crowley (1982), so that leads that
still wait count as such. Sums of money: bootstrap over conversions, whose number varies too. Differences: square-and-add (Newcombe 1998 for shares,
Zou and Donner 2008 for the rest).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from leadrank.evaluation.bootstrap import figure
from leadrank.evaluation.curves import wilson
from leadrank.evaluation.waiting import share_inside, waiting_quantile
from leadrank.types import BoolArray, Figure, FloatArray

NOT_CAUSAL = (
    "Not causal: before and after differ in more than one thing: season, campaigns, prices, staff, the leads themselves. The difference is what was "
    "seen, not what caused it; only a trial in which chance decides who gets the new way tells that."
)
FEWEST_OUTCOMES, FEWEST_CONVERSIONS, FEWEST_WAITS = 30, 10, 20
"""Below these counts a figure says that there is not enough to go by."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """How long leads waited until somebody worked them.

    Attributes
    ----------
    hours
        From creation to the first contact or the closing, or as long as the lead has waited so far, shape (n,).
    answered
        Whether it was contacted or closed, shape (n,).
    due
        Hours that it might wait, nan without a deadline, shape (n,).
    tier
        Its tier, n names.
    closed
        Whether closing it was the answer, without a contact before, shape (n,); None: none was.
    """

    hours: FloatArray
    answered: BoolArray
    due: FloatArray
    tier: Sequence[str]
    closed: BoolArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """What happened between two moments, as plain columns.

    Attributes
    ----------
    converted, value
        Of each outcome that became known: whether the lead converted, and what that brought (nan where nobody wrote it down), shape (n,).
    responses
        Of the leads that came.
    sales_cost, marketing_cost
        What contacts and what campaigns cost, None where it is not known.
    reps, rep_months
        Sales people who were at work, and the months that each was, added up.
    staffed
        Of each outcome, whether it fell into these months, shape (n,); None: all of them did.
    """

    converted: BoolArray
    value: FloatArray
    responses: Responses
    sales_cost: float | None = None
    marketing_cost: float | None = None
    reps: int = 0
    rep_months: float = 0.0
    staffed: BoolArray | None = None


@dataclass(frozen=True, slots=True)
class BusinessFigure:
    """One figure of a period: what, in which unit, from how many, with its interval; None where `note` says why."""

    name: str
    unit: str
    n: int
    figure: Figure | None
    tier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """The same figure before and after, and the difference after − before with its interval."""

    before: BusinessFigure
    after: BusinessFigure
    difference: Figure | None

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference leaves 0 out."""
        return self.difference is not None and (self.difference.low > 0 or self.difference.high < 0)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """All figures before and after a moment, and what must be said with them."""

    rows: tuple[Compared, ...]
    caution: str = field(default=NOT_CAUSAL)


def business_figures(period: Period, *, tiers: Sequence[str] = (), draws: int = 500, seed: int = 0) -> tuple[BusinessFigure, ...]:
    """Give the figures of one period.

    Parameters
    ----------
    period
        What happened.
    tiers
        Names of the tiers in the order wanted; by default those among the responses, by name.
    draws, seed
        Of the bootstrap.

    Returns
    -------
    tuple of BusinessFigure
        Always the same ones for the same tiers, so that two periods can be compared; all tiers together have the tier "".

    Examples
    --------
    >>> waits = Responses(np.array([1.0, 2.0]), np.array([True, True]), np.array([24.0, 24.0]), ["High", "High"])
    >>> found = business_figures(Period(np.arange(100) < 20, np.full(100, 50.0), waits, sales_cost=1000.0))
    >>> found[0].name, found[0].n, round(found[0].figure.low, 3), round(found[0].figure.high, 3)
    ('conversion rate', 100, 0.133, 0.289)
    >>> found[1].figure.value, next(f.note for f in found if f.name == "response time, p50")
    (50.0, 'not enough: 2 leads, it takes 20')
    """
    waits = period.responses
    names = tuple(tiers) or tuple(sorted(set(waits.tier)))
    return (_conversion_rate(period), _cost_per_acquisition(period), *_revenue(period, draws, seed), *_speed(waits, names))


def before_after(before: Period, after: Period, *, tiers: Sequence[str] = (), draws: int = 500, seed: int = 0) -> BeforeAfter:
    """Compare two periods, figure by figure.

    Parameters
    ----------
    before, after
        Leads of the one are not leads of the other.
    tiers, draws, seed
        As in `business_figures`.
    """
    names = tuple(tiers) or tuple(sorted({*before.responses.tier, *after.responses.tier}))
    ours = business_figures(before, tiers=names, draws=draws, seed=seed)
    theirs = business_figures(after, tiers=names, draws=draws, seed=seed + 1)
    return BeforeAfter(tuple(Compared(a, b, difference(a.figure, b.figure)) for a, b in zip(ours, theirs, strict=True)))


def difference(before: Figure | None, after: Figure | None) -> Figure | None:
    """Return after − before of two figures that do not share leads, with the interval by square-and-add.

    Examples
    --------
    >>> difference(Figure(20.0, 17.0, 24.0), Figure(50.0, 47.0, 54.0))
    Figure(value=30.0, low=25.0, high=35.0)
    """
    if before is None or after is None:
        return None
    value = after.value - before.value
    down = np.hypot(after.value - after.low, before.high - before.value)
    up = np.hypot(after.high - after.value, before.value - before.low)
    return Figure(value, float(value - down), float(value + up))


def _conversion_rate(period: Period) -> BusinessFigure:
    n, hits = len(period.converted), int(period.converted.sum())
    note = _short(n, FEWEST_OUTCOMES, "outcomes")
    return BusinessFigure("conversion rate", "share", n, None if note else Figure(hits / n, *wilson(hits, n)), note=note)


def _cost_per_acquisition(period: Period) -> BusinessFigure:
    """Spend is known; luck is in who converted, so that the interval is that of the conversion rate, turned over."""
    n, hits, spent = len(period.converted), int(period.converted.sum()), period.sales_cost
    note = "not known: no contact has a cost" if spent is None else _short(hits, FEWEST_CONVERSIONS, "conversions")
    if spent == 0 and not note:
        note = "no contact has cost anything yet"
    found = None
    if spent and not note:
        low, high = wilson(hits, n)
        found = Figure(spent / hits, spent / (n * high), spent / (n * low))
    return BusinessFigure("cost per acquisition", "money", hits, found, note=note)


def _revenue(period: Period, draws: int, seed: int) -> tuple[BusinessFigure, BusinessFigure]:
    sold = period.converted if period.staffed is None else period.converted & period.staffed
    team = f"by {period.reps} reps who have an account today, {period.rep_months:.1f} months of work together; who left is not counted"
    return (
        _revenue_per(
            "revenue per rep and month", "money", period.value[sold], period.rep_months, "not known: no rep had an account in this period", team,
            draws=draws, seed=seed,
        ),
        _revenue_per(
            "revenue per unit of marketing spend", "ratio", period.value[period.converted], period.marketing_cost,
            "not known: no marketing cost was given", draws=draws, seed=seed,
        ),
    )


def _revenue_per(
    name: str, unit: str, sold: FloatArray, parts: float | None, unknown: str, said: str = "", *, draws: int, seed: int
) -> BusinessFigure:
    known = sold[np.isfinite(sold)]
    note = unknown if not parts else _short(len(known), FEWEST_CONVERSIONS, "conversions with a value")
    if note or not parts:
        return BusinessFigure(name, unit, len(known), None, note=note)
    rng = np.random.default_rng(seed)
    total = figure(np.array([known.sum(), *(rng.poisson(1.0, len(known)) @ known for _ in range(draws))]))
    missing = f"{len(sold) - len(known)} of {len(sold)} conversions have no value written down and count as 0" if len(known) < len(sold) else ""
    found = None if total is None else Figure(total.value / parts, total.low / parts, total.high / parts)
    return BusinessFigure(name, unit, len(known), found, note="; ".join(note for note in (said, missing) if note))


def _speed(waits: Responses, tiers: Sequence[str]) -> tuple[BusinessFigure, ...]:
    names = np.array(waits.tier, dtype=object)
    found: list[BusinessFigure] = []
    for tier in ("", *tiers):
        kept = np.ones(len(names), dtype=np.bool_) if not tier else names == tier
        hours, answered, due = waits.hours[kept], waits.answered[kept], waits.due[kept]
        closed = "" if waits.closed is None else _closed(waits.closed[kept])
        note = _short(len(hours), FEWEST_WAITS, "leads")
        for q in (0.5, 0.9):
            time = None if note else waiting_quantile(hours, answered, q)
            said = note or (closed if time is not None else f"not reached: fewer than {q:.0%} have been contacted")
            found.append(BusinessFigure(f"response time, p{100 * q:.0f}", "hours", len(hours), time, tier, said))
        inside, judged = share_inside(hours, answered, due)
        said = _short(judged, FEWEST_WAITS, "leads whose deadline is decided")
        share = None if said else Figure(inside / judged, *wilson(inside, judged))
        found.append(BusinessFigure("contacted inside the deadline", "share", judged, share, tier, said or closed))
    return tuple(found)


def _closed(closed: BoolArray) -> str:
    """Say how many answers were none that a lead heard of."""
    number = int(closed.sum())
    return f"{number} of {len(closed)} leads were closed without a contact and count as answered when they were" if number else ""


def _short(n: int, fewest: int, what: str) -> str:
    return f"not enough: {n} {what}, it takes {fewest}" if n < fewest else ""
