from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import Schema, anonymise, find_rare, in_bands, only_columns, quasi_identifiers, reach_k, strongest
from leadrank.data.anonymous.revealing import holds_keys, says_who
from leadrank.data.schema import ColumnSchema
from leadrank.errors import DataError

SCHEMA = Schema((
    ColumnSchema("Key", "id", "key"), ColumnSchema("Seen", "date", "created_at"), ColumnSchema("Note", "text"), ColumnSchema("Friend", "category"),
    ColumnSchema("City", "category"), ColumnSchema("AccountID", "category"), ColumnSchema("Visits", "number"), ColumnSchema("Tag", "category"),
    ColumnSchema("won", "category", "target"),
))
USED = ["Note", "Friend", "City", "AccountID", "Visits"]


def dates(texts: list[str]) -> pl.Series:
    return pl.Series("d", texts).str.to_datetime("%Y-%m-%d %H:%M")


def table_of(keys: list[str]) -> pl.DataFrame:
    n = len(keys)
    return pl.DataFrame({
        "Key": keys, "Seen": dates([f"2024-{1 + i % 12:02}-{1 + i % 28:02} 07:00" for i in range(n)]), "Note": [f"{key} called" for key in keys],
        "Friend": [f"told by {keys[i - 1]}" if i % 3 else None for i in range(n)], "City": [("Ulm", "Bonn")[i % 2] for i in range(n)],
        "AccountID": [f"A{i % 4}" for i in range(n)], "Visits": [float(i % 5) for i in range(n)], "Tag": ["x"] * n,
        "won": [str(i % 2) for i in range(n)],
    })


def made_of(keys: list[str], secret: bytes = b"a key of sixteen"):
    return anonymise(table_of(keys), SCHEMA, USED, pl.Series("won", [i % 2 for i in range(len(keys))]), secret=secret, quarantined=["Tag"])


def test_what_names_a_lead_is_left_out_with_its_reason():
    made = made_of(["L-0001", "L-0002", "L-0003"])
    assert made.frame.columns == ["lead", "Seen", "City", "Visits", "won"]
    assert made.left_out == {
        "Key": "it names the lead; a keyed hash stands for it", "Note": "free text may say anything about anybody",
        "Friend": "its cells hold keys of leads", "AccountID": "it names another thing", "Tag": "it seems to know the outcome",
    }


def test_only_the_month_of_a_date_is_kept():
    assert made_of(["L-0001", "L-0002"]).frame["Seen"].dt.to_string().sort().to_list() == ["2024-01-01", "2024-02-01"]


def test_an_order_that_is_no_date_is_left_out():
    schema = Schema((ColumnSchema("n", "number", "order"), ColumnSchema("x", "number")))
    made = anonymise(pl.DataFrame({"n": [1.0, 2.0], "x": [3.0, 4.0]}), schema, ["x"], pl.Series("won", [0, 1]), secret=b"s")
    assert made.frame.columns == ["x", "won"]
    assert made.hashed is None


def test_a_feature_may_be_called_lead():
    schema = Schema((ColumnSchema("id", "id", "key"), ColumnSchema("lead", "category")))
    made = anonymise(pl.DataFrame({"id": ["a", "b"], "lead": ["x", "y"]}), schema, ["lead"], pl.Series("won", [0, 1]), secret=b"s")
    assert made.frame.columns == ["lead_hash", "lead", "won"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.from_regex(r"[A-Za-zÄß]{4}[\w-]{2,9}", fullmatch=True), min_size=2, max_size=30, unique=True))
def test_no_key_survives_and_the_same_secret_gives_the_same_hash(keys):
    made, again, other = made_of(keys), made_of(keys[::-1]), made_of(keys, b"another of these")
    for suffix in ("csv", "ndjson"):
        buffer = io.BytesIO()
        getattr(made.frame, f"write_{suffix}")(buffer)
        assert not [key for key in keys if key.encode() in buffer.getvalue() and key not in {"Visits", "Seen"}]
    assert made.frame["lead"].to_list() == again.frame["lead"].to_list()
    assert made.frame["lead"].n_unique() == len(keys)
    assert not set(made.frame["lead"]) & set(other.frame["lead"])


def test_rows_stand_in_the_order_of_their_hashes():
    made = made_of([f"L-{i:04}" for i in range(50)])
    assert made.frame["lead"].is_sorted()
    assert made.who.to_list() == made.frame["lead"].to_list()


def test_rows_without_a_key_do_not_keep_their_order():
    schema = Schema((ColumnSchema("x", "number"),))
    made = anonymise(pl.DataFrame({"x": np.arange(50.0)}), schema, ["x"], pl.Series("won", [0, 1] * 25), secret=b"s")
    assert made.frame["x"].to_list() != list(range(50))
    assert sorted(made.frame["x"]) == list(range(50))


