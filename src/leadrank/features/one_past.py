"""The past of one lead without frames: the same features as of a table, counted event by event."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import log2
from typing import NamedTuple

from leadrank.features import naming
from leadrank.features.plan import EventPlan, ScorePlan
from leadrank.moments import DAY, HOUR

Cell = float | None


class Event(NamedTuple):
    """One event as a state keeps it; the order of the fields is the order of events.

    `numbers` are pairs (0, number), or (1, 0.0) where a cell is blank; `texts` pairs (0, text), or (1, "").
    """

    occurred: int
    group: int
    numbers: tuple[tuple[int, float], ...]
    texts: tuple[tuple[int, str], ...]
    known: int


class Known(NamedTuple):
    """The events that a lead's cutoff knows, oldest first, and when they were."""

    at: int
    events: Sequence[Event]
    moments: Sequence[int]


def known_at(events: Sequence[Event], at: int) -> Known:
    """Return what is known at a cutoff."""
    known = [e for e in events[: bisect_right(events, at, key=_occurred)] if e.known <= at]
    return Known(at, known, [e.occurred for e in known])


def _occurred(event: Event) -> int:
    return event.occurred


def _since(moments: Sequence[int], at: int, days: float, times: int = 1) -> int:
    """Return the place of the first event within so many days."""
    return bisect_right(moments, at - times * round(days * DAY))


def counts(what: str, moments: Sequence[int], at: int, windows: Sequence[float]) -> Iterator[tuple[str, Cell]]:
    """Yield counts in windows, trends, and the days since the last."""
    total = len(moments)
    for w in windows:
        last, both = (total - _since(moments, at, w, times) for times in (1, 2))
        yield naming.in_window(what, w), float(last)
        yield naming.as_trend(what, w), float(last - (both - last))
    yield naming.in_window(what, None), float(total)
    yield naming.since_last(what), (at - moments[-1]) / DAY if total else None


def of_events(plan: EventPlan, windows: Sequence[float], known: Known, created: int | None) -> Iterator[tuple[str, Cell]]:
    """Yield all that is counted of a table's events."""
    yield from counts(naming.of_group(plan, ""), known.moments, known.at, windows)
    for code, (group, life) in enumerate(zip(plan.groups, plan.half_lives, strict=True)):
        what, own = naming.of_group(plan, group), [e.occurred for e in known.events if e.group == code]
        if group:
            yield from counts(what, own, known.at, windows)
        yield naming.as_decayed(what), sum(2.0 ** ((moment - known.at) / (life.days * DAY)) for moment in own)
    for place, name in enumerate(plan.numbers):
        yield from _of_number(plan, name, [e.numbers[place] for e in known.events], known, windows)
    for place, name in enumerate(plan.distinct):
        texts = [e.texts[place] for e in known.events]
        for w in (*windows, None):
            begin = 0 if w is None else _since(known.moments, known.at, w)
            yield naming.in_window(naming.of_different(plan, name), w), float(len({text for blank, text in texts[begin:] if not blank}))
    yield from _first(plan, known, created)


def _of_number(
    plan: EventPlan, name: str, pairs: list[tuple[int, float]], known: Known, windows: Sequence[float],
) -> Iterator[tuple[str, Cell]]:
    what = naming.of_number(plan, name, "sum")
    for w in (*windows, None):
        begin = 0 if w is None else _since(known.moments, known.at, w)
        told = [number for blank, number in pairs[begin:] if not blank]
        total = sum(told)
        yield naming.in_window(what, w), total + 0.0
        yield naming.in_window(naming.of_number(plan, name, "mean"), w), total / len(told) if told else None
        if w is not None:
            before = sum(number for _, number in pairs[_since(known.moments, known.at, w, 2) : begin])
            yield naming.as_trend(what, w), total - before + 0.0


def _first(plan: EventPlan, known: Known, created: int | None) -> Iterator[tuple[str, Cell]]:
    yield naming.since_first(plan), (known.at - known.moments[0]) / DAY if known.moments else None
    if created is not None:
        place = bisect_right(known.moments, created - 1)
        yield naming.speed(plan), (known.moments[place] - created) / HOUR if place < len(known.moments) else None


def of_scores(
    plan: ScorePlan, known: Known, times: Sequence[tuple[int, float]], items: Sequence[tuple[int, str]], available: Sequence[float], sold: int | None,
) -> Iterator[tuple[str, Cell]]:
    """Yield the named scores; `times`, `items` and `available` tell of each event its time, item, and the item's availability at the cutoff."""
    names, different = naming.score_names(plan), len({item for blank, item in items if not blank})
    if naming.ENGAGEMENT in names:
        told = [time for blank, time in times if not blank]
        mean = max(sum(told) / len(told), 0.0) if told else 0.0
        yield naming.ENGAGEMENT, log2(1 + len(known.events)) + log2(1 + mean) + log2(1 + different)
    if naming.RECENCY in names:
        yield naming.RECENCY, (known.moments[-1] - sold) / DAY if known.moments and sold is not None else None
    if naming.INTEREST in names:
        weighed = sum(weight for weight, (blank, _) in zip(available, items, strict=True) if not blank)
        yield naming.INTEREST, weighed / different if different else None
