"""Whether conversions cease before the other tables do: then their table probably ends there, and what comes later is not known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadrank.labels.conversions import Conversions
from leadrank.labels.delay import conversion_delay
from leadrank.moments import DAY, NEVER, moment_of
from leadrank.types import Finding, IntArray

ENOUGH = 10.0
"""Moments that a stretch without any must have been expected to hold: by chance it holds none once in 22,000 times (Poisson)."""
SOME = 4.6
"""Where so many were expected, which chance hides once in 100 times, the silence is told of and moves nothing."""
LONGER = 2.0
"""A silence must be so many times as long as any before it: where sales are booked once a month, or pause each winter, the next one is no news."""
LEAST = 7 * DAY
"""Shorter ones are holidays, and move few labels."""

SEASONS = 730 * DAY
"""Pauses are looked for in so long a time before the newest moment, or in the newer half of all, whichever is longer."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch at the end of observation that holds no conversion, though so many were expected."""

    since: int
    until: int
    expected: float

    @property
    def sure(self) -> bool:
        """Whether chance cannot make it."""
        return self.expected >= ENOUGH


def silence(born: IntArray, conversions: Conversions, end: int) -> Silence | None:
    """Find a stretch without conversions at the end of observation that is far beyond chance.

    So many are expected as the leads that had not converted yet would have brought at their ages, by what leads of those ages did before
    (Kaplan & Meier 1958): once leads cease to come, conversions cease too. Where that is more than came in as long a stretch just before, as
    where business falls off, the latter.

    Parameters
    ----------
    born
        When each lead came.
    conversions
        Those that were known at the end of observation.
    end
        The end of observation.
    """
    if not len(conversions.known):
        return None
    since = int(conversions.known.max())
    recent = recently(conversions.known, end)
    expected = min(recent, _of_leads(born, conversions, since, end)) if recent >= SOME else 0.0
    return Silence(since, end, expected) if expected >= SOME else None


def recently(moments: IntArray, end: int) -> float:
    """Count the moments in as long a stretch as the one from the newest to an end; 0 where there was such a pause before.

    Examples
    --------
    >>> days = np.arange(100) * DAY
    >>> recently(days, 119 * DAY), recently(days[::30], 119 * DAY)
    (20.0, 0.0)
    """
    since = int(moments.max())
    # A mistyped year far back makes no pause, nor does a start with few; seasons do.
    first, half = np.quantile(moments, [0.01, 0.5])
    distinct = np.unique(moments[moments >= max(first, min(half, since - SEASONS))])
    longest = int(np.diff(distinct).max(initial=0))
    return float((moments > since - (end - since)).sum()) if end - since > max(LONGER * longest, LEAST) else 0.0


def silence_finding(event: str, found: Silence) -> Finding:
    """Say that conversions cease before other tables do, and what that means for labels."""
    last, end = (f"{moment_of(moment - 1):%Y-%m-%d}" for moment in (found.since, found.until))
    days = (found.until - found.since) / DAY
    said = (
        f"The newest {event!r} is of {last}, and none is told of in the {days:.0f} days from there to {end}, until when other tables tell; "
        f"about {found.expected:,.0f} were to be expected. "
    )
    said += (
        f"Outcomes are probably known until {last} only: leads that could have converted later are pending, not lost." if found.sure else
        "That may be chance, and leads that could have converted there count as lost."
    )
    remedy = f'Give the newer rows, or declare until when they were observed: [target] observed_until = "{last}"; "{end}" if there truly were none.'
    return Finding("T508", "warning", None, 0, said, remedy, {"expected": found.expected, "days": days})


def _of_leads(born: IntArray, conversions: Conversions, since: int, end: int) -> float:
    """Return how many of the leads that had not converted would have done so."""
    first = np.full(len(born), NEVER)
    np.minimum.at(first, conversions.lead, conversions.known)
    there = born <= since
    days = np.maximum(np.minimum(first, since) - born, 0)[there] / DAY
    by = np.asarray(conversion_delay(days, (first != NEVER)[there]).by)
    open_ = (first == NEVER) & (born <= end)
    then, now = ((np.maximum(moment - born[open_], 0)) / DAY for moment in (since, end))
    place = np.arange(len(by))
    before, after = np.interp(then, place, by), np.interp(now, place, by)
    return float(((after - before) / np.maximum(1 - before, 1e-9)).sum())
