"""Several raw tables become clean ones: each thing once, keys that match, and nothing lost."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from leadrank.data import RejectedRow, Tidied, Tidier, known_rows, tidy_tables, write_rejected_rows
from leadrank.errors import DataError, UsageError
from leadrank.project import Project, parse_project
from leadrank.records import read_record, write_record

ESTATE = {
    "lead": {"key": "CustomerID", "created_at": "CreatedAt", "columns": {"Age": {"type": "number"}}},
    "event": [{
        "table": "InteractionTable", "key": "CustomerID", "id": "InteractionID", "occurred_at": "InteractionDate", "known_at": "RecordedAt",
        "type": "InteractionType"}],
    "parent": [{
        "table": "PropertyTable", "key": "PropertyID", "of": "InteractionTable", "by": "PropertyViewed",
        "columns": {"AvailabilityStatus": {"blank": "unknown"}}}],
    "target": {"event": "InteractionTable", "within": "30 days"},
}


def estate(**changes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    lead = pl.DataFrame({
        "CustomerID": ["C1", "C2", "C2", "", "C3"], "CreatedAt": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", ""],
        "Age": ["30", "40", "41", "50", "sixty"]})
    events = pl.DataFrame({
        "InteractionID": ["1", "1", "2", "2", "3", "4", "5", "6"],
        "CustomerID": ["C1", "C1", "C2", "C2", "", "C1", "C9", "c1"],
        "InteractionType": ["Email Click", "Email Click", "email-click", "email-click", "Call", "EMAIL CLICK", "call", "Call"],
        "InteractionDate": ["2024-01-05", "2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08", "31/31/2024", "2024-01-09", "2024-01-10"],
        "RecordedAt": ["2024-01-05", "2024-01-05", "2024-01-06", "2024-01-08", "2024-01-08", "2024-01-08", "2024-01-09", ""],
        "PropertyViewed": ["7", "7", "8", "8", "7", "7", "007", ""]})
    parents = pl.DataFrame({"PropertyID": [7, 8], "AvailabilityStatus": [None, "Sold"], "PriceRange": ["100k-200k", "$100,000 - $200,000"]})
    return {"lead": lead, "InteractionTable": events, "PropertyTable": parents} | changes


def tidied(frames: dict[str, pl.DataFrame] | None = None, project: Project | None = None) -> Tidied:
    return tidy_tables(project or parse_project(ESTATE), frames or estate())


def codes(found: Tidied, code: str) -> list[tuple[str | None, int, str]]:
    return [(f.column, f.rows, f.severity) for f in found.findings if f.code == code]


def test_rows_without_a_key_or_a_moment_are_kept_with_table_row_column_and_value() -> None:
    assert [(r.table, r.row, r.column, r.value) for r in tidied().rejected] == [
        ("lead", 4, "CustomerID", ""), ("InteractionTable", 5, "CustomerID", ""), ("InteractionTable", 6, "InteractionDate", "31/31/2024")]


def test_every_row_of_every_table_is_in_the_clean_table_or_rejected_or_counted_as_a_repeat() -> None:
    found, frames = tidied(), estate()
    for name, raw in frames.items():
        repeats = sum(f.rows for f in found.findings if f.code in {"D170", "D171"} and f.message.startswith(f"{name}:"))
        assert found.tables[name].height + sum(r.table == name for r in found.rejected) + repeats == raw.height


def test_copies_count_once_and_of_contradicting_rows_the_latest_lead_is_kept_and_the_event_known_first() -> None:
    found = tidied()
    assert found.tables["lead"]["Age"].to_list() == [30.0, 41.0, None]
    assert found.tables["InteractionTable"]["InteractionID"].to_list() == ["1", "2", "5", "6"]
    assert found.tables["InteractionTable"]["InteractionDate"].to_list()[1] == datetime.fromisoformat("2024-01-06")
    assert codes(found, "D170") == [("InteractionTable.InteractionID", 1, "info")]
    assert codes(found, "D171") == [("CustomerID", 1, "warning"), ("InteractionTable.InteractionID", 1, "warning")]
    told = [f.message.partition("; ")[2] for f in found.findings if f.code == "D171"]
    assert told == ["the latest of each was kept.", "the one known first of each was kept."]


@pytest.mark.parametrize(("known_at", "kept"), [("RecordedAt", ["mail", "mail", "call"]), (None, ["call", "call", "call"])])
def test_an_event_is_known_when_it_was_written_down_or_else_when_it_happened_or_else_the_first_in_the_table_counts(
    known_at: str | None, kept: list[str],
) -> None:
    """Event 1 was written down twice; 2 once, and once it is not told when, so when it happened; 3 contradicts itself at one moment."""
    events = pl.DataFrame({
        "InteractionID": ["1", "1", "2", "2", "3", "3"], "CustomerID": ["C1"] * 6, "InteractionType": ["call", "mail"] * 2 + ["call", "mail"],
        "InteractionDate": ["2024-01-05", "2024-01-06", "2024-01-05", "2024-01-07", "2024-01-08", "2024-01-08"],
        "RecordedAt": ["2024-02-02", "2024-02-01", "2024-02-01", "", "2024-02-01", "2024-02-01"], "PropertyViewed": ["7"] * 6})
    event = {**ESTATE["event"][0], "known_at": known_at}  # type: ignore[index]
    found = tidied(estate(InteractionTable=events), parse_project({**ESTATE, "event": [{k: v for k, v in event.items() if v is not None}]}))
    assert found.tables["InteractionTable"]["InteractionType"].to_list() == kept


def test_without_a_moment_the_first_of_contradicting_rows_is_kept() -> None:
    parents = pl.DataFrame({"PropertyID": [7, 8, 7], "AvailabilityStatus": ["Sold", "Sold", "Free"]})
    assert tidied(estate(PropertyTable=parents)).tables["PropertyTable"]["AvailabilityStatus"].to_list() == ["Sold", "Sold"]


def test_labels_that_mean_the_same_are_one() -> None:
    found = tidied()
    assert set(found.tables["InteractionTable"]["InteractionType"]) == {"Email Click", "Call"}
    assert found.tables["PropertyTable"]["PriceRange"].n_unique() == 1


def test_a_blank_has_a_name_only_where_it_is_declared() -> None:
    assert tidied().tables["PropertyTable"]["AvailabilityStatus"].to_list() == ["unknown", "Sold"]
    undeclared = {**ESTATE, "parent": [{k: v for k, v in ESTATE["parent"][0].items() if k != "columns"}]}  # type: ignore[index]
    assert tidied(project=parse_project(undeclared)).tables["PropertyTable"]["AvailabilityStatus"].to_list() == [None, "Sold"]


def test_a_word_for_not_knowing_gets_the_name_of_a_blank() -> None:
    parents = pl.DataFrame({"PropertyID": [7, 8], "AvailabilityStatus": ["Not specified", "Sold"]})
    assert tidied(estate(PropertyTable=parents)).tables["PropertyTable"]["AvailabilityStatus"].to_list() == ["unknown", "Sold"]


def test_keys_match_across_types_and_case_only_where_nothing_else_does() -> None:
    found = tidied()
    assert found.tables["InteractionTable"]["PropertyViewed"].to_list() == ["7", "8", "7", None]
    assert found.tables["InteractionTable"]["CustomerID"].to_list() == ["C1", "C2", "C9", "C1"]
    repaired = [f for f in found.findings if f.code == "D174"]
    assert [(f.column, f.rows) for f in repaired] == [("InteractionTable.CustomerID", 1), ("InteractionTable.PropertyViewed", 1)]
    assert "'007' is '7' (1 rows)" in repaired[1].message


def test_orphans_and_leads_without_events_are_counted_with_examples() -> None:
    found = tidied()
    (orphans,) = (f for f in found.findings if f.code == "D176")
    assert (orphans.column, orphans.rows, orphans.severity) == ("InteractionTable.CustomerID", 1, "warning")
    assert "'C9'" in orphans.message
    assert codes(found, "D177") == [(None, 1, "info")]


def test_a_blank_known_at_is_told_and_an_unreadable_one_costs_the_row() -> None:
    frames = estate()
    frames["InteractionTable"] = frames["InteractionTable"].with_columns(RecordedAt=pl.Series(["2024-01-05"] * 6 + ["soon", ""]))
    found = tidied(frames)
    assert ("InteractionTable", 7, "RecordedAt", "soon") in [(r.table, r.row, r.column, r.value) for r in found.rejected]
    assert codes(found, "D173") == [("InteractionTable.RecordedAt", 1, "warning")]


def test_ambiguous_keys_are_reported_and_left() -> None:
    project = parse_project({"parent": [{"table": "p", "key": "k"}], "target": {"column": "won", "positive": "yes"}})
    lead = pl.DataFrame({"k": ["GTXPro", "gtx basic"], "won": ["yes", "no"]})
    parents = pl.DataFrame({"k": ["GTX Pro", "GTX-Pro", "GTX Basic", "GTXBASIC"]})
    found = tidy_tables(project, {"lead": lead, "p": parents})
    assert found.tables["lead"]["k"].to_list() == ["GTXPro", "GTX Basic"]
    assert codes(found, "D175") == [("k", 1, "warning")]


def test_the_outcome_column_is_left_as_it_came() -> None:
    project = parse_project({"parent": [{"table": "p", "key": "k"}], "target": {"column": "stage", "positive": "Won"}})
    lead = pl.DataFrame({"k": ["a", "b"], "stage": ["Won", "Unknown"]})
    found = tidy_tables(project, {"lead": lead, "p": pl.DataFrame({"k": ["a", "b"]})})
    assert found.tables["lead"]["stage"].to_list() == ["Won", "Unknown"]


def test_several_columns_name_a_lead_together() -> None:
    project = parse_project({
        "lead": {"created_at": "at"}, "event": [{"table": "e", "key": ["h", "c"], "lead": ["home", "camp"], "occurred_at": "on"}],
        "target": {"event": "e"}})
    lead = pl.DataFrame({"home": [1, 1, 2], "camp": [1.0, 2.0, 1.0], "at": ["2024-01-01"] * 3})
    events = pl.DataFrame({"h": ["1", "2"], "c": ["2", "2"], "on": ["2024-02-01", "2024-02-02"]})
    found = tidy_tables(project, {"lead": lead, "e": events})
    assert found.tables["lead"].select("home", "camp").rows() == [("1", "1"), ("1", "2"), ("2", "1")]
    (orphans,) = (f for f in found.findings if f.code == "D176")
    assert (orphans.rows, "'2' / '2'" in orphans.message) == (1, True)
    assert codes(found, "D177") == [(None, 2, "info")]


def test_a_parent_may_tell_when_a_lead_came() -> None:
    project = parse_project({
        "lead": {"created_at": "camps.start"}, "parent": [{"table": "camps", "key": "camp"}],
        "event": [{"table": "e", "key": "home", "lead": "home", "occurred_at": "on"}], "target": {"event": "e"}})
    lead = pl.DataFrame({"home": ["1", "2"], "camp": ["a", "x"]})
    frames = {"lead": lead, "camps": pl.DataFrame({"camp": ["a"], "start": ["03/04/2024"]}), "e": pl.DataFrame({"home": ["1"], "on": ["2024-05-01"]})}
    found = tidy_tables(project, frames)
    assert found.tables["lead"]["camps.start"].to_list() == [datetime.fromisoformat("2024-04-03"), None]
    assert found.tables["camps"].columns == ["camp"]


def test_bands_are_made_of_numbers() -> None:
    declared = {**ESTATE, "lead": {**ESTATE["lead"], "bands": {"AgeGroup": {"of": "Age", "at": [35, 60]}}}}  # type: ignore[dict-item]
    assert tidied(project=parse_project(declared)).tables["lead"]["AgeGroup"].to_list() == ["below 35", "35 to 60", None]


def test_a_tidier_given_back_makes_the_same_tables_and_goes_through_json() -> None:
    first = tidied()
    again = read_record(Tidier, write_record(first.tidier))
    assert again == first.tidier
    second = tidy_tables(parse_project(ESTATE), estate(), again)
    assert second.tidier == first.tidier
    for name, table in first.tables.items():
        assert_frame_equal(table, second.tables[name])
    assert second.rejected == first.rejected


def test_scoring_repairs_what_training_repaired_and_new_keys_and_labels_pass() -> None:
    project = parse_project({"lead": {"key": "id"}, "parent": [{"table": "p", "key": "k"}], "target": {"column": "won", "positive": "yes"}})
    lead = pl.DataFrame({"id": ["1", "2"], "k": ["GTXPro", "MG"], "tone": ["Warm", "warm"], "won": ["yes", "no"]})
    learned = tidy_tables(project, {"lead": lead, "p": pl.DataFrame({"k": ["GTX Pro", "MG"]})}).tidier
    new = pl.DataFrame({"id": ["3", "4", "5"], "k": ["GTXPro", "m g", "new"], "tone": ["WARM", "icy", None]})
    found = tidy_tables(project, {"lead": new, "p": pl.DataFrame({"k": ["MG"]})}, learned)
    assert found.tables["lead"]["k"].to_list() == ["GTX Pro", "MG", "new"]
    assert found.tables["lead"]["tone"].to_list() == ["Warm", "icy", None]


def test_keys_of_leads_are_in_no_tidier() -> None:
    assert "c1" not in write_record(tidied().tidier).decode()


def test_a_missing_column_names_its_table_and_the_nearest_spelling() -> None:
    frames = estate()
    frames["InteractionTable"] = frames["InteractionTable"].rename({"InteractionDate": "InteractionDates"})
    with pytest.raises(UsageError, match="table 'InteractionTable' has no column 'InteractionDate'"):
        tidied(frames)
    with pytest.raises(DataError, match="Did you mean 'InteractionDates'"):
        tidy_tables(parse_project(ESTATE), frames, tidied().tidier)


def test_a_missing_table_is_named() -> None:
    frames = estate()
    del frames["PropertyTable"]
    with pytest.raises(UsageError, match="table 'PropertyTable' is not there"):
        tidied(frames)


def test_events_without_any_readable_moment_are_an_error_that_shows_a_cell() -> None:
    frames = estate()
    frames["InteractionTable"] = frames["InteractionTable"].with_columns(InteractionDate=pl.lit("week 1"))
    with pytest.raises(DataError, match=r"InteractionDate of table 'InteractionTable' has no cell that reads as a date, e\.g\. 'week 1'"):
        tidied(frames)


def test_tables_that_belong_to_each_other_in_a_circle_are_refused() -> None:
    project = parse_project({
        "parent": [{"table": "a", "key": "k", "of": "b"}, {"table": "b", "key": "k", "of": "a"}], "target": {"column": "won"}})
    frame = pl.DataFrame({"k": ["1"], "won": ["yes"]})
    with pytest.raises(UsageError, match="belongs to itself"):
        tidy_tables(project, {"lead": frame, "a": frame, "b": frame})


def test_an_event_table_without_rows_is_no_error() -> None:
    frames = estate()
    frames["InteractionTable"] = frames["InteractionTable"].clear()
    assert tidied(frames).tables["InteractionTable"].height == 0


def test_rejected_rows_are_written_without_formulas(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_rejected_rows(tmp_path / "rejected.csv", [RejectedRow("lead", 4, "id", "=cmd()", "id is blank")])
    assert (tmp_path / "rejected.csv").read_text() == "table,row,column,value,reason\nlead,4,id,'=cmd(),id is blank\n"


KEYS = st.sampled_from(["1", " 1", "1.0", "2", "02", "a b", "A B", "ab", "a-b", "x", "", "NA"])


@given(st.lists(KEYS, min_size=1, max_size=12), st.lists(KEYS, min_size=1, max_size=6))
def test_a_repair_never_leaves_the_keys_that_are_there_and_never_changes_one_that_matches(child: list[str], parent: list[str]) -> None:
    project = parse_project({"parent": [{"table": "p", "key": "k"}], "target": {"column": "won"}})
    lead = pl.DataFrame({"k": child, "won": ["yes"] * len(child)})
    plain = tidy_tables(project, {"lead": lead, "p": pl.DataFrame({"k": ["other"]})}).tables["lead"]["k"].to_list()
    found = tidy_tables(project, {"lead": lead, "p": pl.DataFrame({"k": parent})})
    theirs = set(found.tables["p"]["k"])
    for before, after in zip(plain, found.tables["lead"]["k"].to_list(), strict=True):
        assert after == before or (after in theirs and before not in theirs)
    orphans = {k for k in found.tables["lead"]["k"] if k is not None and k not in theirs}
    assert sum(f.rows for f in found.findings if f.code == "D176") == sum(k in orphans for k in found.tables["lead"]["k"])


STAYS = {
    "lead": {"key": "guest", "created_at": "came"}, "target": {"event": "stays", "within": "30 days"},
    "event": [{"table": "stays", "id": "stay", "key": ["guest", "tours.land"], "lead": ["guest", "land"], "occurred_at": "tours.day"}],
    "parent": [{"table": "tours", "key": "tour", "of": "stays", "exclude": ["land"]}],
}


def stays() -> dict[str, pl.DataFrame]:
    return {
        "lead": pl.DataFrame({"guest": ["g1", "g2"], "land": ["1.0", "DE"], "came": ["2024-01-01"] * 2}),
        "stays": pl.DataFrame({"stay": ["1", "2", "2", "3", "4"], "guest": ["g1", "g2", "g2", "g2", "g1"], "tour": ["T-7", "8", "9", "0", "10"]}),
        "tours": pl.DataFrame({
            "tour": ["t7", "8", "9", "10"], "land": ["1", "de", "DE", "FR"], "day": ["2024-02-01", "2024-03-02", "2024-02-03", ""]}),
    }


def test_columns_that_a_parent_lends_come_by_repaired_keys_and_are_keys_themselves() -> None:
    found = tidied(stays(), parse_project(STAYS))
    table = found.tables["stays"]
    assert table.select("stay", "tours.land").rows() == [("1", "1"), ("2", "DE"), ("3", None), ("4", "FR")]
    assert table["tours.day"].to_list() == [datetime(2024, 2, 1), datetime(2024, 2, 3), None, None]  # noqa: DTZ001
    assert found.tables["lead"]["land"].to_list() == ["1", "DE"]
    assert found.tables["tours"].columns == ["tour"], "what is lent has moved"
    assert codes(found, "D176") == [("stays.tour", 1, "warning"), ("stays.guest", 1, "warning")]
    assert codes(found, "D173") == [("stays.tours.day", 2, "warning")]


def test_of_an_event_that_stands_twice_the_one_known_first_counts_though_a_parent_tells_its_moment() -> None:
    assert tidied(stays(), parse_project(STAYS)).tables["stays"].filter(pl.col("stay") == "2")["tour"].to_list() == ["9"]


def test_a_parent_with_versions_lends_nothing() -> None:
    versions = STAYS | {"parent": [{"table": "tours", "key": "tour", "of": "stays", "known_at": "day"}]}
    with pytest.raises(UsageError, match="several rows for one thing"):
        tidied(stays(), parse_project(versions))


def test_a_lent_column_that_is_not_there_is_named_with_its_table() -> None:
    frames = stays() | {"tours": stays()["tours"].drop("land")}
    with pytest.raises(UsageError, match=r"'tours' has no column 'land'"):
        tidied(frames, parse_project(STAYS))


def test_events_whose_moment_a_parent_tells_are_known_when_that_day_is_over() -> None:
    def known(day: int) -> list[str]:
        return known_rows(parse_project(STAYS), stays(), datetime(2024, 2, day))["stays"]["tour"].to_list()  # noqa: DTZ001

    assert (known(1), known(2), known(4)) == ([], ["T-7"], ["T-7", "9"])


@pytest.mark.parametrize("table", ["InteractionTable", "PropertyTable"])
def test_a_table_without_rows_is_told_also_at_scoring(table: str) -> None:
    """An export that broke would look like leads to whom nothing happened."""
    whole = tidied()
    assert not codes(whole, "D178")
    broken = estate(**{table: estate()[table].clear()})
    found = tidy_tables(parse_project(ESTATE), broken, whole.tidier)
    assert [f.message.split(" has ")[0] for f in found.findings if f.code == "D178"] == [table]
    assert codes(found, "D178") == codes(tidied(broken), "D178") == [(None, 0, "warning")]
