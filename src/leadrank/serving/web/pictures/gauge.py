"""One probability as a gauge, and as a thin strip for a list."""

from __future__ import annotations

import math

from markupsafe import Markup

from leadrank.pages.words import percent
from leadrank.serving.web.pictures.shapes import box, line, number, svg, text

RADIUS, WIDTH, CENTRE = 88.0, 16.0, (110.0, 108.0)


def gauge(probability: float, low: float, high: float, *, score: int, cut: float | None = None) -> Markup:
    """Draw half a dial: filled up to the probability, the interval along its rim, a notch where calling begins.

    Parameters
    ----------
    probability, low, high
        Between 0 and 1.
    score
        Written in the middle.
    cut
        The probability from which leads are called, where that is one.
    """
    says = f"Score {score}: probability {percent(probability)}, interval {percent(low)} to {percent(high)}."
    body = _arc(0, 1, RADIUS, "track", WIDTH) + _arc(0, probability, RADIUS, "filled", WIDTH) + _arc(low, high, RADIUS + 13, "range", 3)
    if cut is not None and 0 < cut < 1:
        body += line(_at(cut, RADIUS - 10), _at(cut, RADIUS + 9), "needle")
        says += f" Calling begins at {percent(cut)}."
    body += text(CENTRE[0], CENTRE[1] - 8, str(score), anchor="middle", css="huge")
    body += text(CENTRE[0] - RADIUS, CENTRE[1] + 16, "0", anchor="middle") + text(CENTRE[0] + RADIUS, CENTRE[1] + 16, "100", anchor="middle")
    return svg(220, 130, body, says=says)


def strip(probability: float, low: float, high: float) -> Markup:
    """Draw a bar up to the probability with the interval across it."""
    body = box(0, 2, 100, 4, "fill-quiet", 2) + box(0, 2, 100 * probability, 4, "fill-up", 2)
    body += box(100 * low, 3.4, 100 * (high - low), 1.2, "fill-down")
    return svg(100, 8, body, stretched=True)


def _at(share: float, radius: float) -> tuple[float, float]:
    angle = math.pi * (1 - min(max(share, 0.0), 1.0))
    return CENTRE[0] + radius * math.cos(angle), CENTRE[1] - radius * math.sin(angle)


def _arc(start: float, end: float, radius: float, css: str, width: float) -> str:
    (x1, y1), (x2, y2) = _at(start, radius), _at(end, radius)
    reach = number(radius)
    return f'<path d="M{number(x1)} {number(y1)}A{reach} {reach} 0 0 1 {number(x2)} {number(y2)}" class="{css}" stroke-width="{number(width)}"/>'
