"""A blank category may have a name; then a table, its labels and a single cell agree on it."""

from __future__ import annotations

import polars as pl
import pytest

from leadrank.data import ColumnSchema, Schema, clean_cell, clean_frame, infer_schema
from leadrank.project import Column, LeadTable

CELLS = ["Sold", None, "", "unknown", "Please select", " sold ", "NA"]
COLUMN = ColumnSchema("state", "category", spellings={"sold": "Sold"}, blank="unknown")
NAMED = ["Sold", "unknown", "unknown", "unknown", "unknown", "Sold", "unknown"]


def test_one_cell() -> None:
    assert [clean_cell(COLUMN, cell) for cell in CELLS] == NAMED


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
def test_a_table(dtype: pl.DataType) -> None:
    frame = pl.DataFrame({"state": pl.Series(CELLS, dtype=dtype)})
    assert clean_frame(Schema((COLUMN,)), frame).frame["state"].to_list() == NAMED


def test_labels() -> None:
    cleaned = clean_frame(Schema((COLUMN,)), pl.DataFrame({"state": CELLS}), numbered=True)
    assert [cleaned.labels["state"][row] for row in range(len(CELLS))] == NAMED


def test_typed_cells() -> None:
    frame = pl.DataFrame({"state": [1, None]})
    column = ColumnSchema("state", "category", blank="unknown")
    assert clean_frame(Schema((column,)), frame).frame["state"].to_list() == ["1", "unknown"] == [clean_cell(column, 1), clean_cell(column, None)]


def test_a_declared_name_makes_the_column_one_of_labels_in_which_not_answered_is_blank() -> None:
    frame = pl.DataFrame({"state": ["1", "2", None, "unknown"] * 20})
    schema, _ = infer_schema(frame, LeadTable(columns={"state": Column(blank="none known")}))
    column = schema.column("state")
    assert (column.type, column.unanswered, column.blank) == ("category", "missing", "none known")
    assert set(clean_frame(schema, frame).frame["state"]) == {"1", "2", "none known"}
