"""Who may do what over HTTP: every role and operation, keys, sessions, other sites, and the one user of a machine without accounts."""

from __future__ import annotations

import re
import secrets
import time
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, PASSWORD, ROLES, bearer, key_of, people

from leadrank.operations.accounts import add_account
from leadrank.operations.allowed import ALLOWED
from leadrank.operations.who import SCOPES, Who
from leadrank.serving.app import app_of
from leadrank.serving.service import Service, utc_now
from leadrank.serving.settings import Limits

EVENT = {"event": "e", "lead": "L-1", "kind": "visit", "occurred_at": "2026-01-01T00:00:00Z"}
LATER = "2027-01-01T00:00:00Z"
CALLS: list[tuple[str, str, str, Any]] = [
    ("predict", "POST", "/predict", {}), ("predict", "POST", "/predict/batch", [{}]),
    ("explain_fields", "POST", "/explain", {"fields": {}}),
    ("what_if_fields", "POST", "/what-if", {"fields": {}, "changes": {"visits": 1}}), ("upload", "POST", "/uploads", None),
    ("kept_file", "GET", "/uploads/x", None),
    ("take_leads", "POST", "/leads", {"key": "L-9"}), ("take_events", "POST", "/events", EVENT),
    ("take_parents", "POST", "/parents", {"rows": [{"table": "t", "key": "k"}]}), ("queue", "GET", "/leads", None),
    ("lead", "GET", "/leads/L-1", None), ("history", "GET", "/leads/L-1/history", None), ("explain", "GET", "/leads/L-1/explain", None),
    ("what_if", "POST", "/leads/L-1/what-if", {"changes": {"visits": 1}}), ("ask_next", "GET", "/leads/L-1/questions", None),
    ("contact", "POST", "/leads/L-1/contact", {"channel": "visit"}),
    ("take_back_contact", "DELETE", "/leads/L-1/contact", None), ("feedback", "POST", "/leads/L-1/feedback", {"verdict": "right"}),
    ("feedback_log", "GET", "/feedback", None),
    ("snooze", "POST", "/leads/L-1/snooze", {"until": LATER}), ("wake", "DELETE", "/leads/L-1/snooze", None),
    ("override", "POST", "/leads/L-1/override", {"tier": "High", "because": "x", "expires_at": LATER}),
    ("end_override", "DELETE", "/leads/L-1/override", None), ("reassign", "POST", "/leads/L-1/assignment", {"owner": None}),
    ("consent", "PUT", "/leads/L-1/consent", {"do_not_call": False, "do_not_email": False}),
    ("outcome", "POST", "/leads/L-1/outcome", {"converted": False}), ("reopen", "DELETE", "/leads/L-1/outcome", None),
    ("plan", "GET", "/figures/plan", None),
    ("workload", "GET", "/figures/workload", None),
    ("tier_share", "GET", "/figures/tiers", None), ("business", "GET", "/figures/business?since=2026-01-01T00:00:00", None),
    ("models", "GET", "/models", None), ("add_model", "POST", "/models", None), ("activate", "POST", "/models/x/activate", {}),
    ("rollback", "POST", "/models/rollback", {}), ("rescore_open", "POST", "/models/rescore", None), ("accounts", "GET", "/accounts", None),
    ("add_account", "POST", "/accounts", {"name": "new", "password": PASSWORD, "role": "rep"}),
    ("change_account", "PUT", "/accounts/nobody", {"role": "rep"}), ("set_password", "PUT", "/accounts/nobody/password", {"password": PASSWORD}),
    ("add_key", "POST", "/keys", {"name": "n", "scopes": ["read"], "expires_at": LATER}), ("keys", "GET", "/keys", None),
    ("revoke_key", "DELETE", "/keys/x", None), ("access_log", "GET", "/access", None),
    ("take", "POST", "/leads/L-1/take", None),  # the last: from then on the lead is the caller's
]
ABOUT_LEADS = [call for call in CALLS if ALLOWED[call[0]].leads and "L-1" in f"{call[2]} {call[3]}"]


def _send(client: TestClient, call: tuple[str, str, str, Any], headers: dict[str, str]) -> int:
    _, method, path, body = call
    given = {"content": b"x"} if method == "POST" and body is None else {"json": body} if body is not None else {}
    return int(client.request(method, path, headers=headers, **given).status_code)


