# ruff: noqa: DTZ001
from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import (
    ColumnSchema,
    Profile,
    Schema,
    blank_heavy_columns,
    drop_repeated_keys,
    duplicate_groups,
    labelled_rows,
    profile,
    validate,
)
from leadrank.data.clocks import clock_share
from leadrank.data.drift import stability_index
from leadrank.records import read_record, write_record


def schema_of(frame: pl.DataFrame) -> Schema:
    kinds = {pl.String: "category", pl.Float64: "number", pl.Datetime("us"): "date"}
    return Schema(tuple(ColumnSchema(n, kinds[t]) for n, t in frame.schema.items()))


def found(frame: pl.DataFrame, **given_: object) -> dict[str, list[str | None]]:
    by_code: dict[str, list[str | None]] = {}
    for finding in validate(frame, schema_of(frame), **given_):
        by_code.setdefault(finding.code, []).append(finding.column)
    return by_code


def test_constants_blanks_and_dominant_levels_are_named() -> None:
    frame = pl.DataFrame({
        "same": ["x"] * 100, "empty": pl.Series([None] * 100, dtype=pl.String), "blank": ["a", "b"] * 25 + [None] * 50,
        "lopsided": ["a"] * 96 + ["b"] * 4,
        "asked": ["(not answered)"] * 50 + ["a", "b"] * 25, "fine": ["a", "b"] * 50})
    assert found(frame) == {"D140": [None], "D141": ["blank"], "D142": ["lopsided"], "D143": ["asked"]}
    assert blank_heavy_columns(frame, frame.columns) == ("empty", "blank")


def test_counted_columns_are_blank_where_nothing_happened_and_share_one_note() -> None:
    blank = ["a", "b"] * 25 + [None] * 50
    frame = pl.DataFrame({"asked": blank, **{f"calls {k}": blank for k in range(20)}})
    made = validate(frame, schema_of(frame), counted=frame.columns[1:])
    assert [(f.code, f.severity, f.column) for f in made] == [("D141", "warning", "asked"), ("D146", "info", None)]
    assert made[1].evidence == {"columns": 20.0}


def test_columns_that_follow_the_order_are_clocks() -> None:
    rng = np.random.default_rng(0)
    time = np.arange(2000)
    frame = pl.DataFrame({
        "rate": (time // 200).astype(float) + rng.normal(0, 0.1, 2000), "month": [f"m{t // 300}" for t in time], "noise": rng.normal(size=2000),
        "colour": rng.choice(["r", "g", "b", "y"], 2000), "at": [dt.datetime(2024, 1, 1) + dt.timedelta(hours=int(t)) for t in time]})
    frame = frame.with_columns(pl.col("at").cast(pl.Datetime("us")))
    assert found(frame, order=time.astype(float))["D150"] == ["rate", "month", "at"]
    assert "D150" not in found(frame)


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_noise_is_no_clock_and_does_not_drift(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({"n": rng.normal(size=1000), "c": rng.choice(["a", "b", "c", "d"], 1000)})
    assert found(frame, y=(rng.random(1000) < 0.3).astype(np.int64), order=np.arange(1000.0)) in ({}, {"D152": [None]})
    assert clock_share(frame["n"], np.arange(1000.0)) < 0.2


def test_drift_of_columns_and_outcome_is_said_with_figures() -> None:
    new = np.arange(1000) >= 800
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({
        "n": rng.normal(size=1000) + 2.0 * new, "c": np.where(new & (rng.random(1000) < 0.7), "b", "a"), "same": rng.normal(size=1000)})
    y = (rng.random(1000) < np.where(new, 0.6, 0.2)).astype(np.int64)
    findings = validate(frame, schema_of(frame), y, order=np.arange(1000.0))
    assert [f.column for f in findings if f.code == "D151"] == ["n", "c"]
    (outcome,) = [f for f in findings if f.code == "D152"]
    assert outcome.evidence["new_rate"] > outcome.evidence["old_rate"] + 0.3


@given(st.lists(st.none() | st.floats(-5, 5), min_size=1, max_size=50), st.lists(st.none() | st.floats(-5, 5), min_size=1, max_size=50))
@settings(deadline=None)
def test_the_stability_index_is_finite_and_never_negative(old: list[float | None], new: list[float | None]) -> None:
    index = stability_index(pl.Series(old, dtype=pl.Float64), pl.Series(new, dtype=pl.Float64))
    assert np.isfinite(index)
    assert index >= -1e-12


def test_the_first_row_of_a_key_is_kept_and_the_latest_where_there_is_an_order() -> None:
    frame = pl.DataFrame({"k": ["a", "b", "a", None, None, "a"], "v": [1, 2, 1, 4, 5, 6]})
    rows, findings = drop_repeated_keys(frame, "k")
    assert rows.tolist() == [0, 1, 3, 4]
    assert [(f.code, f.rows) for f in findings] == [("D130", 2), ("D132", 2)]
    assert findings[0].evidence["differing"] == 1.0
    assert drop_repeated_keys(frame, "k", order=np.array([1.0, 1, 9, 1, 1, 2]))[0].tolist() == [1, 2, 3, 4]
    assert drop_repeated_keys(frame, "k", order=np.array([1.0, 1, 9, 1, 1, np.nan]))[0].tolist() == [1, 2, 3, 4]
    assert drop_repeated_keys(frame, "k", order=np.ones(6))[0].tolist() == [1, 3, 4, 5]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.integers(0, 2)), max_size=20))
@settings(deadline=None)
def test_rows_share_a_group_exactly_when_they_are_equal(rows: list[tuple[str, int | None]]) -> None:
    frame = pl.DataFrame(rows, schema={"i": pl.String, "row": pl.Int64}, orient="row")
    groups, findings = duplicate_groups(frame, frame.columns)
    assert all((groups[i] == groups[j]) == (a == b) for i, a in enumerate(rows) for j, b in enumerate(rows))
    assert sum(f.rows for f in findings) == len(rows) - len(set(rows))


def test_rows_without_a_label_are_set_aside() -> None:
    rows, findings = labelled_rows(pl.Series("y", ["1", None, "0"]))
    assert rows.tolist() == [0, 2]
    assert findings[0].rows == 1
    assert labelled_rows(pl.Series("y", ["1"]))[1] == ()


def test_a_profile_is_a_data_dictionary_that_survives_json() -> None:
    frame = pl.DataFrame({"n": [1.0, None, 3.0], "c": ["a", "a", None], "e": [None] * 3,
                          "d": pl.Series([dt.datetime(2024, 1, 1)] * 3, dtype=pl.Datetime("us"))},
                         schema_overrides={"e": pl.String})
    described = profile(frame, schema_of(frame))
    number, label, empty, date = described.columns
    assert (number.blank, number.minimum, number.median, number.maximum, len(number.edges)) == (1, 1.0, 2.0, 3.0, 11)
    assert label.top == (("a", 2),)
    assert date.earliest == "2024-01-01 00:00:00"
    assert empty.distinct == 0
    assert read_record(Profile, write_record(described)) == described


def test_a_schema_survives_json() -> None:
    schema = Schema((ColumnSchema("a", "category", spellings={"x": "X"}, null_words=("q",)), ColumnSchema("b", "number", null_numbers=(9.0,))))
    assert read_record(Schema, write_record(schema)) == schema
