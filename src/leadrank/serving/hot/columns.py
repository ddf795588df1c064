"""From many leads to columns, as a table of them would have been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from leadrank.data import ColumnSchema
from leadrank.data.cell import read_cell, text_of
from leadrank.frames import pl

_TEXT, _NUMBERS, _NOTHING = {str}, {int, float, bool}, {type(None)}


def table_of(columns: Mapping[str, ColumnSchema], leads: Sequence[Mapping[str, Any]]) -> tuple[pl.DataFrame, set[str]]:
    """Put the fields that scoring reads into columns; a field that is left out is blank.

    Returns
    -------
    tuple
        The table, and the columns of texts and numbers mixed, whose cells were read one by one.

    Examples
    --------
    >>> table, mixed = table_of({"n": ColumnSchema("n", "number")}, [{"n": 1}, {}])
    >>> table["n"].to_list(), mixed
    ([1.0, nan], set())
    """
    mixed: set[str] = set()
    return pl.DataFrame([_column(column, cells, mixed) for column, cells in zip(columns.values(), _cells([*columns], leads), strict=True)]), mixed


def _cells(names: Sequence[str], leads: Sequence[Mapping[str, Any]]) -> Iterable[Sequence[Any]]:
    """Turn rows into columns."""
    try:
        return list(zip(*map(itemgetter(*names, *names[:1]), leads), strict=True))[: len(names)]
    except (KeyError, TypeError):  # a field is left out; there is no column
        return [[lead.get(name) for lead in leads] for name in names]


def _column(column: ColumnSchema, cells: Sequence[Any], mixed: set[str]) -> pl.Series:
    kinds = set(map(type, cells)) - _NOTHING
    if kinds <= _TEXT:
        return pl.Series(column.name, cells, dtype=pl.String)
    if column.type != "number":
        return pl.Series(column.name, [None if cell is None else text_of(cell) for cell in cells], dtype=pl.String)
    if kinds <= _NUMBERS:
        try:
            return pl.Series(column.name, np.array(cells, dtype=np.float64))
        except OverflowError:  # a whole number of more than 300 digits
            pass
    mixed.add(column.name)
    return pl.Series(column.name, [read_cell(column, cell)[0] for cell in cells], dtype=pl.Float64)
