"""Who may do what: one table. What is not in it is refused."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from leadrank.errors import ForbiddenError, NotFoundError
from leadrank.operations.who import ROLES, Role, Scope, Who
from leadrank.project import Routing


class Held(Protocol):
    """Who has a lead."""

    @property
    def owner(self) -> str | None: ...  # noqa: D102
    @property
    def team(self) -> str | None: ...  # noqa: D102


class Owned(Held, Protocol):
    """A lead, as far as it matters here."""

    @property
    def key(self) -> str: ...  # noqa: D102


class Rule(NamedTuple):
    """Who may do one thing: these roles, with a key of this scope; reps only with leads that are theirs if it is about leads.

    Where it says `nobodys`, reps may do it also with the leads that nobody has and that are within their reach; where it says `people`,
    no key will do: what it made would outlive it, and a key that was stolen would go on for ever.
    """

    roles: frozenset[Role]
    scope: Scope
    leads: bool = False
    nobodys: bool = False
    people: bool = False


EVERYONE = frozenset(ROLES)
SELLERS: frozenset[Role] = frozenset({"rep", "manager", "admin"})
REPS: frozenset[Role] = frozenset({"rep"})
LEADING: frozenset[Role] = frozenset({"manager", "admin"})
LOOKING: frozenset[Role] = frozenset({"manager", "analyst", "admin"})
MODELLING: frozenset[Role] = frozenset({"analyst", "admin"})
ADMIN: frozenset[Role] = frozenset({"admin"})

ALLOWED: dict[str, Rule] = {
    "predict": Rule(EVERYONE, "score"),
    "explain_fields": Rule(EVERYONE, "score"),
    "what_if_fields": Rule(EVERYONE, "score"),
    "upload": Rule(EVERYONE, "score"),
    "kept_file": Rule(EVERYONE, "score"),
    "take_leads": Rule(SELLERS, "intake", leads=True),
    "take_events": Rule(SELLERS, "intake", leads=True),
    "take_parents": Rule(LEADING, "intake"),
    "queue": Rule(EVERYONE, "read"),
    "export_queue": Rule(EVERYONE, "read"),
    "lead": Rule(EVERYONE, "read", leads=True, nobodys=True),
    "history": Rule(EVERYONE, "read", leads=True, nobodys=True),
    "explain": Rule(EVERYONE, "read", leads=True, nobodys=True),
    "what_if": Rule(EVERYONE, "read", leads=True, nobodys=True),
    "ask_next": Rule(EVERYONE, "read", leads=True, nobodys=True),
    "sight": Rule(EVERYONE, "read", leads=True, nobodys=True),
    "take": Rule(REPS, "work", leads=True, nobodys=True),
    "contact": Rule(SELLERS, "work", leads=True),
    "take_back_contact": Rule(SELLERS, "work", leads=True),
    "outcome": Rule(SELLERS, "work", leads=True),
    "reopen": Rule(SELLERS, "work", leads=True),
    "consent": Rule(SELLERS, "work", leads=True),
    "feedback": Rule(SELLERS, "work", leads=True),
    "feedback_log": Rule(LOOKING, "read"),
    "snooze": Rule(SELLERS, "work", leads=True),
    "wake": Rule(SELLERS, "work", leads=True),
    "override": Rule(SELLERS, "work", leads=True),
    "end_override": Rule(SELLERS, "work", leads=True),
    "reassign": Rule(LEADING, "work", leads=True),
    "plan": Rule(LOOKING, "read"),
    "workload": Rule(LOOKING, "read"),
    "tier_share": Rule(LOOKING, "read"),
    "business": Rule(LOOKING, "read"),
    "models": Rule(EVERYONE, "read"),
    "add_model": Rule(MODELLING, "models"),
    "activate": Rule(ADMIN, "models"),
    "rollback": Rule(ADMIN, "models"),
    "rescore_open": Rule(ADMIN, "models"),
    "accounts": Rule(ADMIN, "accounts"),
    "add_account": Rule(ADMIN, "accounts", people=True),
    "change_account": Rule(ADMIN, "accounts"),
    "set_password": Rule(EVERYONE, "accounts", people=True),
    "add_key": Rule(EVERYONE, "accounts", people=True),
    "keys": Rule(EVERYONE, "accounts"),
    "revoke_key": Rule(EVERYONE, "accounts"),
    "access_log": Rule(ADMIN, "accounts"),
}
"""Every operation that a caller can ask for."""


def check(who: Who, operation: str, lead: Owned | None = None) -> None:
    """Refuse what is not allowed.

    Parameters
    ----------
    who
        Who asks.
    operation
        A name in `ALLOWED`.
    lead
        The lead that it is about.

    Raises
    ------
    ForbiddenError
        The role or the key may not do this at all, or only the owner of a lead that nobody has.
    NotFoundError
        The lead is not within the rep's reach; whether there is such a lead is not told.

    Examples
    --------
    >>> check(Who("ann", "manager"), "reassign")
    >>> check(Who("bob", "rep"), "reassign")
    Traceback (most recent call last):
    leadrank.errors.ForbiddenError: A rep may not use `reassign`; manager or admin may.
      Ask somebody with that role, or an administrator for another role.
    """
    rule = ALLOWED.get(operation)
    if rule is None:
        raise ForbiddenError(f"Nobody may use {operation!r}.", "Operations are listed in the documentation.")
    if who.role not in rule.roles:
        allowed = " or ".join(role for role in ROLES if role in rule.roles)
        raise ForbiddenError(
            f"A {who.role} may not use `{operation}`; {allowed} may.", "Ask somebody with that role, or an administrator for another role."
        )
    if rule.scope not in who.scopes:
        has = ", ".join(sorted(who.scopes)) or "none"
        raise ForbiddenError(f"`{operation}` needs a key with the scope {rule.scope!r}; this one has {has}.", "Make a key with that scope.")
    if rule.people and who.is_program:
        raise ForbiddenError(f"`{operation}` is for people: what a key made would outlive it.", "Log in (/app, or POST /session) and do it there.")
    if lead is None or is_theirs(who, lead):
        return
    if not is_within_reach(who, lead):
        raise no_lead(lead.key)
    if not rule.nobodys:
        raise ForbiddenError(f"Nobody has the lead {lead.key!r}; `{operation}` is for its owner.", "Take it first, or ask a manager for it.")


def may_see(who: Who, lead: Held) -> bool:
    """Say whether a caller's lists may show a lead."""
    return is_theirs(who, lead) or is_within_reach(who, lead)


