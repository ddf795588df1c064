"""Words for people go to standard error, results to standard output, and nothing else goes anywhere."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadrank.types import Finding

Told = Callable[[str, float], None]
EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal."""
WIDE = 140
"""Columns of a table that goes to a file."""
STYLES = {"error": "bold red", "quarantine": "bold magenta", "warning": "yellow", "info": "dim"}


def emit(text: str) -> None:
    """Print a result on standard output."""
    print(text)


def emit_json(document: dict[str, Any]) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))


def say(text: str) -> None:
    """Tell people something, on standard error."""
    print(text, file=sys.stderr)


def say_evaluator() -> None:
    """Tell people where NumPy does the kernel's work, and why; where the kernel can be used there is nothing to tell."""
    from leadrank.forest import evaluator

    name, _, why = evaluator().partition(": ")
    if name == "NumPy":
        say(f"The native kernel cannot be used, and NumPy works in its place: the same results, several times slower ({why}).")


@contextmanager
def progress() -> Iterator[Told]:
    """Give a function that is told what is going on and the share done: a bar on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("starting", total=1.0)

        def told(words: str, done: float) -> None:
            bar.update(task, description=words, completed=done)

        yield told


@contextmanager
def rows_done(total: int | None) -> Iterator[Callable[[int], None] | None]:
    """Give a function that is told how many rows are done, for a bar with rows per second; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.completed:,} rows"), BarColumn(), TextColumn("{task.fields[rate]:,} rows/s"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task, start = bar.add_task("", total=total, rate=0), time.monotonic()

        def told(rows: int) -> None:
            bar.update(task, completed=rows, rate=round(rows / max(time.monotonic() - start, 1e-9)))

        yield told


def _lines() -> Told:
    last = -EVERY

    def told(words: str, done: float) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            say(f"{words} ({done:.0%})" if done > 0 else words)

    return told


def say_findings(findings: Sequence[Finding], *, all_of_them: bool = True) -> None:
    """Print findings for people, the gravest first; without `all_of_them`, notes are only counted."""
    shown = [f for f in findings if all_of_them or f.severity != "info"]
    if shown:
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True, highlight=False, soft_wrap=True)
        for finding in shown:
            console.print(Text.assemble((f"{finding.code} {finding.severity}", STYLES[finding.severity]), f": {finding.message}"))
            console.print(Text(f"    {finding.remedy}", style="dim"))
    if len(shown) < len(findings):
        say(f"{len(findings) - len(shown)} notes more; `leadrank check` prints them.")


def counted(findings: Sequence[Finding]) -> str:
    """Say how many findings there are of each severity.

    Examples
    --------
    >>> counted([])
    'no findings'
    """
    words = {"error": "error", "quarantine": "quarantined", "warning": "warning", "info": "note"}
    parts = []
    for severity, word in words.items():
        n = sum(f.severity == severity for f in findings)
        if n:
            parts.append(f"{n} {word}{'s' if n > 1 and severity != 'quarantine' else ''}")
    return ", ".join(parts) or "no findings"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Print a table of results on standard output; wide enough for reasons where the output is no terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    grid = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(columns))
    for column in columns:
        grid.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, markup=False, emoji=False).print(grid)
