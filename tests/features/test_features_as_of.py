"""Nothing after the cutoff, and nothing about how tables are stored, changes what was known at it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import tidy_tables
from leadrank.errors import DataError, UsageError
from leadrank.features import Featurizer, asof, cutoff_rows, featurize, fit_featurizer, kinds_of, rows_at, things_of, windows
from leadrank.labels import look_ahead
from leadrank.project import parse_project
from leadrank.records import read_record, write_record

DAY = timedelta(days=1)
seeds = st.integers(0, 2**32)
quick = settings(max_examples=25, deadline=None)


def wide(history, tables=None, rows=None, **options):
    return featurize(history.featurizer, tables or history.tables, history.rows if rows is None else rows, **options)


def test_every_counted_column_is_about_one_thing_and_one_thing_is_counted_in_many_ways(draw):
    featurizer = draw(3).featurizer
    things, kinds = things_of(featurizer), kinds_of(featurizer)
    assert {name for name in kinds if name.startswith(("visits ", "sales "))} == set(things)
    assert {things[name] for name in things if name.startswith("visits minutes")} == {"visits minutes"}
    assert {thing for name, thing in things.items() if name.endswith(", share")} >= {"visits homes.status"}
    assert all(name.startswith(thing) for name, thing in things.items())


@given(seed=seeds, by_day=st.booleans(), noise=seeds)
@quick
def test_events_after_the_cutoff_or_known_after_it_change_no_feature(draw, same, seed, by_day, noise):
    history = draw(seed, by_day=by_day)
    rng = np.random.default_rng(noise)
    moments = history.rows["at"].sort()
    now = moments[int(rng.integers(len(moments)))]
    rows = history.rows.filter(pl.col("at") <= now)
    end = DAY if by_day else timedelta()
    visits, sales, homes, regions = (history.tables[name] for name in ("visits", "sales", "homes", "regions"))
    later = draw(noise, by_day=by_day).tables
    known = (pl.col("when") + end <= now) & (pl.col("loaded").fill_null(pl.col("when")) <= now)
    tables = history.tables | {
        "visits": pl.concat([visits.filter(known), later["visits"].filter(~known)]),
        "sales": pl.concat([sales.filter(pl.col("on") + DAY <= now), later["sales"].filter(pl.col("on") + DAY > now)]),
        "homes": pl.concat([homes.filter((pl.col("since") <= now) | pl.col("since").is_null()), later["homes"].filter(pl.col("since") > now)]),
        "regions": pl.concat([regions.filter(pl.col("since") <= now), regions.filter(pl.col("since") > now).with_columns(mood=pl.lit("new"))]),
    }
    same(wide(history, rows=rows), wide(history, tables, rows))


@given(seed=seeds, noise=seeds)
@quick
def test_a_correction_of_an_event_changes_no_feature_and_no_label(draw, same, seed, noise):
    """A row of the same id, with other cells, that was known later: it is neither told before it was known, nor takes away what was."""
    history, rng = draw(seed), np.random.default_rng(noise)
    whose = {name: history.tables[name].drop_nulls("lead_id") for name in ("visits", "sales")}  # what names nobody is rejected, not corrected
    visits, sales = (whose[name].sample(fraction=1, with_replacement=True, seed=noise % 1000) for name in ("visits", "sales"))
    known = pl.max_horizontal("when", pl.col("loaded").fill_null(pl.col("when"))).alias("known")
    visits, later = visits.with_columns(known), pl.Series(DAY * k / 2 for k in rng.integers(1, 80, visits.height))
    visits = visits.with_columns(
        lead_id=pl.col("lead_id").shuffle(noise % 99), how=pl.col("how").shuffle(noise % 98), minutes=pl.col("minutes") + 1,
        when=pl.col("when") - DAY * int(rng.integers(0, 3)), loaded=pl.col("known") + later).drop("known")
    sales = sales.with_columns(on=pl.col("on") + pl.Series(DAY * k for k in rng.integers(1, 60, sales.height)), amount=pl.col("amount") + 1)
    corrected = history.tables | {
        name: pl.concat([rows, history.tables[name]]) for name, rows in (("visits", visits), ("sales", sales))}
    plain, mended = (tidy_tables(history.project, tables).tables for tables in (history.tables, corrected))
    same(wide(history, plain), wide(history, mended))
    one, other = (look_ahead(history.project, tables, history.rows) for tables in (plain, mended))
    for told in ("y", "days", "known_at", "final_at", "gone", "gone_at"):
        assert list(getattr(one, told)) == list(getattr(other, told)), told


@given(seed=seeds, by_day=st.booleans())
@quick
def test_how_tables_are_sorted_changes_no_feature(draw, same, seed, by_day):
    history = draw(seed, by_day=by_day)
    mixed = {name: table.sample(fraction=1, shuffle=True, seed=seed % 1000) for name, table in history.tables.items()}
    rows = cutoff_rows(history.project, mixed)
    learned = fit_featurizer(history.project, mixed, rows, np.zeros(rows.height, dtype=np.int64))
    assert learned == history.featurizer
    same(wide(history).sort("id", "at"), featurize(learned, mixed, rows).sort("id", "at"))


@given(seed=seeds)
@quick
def test_several_cutoffs_of_a_lead_are_as_each_alone(draw, same, seed):
    history = draw(seed, leads=3)
    together = wide(history)
    for k in range(history.rows.height):
        same(together[k : k + 1], wide(history, rows=history.rows[k : k + 1]))


@given(seed=seeds, late=st.booleans())
@quick
def test_chunks_and_threads_change_nothing(draw, same, seed, late):
    history = draw(seed, late=late)
    whole = wide(history)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asof, "COPIED", 5)
        patch.setattr(windows, "COPIED", 5)
        patch.setattr(asof.share_out, "__kwdefaults__", {"size": 7})
        same(whole, wide(history, threads=2))


def test_rows_may_come_in_any_order(draw, same):
    history = draw(3)
    order = np.random.default_rng(0).permutation(history.rows.height)
    same(wide(history)[order], wide(history, rows=history.rows[order]))


def test_every_column_but_the_key_has_a_kind_and_no_name_of_an_event_or_thing_comes_out(draw):
    history = draw(0, leads=80, visits=300)
    history.tables["lead"] = history.tables["lead"].with_columns(firm=pl.Series([f"f{k}" for k in range(80)]))
    learned = fit_featurizer(history.project, history.tables, history.rows, np.zeros(history.rows.height, dtype=np.int64))
    made = featurize(learned, history.tables, history.rows)
    assert set(made.columns) == {"id", *kinds_of(learned)}
    assert not {"visit", "sale", "lead_id", "home", "firm"} & {*made.columns, *(name.split(".")[-1].split(",")[0] for name in made.columns)}
    assert set(kinds_of(learned).values()) == {"fit", "engagement", "timing"}


def test_a_key_of_another_table_that_groups_many_leads_is_kept(draw):
    history = draw(1)
    assert "firm" in wide(history).columns
    assert kinds_of(history.featurizer)["firm"] == "fit"


def test_what_was_known_of_no_row_that_is_learned_from_plans_no_feature(draw):
    """Labels of a parent that came up later, the frequencies of its labels since, and leads that came since: none was known."""
    history = draw(0)
    last = history.rows["at"].max()
    since = pl.Series([last + DAY * k / 2 for k in range(1, 91)]).cast(pl.Datetime("us"))
    homes = pl.DataFrame({"home": ["h0"] * 90, "since": since, "size": [1.0] * 90, "status": [*("new" for _ in range(30)), *map(str, range(60))]})
    new = history.tables["lead"].clear().join(pl.DataFrame({"firm": [f"g{k}" for k in range(80)]}), on="firm", how="full", coalesce=True)
    tables = history.tables | {"lead": pl.concat([history.tables["lead"], new.select(history.tables["lead"].columns)])}
    for some in (homes[:30], homes):
        grown = tables | {"homes": pl.concat([history.tables["homes"], some])}
        assert fit_featurizer(history.project, grown, history.rows, np.zeros(history.rows.height, dtype=np.int64)) == history.featurizer
        early = history.rows.with_columns(at=pl.lit(None, pl.Datetime("us")))
        assert fit_featurizer(history.project, grown, early, np.zeros(early.height, dtype=np.int64)).parents[0].attributes[1].type == "category"


def test_a_featurizer_is_a_record(draw):
    learned = draw(1).featurizer
    assert read_record(Featurizer, write_record(learned)) == learned


def test_a_day_without_a_time_is_known_when_it_is_over(draw):
    history = draw(0, by_day=True)
    events = history.tables["visits"].filter(pl.col("lead_id") == "l0").head(1).with_columns(loaded=pl.col("when"))
    tables, day = history.tables | {"visits": events}, events["when"][0]
    rows = pl.DataFrame({"lead": [0, 0], "at": [day + timedelta(hours=23), day + DAY]}, schema_overrides={"at": pl.Datetime("us")})
    assert wide(history, tables, rows)["visits all, ever"].to_list() == [0, 1]


def test_an_event_that_does_not_tell_when_it_was_written_down_is_known_when_it_happens(draw, same):
    """The same in labels: otherwise one event would be an outcome, and no feature at any cutoff."""
    history = draw(0)
    visits = history.tables["visits"]
    blank, at_once = (history.tables | {"visits": visits.with_columns(loaded=loaded)} for loaded in (pl.lit(None, pl.Datetime("us")), pl.col("when")))
    assert wide(history, blank)["visits all, ever"].sum() > 0
    same(wide(history, blank), wide(history, at_once))


def test_a_thing_that_does_not_tell_since_when_it_is_known_holds_from_the_beginning(draw, same):
    history = draw(0)
    regions = history.tables["regions"][1:]
    since = (pl.lit(None, pl.Datetime("us")), datetime(1900, 1, 1))  # noqa: DTZ001
    blank, long_ago = (history.tables | {"regions": regions.with_columns(since=moment)} for moment in since)
    assert wide(history, blank)["regions.mood"].drop_nulls().unique().sort().to_list() == ["bad", "good"]
    same(wide(history, blank), wide(history, long_ago))


def test_whether_a_column_tells_days_is_remembered(draw, same):
    """Events that happen to be at midnight are not taken for days where training saw other moments."""
    history = draw(0)
    assert not history.featurizer.events[0].occurred_at.by_day
    midnights = history.tables["visits"].filter(pl.col("when").dt.truncate("1d") == pl.col("when"))
    noon = midnights[:1].with_columns(lead_id=pl.lit("z"), when=pl.col("when") + DAY / 2)
    alone, beside = (history.tables | {"visits": visits} for visits in (midnights, pl.concat([midnights, noon])))
    same(wide(history, alone), wide(history, beside))


def test_without_a_cutoff_nothing_is_counted_but_what_does_not_change_is_told(draw):
    history = draw(0)
    made = wide(history, rows=history.rows.with_columns(at=pl.lit(None, pl.Datetime("us"))))
    assert made["visits all, ever"].null_count() == made.height
    assert made["regions.mood"].null_count() == made.height
    assert made["firms.staff"].equals(wide(history)["firms.staff"], null_equal=True)


def test_a_table_or_column_that_is_not_there_is_named(draw):
    history = draw(0)
    with pytest.raises(DataError, match="visits"):
        wide(history, {name: table for name, table in history.tables.items() if name != "visits"})
    with pytest.raises(DataError, match="minutes"):
        wide(history, history.tables | {"visits": history.tables["visits"].drop("minutes")})


@given(seed=seeds)
@quick
def test_moments_to_the_microsecond_over_decades_are_told_apart(seed):
    """Owner, moment and place do not fit into one number here, and are settled after."""
    rng = np.random.default_rng(seed)
    near = rng.integers(0, 2**60, 40)[rng.integers(0, 40, 400)] + rng.integers(0, 3, 400)
    owner = rng.integers(0, 9, 400)
    order = np.lexsort((near, owner))
    past, asked = asof.Past(owner, near), asof.Asked(owner, near + rng.integers(-2, 3, 400))
    found = asof.latest(past, asked)
    for row in range(400):
        known = [k for k in order if owner[k] == asked.owner[row] and near[k] <= asked.at[row]]
        assert (near[found[row]] == near[known[-1]]) if known else found[row] == -1


def test_leads_share_events_by_a_key_of_several_columns():
    project = parse_project({
        "lead": {"key": "id", "created_at": "born"}, "target": {"event": "buys"},
        "event": [{"table": "buys", "key": ["house", "flat"], "lead": ["h", "f"], "occurred_at": "on"}],
    })
    t = [datetime(2024, 1, day, 5) for day in range(1, 9)]  # noqa: DTZ001
    tables = {
        "lead": pl.DataFrame({"id": ["a", "b", "c", "d"], "h": ["1", "1", "1", None], "f": ["x", "x", "y", "x"], "born": [t[2], t[5], t[7], t[7]]}),
        "buys": pl.DataFrame({"house": ["1", "1", "2", "1", None], "flat": ["x", "y", "x", "x", "x"], "on": [t[0], t[1], t[2], t[4], t[0]]}),
    }
    rows = cutoff_rows(project, tables)
    learned = fit_featurizer(project, tables, rows, np.zeros(4, dtype=np.int64))
    assert featurize(learned, tables, rows)["buys all, ever"].to_list() == [1, 2, 1, None]


def test_cutoffs_by_age_by_date_at_intervals_and_at_events():
    def rows(cutoff, **options):
        project = parse_project({
            "lead": {"key": "id", "created_at": "born"}, "event": [{"table": "calls", "key": "lead", "occurred_at": "at"}],
            "target": {"event": "calls"}, "cutoff": cutoff,
        })
        return [(lead, at and at.strftime("%d.%H")) for lead, at in cutoff_rows(project, tables, **options).rows()]

    day = [datetime(2024, 1, d, 6) for d in range(1, 30)]  # noqa: DTZ001
    tables = {
        "lead": pl.DataFrame({"id": ["a", "b", "c"], "born": [day[0], day[4], None]}),
        "calls": pl.DataFrame({"lead": ["a", "a", "b", "b", "b", "z"], "at": [day[1], day[8], day[3], day[6], day[6], day[7]]}),
    }
    assert rows({}) == [(0, "01.06"), (1, "05.06"), (2, None)]
    assert rows({"ages": [1, 6]}) == [(0, "02.06"), (0, "07.06"), (1, "06.06"), (2, None)]  # the 11th has not been seen
    assert rows({"ages": [1, 6]}, until=day[5]) == [(0, "02.06"), (1, "06.06"), (2, None)]
    assert rows({"dates": ["2024-01-03", "2024-01-07T12:00:00"]}) == [(0, "03.00"), (0, "07.12"), (1, "07.12"), (2, None)]
    assert rows({"every": 2}) == [(0, "02.00"), (0, "04.00"), (2, None)]
    assert rows({"event": "calls"}) == [(0, "02.06"), (0, "09.06"), (1, "07.06")]
    with pytest.raises(UsageError, match="calls"):
        rows({"event": "cals"})


def test_leads_that_were_there_are_scored_at_a_moment(draw):
    history = draw(0)
    now = history.tables["lead"]["born"].median()
    rows = rows_at(history.project, history.tables, now)
    assert rows["lead"].to_list() == [k for k, born in enumerate(history.tables["lead"]["born"]) if born <= now]
    assert set(rows["at"]) == {now}
