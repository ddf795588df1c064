"""Rows of tables that cannot be used: kept, with the reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadrank.data.write import write_table
from leadrank.frames import pl


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used: its table, its number below the header (the first is 1), the column that is why, its raw cell, and the reason."""

    table: str
    row: int
    column: str
    value: str
    reason: str


def number_of(row: int, skipped: Sequence[int]) -> int:
    """Say the number below the header of a row of a table, counted from 0, whose file has other records that did not split.

    Parameters
    ----------
    skipped
        Numbers below the header of those records, rising.

    Examples
    --------
    >>> [number_of(row, [2, 3]) for row in range(3)]
    [1, 4, 5]
    """
    return row + 1 + bisect_right([number - k for k, number in enumerate(skipped, start=1)], row)


def write_rejected_rows(path: str | Path, rows: Iterable[RejectedRow]) -> None:
    """Write rejected rows as a CSV of table, row, column, value and reason (defused like any other text)."""
    listed = list(rows)
    columns = {name: [getattr(row, name) for row in listed] for name in RejectedRow.__slots__}
    types = dict.fromkeys(columns, pl.String) | {"row": pl.Int64}
    write_table(path, pl.DataFrame(columns, schema=types), ".csv")
