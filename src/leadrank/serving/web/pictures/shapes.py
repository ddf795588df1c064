"""The strokes that pictures are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

Point = tuple[float, float]


def svg(width: float, height: float, body: str, *, says: str = "", css: str = "chart", stretched: bool = False) -> Markup:
    """Frame a picture; without `says` it repeats what stands beside it, and is hidden from screen readers.

    Parameters
    ----------
    width, height
        Of the coordinates within.
    body
        Its strokes.
    stretched
        Fill the place it gets in both directions.

    Examples
    --------
    >>> svg(10, 4, "", says="a <b>")
    Markup('<svg class="chart" viewBox="0 0 10 4" role="img" aria-label="a &lt;b&gt;"></svg>')
    """
    told = f'role="img" aria-label="{escape(says)}"' if says else 'aria-hidden="true"'
    aspect = ' preserveAspectRatio="none"' if stretched else ""
    # Everything in `body` comes from `number`, `path` and `text`, which escape what they are given.
    return Markup(f'<svg class="{css}" viewBox="0 0 {number(width)} {number(height)}" {told}{aspect}>{body}</svg>')  # noqa: S704


def number(value: float) -> str:
    """Write a coordinate.

    Examples
    --------
    >>> number(3.0), number(2.345678), number(float("nan"))
    ('3', '2.35', '0')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".") if math.isfinite(value) else "0"


def text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "") -> str:
    """Write words at a place."""
    named = f' class="{css}"' if css else ""
    return f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}"{named}>{escape(words)}</text>'


def line(start: Point, end: Point, css: str) -> str:
    """Draw a straight line."""
    return f'<line x1="{number(start[0])}" y1="{number(start[1])}" x2="{number(end[0])}" y2="{number(end[1])}" class="{css}"/>'


def box(x: float, y: float, width: float, height: float, css: str, round_by: float = 0) -> str:
    """Draw a filled box."""
    corners = f' rx="{number(round_by)}"' if round_by else ""
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width, 0))}" height="{number(max(height, 0))}"{corners} class="{css}"/>'


def dot(at: Point, radius: float, css: str, says: str = "") -> str:
    """Draw a point, with words for the mouse."""
    told = f"<title>{escape(says)}</title>" if says else ""
    return f'<circle cx="{number(at[0])}" cy="{number(at[1])}" r="{number(radius)}" class="{css}">{told}</circle>'


def path(points: Sequence[Point], css: str, *, closed: bool = False) -> str:
    """Join points.

    Examples
    --------
    >>> path([(0, 0), (1, 2.5)], "a")
    '<path d="M0 0L1 2.5" class="a"/>'
    """
    strokes = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f'<path d="M{strokes}{"Z" if closed else ""}" class="{css}"/>' if points else ""


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Choose round numbers for an axis.

    Examples
    --------
    >>> ticks(0, 97), ticks(-3, 5), ticks(2, 2)
    ([0.0, 20.0, 40.0, 60.0, 80.0], [-2.0, 0.0, 2.0, 4.0], [2.0])
    """
    if not high > low:
        return [float(low)]
    rough = (high - low) / wanted
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough * 0.8)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 10) for k in range(first, math.floor(high / step + 1e-9) + 1)]
