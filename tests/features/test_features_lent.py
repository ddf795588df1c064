"""Moments, keys, kinds and numbers that a parent lends: counted as if they stood in the table, and never ahead of time."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data import tidy_tables
from leadrank.features import Featurizer, IncrementalFeaturizer, cutoff_rows, featurize, fit_featurizer, kinds_of
from leadrank.project import Project, parse_project

START, DAYS = datetime.fromisoformat("2024-01-01"), 120
seeds = st.integers(0, 2**32)
quick = settings(max_examples=15, deadline=None)
Tables = dict[str, pl.DataFrame]


def project() -> Project:
    return parse_project({
        "lead": {"created_at": "campaigns.starts", "exclude": ["house", "campaign"]},
        "event": [
            {"table": "redeemed", "key": ["house", "campaign"], "lead": ["house", "campaign"], "occurred_at": "on"},
            {"table": "alike", "key": ["house", "theirs.type"], "lead": ["house", "campaigns.type"], "occurred_at": "on", "distinct": ["campaign"]},
            {
                "table": "kinds", "key": "house", "lead": "house", "occurred_at": "of.starts", "type": "of.type", "numbers": ["of.size"],
                "distinct": [],
            },
        ],
        "parent": [
            {"table": "campaigns", "key": "campaign"}, {"table": "theirs", "key": "campaign", "of": "alike"},
            {"table": "of", "key": "campaign", "of": "kinds"},
        ],
        "target": {"event": "redeemed", "within": "20 days", "observed_until": "2024-06-01"},
        "counting": {"windows": [30, 90], "half_lives": dict.fromkeys(("redeemed", "alike", "a", "b"), 20)},
    })


def moment(day: int) -> str:
    return f"{START + timedelta(days=int(day)):%Y-%m-%d}"


def draw(seed: int) -> Tables:
    """Raw texts: houses are invited to campaigns of two types, and redeem coupons of these and of others."""
    rng = np.random.default_rng(seed)
    campaigns = [f"c{k}" for k in range(12)]
    told = pl.DataFrame({
        "campaign": campaigns, "type": rng.choice(["a", "b"], 12), "starts": [moment(d) for d in rng.integers(0, DAYS, 12)],
        "size": [f"{v:.1f}" for v in rng.uniform(1, 9, 12)],
    })
    pairs = sorted({(f"h{h}", f"c{c}") for h, c in zip(rng.integers(0, 6, 40), rng.integers(0, 13, 40), strict=True)})
    redeemed = pl.DataFrame({
        "house": [f"h{k}" for k in rng.integers(0, 7, 60)], "campaign": [f"c{k}" for k in rng.integers(0, 13, 60)],
        "on": [moment(d) for d in rng.integers(0, DAYS, 60)],
    })
    invited = pl.DataFrame(pairs, schema=["house", "campaign"], orient="row")
    bare = told.select("campaign", "type")
    return {"lead": invited, "redeemed": redeemed, "alike": redeemed, "kinds": invited, "campaigns": told.drop("size"), "theirs": bare, "of": told}


def made(raw: Tables) -> tuple[Featurizer, Tables, pl.DataFrame]:
    tables = tidy_tables(project(), raw).tables
    rows = cutoff_rows(project(), tables).drop_nulls("at")
    return fit_featurizer(project(), tables, rows, np.zeros(rows.height, dtype=np.int64)), tables, rows


LATEST = "e.on::TIMESTAMP + INTERVAL 1 DAY <= a.at"


@given(seed=seeds)
@quick
def test_what_a_parent_lends_is_counted_as_sql_counts_it_with_the_join_written_out(seed: int) -> None:
    raw = draw(seed)
    featurizer, tables, rows = made(raw)
    found = featurize(featurizer, tables, rows)
    database = duckdb.connect()
    for name, frame in (*raw.items(), ("asked", rows.with_row_index("row")), ("leads", raw["lead"].with_row_index("lead"))):
        database.register(name, frame.to_arrow())
    said = f"""
        SELECT a.row,
          (SELECT count(*) FROM redeemed e JOIN campaigns t USING (campaign) WHERE e.house = l.house AND t.type = c.type AND {LATEST}) AS alike,
          (SELECT count(DISTINCT e.campaign) FROM redeemed e JOIN campaigns t USING (campaign)
             WHERE e.house = l.house AND t.type = c.type AND {LATEST} AND e.on::TIMESTAMP + INTERVAL 31 DAY > a.at) AS different,
          (SELECT count(*) FROM leads e JOIN campaigns t USING (campaign)
             WHERE e.house = l.house AND t.starts::TIMESTAMP + INTERVAL 1 DAY <= a.at) AS invited,
          (SELECT count(*) FROM leads e JOIN campaigns t USING (campaign)
             WHERE e.house = l.house AND t.type = 'a' AND t.starts::TIMESTAMP + INTERVAL 1 DAY <= a.at) AS kind,
          (SELECT coalesce(sum(t.size::DOUBLE), 0) FROM leads e JOIN "of" t USING (campaign)
             WHERE e.house = l.house AND t.starts::TIMESTAMP + INTERVAL 1 DAY <= a.at) AS size
        FROM asked a JOIN leads l ON l.lead = a.lead JOIN campaigns c USING (campaign) ORDER BY a.row"""
    wanted = pl.DataFrame(pl.from_arrow(database.sql(said).to_arrow_table()))
    names = {
        "alike": "alike all, ever", "different": "alike different campaign, 30 days", "invited": "kinds all, ever", "kind": "kinds a, ever",
        "size": "kinds of.size sum, ever",
    }
    for name, column in names.items():
        if column in found.columns:  # a kind that was known of no row has none
            np.testing.assert_allclose(found[column].to_numpy(), wanted[name].to_numpy(), atol=1e-9, err_msg=column)
        else:
            assert name == "kind"
            assert wanted[name].sum() == 0


@given(seed=seeds, noise=seeds)
@quick
def test_what_happens_or_begins_after_the_cutoff_changes_no_feature(seed: int, noise: int) -> None:
    raw, later = draw(seed), draw(noise)
    featurizer, tables, rows = made(raw)
    now = rows["at"].sort()[int(np.random.default_rng(noise).integers(rows.height))]
    day = f"{now:%Y-%m-%d}"
    future = raw["campaigns"].filter(pl.col("starts") > day)["campaign"]
    kept = pl.col("campaign").is_in(future.implode())
    redeemed = pl.concat([raw["redeemed"].filter(pl.col("on") < day), later["redeemed"].filter(pl.col("on") >= day)])
    moved = {
        name: raw[name].with_columns(starts=pl.when(kept).then(pl.lit(moment(DAYS + 9))).otherwise("starts")) for name in ("campaigns", "of")}
    changed = tidy_tables(project(), raw | moved | {"redeemed": redeemed, "alike": redeemed}).tables
    early = rows.filter(pl.col("at") <= now)
    assert featurize(featurizer, tables, early).equals(featurize(featurizer, changed, early), null_equal=True)


@given(seed=seeds)
@quick
def test_one_event_at_a_time_gives_the_same(seed: int) -> None:
    featurizer, tables, rows = made(draw(seed))
    found = featurize(featurizer, tables, rows)
    twin = IncrementalFeaturizer(featurizer, tables)
    for row, (lead, at) in enumerate(rows.rows()):
        cells = tables["lead"].row(lead, named=True)
        state = twin.start(cells)
        for plan in featurizer.events:
            for event in tables[plan.table].iter_rows(named=True):
                if all(event[own] == cells[theirs] for own, theirs in zip(plan.key, plan.lead, strict=True)):
                    twin.update(state, plan.table, event)
        told = twin.features_at(state, at)
        assert {name: told[name] for name in found.columns if found[name].dtype == pl.String} == {
            name: found[name][row] for name in found.columns if found[name].dtype == pl.String}
        for name in found.columns:
            if found[name].dtype == pl.Float64:
                assert (found[name][row] is None) == (told[name] is None), name
                assert abs((found[name][row] or 0.0) - (told[name] or 0.0)) < 1e-9, name


def test_what_is_lent_is_told_once() -> None:
    featurizer, tables, rows = made(draw(4))
    found = featurize(featurizer, tables, rows)
    assert set(found.columns) >= {"campaigns.starts", "campaigns.type", "kinds of.size mean, ever"}
    assert kinds_of(featurizer)["campaigns.type"] == "fit"
    assert not [name for name in found.columns if name.startswith(("alike theirs.", "kinds of.type")) or name == "kinds of.size, mean"]
