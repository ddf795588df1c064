"""Who may do what (R15): every operation, by every role, on own leads, others' and nobody's, with each scope; what is not in the table is refused."""

from __future__ import annotations

import inspect
import io
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count, product
from typing import Any

import polars as pl
import pytest

import leadrank.operations
from leadrank.errors import ForbiddenError, NotFoundError
from leadrank.operations import access, accounts, explaining, feedback, happenings, intake, keys, planning, queue, registry, sight, upload, work
from leadrank.operations.allowed import ALLOWED, check
from leadrank.operations.desk import Desk
from leadrank.operations.who import ROLES, SCOPES, Who
from leadrank.store.access import page as records
from leadrank.store.leads import change_lead, get_lead
from leadrank.store.records import FileRow

FIELDS = {"visits": 9, "source": "reference", "age": 50}
OWNERS: dict[str, tuple[str | None, str | None]] = {
    "own": ("caller", "north"), "other": ("bob", "north"), "nobody's, of no team": (None, None), "nobody's, of the team": (None, "north"),
    "nobody's, of another team": (None, "south"),
}
HIDDEN = {"other", "nobody's, of another team"}
"""What a rep of team north does not see at all; nor those of no team where these are not everybody's."""
NOW = datetime.fromisoformat("2026-03-02T12:00")
DAY = timedelta(days=1)
HEX, WORDS, COUNT = "0123456789abcdef", "correct horse battery", count()
Call = Callable[[Desk, Who], Any]

CALLS: dict[str, Call] = {
    "explain_fields": lambda d, w: explaining.explain_fields(d, w, FIELDS, now=NOW),
    "what_if_fields": lambda d, w: explaining.what_if_fields(d, w, FIELDS, {"visits": 1}, now=NOW),
    "upload": lambda d, w: upload.upload(d, w, "a.csv", b"id,visits,source,age\nU1,3,web,40\n", token=f"t{next(COUNT)}", now=NOW),
    "kept_file": lambda d, w: upload.kept_file(d, w, "file-of-caller.csv", now=NOW),
    "take_leads": lambda d, w: intake.take_leads(d, w, [intake.NewLead("L1", {"visits": 1})], now=NOW),
    "take_events": lambda d, w: happenings.take_events(d, w, [happenings.NewEvent("e1", "L1", "view", NOW)], now=NOW),
    "take_parents": lambda d, w: happenings.take_parents(d, w, [], now=NOW),
    "queue": lambda d, w: queue.queue(d, w, now=NOW),
    "export_queue": lambda d, w: queue.export_queue(d, w, now=NOW),
    "lead": lambda d, w: queue.lead(d, w, "L1", now=NOW),
    "history": lambda d, w: queue.history(d, w, "L1", now=NOW),
    "explain": lambda d, w: explaining.explain(d, w, "L1", now=NOW),
    "what_if": lambda d, w: explaining.what_if(d, w, "L1", {"visits": 1}, now=NOW),
    "ask_next": lambda d, w: explaining.ask_next(d, w, "L1", now=NOW),
    "sight": lambda d, w: sight.sight(d, w, "L1", now=NOW),
    "take": lambda d, w: work.take(d, w, "L1", now=NOW),
    "contact": lambda d, w: work.contact(d, w, "L1", channel="call", now=NOW),
    "take_back_contact": lambda d, w: work.take_back_contact(d, w, "L1", now=NOW),
    "outcome": lambda d, w: work.outcome(d, w, "L1", converted=True, now=NOW),
    "reopen": lambda d, w: work.reopen(d, w, "L1", now=NOW),
    "consent": lambda d, w: work.consent(d, w, "L1", do_not_call=True, do_not_email=False, now=NOW),
    "feedback": lambda d, w: work.feedback(d, w, "L1", verdict="right", now=NOW),
    "feedback_log": lambda d, w: feedback.feedback_log(d, w, now=NOW),
    "snooze": lambda d, w: work.snooze(d, w, "L1", until=NOW + DAY, now=NOW),
    "wake": lambda d, w: work.wake(d, w, "L1", now=NOW),
    "override": lambda d, w: work.override(d, w, "L1", tier="Low", because="known", expires_at=NOW + DAY, now=NOW),
    "end_override": lambda d, w: work.end_override(d, w, "L1", now=NOW),
    "reassign": lambda d, w: work.reassign(d, w, "L1", owner=None, now=NOW),
    "plan": lambda d, w: planning.plan(d, w, now=NOW),
    "workload": lambda d, w: planning.workload(d, w, now=NOW),
    "tier_share": lambda d, w: planning.tier_share(d, w, now=NOW),
    "business": lambda d, w: planning.business(d, w, since=NOW - DAY, until=NOW, now=NOW),
    "models": lambda d, w: registry.models(d, w, now=NOW),
    "add_model": lambda d, w: registry.add_model(d, w, OTHER[0], now=NOW),
    "activate": lambda d, w: registry.activate(d, w, d.champion.current().identity, now=NOW),
    "rollback": lambda d, w: registry.rollback(d, w, now=NOW),
    "rescore_open": lambda d, w: registry.rescore_open(d, w, now=NOW),
    "accounts": lambda d, w: accounts.accounts(d, w, now=NOW),
    "add_account": lambda d, w: accounts.add_account(d, w, f"new{next(COUNT)}", password=WORDS, role="rep", salt=bytes(16), now=NOW),
    "change_account": lambda d, w: accounts.change_account(d, w, "bob", role="rep", team="south", capacity=3, active=True, now=NOW),
    "set_password": lambda d, w: accounts.set_password(d, w, w.own, password=WORDS, old="x", salt=bytes(16), now=NOW),
    "add_key": lambda d, w: keys.add_key(
        d, w, "crm", scopes=[next(iter(w.scopes))], expires_at=NOW + DAY, identity=f"{next(COUNT):016x}", secret=HEX * 4, now=NOW),
    "keys": lambda d, w: keys.keys(d, w, now=NOW),
    "revoke_key": lambda d, w: keys.revoke_key(d, w, HEX[::-1], now=NOW),
    "access_log": lambda d, w: access.access_log(d, w, now=NOW),
}
"""Every operation, about lead L1 where it is about one."""
WITHOUT_STORE = {"predict"}
READ_ONLY = {"sight", "lead", "history", "explain", "what_if", "ask_next"}
"""What changes nothing of a lead: a rep may do it also with those of the team that nobody has."""
OTHER: list[bytes] = []


