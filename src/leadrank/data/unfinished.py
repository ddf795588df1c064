"""Leads whose outcome is missing at the edges of time: before records begin, among the newest, and where nobody wrote down that a lead is lost."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from leadrank.data.kinds import snake
from leadrank.frames import pl
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

OPEN = -1
"""Code of a row that has no outcome yet."""
CLEAR = 3.3
"""Standard errors from which a difference counts: less than one in a thousand by chance."""
_ENDING = re.compile(r"(?:^|_)(?:clos\w*|won|lost|sold|sale|signed|converted|conversion|purchase\w*|decided|decision|outcome)(?:_|$)")
_DAY_US, _FEWEST, _NEWEST = 86_400_000_000.0, 50, 0.1


def unfinished(frame: pl.DataFrame, y: IntArray, created_at: str | None) -> tuple[Finding, ...]:
    """Look for leads that are missing, or without an outcome, because of when they came.

    Parameters
    ----------
    frame
        A clean table, the rows without an outcome among them.
    y
        Class of each row, -1 where there is no outcome.
    created_at
        The column with the moment at which a lead was created; without one there is nothing to look at.

    Returns
    -------
    tuple
        D181: records of outcomes begin after the first leads came, so that of these only the slow ones are there (left truncation).
        D182: the newest leads with an outcome are those that were decided quickly, which convert more often, or less, than others.
        D183: leads without an outcome are older than any outcome took: lost, and nobody wrote it down.
        D184: leads without an outcome crowd at the end, and no column says when the others got theirs.
    """
    if created_at is None or created_at not in frame.columns or not frame.schema[created_at].is_temporal():
        return ()
    created = days_of(frame.get_column(created_at))
    seen = ~np.isnan(created)
    name = closing_column(frame, y, created_at)
    if name is None:
        return _crowd(created[seen], y[seen] == OPEN, created_at)
    closed = days_of(frame.get_column(name))
    rows = seen & ((y == OPEN) | (closed >= created))
    past = _Past(created_at, name, created[rows], np.where(y[rows] == OPEN, np.nan, closed[rows]), y[rows])
    if len(past.delay) < 2 * _FEWEST:
        return ()
    return (*_late_start(past), *_quick_ones(past), *_never_finished(past))


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """Leads by the day they came and the day their outcome did (nan: none yet)."""

    created_at: str
    name: str
    created: FloatArray
    closed: FloatArray
    y: IntArray

    @property
    def done(self) -> BoolArray:
        done: BoolArray = np.not_equal(self.y, OPEN)
        return done

    @property
    def best(self) -> BoolArray:
        best: BoolArray = np.equal(self.y, self.y.max())
        return best

    @property
    def delay(self) -> FloatArray:
        return (self.closed - self.created)[self.done]

    @property
    def end(self) -> float:
        return float(max(self.created.max(), np.nanmax(self.closed)))

    @property
    def start(self) -> float:
        """Return the day from which outcomes are on record; one in two hundred may be a stray."""
        return float(np.sort(self.closed[self.done])[int(0.005 * self.done.sum())])

    @property
    def longest(self) -> float:
        return float(np.quantile(self.delay, 0.99))


def days_of(moments: pl.Series) -> FloatArray:
    """Return a date column as days since 1970, blank = nan."""
    found: FloatArray = moments.cast(pl.Datetime("us")).dt.epoch("us").cast(pl.Float64).fill_null(np.nan).to_numpy() / _DAY_US
    return found


def closing_column(frame: pl.DataFrame, y: IntArray, created_at: str) -> str | None:
    """Find the date of the outcome: filled where there is one, and blank where there is none, or named after an ending; never before the creation.

    Examples
    --------
    >>> from datetime import datetime
    >>> day = [datetime(2024, 1, d) for d in range(1, 29)]
    >>> frame = pl.DataFrame({"came": day, "close_date": day})
    >>> closing_column(frame, np.ones(28, dtype=np.int64), "came")
    'close_date'
    """
    done, created = y != OPEN, days_of(frame.get_column(created_at))
    for name in (n for n, t in frame.schema.items() if t.is_temporal() and t != pl.Duration and n != created_at):
        cells = days_of(frame.get_column(name))
        filled, both = ~np.isnan(cells), done & ~np.isnan(cells) & ~np.isnan(created)
        if not both.any() or filled[done].mean() < 0.95 or (cells[both] >= created[both]).mean() < 0.99:
            continue
        if _ENDING.search(snake(name)) or ((~done).sum() >= _FEWEST and filled[~done].mean() <= 0.05):
            return name
    return None


def _late_start(past: _Past) -> tuple[Finding, ...]:
    """D181: of the leads that came before outcomes were recorded, those are missing that were decided before."""
    early = past.done & (past.created < past.start)
    later = past.done & ~early
    if early.sum() < _FEWEST or later.sum() < _FEWEST:
        return ()
    usual = np.sort(past.closed[later] - past.created[later])
    expected = float((np.searchsorted(usual, past.start - past.created[early], side="left") / len(usual)).sum())
    before = int((past.closed[early] < past.start).sum())
    if expected < 10 or before > expected / 4:
        return ()
    was, now, z = _compared(past.best[early], past.best[later])
    said = (
        f"Hardly an outcome is recorded before {_day(past.start)} ({past.name}), though leads came from {_day(past.created.min())} on. Of the "
        f"{early.sum():,} that came before, only those are here that took long: {was:.1%} of them converted, {now:.1%} of the later ones."
    )
    remedy = f"Learn from leads with {past.created_at} from {_day(past.start)} on, and do not take the difference for a trend."
    evidence = {"early_rate": was, "later_rate": now, "z": z, "expected_before": expected}
    return (Finding("D181", "warning" if abs(z) >= CLEAR else "info", past.created_at, int(early.sum()), said, remedy, evidence),)


def _quick_ones(past: _Past) -> tuple[Finding, ...]:
    """D182: what the newest leads would convert at if they were like older ones that were decided as quickly."""
    edge = past.end - past.longest
    young = past.done & (past.created > edge)
    older = past.done & (past.created >= past.start) & ~young
    if young.sum() < _FEWEST or older.sum() < 4 * _FEWEST:
        return ()
    delay, best = past.closed[older] - past.created[older], past.best[older]
    order = np.argsort(delay, kind="stable")
    within = np.searchsorted(delay[order], past.end - past.created[young], side="right")
    quick = np.r_[0.0, best[order].cumsum()][within[within > 0]] / within[within > 0]
    whole, middle = float(best.mean()), float(np.median(past.end - past.created[young]))
    _, _, z = _compared(best[delay <= middle], best[delay > middle])
    if not len(quick) or abs(quick.mean() - whole) < 0.02 or abs(z) < CLEAR:
        return ()
    seldom = "more seldom" if quick.mean() < whole else "more often"
    said = (
        f"The {young.sum():,} leads with an outcome that came after {_day(edge)} are those that were decided quickly, and these convert {seldom}: "
        f"{quick.mean():.1%} of older leads that were decided as quickly, {whole:.1%} of all older ones."
    )
    remedy = f"Judge newest leads only when they are {past.longest:.0f} days old; until then their rate says nothing about a trend."
    evidence = {"quick_rate": float(quick.mean()), "rate": whole, "bias": float(quick.mean()) - whole, "z": z, "days": past.longest}
    return (Finding("D182", "warning", past.created_at, int(young.sum()), said, remedy, evidence),)


def _never_finished(past: _Past) -> tuple[Finding, ...]:
    """D183: leads that are still open after more days than nearly any outcome took."""
    old = ~past.done & (past.created < past.end - past.longest)
    peers = int((past.created < past.end - past.longest).sum())
    if old.sum() < _FEWEST or old.sum() < 0.02 * peers:
        return ()
    rate = float(past.best[past.done].mean())
    lost = float(past.best.sum() / (past.done.sum() + old.sum()))
    said = (
        f"{old.sum():,} of {(~past.done).sum():,} leads without an outcome came more than {past.longest:.0f} days before the end, longer than "
        f"99 % of all outcomes took. If they are lost and nobody wrote it down, {lost:.1%} converted, not {rate:.1%}."
    )
    remedy = "Find out what became of them; if they are lost, give them that outcome, or every probability is too high."
    return (Finding("D183", "warning", past.created_at, int(old.sum()), said, remedy, {"rate": rate, "rate_if_lost": lost, "days": past.longest}),)


def _crowd(created: FloatArray, is_open: BoolArray, created_at: str) -> tuple[Finding, ...]:
    """D184: most leads without an outcome are new."""
    if len(created) < 10 * _FEWEST:
        return ()
    edge = float(np.quantile(created, 1 - _NEWEST))
    new = created > edge
    if min(new.sum(), (~new).sum()) < _FEWEST:
        return ()
    now, was, z = _compared(is_open[new], is_open[~new])
    if z < CLEAR or now < 2 * was or now - was < _NEWEST or now > 1 - _NEWEST:
        return ()
    said = (
        f"{now:.1%} of the leads that came after {_day(edge)} have no outcome yet, {was:.1%} of the others: the new ones that have one got it "
        "quickly, and may convert more often or more seldom than those that take long."
    )
    remedy = "Leave the newest leads out until most of them have an outcome, or give the date of the outcome to see what quick ones are like."
    return (Finding("D184", "warning", created_at, int((new & is_open).sum()), said, remedy, {"open_new": now, "open_before": was, "z": z}),)


def _compared(one: BoolArray, other: BoolArray) -> tuple[float, float, float]:
    """Return two shares and their difference in standard errors."""
    if not len(one) or not len(other):
        return 0.0, 0.0, 0.0
    p, q = float(one.mean()), float(other.mean())
    whole = float((one.sum() + other.sum()) / (len(one) + len(other)))
    error = math.sqrt(whole * (1 - whole) * (1 / len(one) + 1 / len(other)))
    return p, q, (p - q) / error if error else 0.0


def _day(days: float) -> str:
    return str(np.datetime64(math.floor(days), "D"))
