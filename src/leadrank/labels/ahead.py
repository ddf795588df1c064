"""The one place that looks past a cutoff: whether the lead converted within the horizon, and since when that is known and final."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from leadrank.frames import pl
from leadrank.labels.conversions import Conversions, conversions_of
from leadrank.labels.delay import Delay, conversion_delay
from leadrank.labels.horizon import judge_horizon, open_horizon, suggest_horizon
from leadrank.labels.labels import UNLABELLED
from leadrank.labels.observed import doubtful_end
from leadrank.labels.placed import place
from leadrank.labels.silent import Silence, silence, silence_finding
from leadrank.labels.young import count_labels, judge_young, known_late
from leadrank.moments import DAY, LONG_AGO, NEVER, is_by_day, microseconds, moment_of, number_of, series_of
from leadrank.observed import observed_until
from leadrank.project import Project
from leadrank.types import BoolArray, Finding, FloatArray, IntArray

WRITTEN = 0.95
"""Share of conversions that must have been written down for a day to count as watched."""


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What happened to each row after its cutoff, as far as the tables tell.

    Attributes
    ----------
    y
        1 converted within the horizon, as soon as that is known; 0 not, and final; -1 pending, gone, or without a cutoff.
    days
        From the cutoff to the first conversion, or to `watched_until`; 0 without a cutoff.
    converted
        Which of the two: whether a conversion after the cutoff was seen by then, within the horizon or later.
    final_at
        When the outcome is final; null without a cutoff.
    known_at
        When it was first known that the lead had converted within the horizon; null where it is not known to have.
    gone
        Whether the lead had converted between its creation and the cutoff: there is nothing left to predict.
    gone_at
        When that was first known.
    until
        The end of observation.
    watched_until
        Until when conversions were seen about completely: earlier than `until` where they are written down late.
    findings
        What was noticed.
    """

    y: IntArray
    days: FloatArray
    converted: BoolArray
    final_at: pl.Series
    known_at: pl.Series
    gone: BoolArray
    gone_at: pl.Series
    until: datetime
    watched_until: datetime
    findings: tuple[Finding, ...] = ()

    def take(self, rows: IntArray | BoolArray) -> Ahead:
        """Return the chosen rows, in the order given."""
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return replace(
            self, y=self.y[rows], days=self.days[rows], converted=self.converted[rows], final_at=self.final_at.gather(rows),
            known_at=self.known_at.gather(rows), gone=self.gone[rows], gone_at=self.gone_at.gather(rows),
        )


def look_ahead(project: Project, tables: dict[str, pl.DataFrame], rows: pl.DataFrame, *, until: datetime | None = None) -> Ahead:
    """Label rows by what happened after their cutoffs.

    A conversion counts when it happened after the cutoff, not at it, and at most `within` days later; it is seen when it was known by the
    end of observation. A date without a time of day is over at its next midnight, here as in the features: what is known at a cutoff and
    what comes after it never overlap, and nothing falls between.

    Parameters
    ----------
    project
        `[target]` says which event, `within` how many days (without it every later conversion counts), and after how many days a row is
        final: by default the horizon, and without one when nearly all who ever convert have (`suggest_horizon`).
    tables
        Clean tables by name.
    rows
        `lead` (row number in the lead table) and `at` (the cutoff, naive UTC), one for each outcome wanted.
    until
        The end of observation; by default `observed_until`, or the newest moment known in any table that is not far beyond all others (T504).
        Where none is declared and conversions cease long before it, beyond chance, their newest is the end (T508).

    Raises
    ------
    UsageError
        There is no such event.
    DataError
        Nothing is dated.
    """
    end = number_of(until) if until is not None else observed_until(project, tables)
    at, lead = microseconds(rows["at"]), rows["lead"].to_numpy().astype(np.int64)
    dated = at != NEVER
    at = np.where(dated, at, 0)
    within = project.target.within
    conversions, born = conversions_of(project, tables).known_by(end), _born(project, tables["lead"])
    ceased = silence(born, conversions, end) if project.target.observed_until is None else None
    end = ceased.since if ceased is not None and ceased.sure else end
    placed = place(conversions, lead, born=born[lead], at=at, within=None if within is None else round(within * DAY))
    first = np.where(dated, placed.first_after(), NEVER)
    watched = end - _lag(conversions)
    converted = first <= watched
    days = np.where(dated, np.maximum(np.where(converted, first, watched) - at, 0), 0) / DAY
    gone = np.where(dated, placed.gone(), NEVER)
    counted = dated & (gone == NEVER)
    delay = conversion_delay(days[counted], converted[counted])
    final = np.where(dated, at + round(_final_after(project, delay, (end - watched) / DAY) * DAY), NEVER)
    ahead = Ahead(
        np.full(len(at), UNLABELLED), days, converted, series_of("final_at", final),
        series_of("known_at", np.where(dated, placed.known(), NEVER)), gone != NEVER, series_of("gone_at", gone), moment_of(end),
        moment_of(watched),
    )
    ahead = replace(ahead, y=as_known_at(ahead, ahead.until))
    doubted = doubtful_end(project, tables) if until is None else []
    return replace(ahead, findings=(*_noticed(project, rows["at"], ahead, counted, delay), *doubted, *_told(project, ceased)))


