"""Reasons as bars to the left and right, and their evidence as a share."""

from __future__ import annotations

from markupsafe import Markup

from leadrank.serving.web.pictures.shapes import box, line, svg


def push(contribution: float, largest: float) -> Markup:
    """Draw how hard one reason pushes: to the right it raises the score, to the left it lowers it.

    Parameters
    ----------
    contribution
        In log-odds.
    largest
        The largest |contribution| on the page; it fills its half.
    """
    reach = 98 * min(abs(contribution) / largest, 1.0) if largest > 0 else 0.0
    body = line((100, 0), (100, 16), "axis")
    body += box(100, 3, reach, 10, "fill-up", 2) if contribution > 0 else box(100 - reach, 3, reach, 10, "fill-down", 2)
    return svg(200, 16, body, stretched=True)


def evidence(rows: int, conversions: int, base: float) -> Markup:
    """Draw the share of such leads that converted, beside a tick for the share of all."""
    share = conversions / rows if rows else 0.0
    body = box(0, 2, 100, 4, "fill-quiet", 2) + box(0, 2, 100 * share, 4, "fill-up", 2) + box(100 * base - 0.7, 0, 1.4, 8, "fill-down")
    return svg(100, 8, body, stretched=True)


def share_bar(share: float, *, limit: float | None = None, alarm: bool = False) -> Markup:
    """Draw a share of a whole, and where its limit lies."""
    whole = max(share, limit or 0.0, 1.0)
    body = box(0, 2, 200, 8, "fill-quiet", 2) + box(0, 2, 200 * share / whole, 8, "fill-bad" if alarm else "fill-up", 2)
    if limit is not None:
        body += box(200 * limit / whole - 1, 0, 2, 12, "fill-down")
    return svg(200, 12, body, stretched=True)
