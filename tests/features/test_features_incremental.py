"""One event at a time gives what tables give."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.errors import UsageError
from leadrank.features import IncrementalFeaturizer, LeadState, featurize

seeds = st.integers(0, 2**32)


def states(history, twin, seed):
    """Feed all events of all leads, in any order."""
    leads = {row["id"]: twin.start(row) for row in history.tables["lead"].iter_rows(named=True)}
    rng = np.random.default_rng(seed)
    events = [(name, row) for name in ("visits", "sales") for row in history.tables[name].iter_rows(named=True)]
    for k in rng.permutation(len(events)):
        table, event = events[k]
        if event["lead_id"] in leads:
            twin.update(leads[event["lead_id"]], table, event)
    return list(leads.values())


@given(seed=seeds, late=st.booleans(), by_day=st.booleans())
@settings(max_examples=25, deadline=None)
def test_one_event_at_a_time_equals_windows_over_tables(draw, same, seed, late, by_day):
    history = draw(seed, late=late, by_day=by_day)
    twin = IncrementalFeaturizer(history.featurizer, history.tables)
    leads = states(history, twin, seed)
    whole = featurize(history.featurizer, history.tables, history.rows)
    rows = [twin.features_at(leads[lead], at) for lead, at in history.rows.iter_rows()]
    assert set(rows[0]) == set(whole.columns)
    same(whole, pl.DataFrame(rows, schema=whole.schema))


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_a_state_survives_a_store(draw, seed):
    history = draw(seed)
    twin = IncrementalFeaturizer(history.featurizer, history.tables)
    for state in states(history, twin, seed):
        again = LeadState.from_json(state.to_json())
        assert again == state
        assert twin.features_at(again, datetime(2024, 4, 1)) == twin.features_at(state, datetime(2024, 4, 1))  # noqa: DTZ001


def test_an_event_of_no_table_is_refused_and_one_without_a_moment_counts_nowhere(draw):
    history = draw(0)
    twin = IncrementalFeaturizer(history.featurizer, history.tables)
    state = twin.start(history.tables["lead"].row(0, named=True))
    with pytest.raises(UsageError, match="visits"):
        twin.update(state, "visit", {})
    twin.update(state, "visits", {"how": "call", "when": None, "loaded": datetime(2024, 4, 1)})  # noqa: DTZ001
    assert not state.events


def test_what_becomes_known_later_is_not_known_before(draw):
    history = draw(0)
    twin = IncrementalFeaturizer(history.featurizer, history.tables)
    state = twin.start(history.tables["lead"].row(0, named=True))
    now = datetime(2024, 3, 1, 12)  # noqa: DTZ001
    twin.update(state, "visits", {"how": "call", "when": now, "loaded": now + timedelta(days=2), "minutes": 3.0})
    told = [twin.features_at(state, now + timedelta(days=days)) for days in (0, 1, 2)]
    assert [features["visits all, ever"] for features in told] == [0, 0, 1]
    assert told[2]["visits all, days since the last"] == 2
    assert math.isclose(told[2]["visits minutes sum, ever"], 3)