@pytest.fixture
def known(client: TestClient, keys: dict[str, str]) -> dict[str, str]:
    """Keys of all roles, and a lead that nobody has."""
    boss = bearer(keys["admin"])
    assert client.post("/leads", json={"key": "L-1", "fields": {"visits": 3}}, headers=boss).status_code == 201
    assert client.post("/leads/L-1/assignment", json={"owner": None}, headers=boss).status_code == 200
    return keys


def test_every_operation_that_a_caller_can_ask_for_is_in_the_matrix() -> None:
    assert {call[0] for call in CALLS} == set(ALLOWED) - {"export_queue", "sight"}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says_and_nothing_else(client: TestClient, known: dict[str, str], role: str) -> None:
    for call in CALLS:
        status = _send(client, call, bearer(known[role]))
        rule = ALLOWED[call[0]]
        if role not in rule.roles or rule.people:
            assert status == 403, (role, call, status)
        elif role == "rep" and call in ABOUT_LEADS:
            assert status == (200 if rule.nobodys else 403), (role, call, status)
        elif call[0] == "change_account":
            assert status in {403, 404, 422}, (role, call, status)
        else:
            assert status in {200, 201, 204, 404, 409, 422}, (role, call, status)


def test_a_rep_is_told_by_no_operation_that_another_has_a_lead(client: TestClient, service: Service, known: dict[str, str]) -> None:
    boss = bearer(known["admin"])
    add_account(service.desk, Who("admin", "admin"), "other", password=PASSWORD, role="rep", salt=bytes(16), now=utc_now())
    assert client.post("/leads/L-1/assignment", json={"owner": "other"}, headers=boss).status_code == 200
    for call in ABOUT_LEADS:
        if "rep" in ALLOWED[call[0]].roles:
            assert _send(client, call, bearer(known["rep"])) == 404, call


def test_a_rep_takes_a_lead_that_nobody_has_once(client: TestClient, known: dict[str, str]) -> None:
    rep = bearer(known["rep"])
    for _ in range(2):
        assert client.post("/leads/L-1/take", headers=rep).json()["owner"] == "rep"
    told = client.get("/leads/L-1/history", headers=rep).json()["assignments"]
    assert [one["because"] for one in told][:1] == ["Taken by key:" + known["rep"].split("_")[1] + "/rep"]
    assert len([one for one in told if one["because"].startswith("Taken")]) == 1


def test_nobody_may_do_anything(opened: Any, leads: Any) -> None:
    service = opened(leads, limits=Limits(tries=10_000))
    people(service)
    with TestClient(app_of(service), base_url=HOME) as client:
        for call in CALLS:
            for headers in ({}, bearer("lr_0000000000000000_" + "0" * 64), {"authorization": "Basic YTpi"}, {"cookie": "leadrank=x"}):
                assert _send(client, call, headers) == 401, (call, headers)


def test_a_key_does_what_its_scopes_say_and_nothing_else(client: TestClient, service: Service, known: dict[str, str]) -> None:
    assert known
    for scope in sorted(SCOPES):
        headers = bearer(key_of(service, "admin", scopes=frozenset({scope}), name=scope))
        for call in CALLS:
            if ALLOWED[call[0]].scope != scope:
                assert _send(client, call, headers) == 403, (scope, call)


def test_an_expired_and_a_revoked_key_are_of_no_use(client: TestClient, service: Service, keys: dict[str, str]) -> None:
    assert keys
    soon = key_of(service, "rep", expires_at=utc_now() + timedelta(milliseconds=300))
    headers = {"x-csrf-token": _logged_in(client, "admin")}
    made = client.post("/keys", json={"name": "crm", "scopes": ["read"], "expires_at": LATER}, headers=headers).json()
    assert client.get("/leads", headers=bearer(made["key"])).status_code == 200
    assert client.delete(f"/keys/{made['id']}", headers=headers).status_code == 200
    assert client.get("/leads", headers=bearer(made["key"])).status_code == 401
    time.sleep(0.4)
    assert client.get("/leads", headers=bearer(soon)).status_code == 401


