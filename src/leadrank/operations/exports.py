"""Tables as files for a spreadsheet, in which no cell is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from leadrank.data.write import write_table
from leadrank.errors import BusyError
from leadrank.frames import pl
from leadrank.operations.desk import Desk

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""Kinds of file that can be given out, with their media types."""
LONGEST_CELL = 32_767
"""Letters in one cell of an XLSX file."""
PATIENCE = 5.0
"""Seconds in which a file waits for the one before it."""
_LITERAL = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True, "nan_inf_to_errors": True}
MARKUP = "<r>"
"""What begins like this the writer may take for a part of a file that is written already, and not for a text."""


@contextmanager
def turn(desk: Desk, kind: str) -> Iterator[None]:
    """Let one XLSX file be made at a time: each takes a processor for some seconds.

    Raises
    ------
    BusyError
        Another one is being made for longer than five seconds.
    """
    if kind != "xlsx":
        yield
        return
    if not desk.making.acquire(timeout=PATIENCE):
        raise BusyError("Another Excel file is being made.", "Try again in a few seconds, or take the CSV.")
    try:
        yield
    finally:
        desk.making.release()


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
        sheet, plain = book.add_worksheet("leads"), book.add_format()
        sheet.freeze_panes(1, 0)
        for place, cells in enumerate(chain([frame.columns], frame.iter_rows())):
            for column, cell in enumerate(cells):
                _write_cell(sheet, place, column, cell, plain)


def _write_cell(sheet: Any, place: int, column: int, cell: Any, plain: Any) -> None:
    if isinstance(cell, str) and cell.startswith(MARKUP):
        sheet.write_rich_string(place, column, cell[:1], plain, cell[1:LONGEST_CELL])
    elif isinstance(cell, str):
        sheet.write_string(place, column, cell[:LONGEST_CELL])
    elif isinstance(cell, float):
        sheet.write_number(place, column, cell)  # the writer's own choice takes half as long again
    elif cell is not None:
        sheet.write(place, column, cell)
