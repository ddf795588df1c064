"""Lines over time and over effort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from markupsafe import Markup

from leadrank.local_days import wall
from leadrank.pages.words import plural
from leadrank.serving.web.pictures.shapes import Point, dot, line, path, svg, text, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560.0, 210.0, 48.0, 14.0, 12.0, 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One score of a lead's past."""

    at: datetime
    probability: float
    low: float
    high: float
    words: str
    by_hand: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    """The mapping from figures to the place on the picture."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        """Place one point."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0)
        up = (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1.0)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def history(moments: Sequence[Moment], now: datetime, zone: tzinfo) -> Markup:
    """Draw the score as it went: a step at each change, with its interval behind it.

    Parameters
    ----------
    moments
        Oldest first, at least one.
    now
        Where the line ends.
    zone
        Whose days and clock times are written.
    """
    first = moments[0].at
    end = max((now - first).total_seconds(), (moments[-1].at - first).total_seconds(), 60.0)
    frame = _Frame((0.0, end), (0.0, 1.0))
    seconds = [(one.at - first).total_seconds() for one in moments]
    stops = [*seconds[1:], end]
    upper = [p for m, a, b in zip(moments, seconds, stops, strict=True) for p in (frame.at(a, m.high), frame.at(b, m.high))]
    lower = [p for m, a, b in zip(moments, seconds, stops, strict=True) for p in (frame.at(a, m.low), frame.at(b, m.low))]
    middle = [p for m, a, b in zip(moments, seconds, stops, strict=True) for p in (frame.at(a, m.probability), frame.at(b, m.probability))]
    body = _grid(frame, lambda v: f"{100 * v:.0f}") + path([*upper, *reversed(lower)], "band", closed=True) + path(middle, "ours-line")
    for moment, second in zip(moments, seconds, strict=True):
        body += dot(frame.at(second, moment.probability), 4.5, "mark other" if moment.by_hand else "mark", moment.words)
    body += text(LEFT, HEIGHT - 8, _day(wall(first, zone), end)) + text(WIDTH - RIGHT, HEIGHT - 8, "now", anchor="end")
    changes = len(moments) - 1
    said = f"Score over time: from {100 * moments[0].probability:.0f} to {100 * moments[-1].probability:.0f} in {plural(changes, 'change')}."
    return svg(WIDTH, HEIGHT, body, says=said)


def effort(
    worked: Sequence[float], profit: Sequence[float], *, here: int, best: int, form: Callable[[float], str], says: str
) -> Markup:
    """Draw profit by the number of leads worked, with today's choice and the best one.

    Parameters
    ----------
    worked, profit
        The curve, leads rising.
    here, best
        Places on the curve.
    form
        Writes an amount.
    """
    low, high = min(0.0, *profit), max(0.0, *profit)
    frame = _Frame((0.0, max(worked[-1], 1.0)), (low, high if high > low else low + 1.0))
    points = [frame.at(x, y) for x, y in zip(worked, profit, strict=True)]
    body = _grid(frame, form) + path([frame.at(0, 0), frame.at(frame.x[1], 0)], "axis") + path(points, "ours-line")
    body += line(frame.at(worked[here], frame.y[0]), points[here], "dash")
    body += dot(points[best], 5, "mark hollow") + dot(points[here], 5.5, "mark other")
    for tick in ticks(0, frame.x[1]):
        body += text(frame.at(tick, 0)[0], HEIGHT - 8, f"{tick:,.0f}", anchor="middle")
    return svg(WIDTH, HEIGHT, body, says=says)


def _grid(frame: _Frame, form: Callable[[float], str]) -> str:
    body = ""
    for tick in ticks(*frame.y):
        start = frame.at(frame.x[0], tick)
        body += line(start, frame.at(frame.x[1], tick), "grid") + text(start[0] - 7, start[1] + 4, form(tick), anchor="end")
    return body


def _day(shown: datetime, seconds: float) -> str:
    return f"{shown:%H:%M}" if seconds < 86_400 else f"{shown:%d %b %Y}"
