"""Tables at the face: Polars, pandas or Arrow in, Polars inside, converted once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from leadrank.data.cell import plain_value, text_of
from leadrank.errors import UsageError
from leadrank.frames import pl

if TYPE_CHECKING:
    import narwhals as nw

LONGEST_DECIMAL = 37
"""Digits before or behind the point that Polars' decimal numbers hold."""


def as_polars(frame: Any) -> pl.DataFrame:
    """Take a Polars, pandas or Arrow table, or a list of dictionaries, as Polars."""
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, list):
        return _of_leads(frame)
    import narwhals as nw

    try:
        native = nw.from_native(frame, eager_only=True)
    except TypeError as problem:
        raise UsageError(f"Expected a Polars, pandas or Arrow table, got {type(frame).__name__}.", "Convert it to one of these first.") from problem
    except nw.exceptions.DuplicateError as problem:
        raise UsageError(f"Two columns have one name. {problem}", "Rename or drop one of them.") from problem
    return pl.DataFrame({str(column.name): _as_series(column) for column in native.iter_columns()})


def _as_series(column: nw.Series[Any]) -> pl.Series:
    """Take one column as Polars; a pandas column of mixed Python values is read as the texts that a CSV would hold."""
    try:
        return column.to_polars()
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return _texts(column.to_list())


def _of_leads(leads: list[Any]) -> pl.DataFrame:
    """Take dictionaries as Polars does, and column by column where a cell is beyond it."""
    keyed = all(isinstance(lead, Mapping) for lead in leads)
    if not (keyed and any(_panics(cell) for lead in leads for cell in lead.values())):
        try:
            return pl.DataFrame(leads, infer_schema_length=None, strict=False)
        except (TypeError, ValueError, OverflowError, RuntimeError, pl.exceptions.PolarsError) as problem:
            if not keyed:
                raise UsageError("Expected a list of dictionaries, one for each lead.", "Or give a Polars, pandas or Arrow table.") from problem
    names = dict.fromkeys(name for lead in leads for name in lead)
    return pl.DataFrame({str(name): _column([lead.get(name) for lead in leads]) for name in names})


def _column(cells: list[Any]) -> pl.Series:
    if any(_panics(cell) for cell in cells):
        return _texts(cells)
    try:
        return pl.Series(cells)
    except (TypeError, ValueError, OverflowError, RuntimeError, pl.exceptions.PolarsError):
        return _texts(cells)


def _panics(cell: object) -> bool:
    """Tell a decimal number that Polars does not refuse but dies of."""
    return isinstance(cell, Decimal) and (not cell.is_finite() or abs(cell.adjusted()) > LONGEST_DECIMAL)


def _texts(cells: list[Any]) -> pl.Series:
    return pl.Series([text_of(plain_value(cell)) for cell in cells], dtype=pl.String)