def test_a_key_makes_nothing_that_would_outlive_it_and_somebody_who_logged_in_does(client: TestClient, keys: dict[str, str]) -> None:
    key = {"name": "n", "scopes": ["read"], "expires_at": LATER}
    account = {"name": "new", "password": PASSWORD, "role": "admin"}
    calls = [("POST", "/keys", key), ("POST", "/accounts", account), ("PUT", "/accounts/rep/password", {"password": PASSWORD[::-1]})]
    for method, path, body in calls:
        answer = client.request(method, path, json=body, headers=bearer(keys["admin"]))
        assert (answer.status_code, "Log in" in answer.json()["remedy"]) == (403, True), path
    token = {"x-csrf-token": _logged_in(client, "admin")}
    assert [client.request(method, path, json=body, headers=token).status_code for method, path, body in calls] == [201, 201, 200]


def test_a_new_key_tells_its_moments_as_the_document_says(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    key = {"name": "crm", "scopes": ["read"], "expires_at": LATER}
    made = client.post("/keys", json=key, headers={"x-csrf-token": _logged_in(client, "admin")}).json()
    assert (made["expires_at"], made["scopes"], made["used_at"]) == (LATER, ["read"], None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", made["created_at"])
    told = client.get("/openapi.json").json()["components"]["schemas"]["NewKeyTold"]["properties"]
    moment = {"type": "string", "format": "date-time"}
    assert moment.items() <= told["expires_at"].items()
    assert moment in told["used_at"]["anyOf"]


def test_a_rep_sees_own_leads_only(client: TestClient, known: dict[str, str]) -> None:
    boss, rep = bearer(known["manager"]), bearer(known["rep"])
    assert client.get("/leads", headers=rep).json()["leads"] == []
    assert [lead["key"] for lead in client.get("/leads?unassigned=true", headers=rep).json()["leads"]] == ["L-1"]
    assert client.post("/leads/L-1/assignment", json={"owner": "rep"}, headers=boss).status_code == 200
    assert client.get("/leads/L-1", headers=rep).json()["lead"]["owner"] == "rep"
    assert [lead["key"] for lead in client.get("/leads", headers=rep).json()["leads"]] == ["L-1"]
    assert client.get("/leads?owner=manager", headers=rep).status_code == 403


def _logged_in(client: TestClient, name: str = "rep") -> str:
    answer = client.post("/session", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 201
    return str(answer.json()["csrf"])


def test_a_session_s_cookie_is_for_the_browser_alone(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    answer = client.post("/session", json={"name": "rep", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("leadrank=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie  # plain HTTP on loopback


@pytest.mark.parametrize("others", ['g_state={"i_l":0}', 'a="b', "no value", "b@d[]=1; =; ;", "cf=é"])
def test_a_session_is_found_whatever_the_cookies_of_others_look_like(client: TestClient, keys: dict[str, str], others: str) -> None:
    assert keys
    csrf = _logged_in(client)
    token = client.cookies["leadrank"]
    for cookie in (f"{others}; leadrank={token}", f"leadrank={token}; {others}"):
        headers = {b"cookie": cookie.encode("latin-1"), b"x-csrf-token": csrf.encode()}
        assert client.get("/session", headers=headers).status_code == 200
        assert client.post("/leads", json={"key": "x"}, headers=headers).status_code in {200, 201}


def test_a_browser_that_keeps_no_cookie_is_told_so_instead_of_being_asked_again_and_again(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    given = {"name": "rep", "password": PASSWORD, "next": "/app/queue?tier=High"}
    came = client.post("/app/login", data=given, follow_redirects=False).headers["location"]
    assert client.get(came, follow_redirects=False).headers["location"] == "/app/queue?tier=High"
    client.cookies.clear()
    told = client.get(came, headers={"cookie": 'g_state={"i_l":0}'}, follow_redirects=False)
    assert (told.status_code, "this browser kept no cookie" in told.text) == (401, True)
    assert 'value="/app/queue?tier=High"' in told.text


def test_elsewhere_the_cookie_travels_over_https_only(service: Service, keys: dict[str, str]) -> None:
    assert keys
    with TestClient(app_of(service), base_url="https://leads.example") as client:
        answer = client.post("/session", json={"name": "rep", "password": PASSWORD})
        assert answer.headers["set-cookie"].startswith("__Host-leadrank=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]
        assert client.get("/session").json()["name"] == "rep"


def test_unsafe_requests_of_a_session_bring_its_token(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    csrf = _logged_in(client)
    assert client.get("/session").json()["csrf"] == csrf
    for path in ("/leads", "/predict"):
        body = {"key": "x"} if path == "/leads" else {}
        assert client.post(path, json=body).status_code == 403
        assert client.post(path, json=body, headers={"x-csrf-token": "0" * len(csrf)}).status_code == 403
        assert client.post(path, json=body, headers={"x-csrf-token": csrf, "origin": "https://evil.example"}).status_code == 403
        assert client.post(path, json=body, headers={"x-csrf-token": csrf, "sec-fetch-site": "cross-site"}).status_code == 403
        assert client.post(path, json=body, headers={"x-csrf-token": csrf, "origin": HOME}).status_code in {200, 201}


def test_logging_out_ends_the_session_at_once(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    csrf = _logged_in(client)
    token = client.cookies["leadrank"]
    assert client.delete("/session", headers={"x-csrf-token": csrf}).status_code == 204
    assert client.get("/session", headers={"cookie": f"leadrank={token}"}).status_code == 401


def test_wrong_passwords_lock_an_account_and_are_told_no_reason(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    said = {client.post("/session", json={"name": name, "password": "wrong"}).json()["detail"] for name in ["rep"] * 5 + ["nobody"]}
    assert len(said) == 1
    assert client.post("/session", json={"name": "rep", "password": PASSWORD}).status_code == 401


def test_tries_from_one_address_are_bounded(client: TestClient, service: Service, keys: dict[str, str]) -> None:
    assert keys
    most = service.settings.limits.tries
    seen = [client.get("/leads", headers=bearer(secrets.token_hex(8))).status_code for _ in range(most + 1)]
    assert seen == [401] * most + [429]


def test_a_program_without_a_key_keeps_nobody_at_its_address_from_logging_in(client: TestClient, service: Service, keys: dict[str, str]) -> None:
    assert keys
    most = service.settings.limits.tries
    for headers in ({}, bearer(secrets.token_hex(8))):
        assert {client.get("/leads", headers=headers).status_code for _ in range(most + 1)} <= {401, 429}
    assert client.post("/session", json={"name": "rep", "password": PASSWORD}).status_code == 201
    seen = [client.post("/session", json={"name": "nobody", "password": "wrong"}).status_code for _ in range(most + 1)]
    assert seen == [401] * most + [429]
    answer = client.post("/session", json={"name": "rep", "password": PASSWORD})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)


def test_the_local_user_is_answered_by_the_machine_s_own_names_only(client: TestClient) -> None:
    for host, status in {"127.0.0.1:8000": 200, "localhost": 200, "[::1]:8000": 200, "evil.example": 403, "127.0.0.1.evil.example": 403}.items():
        assert client.get("/leads", headers={"host": host}).status_code == status
        assert client.post("/predict", json={}, headers={"host": host}).status_code == status


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    {"x-forwarded-for": "1.2.3.4"}, {"forwarded": "for=1.2.3.4"},
])
def test_the_local_user_is_not_spoken_for_by_another_site_or_a_proxy(client: TestClient, headers: dict[str, str]) -> None:
    for path in ("/predict", "/leads"):
        assert client.post(path, json={"key": "x"} if path == "/leads" else {}, headers=headers).status_code == 403


def test_with_the_first_account_the_local_user_is_gone(client: TestClient, service: Service) -> None:
    assert client.get("/leads").status_code == 200
    people(service)
    assert client.get("/leads").status_code == 401
    assert client.post("/predict", json={}).status_code == 401


def test_calls_of_one_caller_are_bounded(opened: Any, leads: Any) -> None:
    service = opened(leads, limits=Limits(calls=3, scores=5))
    keys = people(service)
    with TestClient(app_of(service), base_url=HOME) as client:
        assert [client.get("/leads", headers=bearer(keys["rep"])).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert client.get("/leads", headers=bearer(keys["admin"])).status_code == 200
        seen = [client.post("/predict", json={}, headers=bearer(keys["rep"])) for _ in range(6)]
        assert [answer.status_code for answer in seen] == [200] * 5 + [429]
        assert int(seen[-1].headers["retry-after"]) > 0
