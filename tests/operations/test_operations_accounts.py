"""Accounts, sessions and keys: nothing is guessed, outrun, kept in plain, or of use for longer or for more than it was made for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from leadrank.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from leadrank.operations import accounts, passwords
from leadrank.operations.access import access_log
from leadrank.operations.desk import Desk
from leadrank.operations.keys import add_key, key_holder, key_text, keys, revoke_key
from leadrank.operations.sessions import Signed, log_in, log_out, signed_in
from leadrank.operations.who import Who
from leadrank.store import schema
from leadrank.store.connect import Store

RIGHT, WRONG, SALT = "correct horse battery", "correct horse staple", bytes(16)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TOKEN, IDENTITY, SECRET = "token", "0123456789abcdef", "a1" * 32


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash at the lowest cost: that it takes long is argon2's own business."""
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def door(store: Store, desk_of: Callable[..., Desk], now: datetime) -> Desk:
    """Give a desk with the administrator `root`."""
    desk = desk_of("small", store)
    accounts.first_admin(desk, "root", RIGHT, salt=SALT, now=now)
    return desk


def _try(desk: Desk, password: str, now: datetime, name: str = "root") -> Signed | None:
    return log_in(desk, name, password, token=TOKEN, csrf="csrf", now=now)


def test_a_desk_has_no_account_until_one_is_made(desk: Desk, now: datetime) -> None:
    assert not accounts.any_account(desk)
    assert _try(desk, "", now) is None
    accounts.first_admin(desk, "root", RIGHT, salt=SALT, now=now)
    assert accounts.any_account(desk)


def test_who_logs_in_is_known_for_twelve_hours_after_the_last_visit(door: Desk, now: datetime) -> None:
    signed = _try(door, RIGHT, now)
    assert signed is not None
    assert (signed.who, signed.csrf) == (Who("root", "admin"), "csrf")
    assert signed_in(door, "other", now=now) is None
    for hours in (11, 22, 33):
        again = signed_in(door, "token", request="r1", now=now + hours * HOUR)
        assert again is not None
        assert (again.who.request, again.expires_at) == ("r1", now + (hours + 12) * HOUR)
    assert signed_in(door, "token", now=now + 45 * HOUR) is None


def test_what_an_open_page_asks_for_by_itself_lets_no_session_last_longer(door: Desk, now: datetime) -> None:
    _try(door, RIGHT, now)
    for hours in range(1, 12):
        again = signed_in(door, "token", attended=False, now=now + hours * HOUR)
        assert again is not None
        assert again.expires_at == now + 12 * HOUR
    assert signed_in(door, "token", attended=False, now=now + 13 * HOUR) is None


def test_logging_out_ends_the_session(door: Desk, now: datetime) -> None:
    _try(door, RIGHT, now)
    log_out(door, "token", now=now)
    assert signed_in(door, "token", now=now) is None


def test_the_fifth_failure_locks_for_a_minute_and_each_further_one_for_twice_as_long_up_to_an_hour(door: Desk, now: datetime) -> None:
    moment = now
    for _ in range(4):
        assert _try(door, WRONG, moment) is None
    assert _try(door, RIGHT, moment) is not None
    for _ in range(5):
        _try(door, WRONG, moment)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert _try(door, RIGHT, moment + minutes * MINUTE - timedelta(seconds=1)) is None
        moment += minutes * MINUTE
        assert _try(door, WRONG, moment) is None
    signed = [log_in(door, "root", word, token=f"t{k}", csrf="c", now=moment + HOUR) for k, word in enumerate((RIGHT, WRONG, RIGHT))]
    assert [one is not None for one in signed] == [True, False, True]


def test_many_tries_at_once_do_not_outrun_the_lock(door: Desk, now: datetime) -> None:
    looked_at = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_fits", lambda kept, _: bool(looked_at.append(kept)))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: _try(door, WRONG, now), range(24)))
    ours = [kept for kept in looked_at if kept != passwords._nobodys()]
    assert (len(looked_at), len(ours)) == (24, 5)


