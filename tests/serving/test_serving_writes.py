"""Writes over HTTP: once for each idempotency key, signed sign-ups, NDJSON, names with slashes, told at once, there after a restart."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, PASSWORD, SECRET, Open, bearer, key_of

from leadrank.operations.accounts import add_account
from leadrank.operations.who import Who
from leadrank.serving.api.webhooks import SIGNATURE, TIMESTAMP, TOLERANCE, signature
from leadrank.serving.app import app_of
from leadrank.serving.service import Service, utc_now

LEAD = {"key": "L-1", "fields": {"visits": 3, "source": "Google"}, "source": "web"}


def test_a_lead_that_comes_is_scored_and_in_the_queue_at_once(client: TestClient) -> None:
    answer = client.post("/leads", json=LEAD)
    assert (answer.status_code, answer.json()["created"]) == (201, True)
    assert [lead["key"] for lead in client.get("/leads").json()["leads"]] == ["L-1"]
    again = client.post("/leads", json=LEAD)
    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert len(client.get("/leads/L-1/history").json()["scores"]) == 1


def test_lines_are_taken_each_for_itself(client: TestClient) -> None:
    lines = [LEAD, {"key": ""}, {"key": "L-2", "fields": {"visits": [1]}}, {"key": "L-3"}]
    body = "\n".join([*map(json.dumps, lines), "{", ""])
    told = [json.loads(line) for line in client.post("/leads", content=body, headers={"content-type": "application/x-ndjson"}).text.splitlines()]
    assert [one.get("key") or (one["line"], one["status"]) for one in told] == ["L-1", (2, 422), (3, 422), "L-3", (5, 400)]
    assert client.get("/leads").json()["total"] == 2


@pytest.mark.parametrize("key", ["a/b", "a b", "ü", "100%", "x?y#z", "..", "history"])
def test_any_name_can_be_asked_for(client: TestClient, key: str) -> None:
    assert client.post("/leads", json={"key": key}).status_code == 201
    place = quote(key, safe="").replace(".", "%2E")
    assert client.get(f"/leads/{place}").json()["lead"]["key"] == key
    assert client.get(f"/leads/{place}/history").json()["lead"]["key"] == key


def test_a_write_with_the_same_key_is_done_once(client: TestClient) -> None:
    client.post("/leads", json=LEAD)
    headers = {"idempotency-key": "a-1"}
    body = {"channel": "call", "note": "spoke"}
    first, second = (client.post("/leads/L-1/contact", json=body, headers=headers) for _ in range(2))
    assert (second.status_code, second.content, second.headers["idempotency-replayed"]) == (first.status_code, first.content, "true")
    assert len(client.get("/leads/L-1/history").json()["contacts"]) == 1
    assert client.post("/leads/L-1/contact", json={"channel": "mail"}, headers=headers).status_code == 409


def test_another_caller_whose_key_has_the_same_name_is_not_told_the_answer(client: TestClient, service: Service, keys: dict[str, str]) -> None:
    manager = bearer(keys["manager"])
    add_account(service.desk, Who("admin", "admin"), "rep2", password=PASSWORD, role="rep", salt=bytes(16), now=utc_now())
    other = bearer(key_of(service, "rep2"))
    client.post("/leads", json=LEAD, headers=manager)
    client.post("/leads/L-1/assignment", json={"owner": "rep"}, headers=manager)
    once = {"idempotency-key": "a-1"}
    assert client.post("/leads/L-1/contact", json={"channel": "call"}, headers=bearer(keys["rep"]) | once).status_code == 200
    assert client.post("/leads/L-1/contact", json={"channel": "call"}, headers=other | once).status_code == 404
    by = {row["by"] for row in client.get("/access?what=L-1", headers=bearer(keys["admin"])).json() if row["did"] == "contact"}
    assert {one.partition("/")[2] for one in by} == {"rep", "rep2"}


def _administrator(client: TestClient) -> dict[str, str]:
    """Log in, and return what requests must bring."""
    return {"x-csrf-token": client.post("/session", json={"name": "admin", "password": PASSWORD}).json()["csrf"]}


def test_a_password_that_somebody_else_set_says_how_many_keys_it_ended(client: TestClient, keys: dict[str, str]) -> None:
    assert keys
    told = client.put("/accounts/rep/password", json={"password": "another horse battery"}, headers=_administrator(client))
    assert (told.status_code, told.json()) == (200, {"keys_revoked": 1})
    assert client.get("/leads", headers=bearer(keys["rep"])).status_code == 401


def test_another_role_is_not_told_what_the_former_one_was(client: TestClient, keys: dict[str, str]) -> None:
    admin, manager = bearer(keys["admin"]), bearer(keys["manager"]) | {"idempotency-key": "a-1"}
    assert client.post("/leads", json=LEAD, headers=manager).status_code == 201
    assert client.put("/accounts/manager", json={"role": "analyst"}, headers=admin).status_code == 200
    time.sleep(1.1)  # a credential is not looked up again within a second
    assert client.post("/leads", json=LEAD, headers=manager).status_code == 409


def test_forty_at_once_with_one_key_are_one_write(client: TestClient) -> None:
    client.post("/leads", json=LEAD)

    def send(_: int) -> int:
        return int(client.post("/leads/L-1/contact", json={"channel": "call"}, headers={"idempotency-key": "p-1"}).status_code)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(send, range(40)))
    assert set(seen) <= {200, 409}
    assert 200 in seen
    assert len(client.get("/leads/L-1/history").json()["contacts"]) == 1


def test_a_request_that_failed_may_come_again_with_its_key(client: TestClient) -> None:
    headers = {"idempotency-key": "f-1"}
    assert client.post("/leads/L-1/contact", json={"channel": "call"}, headers=headers).status_code == 404
    client.post("/leads", json=LEAD)
    assert client.post("/leads/L-1/contact", json={"channel": "call"}, headers=headers).status_code == 200


def test_the_secret_of_a_new_key_is_kept_nowhere(client: TestClient, service: Service, keys: dict[str, str]) -> None:
    body = {"name": "crm", "scopes": ["read"], "expires_at": "2027-01-01T00:00:00Z"}
    assert keys
    headers = _administrator(client) | {"idempotency-key": "k-1"}
    secret = client.post("/keys", json=body, headers=headers).json()["key"].rpartition("_")[2]
    place = Path(str(service.desk.store.engine.url.database))
    assert not any(secret.encode() in file.read_bytes() for file in place.parent.glob("leadrank.db*"))


def clock() -> float:
    return (utc_now() - datetime(1970, 1, 1)) / timedelta(seconds=1)  # noqa: DTZ001


def _signed(body: bytes, *, at: float | None = None, secret: bytes = SECRET) -> dict[str, str]:
    moment = str(int(clock() if at is None else at))
    return {TIMESTAMP: moment, SIGNATURE: signature(secret, moment, body)}


def test_a_signed_sign_up_is_a_lead(client: TestClient) -> None:
    body = json.dumps(LEAD).encode()
    for status in ("created", "the same again"):
        answer = client.post("/webhooks/signup", content=body, headers=_signed(body))
        assert (answer.status_code, answer.json()["created"]) == (200, status == "created")
    assert client.get("/leads").json()["total"] == 1


def test_a_sign_up_with_any_other_signature_is_refused(client: TestClient) -> None:
    body = json.dumps(LEAD).encode()
    old = _signed(body, at=clock() - TOLERANCE - 5)
    for headers in (
        {}, _signed(b"{}"), _signed(body, secret=b"another secret of 16"), old, _signed(body, at=clock() + TOLERANCE + 5),
        {**old, TIMESTAMP: str(int(clock()))}, {TIMESTAMP: "x", SIGNATURE: "y"}, {TIMESTAMP: "١٢", SIGNATURE: "sha256=ü"},
    ):
        sent = {name: value.encode() for name, value in headers.items()}
        assert client.post("/webhooks/signup", content=body, headers=sent).status_code == 401
    assert client.get("/leads").json()["total"] == 0


def test_without_a_secret_there_are_no_sign_ups(opened: Open, leads: Path) -> None:
    with TestClient(app_of(opened(leads, webhook_secret=None)), base_url=HOME) as client:
        assert client.post("/webhooks/signup", json=LEAD).status_code == 404


def test_pages_of_the_queue_follow_each_other(client: TestClient) -> None:
    body = "\n".join(json.dumps({"key": f"L-{k}", "fields": {"visits": k}}) for k in range(23))
    client.post("/leads", content=body, headers={"content-type": "application/x-ndjson"})
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get(f"/leads?limit=10{'&after=' + after if after else ''}").json()
        found += [lead["key"] for lead in page["leads"]]
        after = page["after"]
    assert sorted(found) == sorted({f"L-{k}" for k in range(23)})
    assert client.get("/leads?after=forged").status_code == 422


def test_an_event_changes_the_score_and_says_why(client: TestClient) -> None:
    client.post("/leads", json=LEAD)
    event: dict[str, Any] = {"event": "e-1", "lead": "L-1", "kind": "visit", "occurred_at": "2026-01-01T00:00:00+02:00", "add": {"visits": 4}}
    assert client.post("/events", json=event).json()["new"]
    assert not client.post("/events", json=event).json()["new"]
    told = client.get("/leads/L-1/history").json()
    assert told["lead"]["fields"]["visits"] == 7
    assert [score["cause"] for score in told["scores"]] == ["new data", "created"]
    assert told["events"][0]["occurred_at"] == "2025-12-31T22:00:00Z"


def test_a_model_is_added_put_in_use_and_taken_back_with_bit_identical_scores(client: TestClient, newer: Path) -> None:
    lead = {"visits": 3, "source": "Google"}
    before = client.post("/predict", json=lead).content
    assert "industry" in client.get("/openapi.json").json()["components"]["schemas"]["Lead"]["properties"]
    made = client.post("/models", content=newer.read_bytes()).json()
    assert client.get("/models").json()["former"] is None
    assert client.post(f"/models/{made['id']}/activate", json={"because": "better"}).json()["champion"] == made["id"]
    assert client.post("/predict", json=lead).json()["model"] == made["id"]
    assert "industry" not in client.get("/openapi.json").json()["components"]["schemas"]["Lead"]["properties"]
    client.post("/models/rollback", json={})
    assert client.post("/predict", json=lead).content == before


def test_what_is_no_bundle_is_refused_with_a_reason(client: TestClient) -> None:
    answer = client.post("/models", content=b"PK nonsense")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert client.post("/models/none/activate", json={}).status_code == 404


def test_everything_is_there_after_a_restart(opened: Open, leads: Path, newer: Path) -> None:
    with TestClient(app_of(opened(leads)), base_url=HOME) as client:
        client.post("/leads", json=LEAD)
        made = client.post("/models", content=newer.read_bytes()).json()
        client.post(f"/models/{made['id']}/activate", json={})
        before = client.get("/leads/L-1").json()
    for bundle in (leads, None):
        with TestClient(app_of(opened(bundle)), base_url=HOME) as client:
            assert client.get("/leads/L-1").json() == before
            assert client.get("/health").json()["model"] == made["id"]


def test_scores_leave_one_access_record_for_each_caller_and_minute(opened: Open, leads: Path) -> None:
    service = opened(leads)
    with TestClient(app_of(service), base_url=HOME) as client:
        client.post("/predict", json={})
        client.post("/predict/batch", json=[{}] * 60)
    with TestClient(app_of(opened(leads)), base_url=HOME) as client:
        found = [row for row in client.get("/access").json() if row["did"] == "predict"]
        assert [(row["by"], row["times"]) for row in found] == [("local", 61)]


def test_an_explanation_tells_what_the_list_tells_and_what_the_model_alone_would(client: TestClient) -> None:
    client.post("/leads", json=LEAD)
    alone = client.get("/leads/L-1/explain").json()
    assert alone["model_alone"] is None
    tier = next(name for name in ("High", "Low") if name != alone["scored"]["tier"])
    listed = client.post("/leads/L-1/override", json={"tier": tier, "because": "met", "expires_at": f"{utc_now() + timedelta(days=9)}Z"}).json()
    told = client.get("/leads/L-1/explain").json()
    names = ("tier", "contact", "action", "due_within")
    assert [told["scored"][name] for name in names] == [listed[name] for name in names]
    assert [told["model_alone"][name] for name in names] == [alone["scored"][name] for name in names]
    found = client.post("/leads/L-1/what-if", json={"changes": {"visits": 9}}).json()
    assert (found["before"]["tier"], found["after"]["tier"], found["alone_before"]["tier"]) == (tier, tier, alone["scored"]["tier"])
