"""One lead's quick way gives what the exact way gives, whatever comes in and whatever came before."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrank.bundle import lead_reader
from leadrank.score import Scorer

typed = st.sampled_from([
    True, False, 0, 1, -3, 7, 10**15, 10**16, 10**400, 1.0, 2.5, -0.0, 1e15, 1e38, -1e38, math.nan, math.inf, Decimal(1), Decimal("2.50"),
    Decimal("nan"), Fraction(1, 2), Fraction(3), 1 + 0j, np.float64(2.5), np.int64(7), np.str_("web"), b"web", [1], {}, (), object(),
    datetime(2024, 2, 29, 12, 15), datetime(2024, 2, 29, 12, 15, tzinfo=UTC),  # noqa: DTZ001
])
raw = st.none() | st.text(max_size=4) | st.sampled_from([
    "web", "WEB", " fair ", "new one", "Select", "", "NA", "0.5", "$1,200.50", "1e400", "3", "3.0", "1", "true",
    "2024-02-29 12:15:00", "29/02/2024", "garbage",
])
cells = raw | typed
fields = ["fit", "source", "visits", "seen", "created", "deal", "id", "phone", "won"]
any_leads = st.lists(st.dictionaries(st.sampled_from(fields), cells), min_size=1, max_size=8)


def same(found, expected):
    """Compare two readings; nan equals nan."""
    *found_amounts, found_rest = [*found[2:4], found[4:]]
    *expected_amounts, expected_rest = [*expected[2:4], expected[4:]]
    assert np.array_equal(found[0], expected[0], equal_nan=True)
    assert found[1] == expected[1]
    assert found_rest == expected_rest
    for mine, theirs in zip(found_amounts, expected_amounts, strict=True):
        assert mine == theirs or (mine is not None and math.isnan(mine) and math.isnan(theirs))


@given(leads=any_leads)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("kind", ["logistic", "catboost", "ordered catboost", "per-lead economics"])
def test_a_lead_reads_the_same_quickly_and_exactly_whatever_was_read_before(trained, kind, leads):
    reader = SCORERS.setdefault(kind, Scorer(trained(kind)))._reader
    for lead in leads:
        given = dict(lead)
        same(reader.read(lead), reader._exactly(lead))
        assert list(lead) == list(given)


SCORERS: dict[str, Scorer] = {}


def test_reasons_of_one_lead_are_those_that_arrays_give(bundle, leads):
    scorer = Scorer(bundle)
    for lead in leads(40, 11).to_dicts():
        one = scorer.one(lead, reasons=4)
        numbers, codes, *_ = scorer._reader.read(lead)
        X = scorer._model.matrix(numbers, codes)
        expected = scorer._reasoner.reasons(X, bundle.model.log_odds(X), 4)[0]
        assert [r._replace(contribution=0.0) for r in one.reasons] == [r._replace(contribution=0.0) for r in expected]
        assert [r.contribution for r in one.reasons] == pytest.approx([r.contribution for r in expected], rel=0, abs=1e-9)


def test_one_lead_scores_the_same_with_reasons_and_without(bundle, leads):
    scorer = Scorer(bundle)
    for lead in leads(20, 12).to_dicts():
        assert scorer.one(lead, reasons=2)._replace(reasons=()) == scorer.one(lead)


def test_other_mappings_than_dictionaries_are_leads_too(trained, leads):
    scorer, lead = Scorer(trained("catboost")), leads().row(0, named=True)
    assert scorer.one(MappingProxyType(lead)) == scorer.one(lead)


@pytest.mark.parametrize("odd", [
    {"visits": None}, {"visits": ""}, {"visits": math.nan}, {"visits": "abc"}, {"visits": True}, {"source": "nowhere"}, {"source": True},
    {"source": 2.5, "visits": "abc"},
])
def test_odd_cells_that_came_before_are_looked_up(trained, leads, monkeypatch, odd):
    reader = Scorer(trained("catboost"))._reader
    complete = leads().row(0, named=True)
    assert "visits" in reader.acquaintance.always_given
    lead, absent = complete | odd, {name: cell for name, cell in complete.items() if name not in odd}
    expected = [reader._exactly(lead), reader._exactly(absent)]
    for found, exact in zip([reader.read(lead), reader.read(absent)], expected, strict=True):
        same(found, exact)

    def refuse(*_: object) -> None:
        raise AssertionError("read by the exact rules")

    monkeypatch.setattr(lead_reader, "read_cell", refuse)
    monkeypatch.setattr(lead_reader.LeadReader, "_exactly", refuse)
    for found, exact in zip([reader.read(lead), reader.read(absent)], expected, strict=True):
        same(found, exact)


@pytest.mark.parametrize("kind", ["catboost", "per-lead economics"])
def test_what_is_remembered_of_many_leads_is_bounded(trained, kind, monkeypatch):
    monkeypatch.setattr(lead_reader, "MOST_SPELLINGS", 5)
    scorer = Scorer(trained(kind))
    for k in range(40):
        lead = {"source": f"place {k}", "fit": f"{k}.5", "visits": f"{k}", "deal": f"${k}", "seen": f"2024-01-{k % 28 + 1:02d} 10:00:00"}
        assert scorer.one(lead, reasons=3).problems == (f"source: 'place {k}' was seldom or never seen in training",)
    readers = [*scorer._reader._readers, *scorer._reader._number_readers]
    assert max(map(len, readers)) <= 5 + 3
    assert max(len(reader.remarks) for reader in readers) == 5


def test_a_field_of_nothing_but_known_names_has_no_unknown_ones(trained, leads):
    scorer, lead = Scorer(trained("catboost")), leads().row(0, named=True)
    used = {name: lead[name] for name in scorer._needed}
    assert scorer.one(used).unknown == ()
    less = {**dict(list(used.items())[1:]), "phone": "1"}
    assert scorer.one(less).unknown == ("phone",)
    assert scorer.one({**used, "phone": "1"}).unknown == ("phone",)