def test_a_name_that_is_not_there_costs_the_same_work(door: Desk, now: datetime) -> None:
    looked_at = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_fits", lambda kept, _: bool(looked_at.append(kept)))
        _try(door, WRONG, now, "nobody")
    assert looked_at == [passwords._nobodys()]


def test_tries_are_recorded_and_tell_no_password(door: Desk, root: Who, now: datetime) -> None:
    _try(door, WRONG, now)
    _try(door, RIGHT, now)
    told = [row for row in access_log(door, root, now=now) if row.did == "log_in"]
    assert [(row.by, row.result) for row in told] == [("root", "done"), ("root", "refused")]
    assert WRONG not in repr(told)


def test_neither_passwords_nor_tokens_nor_secrets_are_kept(door: Desk, root: Who, now: datetime) -> None:
    _try(door, RIGHT, now)
    add_key(door, root, "crm", scopes=["read"], expires_at=now + HOUR, identity=IDENTITY, secret=SECRET, now=now)
    with door.store.reading() as c:
        kept = [str(row) for table in (schema.accounts, schema.sessions, schema.keys) for row in c.execute(select(table))]
    assert not any(secret in row for row in kept for secret in (RIGHT, "'token'", SECRET))
    assert "$argon2id$" in kept[0]


@pytest.mark.parametrize("password", ["short", "x" * 1001, "aaaaaaaaaaaaaaaa", "ababababababab", "long-enough-name"])
def test_a_password_that_is_soon_guessed_is_refused(desk: Desk, root: Who, now: datetime, password: str) -> None:
    with pytest.raises(UsageError):
        accounts.add_account(desk, root, "long-enough-name", password=password, role="rep", salt=SALT, now=now)


@pytest.mark.parametrize("wrong", [
    {"name": ""}, {"name": "local"}, {"name": "leadrank"}, {"name": "key:x"}, {"name": "a b"}, {"role": "king"}, {"capacity": -1},
])
def test_an_account_that_makes_no_sense_is_refused(desk: Desk, root: Who, now: datetime, wrong: dict[str, Any]) -> None:
    told: dict[str, Any] = {"name": "ann", "role": "rep", "capacity": 3}
    made = told | wrong
    with pytest.raises(UsageError):
        accounts.add_account(desk, root, made.pop("name"), password=RIGHT, **made, salt=SALT, now=now)


