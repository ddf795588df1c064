"""The registry, and who may do what, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from leadrank.errors import ConflictError
from leadrank.store import (
    access,
    accounts,
    files,
    keys,
    purge,
    registry,
    replies,
    sessions,
)
from leadrank.store.records import AccessRow, AccountRow, FileRow, KeyRow, ModelRow, Reply, SessionRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HIDDEN = "not to be read"


def test_the_last_activation_names_the_champion_and_the_other_before_it_the_former(store, noon):
    with store.writing() as c:
        assert registry.champion(c) is registry.former(c) is None
        for name in "abc":
            added = ModelRow(id=name, name="leads", sha256="0" * 64, bundle=name.encode() * 3, figures={"auc": 0.8}, added_at=noon, by="ann")
            assert registry.add_model(c, added)
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


def session(token: str, noon: datetime) -> SessionRow:
    return SessionRow(token=token, account="bob", csrf=HIDDEN, created_at=noon, seen_at=noon, expires_at=noon + HOUR)


def test_accounts_are_made_once_and_changed(store, noon):
    with store.writing() as c:
        assert accounts.add_account(c, account("bob", noon, capacity=5))
        assert not accounts.add_account(c, account("bob", noon, role="admin"))
        accounts.add_account(c, account("ann", noon, active=False))
        accounts.add_account(c, account("eve", noon, role="manager"))
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
    key = KeyRow(id="i", name="crm", secret=HIDDEN, account="bob", scopes=[], created_at=noon, expires_at=noon)
    shown = repr([account("bob", noon), session(HIDDEN, noon), key])
    assert HIDDEN not in shown
    assert "argon2id" not in shown


def test_sessions_end(store, noon):
    with store.writing() as c:
        accounts.add_account(c, account("bob", noon))
        for token in "xyz":
            sessions.add_session(c, session(token, noon))
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


def test_of_records_about_several_leads_those_are_found_that_name_one_whole_key(store, noon):
    did = {"role": "admin", "did": "take_leads", "result": "done", "at": noon, "by": "ann"}
    named = {"L1": 1, "L1, L2": 2, "L0, L1, L2": 3, "L0, L1": 2, "L0, L1 and 941 more": 943}
    others = {"L11, L2": 2, "l1, L2": 2, "XL1, L2": 2, "L1 x, L2": 2, "": 3, "owner=L1, L": 1, "L%, L_": 2}
    with store.writing() as c:
        access.add(c, [AccessRow(what=what, times=times, **did) for what, times in (named | others).items()])
        assert {one.what for one in access.page(c, limit=20, what="L1")} == {*named}
        assert {one.what for one in access.page(c, limit=20, what="L%")} == {"L%, L_"}
        assert len(access.page(c, limit=2, what="L1")) == 2


def test_access_records_are_paged_newest_first(store, noon):
    with store.writing() as c:
        did = {"role": "rep", "did": "contact", "result": "done"}
        access.add(c, [AccessRow(at=noon + n * HOUR, by="ann" if n % 2 else "bob", what=f"L{n}", **did) for n in range(6)])
        first = access.page(c, limit=4)
        assert [one.what for one in first] == ["L5", "L4", "L3", "L2"]
        assert [one.what for one in access.page(c, limit=4, before=first[-1].id)] == ["L1", "L0"]
        assert [one.what for one in access.page(c, limit=9, by="ann", since=noon + HOUR, until=noon + 5 * HOUR)] == ["L3", "L1"]
        assert [one.what for one in access.page(c, limit=9, what="L2", did="contact")] == ["L2"]


def test_an_idempotency_key_is_claimed_once_and_answers_alike_ever_after(store, noon):
    with store.writing() as c:
        assert replies.claim(c, "k", "ann", "r1", noon) is None
        assert replies.claim(c, "k", "bob", "r1", noon) is None
        replies.answer(c, "k", "ann", 201, b"{}")
        assert replies.claim(c, "k", "ann", "r2", noon + HOUR) == Reply(key="k", by="ann", request="r1", status=201, body=b"{}", at=noon)
        replies.release(c, "k", "ann")
        assert replies.claim(c, "k", "ann", "r1", noon).status == 201
        replies.release(c, "k", "bob")
        assert replies.claim(c, "k", "bob", "r1", noon) is None


def test_a_claim_that_was_kept_without_an_answer_may_be_taken_over(store, noon):
    with store.writing() as c:
        assert replies.claim(c, "k", "ann", "r1", noon) is None
    with store.writing() as c:
        assert replies.claim(c, "k", "ann", "r1", noon) is None


def test_a_file_is_its_owners_until_it_expires_and_what_is_over_is_thrown_away(store, noon):
    row = FileRow(id="f", by="ann", name="leads.csv", kind="text/csv", content=b"\0\xff", at=noon, expires_at=noon + DAY)
    with store.writing() as c:
        files.keep(c, row)
        accounts.add_account(c, account("bob", noon))
        sessions.add_session(c, session("x", noon))
        replies.claim(c, "k", "ann", "r1", noon)
        assert files.get(c, "f", "ann", noon) == row
        assert files.get(c, "f", "bob", noon) is files.get(c, "f", "ann", noon + DAY) is None
        assert purge.purge(c, noon) == purge.Purged(0, 0, 0)
        assert purge.purge(c, noon + 2 * HOUR) == purge.Purged(1, 0, 0)
        assert purge.purge(c, noon + 25 * HOUR) == purge.Purged(0, 1, 1)