def test_columns_that_nobody_asked_for_go_with_a_reason():
    made = only_columns(made_of(["L-0001", "L-0002"]), ["City"], "it was not asked for")
    assert made.frame.columns == ["lead", "Seen", "City", "won"]
    assert made.features == ("City",)
    assert made.left_out["Visits"] == "it was not asked for"


@pytest.mark.parametrize(("name", "cells", "told"), [
    ("Email", [f"a{i}@b.de" for i in range(20)], "it says who somebody is"),
    ("Phone", [float(49_000_000 + i) for i in range(20)], "it says who somebody is"),
    ("Do Not Email", ["yes", "no"] * 10, ""),
    ("Total Time Spent on Website", [float(i) for i in range(20)], ""),
    ("campaign_name", [f"spring {i}" for i in range(20)], ""),
    ("Contact", [f"a{i}@b.de" for i in range(20)], "its cells are addresses, links or telephone numbers"),
    ("Line", [f"+49 731 55 {i:04}" for i in range(20)], "its cells are addresses, links or telephone numbers"),
    ("Ratio", [f"1.{i}" for i in range(20)], ""),
])
def test_who_somebody_is_is_told_by_name_and_cells(name, cells, told):
    assert says_who(pl.Series(name, cells)) == told


def test_short_keys_prove_nothing_but_a_copy_of_the_key_does():
    keys = pl.Series([str(i) for i in range(1, 41)])
    assert not holds_keys(pl.Series("rooms", [str(1 + i % 5) for i in range(40)]), keys)
    assert not holds_keys(pl.Series("visits", [float(i % 7) for i in range(40)]), keys)
    assert holds_keys(pl.Series("copy", [float(i) for i in range(1, 41)]), keys)


def test_columns_that_give_away_are_known_by_name_and_by_rare_labels():
    frame = pl.DataFrame({
        "AgeGroup": ["18-25"] * 100, "Visits": np.arange(100.0), "Source": ["web", "fair"] * 50, "Breed": [f"b{i % 40}" for i in range(100)],
        "hear_about_education": ["a", "b"] * 50, "education": ["a", "b"] * 50, "accounts.location": ["x", "y"] * 50,
    })
    assert quasi_identifiers(frame, frame.columns, 5) == ("AgeGroup", "Breed", "education", "accounts.location")


def test_rare_combinations_are_counted_as_by_hand():
    frame = pl.DataFrame({
        "city": ["Ulm", "Ulm", "Ulm", "Bonn", "Bonn", None], "sex": ["f", "f", "m", "m", "m", None],
        "euros": [1.1, 2.2, 3.3, 4.4, 5.5, 6.6], "won": [1, 0, 1, 1, 1, 0],
    })
    found = find_rare(frame, ["city", "sex"], 2, who=pl.Series(list("abcdef")), outcome="won")
    assert (found.rows, found.groups, found.below, found.unique, found.smallest, found.one_outcome) == (6, 4, 2, 2, 1, 2)
    assert {t.column: (t.values, t.alone, t.without) for t in found.worst} == {"city": (3, 1, 1), "sex": (3, 1, 1)}
    assert found.nearly_unique == ("euros",)
    assert not found.reached


def test_several_rows_of_one_lead_hide_nobody():
    frame = pl.DataFrame({"city": ["Ulm"] * 3 + ["Bonn"] * 3, "won": [0, 1] * 3})
    found = find_rare(frame, ["city"], 3, who=pl.Series(["a", "a", "a", "b", "c", "d"]), outcome="won")
    assert (found.below, found.smallest) == (3, 1)


def test_without_columns_to_count_everybody_is_one_group():
    found = find_rare(pl.DataFrame({"won": [0, 1, 1]}), [], 2, who=pl.Series(list("abc")), outcome="won")
    assert (found.groups, found.below, found.smallest) == (1, 0, 3)


def test_bands_are_of_equal_size_and_keep_blanks_and_months():
    found = in_bands(pl.Series("n", [float(i) for i in range(100)] + [None]))
    assert found.n_unique() == 11
    assert found.null_count() == 1
    assert found.drop_nulls().value_counts()["count"].to_list() == [10] * 10
    months = dates([f"{1980 + i // 12}-{1 + i % 12:02}-01 00:00" for i in range(240)])
    assert in_bands(months).n_unique() == in_bands(months.dt.date()).n_unique() == 10
    assert set(in_bands(months).dt.day()) == {1}