@pytest.fixture
def office(desk_of: Callable[..., Desk], staff: Callable[..., None], people: dict[str, Who], bundle: Callable[[str], bytes],
           monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Give a desk at which everything that the operations are about is there."""
    OTHER[:] = [bundle("other")]
    desk = desk_of()
    staff(desk)
    root = people["root"]
    staff(desk, None, "caller")
    intake.take_leads(desk, root, [intake.NewLead("L1", FIELDS)], now=NOW)
    registry.add_model(desk, root, OTHER[0], now=NOW)
    first = desk.champion.current().identity
    registry.activate(desk, root, next(m.id for m in registry.models(desk, root, now=NOW).models if m.id != first), now=NOW)
    registry.activate(desk, root, first, now=NOW)
    caller = Who("caller", "admin")
    keys.add_key(desk, caller, "old", scopes=["score"], expires_at=NOW + DAY, identity=HEX[::-1], secret=HEX * 4, now=NOW)
    monkeypatch.setattr(accounts, "right_password", lambda *_, **__: True)
    monkeypatch.setattr(accounts, "hashed", lambda *_: "hash")
    rows = io.BytesIO()
    pl.DataFrame({"id": ["U1"]}).write_parquet(rows)
    kept = FileRow(id="file-of-caller", by="caller", name="a", kind=upload.PACKED, content=rows.getvalue(), at=NOW, expires_at=NOW + DAY)
    monkeypatch.setattr(upload, "get", lambda *_: kept)
    return desk


def _put(desk: Desk, owner: str | None, team: str | None = "north") -> None:
    with desk.store.writing() as c:
        change_lead(c, "L1", owner=owner, team=team, status="open")


def test_the_table_names_every_operation_and_no_other() -> None:
    assert set(CALLS) | WITHOUT_STORE == set(ALLOWED)
    found = set()
    for module in pkgutil.iter_modules(leadrank.operations.__path__):
        for name, made in vars(import_module(f"leadrank.operations.{module.name}")).items():
            if inspect.isfunction(made) and made.__module__.startswith("leadrank.operations") and not name.startswith("_"):
                given = list(inspect.signature(made).parameters)
                found |= {name} if given[:2] == ["desk", "who"] else set()
    ours = found - {"writing", "reading", "trying"}
    # These keep what a door answers for its own caller, whoever that is; many leads are taken piece by piece, each by `take_leads`.
    assert ours - {"once", "take_many"} == set(CALLS)


@pytest.mark.parametrize("operation", CALLS)
def test_every_cell_of_the_table_holds(office: Desk, operation: str) -> None:
    rule = ALLOWED[operation]
    for role, owner, scope, shared in product(ROLES, OWNERS, sorted(SCOPES), (False, True)):
        if shared and role != "rep":
            continue
        _put(office, *OWNERS[owner])
        who = Who("caller", role, "north", scopes=frozenset({scope}), teamless=shared)
        limited = role == "rep" and rule.leads and owner != "own"
        expected: Any = None
        if role not in rule.roles or scope != rule.scope:
            expected = ForbiddenError
        elif limited and (owner in HIDDEN or (owner == "nobody's, of no team" and not shared)):
            expected = NotFoundError
        elif limited and operation not in READ_ONLY | {"take"}:
            expected = ForbiddenError
        with office.store.reading() as c:
            before = get_lead(c, "L1")
        if expected is None:
            _allowed(office, operation, who)
            continue
        with pytest.raises(expected):
            CALLS[operation](office, who)
        with office.store.reading() as c:
            assert get_lead(c, "L1") == before
            assert (records(c, limit=1)[0].did, records(c, limit=1)[0].result) == (operation, "refused")


def _allowed(desk: Desk, operation: str, who: Who) -> None:
    CALLS[operation](desk, who)
    with desk.store.reading() as c:
        last = records(c, limit=1)[0]
    assert (last.by, last.did, last.result) == (who.name, operation, "done")


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_in_the_table_is_refused_to_everybody(role: Any) -> None:
    with pytest.raises(ForbiddenError):
        check(Who("x", role), "erase_everything")


def test_a_lead_of_another_and_one_that_is_not_there_are_refused_in_the_same_words(office: Desk) -> None:
    _put(office, "bob")
    ann = Who("ann", "rep")
    with pytest.raises(NotFoundError) as hidden:
        queue.lead(office, ann, "L1", now=NOW)
    with pytest.raises(NotFoundError) as absent:
        queue.lead(office, ann, "L2", now=NOW)
    assert str(hidden.value).replace("L1", "L2") == str(absent.value)


def test_a_key_is_no_stronger_than_its_account(office: Desk) -> None:
    _put(office, "caller")
    key = Who("key:crm", "rep", scopes=frozenset({"read"}), account="caller")
    assert queue.lead(office, key, "L1", now=NOW).lead.owner == "caller"
    with pytest.raises(ForbiddenError):
        work.contact(office, key, "L1", channel="call", now=NOW)
    with pytest.raises(NotFoundError):
        queue.lead(office, replace(key, account="bob"), "L1", now=NOW)


def test_what_a_rep_may_do_with_leads_that_nobody_has_is_to_read_and_to_take_them() -> None:
    assert {name for name, rule in ALLOWED.items() if rule.nobodys} == READ_ONLY | {"take"}


def test_to_act_on_a_lead_that_nobody_has_is_refused_with_the_way_to_get_it(office: Desk) -> None:
    _put(office, None, "north")
    with pytest.raises(ForbiddenError, match="Take it first, or ask a manager"):
        work.outcome(office, Who("caller", "rep", "north"), "L1", converted=True, now=NOW)
