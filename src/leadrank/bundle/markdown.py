"""Markdown in which names and messages are text, whatever they contain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from leadrank.types import Figure

MOST = 50
"""Columns or findings listed by name; beyond that they are counted."""
LONGEST = 400


def plain(text: str) -> str:
    r"""Return text of others as one line that no Markdown reader takes for markup.

    Examples
    --------
    >>> plain("a | b <script> [c](d)")
    'a \\| b &lt;script> \\[c\\](d)'
    """
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return re.sub(r"([\\`*|\[\]])", r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))


def code(name: str) -> str:
    """Return a name as a code span that fits into a table.

    Examples
    --------
    >>> code("close_reason"), code("a`b")
    ('`close_reason`', '``a`b``')
    """
    line = " ".join(name.split()) or "(no name)"
    line = (line if len(line) <= 80 else line[:79] + "…").replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def names(columns: Iterable[str]) -> str:
    """List column names, 50 at most.

    Examples
    --------
    >>> names(["a", "b"]), names([])
    ('`a`, `b`', 'none')
    """
    every = list(columns)
    more = f" and {len(every) - MOST:,} more" if len(every) > MOST else ""
    return (", ".join(code(name) for name in every[:MOST]) or "none") + more


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; nothing where there are no rows.

    Examples
    --------
    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *lines]) if lines else ""


def bullets(items: Iterable[str]) -> str:
    """Return a list, one line each.

    Examples
    --------
    >>> print(bullets(["a", "b"]))
    - a
    - b
    """
    return "\n".join(f"- {item}" for item in items)


def section(title: str, *paragraphs: str) -> str:
    """Return a section; empty paragraphs are left out."""
    return "\n\n".join([f"## {title}", *(text for text in paragraphs if text)])


def share(value: float) -> str:
    """Return a share in percent."""
    return f"{value:.1%}"


def interval(figure: Figure | None, form: str) -> str:
    """Return a figure with its interval.

    Examples
    --------
    >>> interval(Figure(0.8, 0.7, 0.9), "{:.2f}"), interval(None, "")
    ('0.80 (0.70 to 0.90)', '–')
    """
    if figure is None:
        return "–"
    return f"{form.format(figure.value)} ({form.format(figure.low)} to {form.format(figure.high)})"
