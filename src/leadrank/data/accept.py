"""Tables at the face: Polars, pandas or Arrow in, Polars inside, converted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadrank.data.cell import plain_value, text_of
from leadrank.errors import UsageError
from leadrank.frames import pl

if TYPE_CHECKING:
    import narwhals as nw


def as_polars(frame: Any) -> pl.DataFrame:
    """Take a Polars, pandas or Arrow table, or a list of dictionaries, as Polars."""
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, list):
        return pl.DataFrame(frame, infer_schema_length=None, strict=False)
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
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        cells = [text_of(plain_value(cell)) for cell in column.to_list()]
        return pl.Series(cells, dtype=pl.String)
