# ruff: noqa: DTZ001
from __future__ import annotations

import math
import string
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import ColumnSchema, Schema, clean_cell, clean_frame
from leadrank.data.cell import read_cell
from leadrank.data.words import BLANK_WORDS, NOT_ANSWERED, UNANSWERED_WORDS
from leadrank.errors import DataError

COLUMNS = (
    ColumnSchema("n", "number"),
    ColumnSchema("n", "number", decimal=","),
    ColumnSchema("n", "number", null_numbers=(-1.0, 999.0), null_words=("-1", "999", "nada")),
    ColumnSchema("d", "date"),
    ColumnSchema("d", "date", day_first=False, null_words=("1900-01-01", "01/01/1900")),
    ColumnSchema("c", "category", spellings={"paris": "Paris", "1": "1", "gtxpro": "GTX Pro"}),
    ColumnSchema("c", "category", code=True, unanswered="level", null_words=("nada",), none_is_blank=True),
    ColumnSchema("c", "category", kept_words=("na",)),
    ColumnSchema("t", "text", null_words=("nada",)),
    ColumnSchema("t", "text", none_is_blank=True),
    ColumnSchema("i", "id", code=True),
)
ODD = [
    "", " ", "NA", "n/a", "None", "none", " NONE ", "Select", "unknown", "nada", "-1", "999", "999.0", "1e5", "1E5", "１２", "1_000", "1,234",
    "1.234", "1.234,56", "1,234.56", "1 234,5", "1\u00a0234", "1'234", "$5", "€ 5", "5 €", "(5)", "($5)", "12%", "inf",
    "-inf", "nan", "NaN", "Infinity", "1e400",
    "1e-400", "-0", "+5", ".5", "5.", "0x10", "1 000 000", "true", "TRUE", "No", "2024-02-29", "2023-02-29", "0000-01-01",
    "2024-02-29 10:11:12",
    "2024-02-29T10:11:12.123456789Z", "2024-02-29T23:00:00+05:30", "29/02/2024", "02/29/2024", "1/2/2024", "01.02.24", "Feb 29, 2024", "29-Feb-2024",
    "20240229", "1900-01-01", "01/01/1900", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "Paris", "PARIS ", "GTXpro", "gtx  PRO", "1.0",
    "1.00", "ß", "SS", "İ", "\u200b", "\ufeffx", "a\tb", "a\nb", "a\x1cb", "\x00", "é", "e\u0301", "٣", "²", "x" * 1000, "a" + "é" * 30, "?", "—",
]
texts = st.one_of(
    st.sampled_from(ODD), st.text(max_size=12), st.text(alphabet="0123456789.,-+eE %$€()' /:TZ", max_size=14),
    st.sampled_from(sorted(BLANK_WORDS | UNANSWERED_WORDS)), st.floats(allow_nan=True).map(repr), st.integers(-10**20, 10**20).map(str),
    st.dates().map(str), st.datetimes().map(str), st.text(alphabet=string.ascii_letters + " ", max_size=10),
)
KINDS = {
    "bool": (st.booleans(), pl.Boolean), "int": (st.integers(-(2**63), 2**63 - 1), pl.Int64), "small": (st.integers(-128, 127), pl.Int8),
    "float": (st.floats(), pl.Float64), "single": (st.floats(width=32), pl.Float32), "date": (st.dates(), pl.Date),
    "datetime": (st.datetimes(), pl.Datetime("us")), "time": (st.times(), pl.Time),
    "zoned": (st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), pl.Datetime("us", "UTC")),
    "duration": (st.timedeltas(timedelta(-1000), timedelta(1000)), pl.Duration("us")),
    "decimal": (st.decimals(-(10**12), 10**12, places=4, allow_nan=False), pl.Decimal(20, 4)),
    "label": (st.sampled_from(["Paris", "PARIS", "NA", "1", "2.5"]), pl.Categorical),
}


def same(left: object, right: object) -> bool:
    return left == right and type(left) is type(right)


