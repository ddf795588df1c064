"""Encoding: frozen levels, dates as parts, one lead and a table alike."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import UsageError
from leadrank.features import Encoder, encode, encode_one, fit_encoder
from leadrank.features.encode import LARGEST
from leadrank.project import Column, GroupMedian
from leadrank.records import read_record, write_record
from leadrank.types import MISSING, UNSEEN

START = datetime(2024, 1, 1)  # noqa: DTZ001


def clean(rows=40):
    rng = np.random.default_rng(0)
    return pl.DataFrame({
        "visits": [None if i % 7 == 0 else float(v) for i, v in enumerate(rng.poisson(3, rows))],
        "source": [None if i % 9 == 0 else ("web", "fair", "ref")[i % 3] for i in range(rows)],
        "note": [None if i % 5 == 0 else "call me " * (i % 4) + "x" for i in range(rows)],
        "seen": [None if i % 8 == 0 else START - timedelta(hours=7 * i) for i in range(rows)],
        "created": [START + timedelta(hours=5 * i) for i in range(rows)],
    }, schema_overrides={"seen": pl.Datetime("us"), "created": pl.Datetime("us")})


def fitted():
    return fit_encoder(clean(), ["visits", "source", "note", "seen"], texts=["note"], created_at="created")


cells = st.fixed_dictionaries({
    "visits": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "source": st.none() | st.sampled_from(["web", "fair", "ref", "WEB", "", "new"]) | st.text(max_size=3),
    "note": st.none() | st.text(alphabet="ab \u00a0\t", max_size=9),
    "seen": st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001
    "created": st.none() | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001
})


@given(st.lists(cells, min_size=1, max_size=12))
@settings(max_examples=120, deadline=None)
def test_one_lead_is_encoded_as_in_a_table(leads):
    encoder = fitted()
    frame = pl.DataFrame(leads, schema=clean().schema)
    table = encode(encoder, frame)
    for row, lead in enumerate(leads):
        one = encode_one(encoder, lead)
        assert np.array_equal(one.numbers, table.numbers[row : row + 1], equal_nan=True)
        assert np.array_equal(one.codes, table.codes[row : row + 1])


def test_centuries_and_microseconds_apart_are_cut_to_whole_seconds_alike():
    # 199057 days and a microsecond less than a second, in seconds: no float holds that.
    seen, created = datetime(2000, 1, 1, 0, 0, 0, 999_999), datetime(1455, 1, 1)  # noqa: DTZ001
    lead = {"visits": None, "source": None, "note": None, "seen": seen, "created": created}
    encoder = fitted()
    table = encode(encoder, pl.DataFrame([lead], schema=clean().schema))
    assert encode_one(encoder, lead).numbers.tolist()[0][1:] == table.numbers.tolist()[0][1:]


def test_blank_unseen_and_known_levels_have_their_codes():
    encoder = fit_encoder(clean(), ["source"])
    levels = encoder.inputs[0].feature.levels
    frame = pl.DataFrame({"source": [None, "never", *levels]}, schema={"source": pl.String})
    assert encode(encoder, frame).codes[:, 0].tolist() == [MISSING, UNSEEN, 2, 3, 4]


def test_a_level_of_one_row_is_learned_as_unseen():
    frame = pl.DataFrame({"source": ["a", "a", "b", "b", "once"]})
    encoder = fit_encoder(frame, ["source"])
    assert encoder.inputs[0].feature.levels == ("a", "b")
    assert encode(encoder, frame).codes[:, 0].tolist() == [2, 2, 3, 3, UNSEEN]


def test_levels_do_not_depend_on_the_order_of_rows():
    frame = clean()
    assert fit_encoder(frame, ["source"]) == fit_encoder(frame.sample(fraction=1, shuffle=True, seed=1), ["source"])


def test_an_absent_field_of_one_lead_is_blank():
    encoder = fitted()
    empty = encode_one(encoder, {})
    assert np.isnan(empty.numbers[0, [i for i, f in enumerate(empty.numeric) if f.name != "note (words)"]]).all()
    assert empty.codes.tolist() == [[MISSING]]


def test_a_date_becomes_its_parts_and_its_distance_to_creation():
    encoder = fitted()
    assert [i.how for i in encoder.inputs if i.feature.column == "seen"] == ["month", "weekday", "hour", "days_before"]
    assert set(encoder.columns) == {"visits", "source", "note", "seen", "created"}
    one = encode_one(encoder, {"seen": datetime(2024, 2, 29, 13, 30), "created": datetime(2024, 3, 1, 1, 30)})  # noqa: DTZ001
    assert one.numbers[0, 2:].tolist() == [2.0, 4.0, 13.0, 0.5]


def test_dates_without_times_have_no_hour_and_without_creation_no_distance():
    frame = pl.DataFrame({"born": [datetime(2000, 1, 1), datetime(1990, 5, 5)]})  # noqa: DTZ001
    assert [i.how for i in fit_encoder(frame, ["born"]).inputs] == ["month", "weekday"]


def test_rules_and_sorted_bins_come_from_the_project():
    declared = {"visits": Column(missing="median", bins=(9.0, 1.0, 9.0)), "source": Column(missing="mode")}
    made = {i.feature.name: i.feature for i in fit_encoder(clean(), ["visits", "source"], declared=declared).inputs}
    assert (made["visits"].missing, made["visits"].bins, made["source"].missing) == ("median", (1.0, 9.0), "mode")


def test_a_group_that_did_not_enter_the_model_groups_nothing():
    declared = {"visits": Column(missing=GroupMedian(group_median=("source", "seen")))}
    feature = fit_encoder(clean(), ["visits", "source"], declared=declared).inputs[0].feature
    assert (feature.missing, feature.by) == ("group_median", ("source",))
    alone = fit_encoder(clean(), ["visits"], declared=declared).inputs[0].feature
    assert (alone.missing, alone.by) == ("median", ())


def test_a_group_that_is_not_in_the_table_is_an_error_of_use():
    declared = {"visits": Column(missing=GroupMedian(group_median=("sorce",)))}
    with pytest.raises(UsageError, match=r"sorce.*\n.*source"):
        fit_encoder(clean(), ["visits", "source"], declared=declared)


@pytest.mark.parametrize("name", ["count", "level", "values", "literal", "", "index"])
def test_a_column_may_have_any_name(name):
    frame = pl.DataFrame({name: ["a", "b", "a", "b"]})
    assert encode(fit_encoder(frame, [name]), frame).codes[:, 0].tolist() == [2, 3, 2, 3]


def test_numbers_too_large_for_single_precision_are_pulled_in():
    encoder = fit_encoder(pl.DataFrame({"n": [1.0, 2.0]}), ["n"])
    assert encode(encoder, pl.DataFrame({"n": [1e300, -1e300]})).numbers[:, 0].tolist() == [LARGEST, -LARGEST]
    assert encode_one(encoder, {"n": 1e300}).numbers[0, 0] == LARGEST


def test_no_rows_and_no_columns_are_encoded():
    assert len(encode(fitted(), clean().head(0))) == 0
    assert len(encode(fit_encoder(clean(), []), clean())) == 40


def test_an_encoder_survives_json():
    assert read_record(Encoder, write_record(fitted())) == fitted()
