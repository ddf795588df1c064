"""From a painted matplotlib figure to SVG that lives inside a page: its font, its colours, no address, no foreign style."""

from __future__ import annotations

import html
import io
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leadrank.errors import MissingExtraError

# Colours that nobody would choose stand for the page's own, which differ by day and by night.
OURS, OTHER, QUIET, INK, GRID = "#01a1b1", "#01a1b2", "#01a1b3", "#01a1b4", "#01a1b5"
VARIABLES = {OURS: "ours", OTHER: "other", QUIET: "quiet", INK: "ink", GRID: "grid"}
WIDE, HIGH = 5.3, 3.4
_STYLE = {
    "svg.fonttype": "none", "text.parse_math": False, "font.size": 9.5, "axes.edgecolor": GRID, "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": GRID, "ytick.color": GRID, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.grid": True, "grid.color": GRID,
    "grid.linewidth": 0.6, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "axes.linewidth": 0.8,
    "lines.linewidth": 2.0, "axes.axisbelow": True, "legend.frameon": False, "ytick.major.size": 0, "xtick.major.size": 3,
    "axes.labelsize": 9.5, "axes.facecolor": "none", "figure.facecolor": "none",
}
_ONE_AT_A_TIME = threading.Lock()
"""matplotlib's settings are the process's own, so two pages must not be drawn at once."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as inline SVG, its heading, and what it says in one plain sentence."""

    name: str
    title: str
    says: str
    svg: str


def draw(name: str, title: str, says: str, paint: Callable[[Any], None], *, height: float = HIGH) -> Chart:
    """Paint one chart.

    Parameters
    ----------
    name
        Unique on the page; ids inside the picture derive from it.
    title, says
        Heading, and the sentence that explains the chart; both also describe the picture to those who cannot see it.
    paint
        Draws on the matplotlib axes that it is given.
    height
        In inches; the width is fixed, the page scales both.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("Drawing a page needs matplotlib, which is not installed.", "pip install 'leadrank[report]'") from error
    buffer = io.StringIO()
    with _ONE_AT_A_TIME, rc_context(_STYLE | {"svg.hashsalt": name}):
        figure = Figure(figsize=(WIDE, height), layout="constrained")
        paint(figure.add_subplot())
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return Chart(name, title, says, inline(buffer.getvalue(), name, title, says))


def inline(picture: str, name: str, title: str, says: str) -> str:
    """Turn a stand-alone SVG file into an element of a page.

    Parameters
    ----------
    picture
        As matplotlib writes it.
    name, title, says
        As in `draw`.
    """
    box = re.search(r'viewBox="([^"]+)"', picture)
    body = picture[picture.index(">", picture.index("<svg")) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body).replace("xlink:href", "href")
    body = re.sub(r"font: (?:[a-z]+ |\d{3} )*([\d.]+px)[^;\"]*", r"font-size: \1", body)
    body = re.sub(r"font-family: [^;\"]*;?", "", body)
    body = re.sub(r"\n\s*", "\n", body)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var(--chart-{variable})")
    said = f'<title id="{name}-title">{html.escape(title)}</title><desc id="{name}-says">{html.escape(says)}</desc>'
    opening = f'<svg class="chart" role="img" viewBox="{box[1] if box else "0 0 1 1"}" aria-labelledby="{name}-title {name}-says">'
    return opening + said + body.strip()