def whole(column: ColumnSchema, series: pl.Series) -> list[object]:
    return clean_frame(Schema((column,)), series.alias(column.name).to_frame()).frame[column.name].to_list()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"{c.type}-{COLUMNS.index(c)}")
def test_a_table_of_odd_texts_is_cleaned_as_its_single_cells(column: ColumnSchema) -> None:
    alone = [clean_cell(column, text) for text in ODD]
    together = whole(column, pl.Series(ODD))
    assert [(t, a, b) for t, a, b in zip(ODD, alone, together, strict=True) if not same(a, b)] == []


@given(st.sampled_from(COLUMNS), st.lists(st.none() | texts, max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_text_is_cleaned_alike_alone_and_in_a_table(column: ColumnSchema, cells: list[str | None]) -> None:
    together = whole(column, pl.Series(cells, dtype=pl.String))
    assert all(same(clean_cell(column, cell), done) for cell, done in zip(cells, together, strict=True))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_typed_value_is_cleaned_alike_alone_and_in_a_table(kind: str, data: st.DataObject) -> None:
    strategy, dtype = KINDS[kind]
    cells = data.draw(st.lists(st.none() | strategy, max_size=8))
    column = data.draw(st.sampled_from(COLUMNS))
    series = pl.Series(cells, dtype=dtype)
    together = whole(column, series)
    assert all(same(clean_cell(column, cell), done) for cell, done in zip(series.to_list(), together, strict=True))


@given(st.sampled_from(COLUMNS), st.lists(texts, min_size=1, max_size=10))
@settings(max_examples=100, deadline=None)
def test_unreadable_cells_are_those_that_the_single_cell_cannot_read(column: ColumnSchema, cells: list[str]) -> None:
    done = clean_frame(Schema((column,)), pl.DataFrame({column.name: cells}))
    expected = [i for i, cell in enumerate(cells) if not read_cell(column, cell)[1]]
    assert [p.row for p in done.problems] == expected
    assert done.unreadable.get(column.name, 0) == len(expected)


@given(st.sampled_from(COLUMNS), st.lists(texts, max_size=10))
@settings(max_examples=100, deadline=None)
def test_clean_labels_stay_as_they_are_when_cleaned_again(column: ColumnSchema, cells: list[str]) -> None:
    once = whole(column, pl.Series(cells, dtype=pl.String))
    if column.type in {"category", "text"}:
        twice = whole(column, pl.Series(once, dtype=pl.String))
        assert [t for o, t in zip(once, twice, strict=True) if o != NOT_ANSWERED] == [o for o in once if o != NOT_ANSWERED]


@pytest.mark.parametrize(("value", "number"), [
    (np.float32(1.5), 1.5), (np.int64(3), 3.0), (np.bool_(1), 1.0), (Decimal("1.10"), 1.1), (True, 1.0), (float("nan"), None), (None, None),
    (math.inf, None), (10**400, None), (timedelta(minutes=1), 60.0), (time(1, 0, 1), 3601.0), ([1], None), (b"1", None), (np.float64("nan"), None),
    (np.timedelta64(2, "s"), 2.0), (date(2024, 1, 1), None), (Decimal("NaN"), None),
])
def test_typed_values_become_numbers(value: object, number: float | None) -> None:
    assert clean_cell(ColumnSchema("n", "number"), value) == number


@pytest.mark.parametrize(("value", "label"), [
    (True, "true"), (3, "3"), (3.0, "3"), (2.5, "2.5"), (np.int8(3), "3"), (Decimal("1.50"), "1.5"), (date(2024, 1, 2), "2024-01-02"), ({}, None),
])
def test_typed_values_become_the_label_that_a_csv_would_hold(value: object, label: str | None) -> None:
    assert clean_cell(ColumnSchema("c", "category"), value) == label


@pytest.mark.parametrize(("text", "moment"), [
    ("2024-02-29", datetime(2024, 2, 29)), ("2024/2/9 8:05", datetime(2024, 2, 9, 8, 5)), ("13.02.2024", datetime(2024, 2, 13)),
    ("3/4/24 1:02 PM", datetime(2024, 4, 3, 13, 2)), ("12 Jan 2024", datetime(2024, 1, 12)), ("January 12th, 2024", datetime(2024, 1, 12)),
    ("Fri, 12 Jan 2024 10:00:00 GMT", datetime(2024, 1, 12, 10)), ("12-Jan-69", datetime(1969, 1, 12)),
    ("2024-01-01T00:30:00+01:00", datetime(2023, 12, 31, 23, 30)),
    ("31/02/2024", None), ("25:00", None), ("2024", None),
])
def test_dates_are_read_as_people_write_them(text: str, moment: datetime | None) -> None:
    assert clean_cell(ColumnSchema("d", "date"), text) == moment


def test_a_zoned_moment_becomes_utc() -> None:
    moment = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert clean_cell(ColumnSchema("d", "date"), moment) == datetime(2024, 1, 1, 10)
    assert clean_cell(ColumnSchema("d", "date"), np.datetime64("2024-01-01T10", "h")) == datetime(2024, 1, 1, 10)


def test_a_bad_cell_is_named_by_row_column_value_and_what_was_expected() -> None:
    done = clean_frame(Schema((ColumnSchema("age", "number"),)), pl.DataFrame({"age": ["31", "x" * 100, ""]}))
    (problem,) = done.problems
    assert (problem.row, problem.column, problem.expected) == (1, "age", "a finite number")
    assert len(problem.value) == 60
    assert done.frame["age"].to_list() == [31.0, None, None]


def test_a_missing_required_column_is_named_with_its_nearest_spelling() -> None:
    schema = Schema((ColumnSchema("TotalVisits", "number"), ColumnSchema("key", "id", role="key")))
    with pytest.raises(DataError) as caught:
        clean_frame(schema, pl.DataFrame({"Total_Visits": ["1"]}))
    assert str(caught.value) == "The table lacks the column 'TotalVisits'.\n  Did you mean 'Total_Visits'?"


def test_several_missing_columns_are_named_each_with_its_own_spelling() -> None:
    schema = Schema(tuple(ColumnSchema(name, "number") for name in ("visits", "pages", "zzz")))
    with pytest.raises(DataError) as caught:
        clean_frame(schema, pl.DataFrame({"visit": ["1"], "page": ["1"]}))
    assert caught.value.message == "The table lacks 3 columns: 'visits', 'pages', 'zzz'."
    assert caught.value.remedy == "'visits': did you mean 'visit'? 'pages': did you mean 'page'?"


def test_many_missing_columns_are_counted_and_the_table_s_own_are_shown() -> None:
    schema = Schema(tuple(ColumnSchema(f"n{k}", "number") for k in range(12)))
    with pytest.raises(DataError, match=r"lacks 12 columns: 'n0', .* and 2 more\.") as caught:
        clean_frame(schema, pl.DataFrame({"amount": ["1"]}))
    assert caught.value.remedy == "It has: amount."


def test_extra_columns_and_absent_keys_are_no_matter() -> None:
    schema = Schema((ColumnSchema("a", "number"), ColumnSchema("key", "id", role="key"), ColumnSchema("y", "category", role="target")))
    done = clean_frame(schema, pl.DataFrame({"a": ["1"], "z": ["?"]}))
    assert done.frame.columns == ["a"]


def test_nested_cells_are_unreadable_and_missing() -> None:
    done = clean_frame(Schema((ColumnSchema("a", "category"),)), pl.DataFrame({"a": [[1], None]}))
    assert done.frame["a"].to_list() == [None, None]
    assert done.unreadable == {"a": 1}


def test_at_most_a_thousand_problems_are_described_and_all_are_counted() -> None:
    done = clean_frame(Schema((ColumnSchema("a", "number"),)), pl.DataFrame({"a": ["x"] * 3000}))
    assert (len(done.problems), done.unreadable["a"]) == (1000, 3000)


def test_an_empty_table_is_cleaned_to_an_empty_table() -> None:
    done = clean_frame(Schema(COLUMNS[:1]), pl.DataFrame({"n": pl.Series([], dtype=pl.String)}))
    assert done.frame.schema == {"n": pl.Float64}
