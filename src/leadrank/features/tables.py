"""Columns of clean tables as the numbers that events are counted by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from leadrank.errors import DataError, nearest
from leadrank.features.keys import as_key
from leadrank.frames import pl

Codes = npt.NDArray[np.unsignedinteger]
Tables = Mapping[str, pl.DataFrame]


def table_of(tables: Tables, name: str, columns: Iterable[str] = ()) -> pl.DataFrame:
    """Return a table that has certain columns.

    Raises
    ------
    DataError
        The table, or a column of it, is not there.
    """
    if name not in tables:
        raise DataError(f"The table {name!r} is not there; the tables are {', '.join(map(repr, tables))}.", nearest(name, tables))
    table = tables[name]
    for column in columns:
        if column not in table.columns:
            raise DataError(f"The table {name!r} has no column {column!r}.", nearest(column, table.columns))
    return table


def codes_of(column: pl.Series, levels: Sequence[str] | pl.Series) -> Codes:
    """Code the cells of a column by their place among `levels`; all others, and blanks, have the number of levels.

    Examples
    --------
    >>> codes_of(pl.Series(["b", None, "x", "a"]), ["a", "b"]).tolist()
    [1, 2, 2, 0]
    """
    if not len(levels):
        return np.zeros(len(column), dtype=np.uint8)
    codes = as_key(column).cast(pl.Enum(levels), strict=False).to_physical().fill_null(len(levels))
    result: Codes = codes.cast(pl.UInt8 if len(levels) < 256 else pl.UInt32).to_numpy()
    return result


def all_codes(column: pl.Series) -> tuple[Codes, int]:
    """Code the cells of a column by the order of its values; return the code that blanks have, too."""
    column = as_key(column)
    levels = column.drop_nulls().unique().sort()
    return codes_of(column, levels), len(levels)
