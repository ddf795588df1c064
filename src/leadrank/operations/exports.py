"""Tables as files for a spreadsheet, in which no cell is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from leadrank.data.write import write_table
from leadrank.frames import pl

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""Kinds of file that can be given out, with their media types."""
LONGEST_CELL = 32_767
"""Letters in one cell of an XLSX file."""
_LITERAL = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True, "nan_inf_to_errors": True}


def as_file(frame: pl.DataFrame, kind: str) -> bytes:
    """Write a table as the bytes of a file.

    Parameters
    ----------
    kind
        `csv`: texts that begin like a formula get an apostrophe. `xlsx`: every text is a text, whatever it begins with.
    """
    buffer = io.BytesIO()
    if kind == "csv":
        write_table(buffer, frame)
    else:
        _write_xlsx(buffer, frame)
    return buffer.getvalue()


def _write_xlsx(buffer: io.BytesIO, frame: pl.DataFrame) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(buffer, _LITERAL | {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet("leads")
        _row(sheet, 0, frame.columns)
        for place, cells in enumerate(frame.iter_rows(), start=1):
            _row(sheet, place, cells)
        sheet.freeze_panes(1, 0)


def _row(sheet: Any, place: int, cells: Sequence[Any]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(place, column, cell[:LONGEST_CELL])
        elif cell is not None:
            sheet.write(place, column, cell)