def as_known_at(ahead: Ahead, moment: datetime) -> IntArray:
    """Return the labels as they would have been at an earlier moment, from what was known by then.

    The same as looking ahead in tables that end at that moment where `within` or `final_after` is declared. Where neither is, how long outcomes
    are waited for was learned from all that the tables tell, later conversions too: nothing then may be judged by such labels.
    """
    now = number_of(moment)
    y = np.where(microseconds(ahead.final_at) <= now, 0, UNLABELLED)
    y[microseconds(ahead.known_at) <= now] = 1
    y[microseconds(ahead.gone_at) <= now] = UNLABELLED
    return y


def settled(ahead: Ahead, moment: datetime | None = None) -> BoolArray:
    """Mark the rows to learn from and to judge by: those whose outcome was final at a moment, by default at the end of observation.

    A young row that converted already is labelled, but the others of its age are still pending: learning from it would make conversions
    look more frequent than they are.
    """
    now = number_of(ahead.until if moment is None else moment)
    final: BoolArray = microseconds(ahead.final_at) <= now
    return final & (microseconds(ahead.gone_at) > now)


def final_labels(ahead: Ahead, moment: datetime | None = None) -> IntArray:
    """Return what is learned from and judged by: the labels that were final at a moment, by default at the end of observation; -1 for all others."""
    y = ahead.y if moment is None else as_known_at(ahead, moment)
    return np.where(settled(ahead, moment), y, UNLABELLED)


def _born(project: Project, leads: pl.DataFrame) -> IntArray:
    """Return from when a conversion is the lead's own; one that is as old as the lead is, so that none falls between."""
    if project.lead.created_at is None:
        return np.full(len(leads), LONG_AGO)
    created = leads[project.lead.created_at]
    # A day's conversions count from its end: those of the day before creation end exactly when the day of creation begins.
    return microseconds(created, LONG_AGO) + (1 if is_by_day(created) else 0)


def _told(project: Project, ceased: Silence | None) -> list[Finding]:
    return [] if ceased is None else [silence_finding(str(project.target.event), ceased)]


def _lag(conversions: Conversions) -> int:
    """Return after how long nearly all conversions are written down."""
    return int(np.quantile(conversions.known - conversions.occurred, WRITTEN)) if len(conversions.lead) else 0


def _final_after(project: Project, delay: Delay, lag: float) -> float:
    return project.target.final_after or project.target.within or suggest_horizon(delay, lag=lag).maturity


def _noticed(project: Project, at: pl.Series, ahead: Ahead, counted: BoolArray, delay: Delay) -> list[Finding]:
    target, young = project.target, counted & ~settled(ahead)
    found = [count_labels(ahead.y, ahead.gone, at, within=target.within, until=ahead.until)]
    found += judge_young(
        ahead.days[counted], ahead.converted[counted], young[counted], at.filter(pl.Series(counted)), within=target.within,
        until=ahead.watched_until,
    )
    found += [known_late(late)] if (late := int((ahead.known_at > ahead.final_at).sum())) else []
    if target.within is not None:
        return found + judge_horizon(target.within, delay)
    lag = (ahead.until - ahead.watched_until).total_seconds() * 1e6 / DAY
    return found + ([] if target.final_after is not None else [open_horizon(suggest_horizon(delay, lag=lag))])
