"""Pictures of the report, made fit for a page whose policy forbids inline styles."""

from __future__ import annotations

import re
from dataclasses import replace

from leadrank.pages.svg import Chart

_STYLED = re.compile(r' style="([^"]*)"')
_KNOWN = frozenset({
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "opacity",
    "fill-opacity", "stroke-opacity", "text-anchor", "font-size", "font-weight", "fill-rule", "clip-path",
})
"""What SVG knows as an attribute as well."""


def without_styles(chart: Chart) -> Chart:
    """Write each style as attributes, which every policy allows; what SVG knows only as a style is left out.

    Examples
    --------
    >>> without_styles(Chart("a", "b", "c", '<path d="M0" style="fill: var(--x); stroke-width: 2; white-space: pre"/>')).svg
    '<path d="M0" fill="var(--x)" stroke-width="2"/>'
    """
    return replace(chart, svg=_STYLED.sub(_as_attributes, chart.svg))


def _as_attributes(styled: re.Match[str]) -> str:
    pairs = (part.partition(":") for part in styled[1].split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs if name.strip() in _KNOWN)
