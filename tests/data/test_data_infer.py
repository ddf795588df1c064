# ruff: noqa: DTZ001
from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import Schema, clean_cell, clean_frame, duplicate_groups, infer_schema, profile, validate
from leadrank.data.kinds import snake
from leadrank.errors import DataError, LeadrankError, UsageError
from leadrank.project import Column, LeadTable
from leadrank.types import Finding


def inferred(cells: dict[str, list[object]], target: str | None = None, **lead: object) -> tuple[Schema, dict[str, list[Finding]]]:
    schema, findings = infer_schema(pl.DataFrame(cells, strict=False), LeadTable.model_validate(lead), target=target)
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    return schema, by_code


def kind(values: list[object], name: str = "x", **declared: object) -> str:
    schema, _ = inferred({name: values}, **({"columns": {name: declared}} if declared else {}))
    return schema.columns[0].type


@pytest.mark.parametrize(("name", "values", "expected"), [
    ("x", ["1", "2.5", "", "NA", "unknown"], "number"),
    ("x", ["$1,200", "€ 5", "(3)", "12 %"], "number"),
    ("x", [str(i) for i in range(99)] + ["oops"], "number"),
    ("x", [str(i) for i in range(80)] + ["oops"] * 20, "category"),
    ("x", ["a", "b", "a"], "category"),
    ("x", ["yes", "no", "true"], "category"),
    ("x", ["2024-01-05", "2023-11-30", ""], "date"),
    ("x", ["13/02/2024 10:00", "01/03/2024 11:30"], "date"),
    ("x", ["01234", "98765", "00501"], "category"),
    ("store_code", ["1", "2", "3", "1"], "category"),
    ("campaign_id", ["10", "20", "10"], "category"),
    ("visit_count", ["1", "2", "3", "1"], "number"),
    ("newbie", ["0", "1", "0"], "number"),
    ("status_code", ["0", "1", "0"], "number"),
    ("signup_date", ["20240105", "20231130"], "date"),
    ("x", ["20240105", "20231130"], "number"),
    ("lead_id", [str(i) for i in range(50)], "id"),
    ("customer", [f"7f3a-{i:04d}" for i in range(50)], "id"),
    ("email", [f"ann{i}@example.com" for i in range(50)], "id"),
    ("income", [str(i * 7) for i in range(50)], "number"),
    ("comment", [f"called back about offer number {i} again" for i in range(200)], "text"),
    ("x", ["", None, "NA"], "category"),
    ("display", [str(i) for i in range(9)] * 200 + ["A"] * 12, "category"),
])
def test_the_type_is_inferred(name: str, values: list[object], expected: str) -> None:
    assert kind(values, name) == expected


@pytest.mark.parametrize(("series", "expected"), [
    (pl.Series("x", [True, None]), "category"), (pl.Series("x", [1, 2]), "number"), (pl.Series("x", [1.5, None]), "number"),
    (pl.Series("x", [dt.date(2024, 1, 1)]), "date"), (pl.Series("x", [dt.datetime(2024, 1, 1)]), "date"),
    (pl.Series("x", [dt.timedelta(1)]), "number"),
    (pl.Series("x", [Decimal("1.5")]), "number"), (pl.Series("x", ["a"], dtype=pl.Categorical), "category"),
    (pl.Series("zip", [501, 90210]), "category"),
    (pl.Series("x", ["a"], dtype=pl.Enum(["a", "b"])), "category"), (pl.Series("x", [None, None]), "category"),
    (pl.Series("type_code", [1.0, 2.0]), "category"),
])
def test_a_typed_column_keeps_what_its_type_says(series: pl.Series, expected: str) -> None:
    schema, _ = infer_schema(series.to_frame(), LeadTable())
    assert schema.columns[0].type == expected


def test_nested_columns_are_left_out_and_said() -> None:
    schema, found = inferred({"a": [[1], [2]], "b": ["x", "y"]})
    assert schema.names == ("b",)
    assert found["D117"][0].column == "a"


