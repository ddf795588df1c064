"""What people do with leads, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadrank.store import (
    assignments,
    contacts,
    feedback,
    leads,
    outcomes,
    overrides,
    snoozes,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(("kind", "add", "read"), [
    ("contact", contacts.add_contact, contacts.contacts_of), ("outcome", outcomes.add_outcome, outcomes.outcomes_of),
    ("feedback", feedback.add_feedback, feedback.feedback_of), ("snooze", snoozes.add_snooze, snoozes.snoozes_of),
    ("override", overrides.start, overrides.overrides_of), ("assignment", assignments.assign, assignments.assignments_of),
])
def test_what_was_done_with_a_lead_comes_back_newest_first(store, row, noon, kind, add, read):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a"), row("lead", key="b")])
        first, second = add(c, row(kind, lead="a")), add(c, row(kind, lead="a", at=noon + HOUR))
        add(c, row(kind, lead="b"))
        found = read(c, "a")
    assert [one.id for one in found] == [second, first]
    assert found[0] == row(kind, lead="a", at=noon + HOUR, id=second)


def test_an_override_holds_until_it_expires_or_is_ended_or_another_begins(store, row, noon):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a")])
        assert overrides.current(c, "a", noon) is None
        overrides.start(c, row("override", lead="a", tier="Low"))
        overrides.start(c, row("override", lead="a", tier="High", at=noon + HOUR))
        assert overrides.current(c, "a", noon + HOUR).tier == "High"
        assert overrides.current(c, "a", noon + DAY) is None
        assert [one.ended_at for one in overrides.overrides_of(c, "a")] == [None, noon + HOUR]
        assert overrides.end(c, "a", noon + 2 * HOUR)
        assert not overrides.end(c, "a", noon + 2 * HOUR)
        assert overrides.current(c, "a", noon + HOUR) is None


def test_an_assignment_ends_the_former(store, row, noon):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a")])
        assignments.assign(c, row("assignment", lead="a", owner="ann"))
        assignments.assign(c, row("assignment", lead="a", owner="bob", at=noon + HOUR))
        assert [(one.owner, one.ended_at) for one in assignments.assignments_of(c, "a")] == [("bob", None), ("ann", noon + HOUR)]
