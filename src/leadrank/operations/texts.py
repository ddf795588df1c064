"""Stored cells as a table of texts, as a CSV would hold them: one column may have texts of one lead and numbers of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leadrank.data.cell import plain_value, text_of
from leadrank.frames import pl


def texts_of(rows: Sequence[Mapping[str, Any]], names: Iterable[str], *, only: bool = False) -> pl.DataFrame:
    """Write cells as texts.

    Parameters
    ----------
    rows
        Field to value.
    names
        The columns that there must be; a cell that is left out is blank.
    only
        Whether other fields are left out.

    Examples
    --------
    >>> texts_of([{"a": 1.0}, {"a": "x", "b": True}], ["a"]).rows()
    [('1', None), ('x', 'true')]
    """
    wanted = dict.fromkeys(names)
    if not only:
        wanted |= dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame({name: pl.Series([_text(row.get(name)) for row in rows], dtype=pl.String) for name in wanted}, height=len(rows))


def _text(value: object) -> str | None:
    return value if value is None or type(value) is str else text_of(plain_value(value))