def test_a_declared_type_wins() -> None:
    assert kind(["1", "2"], type="category") == "category"
    assert kind(["2024-01-01"], type="text") == "text"
    schema, _ = inferred({"x": ["1.0", "2"]}, columns={"x": {"type": "category"}})
    assert clean_frame(schema, pl.DataFrame({"x": ["1.0", "1", "2"]})).frame["x"].to_list() == ["1", "1", "2"]


def test_roles_follow_the_declaration() -> None:
    table = {"k": ["a", "b"], "n": ["1", "2"], "at": ["2024-01-01", "2024-01-02"], "y": ["0", "1"], "junk": ["x", "y"]}
    schema, _ = inferred(table, target="y", key="k", order="n", created_at="at", exclude=("junk",))
    assert {c.name: (c.type, c.role) for c in schema.columns} == {
        "k": ("id", "key"), "n": ("number", "order"), "at": ("date", "created_at"), "y": ("category", "target")}
    assert schema.features == ()


def test_the_outcome_is_read_as_labels() -> None:
    schema, _ = inferred({"a": ["x"] * 4, "y": ["1.0", "0", "1", None]}, target="y")
    assert clean_frame(schema, pl.DataFrame({"a": ["x"] * 3, "y": ["1.0", "0.0", ""]})).frame["y"].to_list() == ["1", "0", None]


def test_columns_that_the_user_named_and_are_not_there_are_all_named() -> None:
    with pytest.raises(UsageError) as caught:
        inferred({"Converted": ["1"], "City": ["x"]}, target="Convertd", key="ID", exclude=("Cty",))
    assert "Did you mean 'Converted'?" in str(caught.value)
    assert "'ID'" in str(caught.value)
    assert "Did you mean 'City'?" in str(caught.value)


def test_an_order_that_is_no_order_is_refused() -> None:
    with pytest.raises(DataError, match="reads as category"):
        inferred({"o": ["x", "y"]}, order="o")
    with pytest.raises(DataError, match="no rows"):
        inferred({"o": []})


def test_select_becomes_a_level_beside_real_blanks_and_missing_without() -> None:
    schema, found = inferred({"a": ["Select"] * 5 + [""] * 5 + ["x"] * 5, "b": ["Select"] * 5 + ["x"] * 10})
    frame = clean_frame(schema, pl.DataFrame({"a": ["select", "", "x"], "b": ["Select", "", "x"]})).frame
    assert frame["a"].to_list() == ["(not answered)", None, "x"]
    assert frame["b"].to_list() == [None, None, "x"]
    assert found["D121"][0].column == "a"
    assert found["D122"][0].column == "b"


def test_the_users_null_words_are_null_in_every_type() -> None:
    table = {"n": ["1", "999"], "c": ["x", "none given"], "d": ["2024-01-01", "1900-01-01"]}
    schema, _ = inferred(table, null_words=("999", "None given", "1900-01-01"))
    frame = clean_frame(schema, pl.DataFrame({"n": ["999.0", "1"], "c": ["None Given", "x"], "d": ["1900-01-01", "2024-01-01"]})).frame
    assert frame.row(0) == (None, None, None)
    assert clean_frame(schema, pl.DataFrame({"n": [999], "c": ["x"], "d": [dt.date(1900, 1, 1)]})).frame.row(0) == (None, "x", None)


def test_zero_is_never_a_blank() -> None:
    schema, _ = inferred({"n": ["0", "1", ""], "c": ["0", "no", ""]})
    assert clean_frame(schema, pl.DataFrame({"n": ["0", "", "0.0"], "c": ["0", "", "no"]})).frame.rows() == [(0.0, "0"), (None, None), (0.0, "no")]


