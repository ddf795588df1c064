"""Who may log in, with which role; one's own password; keys for programs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from leadrank.errors import LeadrankError, UsageError
from leadrank.operations import accounts, keys
from leadrank.operations.who import ROLES, SCOPES
from leadrank.serving.asking import At
from leadrank.serving.web.entry import PageRoute, Posting, Visiting, posted_all
from leadrank.serving.web.said import said_of
from leadrank.serving.web.templating import page
from leadrank.serving.web.visit import Visit

HERE = "/app/accounts"
SALT = 16
pages = APIRouter(route_class=PageRoute)
Name = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=1000)]
Given = Annotated[dict[str, list[str]], Depends(posted_all)]
WHAT_FOR = (
    ("score", "score leads"), ("intake", "send leads and events"), ("read", "read the list"), ("work", "note contacts and outcomes"),
    ("models", "add and activate models"), ("accounts", "manage accounts and keys"),
)


@pages.get("/accounts")
def show(visit: Visiting, said: str = "") -> Response:
    """Show the accounts."""
    return _accounts(visit, said=said)


@pages.post("/accounts")
def add(
    visit: Posting, service: At, name: Name, password: Password, role: Annotated[Literal["rep", "manager", "analyst", "admin"], Form()],
    team: Name = "", capacity: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make an account; what will not do is said on the same page. The first one ends the time without accounts."""
    try:
        if visit.local and role != "admin":
            raise UsageError("The first account must be an administrator’s:", "from then on everybody logs in, and somebody must open the others.")
        accounts.add_account(
            visit.desk, visit.who, name, password=password, role=role, team=team or None, capacity=_whole(capacity), salt=secrets.token_bytes(SALT),
            now=visit.now,
        )
    except LeadrankError as error:
        return _accounts(visit, wrong=f"{error.message} {error.remedy}", given={"name": name, "role": role, "team": team, "capacity": capacity})
    if visit.local:
        service.keeper.look()
        return RedirectResponse("/app/login?said=account", 303)
    return RedirectResponse(f"{HERE}?said=account", 303)


@pages.post("/accounts/change")
def change(
    visit: Posting, name: Name, role: Annotated[Literal["rep", "manager", "analyst", "admin"], Form()], team: Name = "",
    capacity: Annotated[str, Form(max_length=10)] = "", active: Annotated[str, Form(max_length=5)] = "",
    seen: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Change an account, unless it is not any more what the form showed."""
    accounts.change_account(
        visit.desk, visit.who, name, role=role, team=team or None, capacity=_whole(capacity), active=bool(active), seen=seen or None, now=visit.now
    )
    return RedirectResponse(f"{HERE}?said=account", 303)


@pages.post("/accounts/password")
def reset(visit: Posting, name: Name, password: Password) -> Response:
    """Give somebody a new password."""
    accounts.set_password(visit.desk, visit.who, name, password=password, salt=secrets.token_bytes(SALT), now=visit.now)
    return RedirectResponse(f"{HERE}?said=reset", 303)


@pages.get("/me")
def mine(visit: Visiting, said: str = "") -> Response:
    """Show one's own account, and keys."""
    return _mine(visit, said=said)


@pages.post("/me/password")
def own_password(
    visit: Posting, old: Password, password: Password, again: Password, revoke: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    """Change one's own password; everybody with the old one is logged out, this browser as well."""
    if password != again:
        return _mine(visit, wrong="The new password and its repetition differ.")
    try:
        accounts.set_password(
            visit.desk, visit.who, visit.who.own, password=password, old=old, revoke_keys=bool(revoke), salt=secrets.token_bytes(SALT), now=visit.now
        )
    except LeadrankError as error:
        return _mine(visit, wrong=f"{error.message} {error.remedy}")
    return RedirectResponse("/app/login?said=password", 303)


@pages.post("/me/keys")
def add_key(visit: Posting, given: Given) -> Response:
    """Make a key, and show it once."""
    name, days = given.get("name", [""])[0].strip(), _whole(given.get("days", ["90"])[0]) or 90
    scopes = [scope for scope in SCOPES if scope in given.get("scope", [])]
    identity, secret = secrets.token_hex(8), secrets.token_hex(32)
    try:
        keys.add_key(
            visit.desk, visit.who, name, scopes=scopes, expires_at=visit.now + timedelta(days=min(days, 730)), identity=identity, secret=secret,
            now=visit.now,
        )
    except LeadrankError as error:
        return _mine(visit, wrong=f"{error.message} {error.remedy}")
    return _mine(visit, made=keys.key_text(identity, secret), made_name=name)


@pages.post("/me/keys/revoke")
def revoke(visit: Posting, identity: Annotated[str, Form(max_length=32)]) -> RedirectResponse:
    """Make a key of no use."""
    keys.revoke_key(visit.desk, visit.who, identity, now=visit.now)
    return RedirectResponse("/app/me?said=revoked#keys", 303)


def _accounts(visit: Visit, *, said: str = "", wrong: str = "", given: dict[str, str] | None = None) -> Response:
    found = accounts.accounts(visit.desk, visit.who, now=visit.now)
    return page(
        visit, "accounts.html", status=422 if wrong else 200, here=HERE, accounts=found, roles=ROLES, said=said_of(said), wrong=wrong,
        given=given or {"name": "", "role": "admin" if visit.local else "rep", "team": "", "capacity": ""},
    )


def _mine(visit: Visit, *, said: str = "", wrong: str = "", made: str = "", made_name: str = "") -> Response:
    held = [] if visit.local else keys.keys(visit.desk, visit.who, now=visit.now)
    return page(
        visit, "me.html", status=422 if wrong else 200, keys=held, said=said_of(said), wrong=wrong, made=made, made_name=made_name,
        scopes=[(scope, words) for scope, words in WHAT_FOR if scope in visit.who.scopes],
    )


def _whole(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise UsageError(f"Expected a whole number, got {text[:20]!r}.", "Write it like 40, or leave it blank.")
    return int(text)
