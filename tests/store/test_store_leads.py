"""Leads, what happened to them, and their scores, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from leadrank.store import (
    access,
    assignments,
    changes,
    contacts,
    events,
    leads,
    outcomes,
    overrides,
    parents,
    scores,
    snoozes,
)
from leadrank.store.connect import open_store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_lead_comes_back_as_it_was_put(store, row, noon):
    full = row(
        "lead", key="a", fields={"City": "Köln"}, owner="ann", team="north", due_at=noon + DAY, snoozed_until=noon, contacted_at=noon,
        expected_profit=9.5, overridden_until=noon, reason="Visited twice", do_not_call=True, source="web",
    )
    with store.writing() as c:
        assert leads.put_leads(c, [full])
        assert not leads.put_leads(c, [full])
    with store.reading() as c:
        assert leads.get_lead(c, "a") == full
        assert leads.get_lead(c, "b") is None


def test_putting_many_tells_the_new_ones_and_the_last_of_two_counts(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a", worth=1.0)])
        new = leads.put_leads(c, [row("lead", key=key, worth=worth) for key, worth in (("c", 3.0), ("a", 2.0), ("b", 4.0), ("b", 5.0))])
    assert new == {"b", "c"}
    with store.writing() as c:
        assert {key: lead.worth for key, lead in leads.lock_leads(c, ["a", "b", "c", "d"]).items()} == {"a": 2.0, "b": 5.0, "c": 3.0}


def test_putting_none_is_no_mistake(store, noon):
    with store.writing() as c:
        assert leads.put_leads(c, []) == events.add_events(c, []) == set()
        scores.add_scores(c, [])
        access.add(c, [])
        parents.put_parents(c, "campaign", {}, noon)


def test_many_names_at_once_are_found(store, row):
    names = [f"k{number:05}" for number in range(40_000)]
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key=key) for key in (names[0], names[-1])])
        assert set(leads.lock_leads(c, names)) == set(leads.lock_leads(c, names[:2] + names[-2:])) == {names[0], names[-1]}


def test_moments_are_kept_in_utc_to_the_microsecond(store, row):
    aware = datetime(2026, 3, 2, 13, 0, 0, 5, timezone(HOUR))
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a", due_at=aware)])
    with store.reading() as c:
        assert leads.get_lead(c, "a").due_at == aware.astimezone(UTC).replace(tzinfo=None)


def test_changing_a_lead_says_whether_it_is_there(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a")])
        assert leads.lock_lead(c, "a").owner is None
        assert leads.change_lead(c, "a", owner="ann", status="lost")
        assert not leads.change_lead(c, "b", owner="ann")
        assert (leads.get_lead(c, "a").owner, leads.get_lead(c, "a").status) == ("ann", "lost")
        assert leads.lock_lead(c, "b") is None


def test_open_leads_come_piece_by_piece_in_the_order_of_their_bytes(store, row):
    names = ["a", "B", "é", "Z", "漢", "a b", "a-b", "", "10", "9"]
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key=key) for key in names])
        leads.put_leads(c, [row("lead", key="won", status="converted"), row("lead", key="zz", status="snoozed")])
    seen, after = [], None
    with store.reading() as c:
        while piece := leads.open_keys(c, after=after, limit=3):
            seen += piece
            after = seen[-1]
    assert seen == sorted([*names, "zz"])


def test_what_is_due_is_found(store, row, noon):
    with store.writing() as c:
        leads.put_leads(c, [
            *(row("lead", key=key, owner="ann", due_at=noon - HOUR) for key in ("late", "alike")),
            row("lead", key="later", owner="ann", due_at=noon - DAY), row("lead", key="nobodys", due_at=noon - DAY),
            row("lead", key="done", owner="ann", due_at=noon - HOUR, contacted_at=noon), row("lead", key="soon", owner="ann", due_at=noon + HOUR),
            row("lead", key="won", owner="ann", status="converted", due_at=noon - HOUR),
            row("lead", key="asleep", status="snoozed", snoozed_until=noon + HOUR), row("lead", key="awake", status="snoozed", snoozed_until=noon),
            row("lead", key="over", overridden_until=noon), row("lead", key="holds", overridden_until=noon + HOUR),
        ])
    with store.reading() as c:
        assert leads.overdue(c, noon, 10) == [(noon - DAY, "later"), (noon - HOUR, "alike"), (noon - HOUR, "late")]
        assert leads.overdue(c, noon, 1) == [(noon - DAY, "later")]
        assert [key for _, key in leads.overdue(c, noon, 10, after=(noon - DAY, "later"))] == ["alike", "late"]
        assert [key for _, key in leads.overdue(c, noon, 10, after=(noon - HOUR, "alike"))] == ["late"]
        assert leads.due_snoozes(c, noon, 9) == ["awake"]
        assert leads.ended_overrides(c, noon, 9) == ["over"]


def test_the_load_of_a_rep_is_open_leads_worth_contacting(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key=f"a{n}", owner="ann") for n in range(3)] + [
            row("lead", key="b", owner="bob"), row("lead", key="no", owner="bob", contact=False),
            row("lead", key="won", owner="bob", status="converted"),
            row("lead", key="free"),
        ])
    with store.reading() as c:
        assert leads.loads(c) == {"ann": 3, "bob": 1}


def test_an_event_counts_once(store, row, noon):
    def event(name, **columns):
        return row("event", lead="a", event=name, **columns)

    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a")])
        assert events.add_events(c, [event("1"), event("1", occurred_at=noon + DAY), event("2", occurred_at=noon - HOUR)]) == {"1", "2"}
        assert events.add_events(c, [event("2"), event("3", occurred_at=noon + HOUR)]) == {"3"}
        assert [one.event for one in events.events_of(c, "a")] == ["3", "1", "2"]
        assert [one.event for one in events.events_of(c, "a", limit=1)] == ["3"]


def test_the_history_of_a_score_is_whole_and_newest_first(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a"), row("lead", key="b")])
        reasons = [{"sentence": "Ä", "points": 0.1}]
        scores.add_scores(c, [*(row("score", lead="a", score=n, reasons=reasons) for n in range(3)), row("score", lead="b", score=9)])
        found = scores.history(c, "a")
        assert [score.score for score in found] == [2, 1, 0]
        assert scores.latest(c, "a") == found[0]
        assert found[0] == row("score", lead="a", score=2, reasons=reasons, id=found[0].id)
        assert scores.latest(c, "nobody") is None


def test_rows_of_parent_tables_are_put_in_place_of_each_other(store, noon):
    with store.writing() as c:
        parents.put_parents(c, "campaign", {"b": {"cost": 1}, "a": {}}, noon)
        parents.put_parents(c, "campaign", {"a": {"cost": 3}}, noon)
        parents.put_parents(c, "home", {"a": {"rooms": 2}}, noon)
        assert parents.parents_of(c, ["campaign", "boat"]) == {"campaign": [{"cost": 3}, {"cost": 1}], "boat": []}


def test_the_turn_of_parents_differs_after_every_change_and_after_nothing_else(store, noon):
    """Of the same length and written at the same moment, a change is a change."""
    seen = []
    for fields in ({"size": 10}, {"size": 70}, {"size": 70}, {"size": 10}):
        with store.writing() as c:
            parents.put_parents(c, "firm", {"a": fields}, noon)
            seen.append(parents.turn_of(c))
    with store.writing() as c:
        parents.put_parents(c, "firm", {"b": {}}, noon)
        seen.append(parents.turn_of(c))
    assert seen[1] == seen[2]
    assert len({*seen}) == 4


def test_the_version_grows_with_everything_that_a_queue_shows(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a")])
    seen = []
    for kind, add in (
        ("contact", contacts.add_contact), ("outcome", outcomes.add_outcome), ("snooze", snoozes.add_snooze), ("override", overrides.start),
        ("assignment", assignments.assign), ("score", lambda c, one: scores.add_scores(c, [one])), (None, None),
    ):
        with store.reading() as c:
            seen.append(changes.version(c))
        if kind:
            with store.writing() as c:
                add(c, row(kind, lead="a"))
    assert seen == sorted(set(seen))
    assert len(seen) == 7


def test_a_row_that_appears_behind_a_higher_number_is_noticed(fresh_database, row):
    store = open_store(fresh_database())
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a", owner="ann"), row("lead", key="b", owner="bob")])
    with store.writing() as slow:
        contacts.add_contact(slow, row("contact", lead="a"))
        with store.writing() as quick:
            contacts.add_contact(quick, row("contact", lead="b"))
        with store.reading() as c:
            before = changes.look(c)
    with store.reading() as c:
        seen = changes.look(c, before)
        assert seen.version > before.version
        assert seen.touched == {("ann", None)}
    store.close()


def test_a_look_tells_whose_leads_changed_since_the_one_before(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a", owner="ann", team="north"), row("lead", key="b", owner="bob"), row("lead", key="c", team="south")])
        assignments.assign(c, row("assignment", lead="b", owner="bob"))
        seen = changes.look(c)
        assert seen.touched is None

        def touched(kind, add, lead):
            nonlocal seen
            add(c, row(kind, lead=lead))
            seen = changes.look(c, seen)
            return seen.touched

        assert changes.look(c, seen).touched == frozenset()
        assert touched("contact", contacts.add_contact, "a") == {("ann", "north")}
        assert touched("outcome", outcomes.add_outcome, "c") == {(None, "south")}
        assert touched("snooze", snoozes.add_snooze, "b") == {("bob", None)}
        assert touched("override", overrides.start, "a") == {("ann", "north")}
        assert touched("score", lambda c, one: scores.add_scores(c, [one]), "b") == {("bob", None)}
        leads.change_lead(c, "b", owner="cid")
        assert touched("assignment", lambda c, one: assignments.assign(c, replace(one, owner="cid")), "b") == {("bob", None), ("cid", None)}
        assert touched("contact", contacts.add_contact, "b") == {("cid", None)}


def test_a_look_after_more_changes_than_it_reads_says_that_any_list_may_differ(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a", owner="ann")])
        seen = changes.look(c)
        scores.add_scores(c, [row("score", lead="a")] * 1000)
        seen = changes.look(c, seen)
        assert seen.touched == {("ann", None)}
        scores.add_scores(c, [row("score", lead="a")] * 1001)
        assert changes.look(c, seen).touched is None