def test_a_literal_none_is_a_value_unless_the_file_writes_it_for_a_blank() -> None:
    schema, found = inferred({"furniture": ["None", "Full", "", "None"]})
    assert clean_frame(schema, pl.DataFrame({"furniture": ["None", None]})).frame["furniture"].to_list() == ["None", None]
    assert "kept as a value" in found["D123"][0].message
    schema, _ = inferred({"furniture": ["None", "Full", "Full"], "n": ["1", "None", "3"]})
    assert clean_frame(schema, pl.DataFrame({"furniture": ["None"], "n": ["None"]})).frame.row(0) == (None, None)
    schema, _ = inferred({"f": ["None", "Full", "Full"], "n": ["1", "None", "3"]}, columns={"f": {"type": "category"}})
    assert schema.column("f").none_is_blank is False
    schema, _ = inferred({"f": ["None", "Full", ""]}, null_words=("None",))
    assert clean_frame(schema, pl.DataFrame({"f": ["None"]})).frame["f"].to_list() == [None]


def test_na_is_namibia_among_country_codes() -> None:
    codes = ["DE", "FR", "US", "GB", "IN", "BR", "CN", "JP", "CA", "MX", "ES", "IT", "NL", "BE", "SE", "NO", "DK", "FI", "PL", "CZ", "NA"]
    schema, _ = inferred({"country": codes * 2})
    assert clean_frame(schema, pl.DataFrame({"country": ["NA", ""]})).frame["country"].to_list() == ["NA", None]


def test_labels_that_differ_by_case_or_space_take_the_most_frequent_spelling() -> None:
    schema, found = inferred({"c": ["Google"] * 5 + ["google", " GOOGLE", "Goo gle"] + ["Bing"] * 2})
    frame = clean_frame(schema, pl.DataFrame({"c": ["gOOgle", "bing", "New"]})).frame
    assert frame["c"].to_list() == ["Google", "Bing", "New"]
    assert found["D124"][0].rows == 3


def test_keys_are_never_merged() -> None:
    schema, _ = inferred({"k": ["A1", "a1"], "x": ["1", "2"]}, key="k")
    assert clean_frame(schema, pl.DataFrame({"k": ["A1", "a1"], "x": ["1", "2"]})).frame["k"].to_list() == ["A1", "a1"]


def test_the_meaning_of_a_comma_is_decided_per_column() -> None:
    table = {"de": ["1.234,5", "1,234", "7"], "us": ["1,234.5", "1,234", "7"], "unsure": ["1,234", "2,345", "3,456"]}
    schema, found = inferred(table)
    frame = clean_frame(schema, pl.DataFrame(table)).frame
    assert frame.row(1) == (1.234, 1234.0, 2345.0)
    assert {f.column: f.severity for f in found["D114"]} == {"de": "info", "unsure": "warning"}


def meaning_of_marks(**columns: list[str]) -> tuple[dict[str, str], dict[str | None, str]]:
    schema, found = inferred(dict(columns))
    return {c.name: c.decimal for c in schema.columns}, {f.column: f.severity for f in found.get("D114", [])}


def test_a_point_before_three_digits_groups_thousands_where_the_tables_other_numbers_have_decimal_commas() -> None:
    table = {"revenue": ["7.612", "33.175", "669"], "share": ["36,9 %", "62,1 %", "5 %"]}
    decimals, said = meaning_of_marks(**table)
    assert decimals == {"revenue": ",", "share": ","}
    assert said == {"revenue": "info", "share": "info"}
    schema, _ = inferred(dict(table))
    assert clean_frame(schema, pl.DataFrame(table)).frame["revenue"].to_list() == [7612.0, 33175.0, 669.0]


def test_a_point_before_three_digits_is_decimal_where_the_tables_other_numbers_have_decimal_points() -> None:
    assert meaning_of_marks(price=["7.612", "33.175"], share=["36.9", "62.1"]) == ({"price": ".", "share": "."}, {})


def test_a_comma_before_three_digits_is_read_as_in_the_tables_other_numbers() -> None:
    assert meaning_of_marks(n=["7,612", "33,175"], share=["36,9", "62,1"]) == ({"n": ",", "share": ","}, {"n": "info", "share": "info"})
    assert meaning_of_marks(n=["7,612", "33,175"], share=["36.9", "62.1"])[1] == {"n": "info"}


