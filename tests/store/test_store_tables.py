"""What the functions of each table do, on both databases."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from leadrank.errors import ConflictError
from leadrank.store import (
    access, accounts, assignments, changes, contacts, events, feedback, files, keys, leads, outcomes, overrides, parents, purge, records, registry, replies,
    schema, scores, sessions, snoozes,
)
from leadrank.store.records import AccessRow, AccountRow, FileRow, KeyRow, ModelRow, Reply, SessionRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROWS = {name.removesuffix("Row"): kind for name, kind in vars(records).items() if name.endswith("Row") or name == "Reply"}
PLURAL = {"Access": "access", "Feedback": "feedback", "Reply": "replies", "Snooze": "snoozes"}


@pytest.mark.parametrize("name", ROWS)
def test_a_record_has_the_columns_of_its_table(name):
    table = schema.metadata.tables[PLURAL.get(name, f"{name.lower()}s")]
    assert {f.name for f in fields(ROWS[name])} == set(table.c.keys())


def test_every_table_has_a_record():
    """The rows of parent tables alone are read as their fields."""
    assert len(ROWS) == len(schema.metadata.tables) - 1


def test_a_lead_comes_back_as_it_was_put(store, row, noon):
    full = row("lead", key="a", fields={"City": "Köln"}, owner="ann", team="north", due_at=noon + DAY, snoozed_until=noon, contacted_at=noon, expected_profit=9.5,
               overridden_until=noon, reason="Visited twice", do_not_call=True, source="web")
    with store.writing() as c:
        assert leads.put_lead(c, full)
        assert not leads.put_lead(c, full)
    with store.reading() as c:
        assert leads.get_lead(c, "a") == full
        assert leads.get_lead(c, "b") is None


def test_putting_many_tells_the_new_ones_and_the_last_of_two_counts(store, row):
    with store.writing() as c:
        leads.put_lead(c, row("lead", key="a", worth=1.0))
        new = leads.put_leads(c, [row("lead", key=key, worth=worth) for key, worth in (("c", 3.0), ("a", 2.0), ("b", 4.0), ("b", 5.0))])
    assert new == {"b", "c"}
    with store.reading() as c:
        assert {key: lead.worth for key, lead in leads.get_leads(c, ["a", "b", "c", "d"]).items()} == {"a": 2.0, "b": 5.0, "c": 3.0}


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
        assert set(leads.get_leads(c, names)) == set(leads.lock_leads(c, names[:2] + names[-2:])) == {names[0], names[-1]}


def test_moments_are_kept_in_utc_to_the_microsecond(store, row):
    aware = datetime(2026, 3, 2, 13, 0, 0, 5, timezone(HOUR))
    with store.writing() as c:
        leads.put_lead(c, row("lead", key="a", due_at=aware))
    with store.reading() as c:
        assert leads.get_lead(c, "a").due_at == aware.astimezone(UTC).replace(tzinfo=None)


def test_changing_a_lead_says_whether_it_is_there(store, row):
    with store.writing() as c:
        leads.put_lead(c, row("lead", key="a"))
        assert leads.lock_lead(c, "a").owner is None
        assert leads.change_lead(c, "a", owner="ann", status="lost")
        assert not leads.change_lead(c, "b", owner="ann")
        assert (leads.get_lead(c, "a").owner, leads.get_lead(c, "a").status) == ("ann", "lost")
        assert leads.lock_lead(c, "b") is None


def test_open_leads_come_piece_by_piece_in_the_order_of_their_bytes(store, row):
    names = ["a", "B", "é", "Z", "漢", "a b", "a-b", "", "10", "9"]
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key=key) for key in names] + [row("lead", key="won", status="converted"), row("lead", key="zz", status="snoozed")])
    seen, after = [], None
    with store.reading() as c:
        while piece := leads.open_leads(c, after=after, limit=3):
            seen += [lead.key for lead in piece]
            after = seen[-1]
    assert seen == sorted([*names, "zz"])


def test_what_is_due_is_found(store, row, noon):
    with store.writing() as c:
        leads.put_leads(c, [
            row("lead", key="late", due_at=noon - HOUR), row("lead", key="later", due_at=noon - DAY), row("lead", key="done", due_at=noon - HOUR, contacted_at=noon),
            row("lead", key="soon", due_at=noon + HOUR), row("lead", key="won", status="converted", due_at=noon - HOUR),
            row("lead", key="asleep", status="snoozed", snoozed_until=noon + HOUR), row("lead", key="awake", status="snoozed", snoozed_until=noon),
            row("lead", key="over", overridden_until=noon), row("lead", key="holds", overridden_until=noon + HOUR),
        ])
    with store.reading() as c:
        assert [lead.key for lead in leads.overdue(c, noon, 10)] == ["later", "late"]
        assert [lead.key for lead in leads.overdue(c, noon, 1)] == ["later"]
        assert [lead.key for lead in leads.due_snoozes(c, noon)] == ["awake"]
        assert [lead.key for lead in leads.ended_overrides(c, noon)] == ["over"]


def test_the_load_of_a_rep_is_open_leads_worth_contacting(store, row):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key=f"a{n}", owner="ann") for n in range(3)] + [
            row("lead", key="b", owner="bob"), row("lead", key="no", owner="bob", contact=False), row("lead", key="won", owner="bob", status="converted"),
            row("lead", key="free"),
        ])
    with store.reading() as c:
        assert leads.loads(c) == {"ann": 3, "bob": 1}


def test_an_event_counts_once(store, row, noon):
    def event(name, **columns):
        return row("event", lead="a", event=name, **columns)

    with store.writing() as c:
        leads.put_lead(c, row("lead", key="a"))
        assert events.add_events(c, [event("1"), event("1", occurred_at=noon + DAY), event("2", occurred_at=noon - HOUR)]) == {"1", "2"}
        assert events.add_events(c, [event("2"), event("3", occurred_at=noon + HOUR)]) == {"3"}
        assert [one.event for one in events.events_of(c, "a")] == ["3", "1", "2"]
        assert [one.event for one in events.events_of(c, "a", limit=1)] == ["3"]


def test_the_history_of_a_score_is_whole_and_newest_first(store, row, noon):
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a"), row("lead", key="b")])
        scores.add_scores(c, [row("score", lead="a", score=n, reasons=[{"sentence": "Ä", "points": 0.1}]) for n in range(3)] + [row("score", lead="b", score=9)])
        found = scores.history(c, "a")
        assert [score.score for score in found] == [2, 1, 0]
        assert scores.latest(c, "a") == found[0]
        assert found[0].reasons == [{"sentence": "Ä", "points": 0.1}]
        assert found[0] == row("score", lead="a", score=2, reasons=[{"sentence": "Ä", "points": 0.1}], id=found[0].id)
        assert scores.latest(c, "nobody") is None


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
        leads.put_lead(c, row("lead", key="a"))
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
        leads.put_lead(c, row("lead", key="a"))
        assignments.assign(c, row("assignment", lead="a", owner="ann"))
        assignments.assign(c, row("assignment", lead="a", owner="bob", at=noon + HOUR))
        assert [(one.owner, one.ended_at) for one in assignments.assignments_of(c, "a")] == [("bob", None), ("ann", noon + HOUR)]


def test_the_last_activation_names_the_champion_and_the_other_before_it_the_former(store, noon):
    with store.writing() as c:
        assert registry.champion(c) is registry.former(c) is None
        for name in "abc":
            assert registry.add_model(c, ModelRow(id=name, name="leads", sha256="0" * 64, bundle=name.encode() * 3, figures={"auc": 0.8}, added_at=noon, by="ann"))
        assert not registry.add_model(c, ModelRow(id="a", name="x", sha256="1" * 64, bundle=b"other", figures={}, added_at=noon, by="bob"))
        registry.activate(c, "a", noon, "ann", "first")
        assert (registry.champion(c), registry.former(c)) == ("a", None)
        registry.activate(c, "b", noon, "ann", "better")
        registry.activate(c, "b", noon, "ann", "again")
        assert (registry.champion(c), registry.former(c)) == ("b", "a")
        registry.activate(c, registry.former(c), noon, "ann", "rolled back")
        assert (registry.champion(c), registry.former(c)) == ("a", "b")
        assert registry.bundle_of(c, "a") == b"aaa"
        assert registry.bundle_of(c, "z") is None
        assert [(model.id, model.bundle) for model in registry.models(c)] == [("a", b""), ("b", b""), ("c", b"")]
        assert [one.model for one in registry.activations(c)] == ["a", "b", "b", "a"]


def test_a_model_that_is_not_there_cannot_be_activated(store, noon):
    with pytest.raises(ConflictError), store.writing() as c:
        registry.activate(c, "nothing", noon, "ann")


def account(name: str, noon: datetime, **columns) -> AccountRow:
    return AccountRow(**{"name": name, "role": "rep", "password": "$argon2id$x", "created_at": noon} | columns)


def test_accounts_are_made_once_and_changed(store, noon):
    with store.writing() as c:
        assert not accounts.has_accounts(c)
        assert accounts.add_account(c, account("bob", noon, capacity=5))
        assert not accounts.add_account(c, account("bob", noon, role="admin"))
        accounts.add_account(c, account("ann", noon, active=False))
        accounts.add_account(c, account("eve", noon, role="manager"))
        assert accounts.has_accounts(c)
        assert accounts.get_account(c, "bob") == account("bob", noon, capacity=5)
        assert accounts.change_account(c, "bob", failures=3, locked_until=noon)
        assert not accounts.change_account(c, "nobody", failures=3)
        assert accounts.get_account(c, "bob").failures == 3
        assert accounts.get_account(c, "nobody") is None
        assert [one.name for one in accounts.all_accounts(c)] == ["ann", "bob", "eve"]
        assert [one.name for one in accounts.active_reps(c)] == ["bob"]


def test_turns_go_round(store, noon):
    with store.writing() as c:
        for name in ("ann", "bob", "cy"):
            accounts.add_account(c, account(name, noon))
        for _ in range(4):
            accounts.take_turn(c, min(accounts.active_reps(c), key=lambda rep: (rep.last_assigned, rep.name)).name)
        assert {rep.name: rep.last_assigned for rep in accounts.active_reps(c)} == {"ann": 4, "bob": 2, "cy": 3}


def test_a_password_and_a_secret_are_not_shown(noon):
    shown = repr(account("bob", noon)) + repr(SessionRow(token="tkn", account="bob", csrf="csr", created_at=noon, seen_at=noon, expires_at=noon))
    shown += repr(KeyRow(id="i", name="crm", secret="scrt", account="bob", scopes=[], created_at=noon, expires_at=noon))
    assert not [word for word in ("argon2id", "tkn", "'csr'", "scrt") if word in shown]


def test_sessions_end(store, noon):
    with store.writing() as c:
        accounts.add_account(c, account("bob", noon))
        for token in "xyz":
            sessions.add_session(c, SessionRow(token=token, account="bob", csrf="c", created_at=noon, seen_at=noon, expires_at=noon + HOUR))
        assert sessions.get_session(c, "x", noon).account == "bob"
        assert sessions.get_session(c, "x", noon + HOUR) is None
        sessions.touch_session(c, "x", noon + HOUR, noon + 2 * HOUR)
        assert sessions.get_session(c, "x", noon + HOUR).seen_at == noon + HOUR
        sessions.end_session(c, "x")
        assert sessions.get_session(c, "x", noon) is None
        assert sessions.end_sessions_of(c, "bob") == 2


def test_keys_are_revoked_once(store, noon):
    with store.writing() as c:
        accounts.add_account(c, account("bob", noon))
        key = KeyRow(id="k", name="crm", secret="0" * 64, account="bob", scopes=["score", "read"], created_at=noon, expires_at=noon + DAY)
        keys.add_key(c, key)
        assert keys.get_key(c, "k") == key
        keys.used_key(c, "k", noon)
        assert keys.revoke_key(c, "k", noon)
        assert not keys.revoke_key(c, "k", noon)
        assert keys.get_key(c, "z") is None
        assert keys.keys_of(c) == keys.keys_of(c, "bob") == [replace(key, used_at=noon, revoked_at=noon)]
        assert keys.keys_of(c, "ann") == []


def test_access_records_are_paged_newest_first(store, noon):
    with store.writing() as c:
        access.add(c, [AccessRow(at=noon + n * HOUR, by="ann" if n % 2 else "bob", role="rep", did="contact", what=f"L{n}", result="done") for n in range(6)])
        first = access.page(c, limit=4)
        assert [one.what for one in first] == ["L5", "L4", "L3", "L2"]
        assert [one.what for one in access.page(c, limit=4, before=first[-1].id)] == ["L1", "L0"]
        assert [one.what for one in access.page(c, limit=9, by="ann", since=noon + HOUR, until=noon + 5 * HOUR)] == ["L3", "L1"]
        assert [one.what for one in access.page(c, limit=9, what="L2", did="contact")] == ["L2"]


def test_an_idempotency_key_is_claimed_once_and_answers_alike_ever_after(store, noon):
    with store.writing() as c:
        assert replies.claim(c, "k", "ann", "r1", noon) is None
        assert replies.claim(c, "k", "bob", "r1", noon) is None
        assert replies.claim(c, "k", "ann", "r1", noon) == Reply(key="k", by="ann", request="r1", at=noon)
        replies.answer(c, "k", "ann", 201, b"{}")
        assert replies.claim(c, "k", "ann", "r2", noon + HOUR) == Reply(key="k", by="ann", request="r1", status=201, body=b"{}", at=noon)
        replies.release(c, "k", "ann")
        assert replies.claim(c, "k", "ann", "r1", noon).status == 201
        replies.release(c, "k", "bob")
        assert replies.claim(c, "k", "bob", "r1", noon) is None


def test_a_claim_whose_process_died_may_be_taken_over_by_the_same_request(store, noon):
    with store.writing() as c:
        replies.claim(c, "k", "ann", "r1", noon)
        assert replies.claim(c, "k", "ann", "r1", noon + replies.PATIENCE) is not None
        assert replies.claim(c, "k", "ann", "other", noon + HOUR) is not None
        assert replies.claim(c, "k", "ann", "r1", noon + HOUR) is None
        assert replies.claim(c, "k", "ann", "r1", noon + HOUR) is not None


def test_a_file_is_its_owners_until_it_expires_and_what_is_over_is_thrown_away(store, noon):
    row = FileRow(id="f", by="ann", name="leads.csv", kind="text/csv", content=b"\0\xff", at=noon, expires_at=noon + DAY)
    with store.writing() as c:
        files.keep(c, row)
        accounts.add_account(c, account("bob", noon))
        sessions.add_session(c, SessionRow(token="x", account="bob", csrf="c", created_at=noon, seen_at=noon, expires_at=noon + HOUR))
        replies.claim(c, "k", "ann", "r1", noon)
        assert files.get(c, "f", "ann", noon) == row
        assert files.get(c, "f", "bob", noon) is files.get(c, "f", "ann", noon + DAY) is None
        assert purge.purge(c, noon) == purge.Purged(0, 0, 0)
        assert purge.purge(c, noon + 2 * HOUR) == purge.Purged(1, 0, 0)
        assert purge.purge(c, noon + 25 * HOUR) == purge.Purged(0, 1, 1)


def test_rows_of_parent_tables_are_put_in_place_of_each_other(store, noon):
    with store.writing() as c:
        parents.put_parents(c, "campaign", {"b": {"cost": 1}, "a": {}}, noon)
        parents.put_parents(c, "campaign", {"a": {"cost": 3}}, noon)
        parents.put_parents(c, "home", {"a": {"rooms": 2}}, noon)
        assert parents.parents_of(c, ["campaign", "boat"]) == {"campaign": [{"cost": 3}, {"cost": 1}], "boat": []}


def test_the_version_grows_with_everything_that_a_queue_shows(store, row):
    with store.writing() as c:
        leads.put_lead(c, row("lead", key="a"))
    seen = []
    for kind, add in (("contact", contacts.add_contact), ("outcome", outcomes.add_outcome), ("snooze", snoozes.add_snooze), ("override", overrides.start),
                      ("assignment", assignments.assign), ("score", lambda c, one: scores.add_scores(c, [one])), (None, None)):
        with store.reading() as c:
            seen.append(changes.version(c))
        if kind:
            with store.writing() as c:
                add(c, row(kind, lead="a"))
    assert seen == sorted(set(seen))
    assert len(seen) == 7


def test_a_row_that_appears_behind_a_higher_number_is_noticed(fresh_database, row):
    from leadrank.store.connect import open_store

    store = open_store(fresh_database())
    with store.writing() as c:
        leads.put_leads(c, [row("lead", key="a"), row("lead", key="b")])
    with store.writing() as slow:
        contacts.add_contact(slow, row("contact", lead="a"))
        with store.writing() as quick:
            contacts.add_contact(quick, row("contact", lead="b"))
        with store.reading() as c:
            before = changes.version(c)
    with store.reading() as c:
        assert changes.version(c) > before
    store.close()
