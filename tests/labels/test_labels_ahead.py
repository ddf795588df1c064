"""What happened after a cutoff, who has not been seen to the end yet, and what could have been known when."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import DataError, UsageError
from leadrank.labels import as_known_at, look_ahead, settled
from leadrank.project import parse_project

START = datetime(2024, 1, 1)  # noqa: DTZ001 - moments inside are naive UTC
MOMENT = pl.Datetime("us")


def moment(day: float) -> datetime:
    return START + timedelta(days=day)


def project(**target):
    return parse_project({
        "lead": {"key": "id", "created_at": "created"},
        "event": [
            {"table": "sales", "key": "who", "occurred_at": "sold", "known_at": "written"},
            {"table": "visits", "key": "who", "occurred_at": "at", "type": "kind"},
        ],
        "target": {"event": "sales", "within": 10, **target},
    })


def tables(leads, sales=(), visits=()):
    """Leads as (id, created day), sales as (id, day, day written), visits as (id, day, kind)."""
    at = lambda days: [None if day is None else moment(day) for day in days]  # noqa: E731
    return {
        "lead": pl.DataFrame(
            {"id": [i for i, _ in leads], "created": at([d for _, d in leads])}, schema={"id": pl.String, "created": MOMENT}
        ),
        "sales": pl.DataFrame(
            {"who": [s[0] for s in sales], "sold": at([s[1] for s in sales]), "written": at([s[2] for s in sales])},
            schema={"who": pl.String, "sold": MOMENT, "written": MOMENT},
        ),
        "visits": pl.DataFrame(
            {"who": [v[0] for v in visits], "at": at([v[1] for v in visits]), "kind": [v[2] for v in visits]},
            schema={"who": pl.String, "at": MOMENT, "kind": pl.String},
        ),
    }


def rows(*cutoffs):
    return pl.DataFrame(
        {"lead": [lead for lead, _ in cutoffs], "at": [None if day is None else moment(day) for _, day in cutoffs]},
        schema={"lead": pl.Int64, "at": MOMENT},
    )


def labels_at(until, sales, *, at=0.5, **target):
    return look_ahead(project(**target), tables([("a", 0.5)], sales), rows((0, at)), until=moment(until))


def test_a_sale_within_the_horizon_counts_as_soon_as_it_is_known():
    assert labels_at(3, [("a", 2.5, 2.6)]).y.tolist() == [1]
    assert labels_at(3, [("a", 2.5, 3.1)]).y.tolist() == [-1]


def test_nothing_is_lost_before_its_time():
    assert labels_at(10.4, []).y.tolist() == [-1]
    assert labels_at(10.5, []).y.tolist() == [0]
    assert labels_at(12, [], final_after=20).y.tolist() == [-1]


def test_the_horizon_ends_with_its_last_moment():
    assert labels_at(50, [("a", 10.5, 10.5)]).y.tolist() == [1]
    late = labels_at(50, [("a", 10.6, 10.6)])
    assert (late.y.tolist(), late.converted.tolist(), late.days.tolist()) == ([0], [True], [pytest.approx(10.1)])


def test_a_sale_at_the_cutoff_was_known_then_and_is_not_to_be_predicted():
    found = labels_at(50, [("a", 0.5, 0.5)])
    assert (found.gone.tolist(), found.y.tolist(), found.converted.tolist()) == ([True], [-1], [False])


def test_a_sale_between_creation_and_cutoff_leaves_nothing_to_predict():
    found = labels_at(50, [("a", 3.5, 3.6)], at=5.5)
    assert (found.gone.tolist(), found.y.tolist()) == ([True], [-1])
    assert settled(found).tolist() == [False]


def test_a_sale_before_the_lead_was_there_belongs_to_another_time():
    found = labels_at(50, [("a", 0.4, 0.4)])
    assert (found.gone.tolist(), found.y.tolist()) == ([False], [0])


def test_the_first_sale_after_each_cutoff_counts():
    found = look_ahead(
        project(), tables([("a", 0.5)], [("a", 8.5, 8.5), ("a", 30.5, 30.5)]), rows((0, 0.5), (0, 9.5), (0, 25.5)), until=moment(90)
    )
    assert (found.y.tolist(), found.gone.tolist()) == ([1, -1, -1], [False, True, True])
    assert found.days.tolist() == [8.0, 21.0, 5.0]


def test_a_day_is_over_at_its_end():
    """A sale on the day of the cutoff, without a time of day, comes after it; a sale of the day before is over as the day begins."""
    days = tables([("a", 0), ("b", 0)], [("a", 0, None), ("b", -1, None)])
    found = look_ahead(project(), days, rows((0, 0), (1, 0)), until=moment(40))
    assert (found.y.tolist(), found.days[0], found.gone.tolist()) == ([1, 0], 1.0, [False, False])
    at_the_end = look_ahead(project(), days, rows((0, 1), (1, 1)), until=moment(40))
    assert (at_the_end.y.tolist(), at_the_end.gone.tolist()) == ([-1, 0], [True, False])


def test_a_lead_without_a_cutoff_has_no_label():
    found = look_ahead(project(), tables([("a", None)], [("a", 3.5, 3.5)]), rows((0, None)), until=moment(90))
    assert (found.y.tolist(), found.days.tolist(), found.converted.tolist(), settled(found).tolist()) == ([-1], [0.0], [False], [False])
    assert found.final_at.to_list() == [None]


def test_a_kind_of_event_is_found_in_whichever_table_has_it_however_it_is_written():
    data = tables([("a", 0.5), ("b", 0.5)], visits=[("a", 2.5, "Contract  signed"), ("b", 2.5, "call")])
    found = look_ahead(project(event="contract signed"), data, rows((0, 0.5), (1, 0.5)), until=moment(90))
    assert found.y.tolist() == [1, 0]


def test_a_kind_that_nobody_has_heard_of_is_named_with_the_nearest():
    data = tables([("a", 0.5)], visits=[("a", 2.5, "contract signed")])
    with pytest.raises(UsageError, match="contract signde") as caught:
        look_ahead(project(event="contract signde"), data, rows((0, 0.5)))
    assert "contract signed" in caught.value.remedy


def test_leads_and_events_may_meet_on_several_columns():
    declared = parse_project({
        "lead": {"key": "id", "created_at": "created"},
        "event": [{"table": "sales", "key": ["house", "offer"], "lead": ["household", "campaign"], "occurred_at": "sold"}],
        "target": {"event": "sales", "within": 10},
    })
    data = {
        "lead": pl.DataFrame({"id": ["1", "2", "3"], "household": ["h", "h", "g"], "campaign": ["x", "y", "x"], "created": [moment(0.5)] * 3}),
        "sales": pl.DataFrame({"house": ["h", "g"], "offer": ["y", None], "sold": [moment(4.5)] * 2}),
    }
    assert look_ahead(declared, data, rows((0, 0.5), (1, 0.5), (2, 0.5)), until=moment(90)).y.tolist() == [0, 1, 0]


def test_leads_of_one_customer_share_what_the_customer_does():
    declared = parse_project({
        "lead": {"key": "id", "created_at": "created"},
        "event": [{"table": "sales", "key": "customer", "lead": "customer", "occurred_at": "sold"}],
        "target": {"event": "sales", "within": 10},
    })
    data = {
        "lead": pl.DataFrame({"id": ["1", "2"], "customer": ["c", "c"], "created": [moment(0.5), moment(3.5)]}),
        "sales": pl.DataFrame({"customer": ["c"], "sold": [moment(4.5)]}),
    }
    assert look_ahead(declared, data, rows((0, 0.5), (1, 3.5)), until=moment(90)).y.tolist() == [1, 1]


def test_observation_ends_with_the_newest_moment_that_any_table_knows():
    data = tables([("a", 0.5)], [("a", 20.5, 31.25)], [("a", 25.5, "call")])
    assert look_ahead(project(), data, rows((0, 0.5))).until == moment(31.25)
    assert look_ahead(project(observed_until="2024-01-20"), data, rows((0, 0.5))).until == moment(20)
    assert look_ahead(project(observed_until="2024-01-20T06:00+02:00"), data, rows((0, 0.5))).until == moment(19 + 4 / 24)


def test_tables_without_a_date_say_so():
    with pytest.raises(DataError, match="until when"):
        look_ahead(project(), tables([("a", None)]), rows((0, None)))


def test_dates_of_things_to_come_are_noticed():
    rng = np.random.default_rng(0)
    visits = [(str(k), float(day), "call") for k, day in enumerate(rng.uniform(0, 300, 2_000))]
    data = tables([("a", 0.5)], [("a", 2.5, 2.5)], [*visits, ("a", 900.5, "planned")])
    (noticed,) = [f for f in look_ahead(project(), data, rows((0, 0.5))).findings if f.code == "T504"]
    newest = max(day for _, day, kind in visits)
    assert f'observed_until = "{moment(newest):%Y-%m-%d}"' in noticed.remedy
    assert noticed.evidence == {"later": 1.0}
    data = tables([("a", 0.5)], [("a", 2.5, 2.5)], visits)
    assert "T504" not in {f.code for f in look_ahead(project(), data, rows((0, 0.5))).findings}


def test_without_a_horizon_late_sales_count_and_rows_are_final_when_nearly_all_have_come():
    rng = np.random.default_rng(0)
    leads = [(f"l{k}", float(day)) for k, day in enumerate(rng.uniform(0.1, 400, 2_000))]
    sales = [(name, day + wait, day + wait) for (name, day), wait in zip(leads, rng.exponential(8, 2_000), strict=True) if rng.random() < 0.4]
    data, cutoffs = tables(leads, sales), rows(*((k, day) for k, (_, day) in enumerate(leads)))
    found = look_ahead(project(within=None), data, cutoffs, until=moment(400))
    waited = (found.final_at - cutoffs["at"]).dt.total_days().unique().to_list()
    assert waited == [21]
    assert {f.code for f in found.findings} >= {"T501", "T505"}
    assert (found.y[found.days > 379] >= 0).all()
    assert (found.y[(found.days < 20) & ~found.converted] == -1).all()


def test_only_rows_of_the_same_age_are_learned_from():
    data = tables([("a", 0.5), ("b", 28.5)], [("a", 2.5, 2.5), ("b", 29.5, 29.5)])
    found = look_ahead(project(), data, rows((0, 0.5), (1, 28.5)), until=moment(30))
    assert (found.y.tolist(), settled(found).tolist()) == ([1, 1], [True, False])
    assert settled(found, moment(38.5)).tolist() == [True, True]


def test_taking_rows_keeps_them_together():
    found = look_ahead(project(), tables([("a", 0.5), ("b", 1.5)], [("b", 2.5, 2.5)]), rows((0, 0.5), (1, 1.5)), until=moment(30))
    second = found.take(np.array([False, True]))
    assert (second.y.tolist(), second.days.tolist(), second.final_at.to_list()) == ([1], [1.0], [moment(11.5)])
    assert found.take(np.array([1, 0])).y.tolist() == [1, 0]


def test_days_that_are_not_written_up_yet_do_not_count_as_watched():
    """Were they, the newest leads would look as if fewer of them converted."""
    leads = [(f"l{k}", k / 10 + 0.01) for k in range(1_000)]
    sales = [(name, day + 1, day + 6) for name, day in leads[::4]]
    data, cutoffs = tables(leads, sales), rows(*((k, day) for k, (_, day) in enumerate(leads)))
    found = look_ahead(project(), data, cutoffs, until=moment(90))
    assert found.watched_until == moment(85)
    age = (found.watched_until - cutoffs["at"]).dt.total_seconds().to_numpy() / 86_400
    assert found.converted[age >= 1].mean() == pytest.approx(0.25, abs=0.01)


def history(shift):
    """A mature year, then 40 days of leads that convert as `shift` says."""
    rng = np.random.default_rng(3)
    leads = [(f"l{k}", float(day)) for k, day in enumerate(np.sort(rng.uniform(0.1, 400, 6_000)))]
    sales = [
        (name, day + wait, day + wait) for (name, day), wait in zip(leads, rng.exponential(6, 6_000), strict=True)
        if rng.random() < 0.3 * (shift if day > 385 else 1)
    ]
    return look_ahead(project(within=20), tables(leads, sales), rows(*((k, d) for k, (_, d) in enumerate(leads))), until=moment(400)).findings


@pytest.mark.parametrize(("shift", "severity", "words"), [
    (1.0, "info", "only because they are young"), (0.4, "warning", "fewer"), (2.0, "warning", "more, more than chance"),
])
def test_the_young_are_compared_at_the_same_age(shift, severity, words):
    found = next(f for f in history(shift) if f.code == "T502")
    assert found.severity == severity
    assert words in found.message
    assert found.evidence["pending_2025-02"] == 1.0


def test_a_sale_that_was_written_down_after_all_had_given_up_is_reported():
    found = labels_at(50, [("a", 9.5, 30.5)])
    assert found.y.tolist() == [1]
    assert as_known_at(found, moment(20)).tolist() == [0]
    assert [f.rows for f in found.findings if f.code == "T503"] == [1]


HOURS = st.integers(0, 60 * 24)
SALES = st.lists(st.tuples(st.integers(0, 3), HOURS, st.integers(0, 30 * 24)), max_size=12)
CUTOFFS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40 * 24)), min_size=1, max_size=8)


def drawn(sales, cutoffs):
    """Leads created at hour 0, 100, 200, 300 (and a minute, since midnights alone would be days)."""
    hour = lambda h: h / 24 + 1 / 1440  # noqa: E731
    leads = [(str(k), hour(100 * k)) for k in range(4)]
    made = tables(leads, [(str(k), hour(at), hour(at + late)) for k, at, late in sales])
    return made, rows(*((k, hour(100 * k + after)) for k, after in cutoffs))


@settings(max_examples=150, deadline=None)
@given(SALES, CUTOFFS, st.integers(0, 100 * 24), st.sampled_from([None, 12, 20]))
def test_labels_are_what_counting_one_by_one_gives(sales, cutoffs, end, final_after):
    data, at = drawn(sales, cutoffs)
    until = moment(end / 24 + 2 / 1440)
    found = look_ahead(project(final_after=final_after), data, at, until=until)
    for k, (lead, after) in enumerate(cutoffs):
        cutoff = 100 * lead + after
        known = [hour for who, hour, late in sales if who == lead and hour + late <= end]
        gone = any(100 * lead <= hour <= cutoff for hour in known)
        won = any(cutoff < hour <= cutoff + 240 for hour in known)
        final = cutoff + 24 * (final_after or 10) <= end
        assert found.gone[k] == gone
        assert found.y[k] == (-1 if gone else 1 if won else 0 if final else -1)


@settings(max_examples=100, deadline=None)
@given(SALES, CUTOFFS, st.integers(0, 100 * 24))
def test_labels_of_an_earlier_moment_are_those_of_tables_that_end_there(sales, cutoffs, then):
    data, at = drawn(sales, cutoffs)
    earlier = moment(then / 24 + 2 / 1440)
    short = {**data, "sales": data["sales"].filter(pl.max_horizontal("sold", "written") <= earlier)}
    whole = look_ahead(project(), data, at, until=moment(120))
    cut = look_ahead(project(), short, at, until=earlier)
    assert as_known_at(whole, earlier).tolist() == cut.y.tolist()
    assert settled(whole, earlier).tolist() == settled(cut).tolist()


@settings(max_examples=60, deadline=None)
@given(SALES, CUTOFFS, st.integers(0, 60 * 24), st.integers(0, 500))
def test_nothing_that_was_known_later_is_seen(sales, cutoffs, end, more):
    data, at = drawn(sales, cutoffs)
    until = moment(end / 24 + 2 / 1440)
    later = {**data, "sales": pl.concat([data["sales"], tables([], [("0", (end + more) / 24 + 3 / 1440, None)])["sales"]])}
    seen, unseen = look_ahead(project(), data, at, until=until), look_ahead(project(), later, at, until=until)
    assert (seen.y.tolist(), seen.days.tolist(), seen.converted.tolist()) == (unseen.y.tolist(), unseen.days.tolist(), unseen.converted.tolist())