GROUPED = [f"{n}.{n * 7 % 900 + 100}" for n in range(1, 50)]


def test_a_point_before_three_digits_in_many_cells_beside_numbers_below_a_thousand_groups_thousands() -> None:
    assert meaning_of_marks(n=[*GROUPED, "669", "12"]) == ({"n": ","}, {"n": "info"})
    assert meaning_of_marks(n=[n.replace(".", ",") for n in [*GROUPED, "669"]]) == ({"n": "."}, {"n": "info"})


@pytest.mark.parametrize("cells", [["7.612", "33.175", "669"], GROUPED, [*GROUPED, "1500"], [*GROUPED, "1.5e3"]])
def test_a_point_that_nothing_explains_is_decimal_with_a_warning(cells: list[str]) -> None:
    assert meaning_of_marks(n=cells) == ({"n": "."}, {"n": "warning"})


def test_a_column_that_speaks_against_the_table_is_read_as_the_table_with_a_warning() -> None:
    assert meaning_of_marks(n=[*GROUPED, "669"], share=["0.5", "0.25"] * 25) == ({"n": ".", "share": "."}, {"n": "warning"})


def test_null_words_are_numbers_in_the_mark_that_the_table_lends() -> None:
    table = {"n": ["7.612", "9.999", "669"], "share": ["36,9", "62,1", "1,5"]}
    schema, _ = inferred(dict(table), null_words=("9.999",))
    assert clean_frame(schema, pl.DataFrame(table)).frame["n"].to_list() == [7612.0, None, 669.0]


marked = st.one_of(
    st.from_regex(r"[1-9]\d{0,2}[.,]\d{3}", fullmatch=True), st.from_regex(r"\d{1,4}[.,]?\d{0,4}", fullmatch=True),
    st.from_regex(r"\d{1,3}(\.\d{3}){1,2}(,\d{1,2})?", fullmatch=True), st.integers(0, 2000).map(str), st.sampled_from(["", "NA", "5 €", "(1.234)"]))


