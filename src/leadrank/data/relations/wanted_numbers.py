"""Columns that a declaration takes for numbers, and that hold none."""

from __future__ import annotations

from collections.abc import Iterator

from leadrank.errors import UsageError
from leadrank.frames import pl
from leadrank.project import Project


def need_numbers(project: Project, name: str, raw: pl.DataFrame, clean: pl.DataFrame) -> None:
    """Refuse a column that is to be banded or summed and of which no cell reads as a number: all of it would count as missing.

    Raises
    ------
    UsageError
        There is one.
    """
    for column, said in _wanted(project, name):
        if column not in raw.columns or column not in clean.columns or clean[column].null_count() < clean.height:
            continue
        cells = raw[column].drop_nulls().cast(pl.String).str.strip_chars()
        words = cells.filter(cells != "")
        if len(words):
            raise UsageError(f"{said} takes {column!r} for numbers, and it holds none, e.g. {words[0]!r}.", "Name a column of numbers there.")


def _wanted(project: Project, name: str) -> Iterator[tuple[str, str]]:
    if name == "lead":
        yield from ((band.of, f"[lead.bands] {made!r}") for made, band in project.lead.bands.items())
    for event in project.event:
        if event.name == name:
            yield from ((column, f"`numbers` of the event table {name!r}") for column in event.numbers or ())