def is_theirs(who: Who, lead: Held) -> bool:
    """Say whether a caller may have to do with a lead: a rep only with own ones.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> bobs = SimpleNamespace(key="L-1", owner="bob", team="north")
    >>> is_theirs(Who("ann", "rep"), bobs), is_theirs(Who("meg", "manager"), bobs)
    (False, True)
    """
    return who.role != "rep" or lead.owner == who.own


def is_within_reach(who: Who, lead: Held) -> bool:
    """Say whether nobody has a lead that the caller might get: it is of the own team, or of none where those are everybody's.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> found = SimpleNamespace(key="L-1", owner=None, team="north")
    >>> is_within_reach(Who("ann", "rep", "north"), found), is_within_reach(Who("bob", "rep", "south"), found)
    (True, False)
    """
    return lead.owner is None and lead.team in reach_of(who)


def reach_of(who: Who) -> tuple[str | None, ...]:
    """Return the teams whose leads without an owner a caller might get; None stands for leads of no team."""
    return (*((None,) if who.teamless else ()), *((who.team,) if who.team is not None else ()))


def sees_teamless(routing: Routing, role: Role, team: str | None) -> bool:
    """Say whether somebody is a rep who is to see leads of no team: the project shares them, or knows no teams, and the rep is in none.

    Examples
    --------
    >>> from leadrank.project import Routing
    >>> sees_teamless(Routing(), "rep", None), sees_teamless(Routing(), "rep", "north"), sees_teamless(Routing(shared=True), "rep", "north")
    (True, False, True)
    """
    return role == "rep" and (routing.shared or (team is None and not routing.has_teams))


def no_lead(key: str) -> NotFoundError:
    """Say that there is no such lead, or not for this caller: both in the same words."""
    return NotFoundError(f"There is no lead {key!r} here.", "Check its key; a rep finds own leads, and those of the team that nobody has.")