@given(st.lists(st.tuples(marked, marked), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_a_single_number_is_read_as_the_column_was_whatever_its_marks(rows: list[tuple[str, str]]) -> None:
    frame = pl.DataFrame(rows, schema=["a", "b"], orient="row")
    schema, _ = infer_schema(frame, LeadTable())
    cleaned = clean_frame(schema, frame).frame
    for column in schema.columns:
        assert [clean_cell(column, cell) for cell in frame[column.name]] == cleaned[column.name].to_list()


def test_the_levels_of_a_code_are_counted_without_blanks() -> None:
    _, found = inferred({"plz": ["01069", "10115", "", "NA"] * 5})
    assert "2 levels" in found["D111"][0].message


def test_the_order_of_dates_is_decided_by_evidence_then_by_the_tables_other_dates() -> None:
    table = {"us": ["12/31/2023", "01/02/2024"], "eu": ["31/12/2023", "01/02/2024"]}
    schema, found = inferred(table)
    assert clean_frame(schema, pl.DataFrame(table)).frame.row(1) == (dt.datetime(2024, 1, 2), dt.datetime(2024, 2, 1))
    assert len(found["D116"]) == 2
    schema, found = inferred({"us": ["12/31/2023"], "x": ["03/04/2024"]})
    assert schema.column("x").day_first is False
    assert found["D115"][0].severity == "info"
    schema, found = inferred({"x": ["03/04/2024"]})
    assert found["D115"][0].severity == "warning"
    schema, _ = inferred({"x": ["03/04/2024"]}, columns={"x": {"day_first": False}})
    assert schema.column("x").day_first is False
    schema, _ = inferred({"x": ["01/04/2024", "01/05/2024"]})
    assert schema.column("x").day_first is True
    schema, found = inferred({"x": ["13/01/2024"] * 3 + ["01/13/2024"]})
    assert found["D115"][0].rows == 1


def test_unreadable_cells_of_a_number_are_said_with_examples() -> None:
    _, found = inferred({"n": [str(i) for i in range(99)] + ["oops"]})
    assert found["D118"][0].rows == 1
    assert "'oops'" in found["D118"][0].message


def test_many_findings_alike_are_told_as_one() -> None:
    _, found = inferred({f"c{i}": ["unknown", "x"] for i in range(40)})
    assert len(found["D122"]) == 1
    assert found["D122"][0].rows == 40


def test_names_are_seen_as_words() -> None:
    assert snake("HTTPStatusCode") == "http_status_code"


@pytest.mark.parametrize("wide", [1000])
def test_a_thousand_columns_are_inferred(wide: int) -> None:
    frame = pl.DataFrame({f"c{i}": ["1", "x", ""] for i in range(wide)})
    schema, findings = infer_schema(frame, LeadTable())
    assert len(schema.columns) == wide
    assert len(findings) < 20
    assert clean_frame(schema, frame).frame.shape == (3, wide)


words = st.one_of(
    st.sampled_from(["", "NA", "Select", "None", "unknown", "0", "1", "1,234", "1.5", "yes", "Yes", "01/02/2024", "2024-01-01",
                     "x" * 5000, "é", "\x00"]),
    st.text(max_size=6), st.integers(0, 30).map(str))
column_values = st.one_of(
    st.lists(st.none() | words), st.lists(st.none() | st.integers(-(2**60), 2**60)), st.lists(st.none() | st.floats()),
    st.lists(st.none() | st.booleans()), st.lists(st.none() | st.dates()),
    st.lists(st.none() | st.lists(st.integers(0, 3), max_size=2)), st.lists(st.none() | st.binary(max_size=3)),
    st.lists(st.none() | st.fixed_dictionaries({"k": st.integers(0, 3)})), st.lists(st.none() | st.times()),
    st.lists(st.none() | st.decimals(-9, 9, places=2)))


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    height = draw(st.integers(0, 12))
    known = st.sampled_from(["id", "Lead ID", "y", "date", "zip code", "é", "a b", "status", "n"])
    names = draw(st.lists(known, unique=True, min_size=1, max_size=5))
    series = []
    for name in names:
        values = draw(column_values)
        values = (values * (height // max(len(values), 1) + 1))[:height] if values else [None] * height
        series.append(pl.Series(name, values, strict=False))
    return pl.DataFrame(series)


@given(tables(), st.data())
@settings(max_examples=200, deadline=None)
def test_any_table_is_inferred_cleaned_checked_and_profiled_or_refused_in_words(frame: pl.DataFrame, data: st.DataObject) -> None:
    named = st.none() | st.sampled_from(frame.columns)
    lead = LeadTable(key=data.draw(named), order=data.draw(st.just("#row") | named), null_words=("0", "x"))
    target = data.draw(named)
    try:
        schema, findings = infer_schema(frame, lead, target=target)
        done = clean_frame(schema, frame)
    except LeadrankError:
        return
    assert done.frame.height == frame.height or not done.frame.width
    assert all(f.message and f.remedy for f in findings)
    validate(done.frame, schema)
    profile(done.frame, schema)
    duplicate_groups(done.frame, done.frame.columns)


@given(tables())
@settings(max_examples=50, deadline=None)
def test_inference_does_not_depend_on_anything_but_the_table(frame: pl.DataFrame) -> None:
    if frame.height:
        assert infer_schema(frame, LeadTable()) == infer_schema(frame, LeadTable())


def test_a_declared_column_may_be_sensitive_and_described() -> None:
    schema, _ = infer_schema(pl.DataFrame({"age": ["1"]}), LeadTable(columns={"age": Column(sensitive=True, description="years")}))
    assert (schema.columns[0].sensitive, schema.columns[0].description) == (True, "years")