def crowd(seed: int, rows: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame({
        "age": rng.integers(18, 60, rows).astype(float), "city": [f"c{i}" for i in rng.geometric(0.15, rows)],
        "sex": [("f", "m", None)[i] for i in rng.integers(0, 3, rows)], "won": rng.integers(0, 2, rows),
    }).with_columns(pl.when(pl.col("age") < 20).then(None).otherwise(pl.col("age")).alias("age"))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(2, 12), leads=st.sampled_from([400, 130]))
def test_suppression_reaches_k_and_invents_nothing(seed, k, leads):
    frame = crowd(seed)
    who = pl.Series([f"lead {i % leads}" for i in range(frame.height)])
    done, blanked = reach_k(frame, ["age", "city", "sex"], k, who=who)
    assert find_rare(done, ["age", "city", "sex"], k, who=who, outcome="won").reached
    for name in ("age", "city", "sex"):
        same = (done[name] == frame[name]) | done[name].is_null()
        assert same.fill_null(True).all()
        assert blanked.get(name, 0) == done[name].null_count() - frame[name].null_count()
    assert done["won"].to_list() == frame["won"].to_list()


def test_rows_in_large_groups_keep_their_cells():
    frame = pl.DataFrame({"city": ["Ulm"] * 50 + ["Bonn"] * 50 + ["Kiel"] * 2, "sex": ["f"] * 50 + ["m"] * 52, "won": [0, 1] * 51})
    done, blanked = reach_k(frame, ["city", "sex"], 2, who=pl.Series([str(i) for i in range(102)]))
    assert (done.to_dicts(), blanked) == (frame.to_dicts(), {})
    done, blanked = reach_k(frame, ["city", "sex"], 3, who=pl.Series([str(i) for i in range(102)]))
    assert blanked == {"city": 3, "sex": 3}
    assert done.head(100).null_count().row(0)[:2] == (1, 1)


def test_blanking_costs_little_where_few_are_rare():
    frame = crowd(3, 4_000)
    who = pl.Series([str(i) for i in range(frame.height)])
    rare = find_rare(frame, ["city", "sex"], 20, who=who, outcome="won")
    _, blanked = reach_k(frame, ["city", "sex"], 20, who=who)
    assert 0 < sum(blanked.values()) <= 1.5 * rare.below


def test_fewer_leads_than_k_cannot_hide():
    with pytest.raises(DataError, match="3 leads cannot hide each other in groups of 5"):
        reach_k(pl.DataFrame({"city": ["a", "b", "c"]}), ["city"], 5, who=pl.Series(list("abc")))


def test_the_strongest_columns_are_those_with_signal():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2_000)
    frame = pl.DataFrame({
        "noise": rng.normal(size=2_000), "name": [str(i) for i in range(2_000)], "number": y + rng.normal(size=2_000),
        "label": np.where(rng.random(2_000) < 0.8, y, 1 - y).astype(str), "blank": pl.Series([None] * 2_000, dtype=pl.String),
    })
    assert strongest(frame, frame.columns, y, 2) == ("number", "label")
    assert strongest(frame, frame.columns, y, 99) == tuple(frame.columns)


def test_the_same_thing_is_not_chosen_twice_where_there_is_something_else():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 2_000)
    strong = y + 0.8 * rng.normal(size=2_000)
    frame = pl.DataFrame({"strong": strong, "copy": 2 * strong + 1, "weak": y + 2 * rng.normal(size=2_000)})
    assert strongest(frame, frame.columns, y, 2) == ("strong", "weak")
    assert strongest(frame, frame.columns, y, 3) == ("strong", "copy", "weak")


def test_a_third_column_about_the_same_thing_is_chosen_after_all_others():
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, 3_000)
    calls = {f"calls, {days} days": y + rng.normal(size=3_000) for days in (1, 7, 30, 90)}
    frame = pl.DataFrame(calls | {f"weak {k}": y + 4 * rng.normal(size=3_000) for k in "ab"})
    things = {name: "calls" for name in frame.columns if name.startswith("calls")}
    chosen = strongest(frame, frame.columns, y, 4, things=things)
    assert sum(name in things for name in chosen) == 2
    assert {"weak a", "weak b"} < set(chosen)
    assert len(strongest(frame, frame.columns, y, 6, things=things)) == 6


def test_keys_of_other_tables_that_number_things_are_left_out_and_labels_stay():
    schema = Schema((ColumnSchema("Objekt", "category"), ColumnSchema("District", "category")))
    frame = pl.DataFrame({"Objekt": [f"Haus {k % 7}" for k in range(40)], "District": ["Old Town", "Harbour"] * 20})
    made = anonymise(frame, schema, frame.columns, pl.Series("won", [0, 1] * 20), secret=b"sixteen bytes...", foreign=["Objekt", "District"])
    assert made.features == ("District",)
    assert made.left_out["Objekt"] == "it names a thing of another table"