def test_a_session_that_is_used_all_the_time_still_ends_after_seven_days(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    _try(door, RIGHT, now, "ann")
    used = [signed_in(door, "token", now=now + 10 * k * HOUR) for k in range(1, 17)]
    assert [one is not None for one in used] == [True] * 16
    assert used[-1] is not None
    assert used[-1].expires_at == now + 168 * HOUR
    assert signed_in(door, "token", now=now + 168 * HOUR) is None


def test_who_is_no_longer_active_or_has_another_role_is_logged_out_everywhere(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    with pytest.raises(ConflictError):
        accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    for role, active in (("manager", True), ("manager", False)):
        assert _try(door, RIGHT, now, "ann") is not None
        changed = accounts.change_account(door, root, "ann", role=role, team=None, capacity=None, active=active, now=now)
        assert (changed.role, changed.active) == (role, active)
        assert signed_in(door, "token", now=now) is None
    assert _try(door, RIGHT, now, "ann") is None
    assert "password" not in asdict(changed)


def test_the_last_administrator_stays(door: Desk, root: Who, now: datetime) -> None:
    for change in ({"role": "rep", "active": True}, {"role": "admin", "active": False}):
        with pytest.raises(ConflictError, match="only administrator"):
            accounts.change_account(door, root, "root", team=None, capacity=None, **change, now=now)


def test_a_form_that_shows_an_account_as_it_was_overwrites_no_change_since(door: Desk, root: Who, now: datetime) -> None:
    shown = accounts.add_account(door, root, "ann", password=RIGHT, role="rep", team="north", capacity=9, salt=SALT, now=now).stands
    told: dict[str, Any] = {"role": "rep", "team": "north", "active": True, "now": now}
    changed = accounts.change_account(door, root, "ann", capacity=5, seen=shown, **told)
    with pytest.raises(ConflictError, match="meanwhile: rep, team north, 5 leads, active"):
        accounts.change_account(door, root, "ann", capacity=9, seen=shown, **told)
    assert accounts.change_account(door, root, "ann", capacity=None, seen=changed.stands, **told).capacity is None


def test_of_two_administrators_who_demote_each_other_at_once_one_stays(
    door: Desk, root: Who, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    accounts.add_account(door, root, "kim", password=RIGHT, role="admin", salt=SALT, now=now)
    both, write = Barrier(2), accounts.store.change_account

    def late(*given: Any, **columns: Any) -> bool:
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        return write(*given, **columns)

    def demote(who: Who, name: str) -> bool:
        try:
            accounts.change_account(door, who, name, role="analyst", team=None, capacity=None, active=True, now=now)
        except ConflictError:
            return False
        return True

    monkeypatch.setattr(accounts.store, "change_account", late)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, (root, Who("kim", "admin")), ("kim", "root")))
    assert sorted(done) == [False, True]
    assert [row.role for row in accounts.accounts(door, root, now=now)].count("admin") == 1


def test_ones_own_password_needs_the_old_one_and_anothers_an_administrator(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    ann = Who("ann", "rep")
    with pytest.raises(ForbiddenError, match="old password"):
        accounts.set_password(door, ann, "ann", password=WRONG, old=WRONG, salt=SALT, now=now)
    with pytest.raises(ForbiddenError, match="administrator"):
        accounts.set_password(door, ann, "root", password=WRONG, salt=SALT, now=now)
    _try(door, RIGHT, now, "ann")
    accounts.set_password(door, ann, "ann", password=WRONG, old=RIGHT, salt=SALT, now=now)
    assert signed_in(door, "token", now=now) is None
    assert _try(door, WRONG, now, "ann") is not None
    accounts.set_password(door, root, "ann", password=RIGHT, salt=SALT, now=now)
    with pytest.raises(NotFoundError):
        accounts.set_password(door, root, "bob", password=RIGHT, salt=SALT, now=now)


def test_a_password_that_somebody_else_sets_ends_the_keys_and_ones_own_does_where_it_is_asked_for(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    ann, ends = Who("ann", "rep"), now + HOUR

    def ended(who: Who, **more: Any) -> tuple[int, bool]:
        made = f"{len(keys(door, root, now=now)):016x}"
        add_key(door, ann, "crm", scopes=["read"], expires_at=ends, identity=made, secret=SECRET, now=now)
        number = accounts.set_password(door, who, "ann", password=RIGHT, salt=SALT, now=now, **more)
        return number, key_holder(door, key_text(made, SECRET), now=now) is None

    assert ended(ann, old=RIGHT) == (0, False)
    assert ended(ann, old=RIGHT, revoke_keys=True) == (2, True)
    assert ended(root) == (1, True)


def test_an_administrator_that_is_made_anew_at_the_terminal_has_no_keys_any_more(door: Desk, root: Who, now: datetime) -> None:
    add_key(door, root, "crm", scopes=["read"], expires_at=now + HOUR, identity=IDENTITY, secret=SECRET, now=now)
    accounts.first_admin(door, "root", WRONG, salt=SALT, now=now)
    assert key_holder(door, key_text(IDENTITY, SECRET), now=now) is None


def test_a_key_that_may_set_no_password_can_neither_try_passwords_nor_lock_its_account(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    reader, ann = Who("key:a1/ann", "rep", scopes=frozenset({"read"}), account="ann"), Who("ann", "rep")
    for old in [WRONG] * 6 + [RIGHT]:
        with pytest.raises(ForbiddenError, match="scope"):
            accounts.set_password(door, reader, "ann", password=WRONG, old=old, salt=SALT, now=now)
    for _ in range(6):
        with pytest.raises(ForbiddenError, match="old password"):
            accounts.set_password(door, ann, "ann", password=WRONG, salt=SALT, now=now)
    assert _try(door, RIGHT, now, "ann") is not None


# Keys ----------------------------------------------------------------------------------------------------------------------------------------------


def test_a_key_does_what_it_was_made_for_until_it_ends_or_is_revoked(door: Desk, root: Who, now: datetime) -> None:
    made = add_key(door, root, "crm", scopes=["read", "intake"], expires_at=now + HOUR, identity=IDENTITY, secret=SECRET, now=now)
    text = key_text(IDENTITY, SECRET)
    assert (made.scopes, "secret" in asdict(made)) == (("intake", "read"), False)
    assert key_holder(door, text, request="r1", now=now) == Who(f"key:{IDENTITY}/root", "admin", None, frozenset({"read", "intake"}), "r1", "root")
    assert key_holder(door, text, now=now + HOUR) is None
    assert keys(door, root, now=now)[0].used_at == now
    revoke_key(door, root, IDENTITY, now=now + MINUTE)
    assert key_holder(door, text, now=now + MINUTE) is None


@pytest.mark.parametrize("text", [
    "", "lr_", f"lr_{IDENTITY}_{'b' * 64}", f"lr_{'0' * 16}_{SECRET}", f"lr_{IDENTITY}_{SECRET}x", f"xx_{IDENTITY}_{SECRET}",
    f"lr_{IDENTITY.upper()}_{SECRET}", f"lr_{IDENTITY}_{SECRET[:-1]}", "lr_ü_ü", f"lr_{IDENTITY}_{SECRET}\n",
])
def test_what_is_no_key_opens_nothing(door: Desk, root: Who, now: datetime, text: str) -> None:
    add_key(door, root, "crm", scopes=["read"], expires_at=now + HOUR, identity=IDENTITY, secret=SECRET, now=now)
    assert key_holder(door, text, now=now) is None


def test_a_key_of_an_account_that_is_not_active_opens_nothing(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    add_key(door, root, "crm", scopes=["read"], expires_at=now + HOUR, identity=IDENTITY, secret=SECRET, account="ann", now=now)
    holder = key_holder(door, key_text(IDENTITY, SECRET), now=now)
    assert holder is not None
    assert (holder.role, holder.own) == ("rep", "ann")
    accounts.change_account(door, root, "ann", role="rep", team=None, capacity=None, active=False, now=now)
    assert key_holder(door, key_text(IDENTITY, SECRET), now=now) is None


def test_a_key_makes_no_key_and_nobody_one_for_another(door: Desk, root: Who, now: datetime) -> None:
    accounts.add_account(door, root, "ann", password=RIGHT, role="rep", salt=SALT, now=now)
    told: dict[str, Any] = {"expires_at": now + HOUR, "identity": IDENTITY, "secret": SECRET, "now": now}
    with pytest.raises(ForbiddenError, match="outlive it"):
        add_key(door, Who("key:x/ann", "rep", account="ann"), "y", scopes=["read"], **told)
    with pytest.raises(ForbiddenError, match="another account"):
        add_key(door, Who("ann", "rep"), "y", scopes=["accounts"], account="root", **told)
    add_key(door, root, "z", scopes=["read"], **told)
    assert keys(door, Who("ann", "rep"), now=now) == []
    with pytest.raises(NotFoundError):
        revoke_key(door, Who("ann", "rep"), IDENTITY, now=now)


@pytest.mark.parametrize("wrong", [
    {"scopes": []}, {"scopes": ["everything"]}, {"name": " "}, {"identity": "XYZ"}, {"secret": "short"}, {"hours": 0}, {"hours": 24 * 900},
])
def test_a_key_that_makes_no_sense_is_refused(door: Desk, root: Who, now: datetime, wrong: dict[str, Any]) -> None:
    told: dict[str, Any] = {"name": "crm", "scopes": ["read"], "identity": IDENTITY, "secret": SECRET, "hours": 1} | wrong
    with pytest.raises(UsageError):
        add_key(door, root, told.pop("name"), expires_at=now + told.pop("hours") * HOUR, **told, now=now)
