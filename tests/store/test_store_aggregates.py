"""What managers' figures are made from."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from leadrank.store import aggregates
from leadrank.store.contacts import add_contact
from leadrank.store.leads import put_leads
from leadrank.store.outcomes import add_outcome

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APRIL = datetime.fromisoformat("2026-04-01")


@pytest.fixture
def worked(store, row, noon):
    """Four leads: one answered in time, one late and won after a correction, one lost, one untouched; and one won in April."""
    with store.writing() as c:
        put_leads(c, [
            row("lead", key="quick", owner="ann", tier="Low", created_at=noon, contacted_at=noon + HOUR, first_due_at=noon + DAY),
            row("lead", key="late", owner="ann", status="converted", created_at=noon + HOUR, contacted_at=noon + 2 * DAY),
            row("lead", key="lost", owner="bob", status="lost", created_at=noon + 2 * HOUR),
            row("lead", key="new", created_at=noon + 3 * HOUR, due_at=noon + 5 * DAY, first_due_at=noon + DAY, chance=0.8, cost=2.0,
                expected_profit=7.0, worth=7.0),
            row("lead", key="april", owner="bob", status="converted", created_at=noon - DAY),
        ])
        add_contact(c, row("contact", lead="quick", at=noon + HOUR, due_at=noon + 2 * DAY, tier="High", cost=2.5))
        add_contact(c, row("contact", lead="quick", at=noon + 5 * HOUR, cost=1.5))
        add_contact(c, row("contact", lead="late", at=noon + 2 * DAY, due_at=noon + DAY))
        add_outcome(c, row("outcome", lead="late", at=noon + 3 * DAY, converted=False))
        add_outcome(c, row("outcome", lead="late", at=noon + 4 * DAY, converted=True, value=100.0))
        add_outcome(c, row("outcome", lead="lost", at=noon + 4 * DAY, converted=False))
        add_outcome(c, row("outcome", lead="april", at=APRIL, converted=True))
    return store


def test_contacts_are_counted_in_their_period(worked, noon):
    with worked.reading() as c:
        assert aggregates.contacted(c, noon, noon + DAY) == aggregates.Contacted(contacts=2, leads=1, priced=2, cost=4.0)
        assert aggregates.contacted(c, noon, noon + 3 * DAY) == aggregates.Contacted(contacts=3, leads=2, priced=2, cost=4.0)
        assert aggregates.contacted(c, APRIL, APRIL + DAY) == aggregates.Contacted(0, 0, 0, 0.0)


def test_a_contact_without_a_cost_has_that_of_its_lead_where_that_is_asked_for(worked, row, noon):
    with worked.writing() as c:
        put_leads(c, [row("lead", key="dear", cost=40.0), row("lead", key="old")])
        for key, cost in (("dear", None), ("dear", 3.0), ("old", None)):
            add_contact(c, row("contact", lead=key, at=noon, cost=cost))
    with worked.reading() as c:
        assert aggregates.contacted(c, noon, noon + DAY, own=True) == aggregates.Contacted(contacts=5, leads=3, priced=4, cost=4.0 + 40.0 + 3.0)
        assert aggregates.contacted(c, noon, noon + DAY) == aggregates.Contacted(contacts=5, leads=3, priced=3, cost=4.0 + 3.0)


def test_the_last_outcome_of_a_lead_counts_where_it_fell(worked, noon):
    with worked.reading() as c:
        found = aggregates.closed(c, noon, APRIL)
        assert [(one.lead, one.converted, one.value, one.owner) for one in found] == [("late", True, 100.0, "ann"), ("lost", False, None, "bob")]
        assert aggregates.closed(c, noon, noon + 3 * DAY + HOUR) == []


def test_the_last_outcome_before_a_lead_came_back_by_itself_counts_as_well(worked, row, noon):
    with worked.writing() as c:
        for day, told in enumerate(({"converted": False}, {"converted": None, "came_back": True}, {"converted": True}, {"converted": None})):
            add_outcome(c, row("outcome", lead="new", at=noon + (20 + day) * DAY, **told))
        add_outcome(c, row("outcome", lead="lost", at=noon + 20 * DAY, converted=None, came_back=True))
        assert [(one.lead, one.converted) for one in aggregates.closed(c, noon, APRIL)] == [("late", True), ("lost", False), ("new", False)]


def test_a_first_response_has_the_tier_of_its_moment_and_the_first_deadline(worked, noon):
    with worked.reading() as c:
        found = {one.lead: one for one in aggregates.first_responses(c, noon, APRIL)}
    assert list(found) == ["quick", "late", "lost", "new"]
    assert (found["quick"].hours, found["quick"].due_at, found["quick"].tier) == (1.0, noon + DAY, "High")
    assert (found["late"].hours, found["late"].answered_at, found["late"].closed) == (47.0, noon + 2 * DAY, False)
    assert (found["new"].hours, found["new"].answered_at, found["new"].due_at) == (None, None, noon + DAY)


def test_closing_a_lead_without_a_contact_ends_its_wait_when_it_was_closed_first_since_it_was_open(worked, row, noon):
    with worked.writing() as c:
        put_leads(c, [row("lead", key=key, created_at=noon) for key in ("again", "bought", "open")])
        told = [
            ("again", 1, True), ("again", 2, None), ("again", 5, False), ("again", 9, True), ("bought", -3, True), ("open", 1, False),
            ("open", 2, None),
        ]
        for key, hours, converted in told:
            add_outcome(c, row("outcome", lead=key, at=noon + hours * HOUR, converted=converted))
        add_contact(c, row("contact", lead="lost", at=noon + 5 * DAY))
    with worked.reading() as c:
        found = {one.lead: (one.hours, one.closed) for one in aggregates.first_responses(c, noon, APRIL)}
    assert (found["again"], found["bought"], found["open"]) == ((5.0, True), (0.0, True), (None, False))
    assert found["lost"] == (94.0, True), "a contact after the closing was not the answer"
    assert found["late"] == (47.0, False)


def test_a_lead_that_nobody_was_to_contact_waits_for_none_unless_it_missed_a_deadline_before(worked, row, noon):
    with worked.writing() as c:
        put_leads(c, [
            row("lead", key="never", contact=False, created_at=noon), row("lead", key="shut", contact=False, created_at=noon, status="lost"),
            row("lead", key="called", contact=False, created_at=noon),
            row("lead", key="missed", contact=False, created_at=noon, first_due_at=noon + HOUR),
        ])
        add_outcome(c, row("outcome", lead="shut", at=noon + DAY, converted=False))
        add_contact(c, row("contact", lead="called", at=noon + DAY))
    with worked.reading() as c:
        found = {one.lead: one.hours for one in aggregates.first_responses(c, noon, APRIL)}
    assert (found["called"], found["missed"]) == (24.0, None)
    assert found.keys() & {"never", "shut"} == set()


def test_the_earliest_contact_counts_whichever_was_written_down_first_unless_it_was_taken_back(worked, row, noon):
    with worked.writing() as c:
        add_contact(c, row("contact", lead="new", at=noon + 9 * HOUR, tier="High"))
        add_contact(c, row("contact", lead="new", at=noon + 4 * HOUR, tier="Low"))
        wrong = add_contact(c, row("contact", lead="new", at=noon + 3 * HOUR))
        add_contact(c, row("contact", lead="new", at=noon + DAY, takes_back=wrong))
    with worked.reading() as c:
        found = {one.lead: (one.hours, one.tier) for one in aggregates.first_responses(c, noon, APRIL)}
    assert found["new"] == (1.0, "Low")


def test_what_a_plan_counts_with_comes_column_by_column_without_the_contacted_and_the_barred(worked, row):
    with worked.writing() as c:
        put_leads(c, [
            row("lead", key="mail", probability=0.4, do_not_call=True), row("lead", key="neither", do_not_call=True, do_not_email=True),
            row("lead", key="later", status="snoozed"),
        ])
    with worked.reading() as c:
        found = aggregates.open_chances(c)
    order = np.argsort(found.chance)
    np.testing.assert_array_equal(found.chance[order], [0.4, 0.8])
    np.testing.assert_array_equal(found.expected_profit[order], [np.nan, 7.0])
    np.testing.assert_array_equal(found.cost[order], [np.nan, 2.0])


def test_an_empty_store_has_no_open_leads(store):
    with store.reading() as c:
        found = aggregates.open_chances(c)
    assert found.chance.shape == found.expected_profit.shape == found.cost.shape == (0,)
