"""Every failure has one shape, a number, and a remedy; every answer has its headers; the documentation comes from files of our own."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, bearer

from leadrank.errors import ServiceError
from leadrank.operations import exports, queue
from leadrank.serving import envelope
from leadrank.serving.app import app_of
from leadrank.serving.service import Service
from leadrank.serving.settings import Limits
from leadrank.serving.web.asked_fields import names_of

HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
DOCUMENTED = [
    ("/health/live", "get", "500"), ("/health/ready", "get", "500 503"), ("/models", "get", "401 403 422 429 500 503"),
    ("/leads/{key}", "get", "401 403 404 422 429 500 503"), ("/leads/{key}/contact", "post", "400 401 403 404 409 413 422 429 500 503"),
    ("/leads/{key}/override", "delete", "401 403 404 409 422 429 500 503"), ("/predict", "post", "400 401 403 413 422 429 500 503"),
    ("/models", "post", "401 403 409 413 422 429 500 503"), ("/session", "post", "400 401 403 413 422 429 500 503"),
    ("/webhooks/signup", "post", "400 401 404 409 413 422 500 503"), ("/keys", "post", "400 401 403 404 413 422 429 500 503"),
]
FAILING: list[tuple[int, str, str, dict[str, Any]]] = [
    (400, "POST", "/explain", {"content": b"{", "headers": {"content-type": "application/json"}}),
    (400, "POST", "/explain", {"content": b'{"fields":{"a":"\xff"}}', "headers": {"content-type": "application/json"}}),
    (400, "POST", "/explain", {"content": b'{"fields":{"a":"\\ud800"}}', "headers": {"content-type": "application/json"}}),
    (400, "POST", "/leads", {"content": b"nope"}), (400, "POST", "/predict", {"content": b"nope"}),
    (404, "GET", "/nowhere", {}), (404, "GET", "/leads/none", {}), (405, "DELETE", "/leads", {}), (405, "GET", "/predict", {}),
    (409, "POST", "/models/rollback", {"json": {}}), (422, "POST", "/leads/x/contact", {"json": {"chanel": "call"}}),
    (422, "GET", "/leads?limit=0", {}), (422, "POST", "/leads", {"json": {"key": "a\0b"}}), (422, "POST", "/predict?reasons=x", {"json": {}}),
    (422, "GET", "/leads?search=%00", {}), (422, "POST", "/leads", {"json": {"key": "x", "fields": {"a": "\0"}}}),
    (422, "POST", "/leads/x/snooze", {"json": {"until": "0001-01-01T00:00:00+14:00"}}),
    (422, "POST", "/leads/x/contact", {"json": {"channel": "call"}, "headers": {"idempotency-key": "x" * 201}}),
    (413, "POST", "/leads/x/contact", {"content": b"[" + b" " * (16 << 20) + b"]", "headers": {"content-type": "application/json"}}),
]


@pytest.mark.parametrize(("status", "method", "path", "given"), FAILING, ids=lambda value: str(value)[:40])
def test_a_failure_is_a_problem(client: TestClient, status: int, method: str, path: str, given: dict[str, Any]) -> None:
    answer = client.request(method, path, **given)
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "detail", "request"} <= told.keys()
    assert told["request"] == answer.headers["x-request-id"]
    assert HEADERS.items() <= dict(answer.headers).items()


def test_all_that_is_wrong_is_told_at_once_with_what_may_have_been_meant(client: TestClient) -> None:
    told = client.post("/leads/x/contact", json={"chanel": "call", "cost": -1, "at": "never"}).json()
    found = {problem["field"]: problem for problem in told["problems"]}
    assert found.keys() == {"channel", "chanel", "cost", "at"}
    assert found["chanel"]["suggestion"] == "Did you mean 'channel'?"
    assert found["channel"]["problem"] == "missing"


@pytest.mark.parametrize(("path", "given", "field"), [
    ("/leads/x/outcome", {"converted": False, "value": False}, "value"), ("/leads/x/outcome", {"converted": "true"}, "converted"),
    ("/leads/x/outcome", {"converted": 1}, "converted"), ("/leads/x/outcome", {"converted": True, "value": "3"}, "value"),
    ("/leads/x/contact", {"channel": "call", "at": 1_700_000_000}, "at"), ("/leads/x/contact", {"channel": "call", "at": "1700000000"}, "at"),
    ("/leads/x/consent", {"do_not_call": "no", "do_not_email": False}, "do_not_call"),
    ("/accounts", {"name": "x", "password": "long enough, is it", "role": "rep", "capacity": True}, "capacity"),
])  # fmt: skip
def test_what_is_of_another_type_is_refused_and_not_guessed_at(client: TestClient, path: str, given: dict[str, Any], field: str) -> None:
    answer = client.put(path, json=given) if path.endswith("consent") else client.post(path, json=given)
    assert (answer.status_code, [problem["field"] for problem in answer.json()["problems"]]) == (422, [field])


def test_the_address_that_does_not_know_a_method_tells_which_it_knows(client: TestClient) -> None:
    assert set(client.delete("/leads").headers["allow"].split(", ")) == {"GET", "POST"} or client.delete("/leads").headers["allow"]
    assert "POST" in client.get("/predict").headers["allow"]


def test_a_number_of_the_caller_s_own_is_kept_where_it_will_do(client: TestClient) -> None:
    assert client.get("/health", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    for odd in ("x" * 65, "a b", "a;b"):
        assert client.get("/health", headers={"x-request-id": odd}).headers["x-request-id"] != odd
    assert client.post("/predict", json={}, headers={"x-request-id": "abc-2"}).headers["x-request-id"] == "abc-2"


def test_a_store_that_is_away_is_a_503_and_scores_go_on(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise ServiceError("The database is out of reach.", "Start it.")

    monkeypatch.setattr(queue, "queue", away)
    answer = client.get("/leads")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["remedy"]) == (503, "1", "Start it.")
    assert client.post("/predict", json={}).status_code == 200


def test_a_fault_of_ours_is_a_problem_without_its_insides(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the secret insides")

    monkeypatch.setattr(queue, "queue", broken)
    answer = client.get("/leads")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "insides" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["remedy"]


def test_who_was_recognised_lately_is_scored_while_the_store_is_away(
    client: TestClient, service: Service, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(keys["rep"])
    assert client.post("/predict", json={}, headers=headers).status_code == 200

    def away(*_: Any, **__: Any) -> Any:
        raise ServiceError("The database is out of reach.")

    monkeypatch.setattr("leadrank.serving.callers.key_holder", away)
    monkeypatch.setattr("leadrank.serving.callers.LIFE", 0.0)
    assert client.post("/predict", json={}, headers=headers).status_code == 200
    assert client.get("/leads", headers=headers).status_code == 503
    assert client.post("/predict", json={}, headers=bearer(keys["admin"])).status_code == 503
    assert service.desk is not None


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_documentation_needs_no_other_server_and_no_inline_script(client: TestClient, path: str) -> None:
    page = client.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    for place in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert place.startswith("/docs/assets/")
        file = client.get(place)
        assert file.status_code == 200
        assert client.get(place, headers={"if-none-match": file.headers["etag"]}).status_code == 304
    assert client.get("/docs/assets/docs.html").status_code == 404
    assert client.get("/docs/assets/..%2Fapp.py").status_code == 404


def test_answers_of_the_api_and_of_the_pages_have_a_strict_policy(client: TestClient) -> None:
    assert client.get("/health").headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    policy = client.get("/app/nowhere").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy


def test_the_figures_tell_requests_latency_scores_and_tiers(client: TestClient) -> None:
    for _ in range(3):
        client.post("/predict", json={"visits": 3})
    client.post("/predict", content=b"{")
    client.get("/leads/none")
    text = client.get("/metrics").text
    for line in (
        'leadrank_requests_total{route="/predict",status="200"} 3.0', 'leadrank_requests_total{route="/predict",status="400"} 1.0',
        'leadrank_requests_total{route="/leads/{key}",status="404"} 1.0', "leadrank_scores_count 3.0", 'leadrank_errors_total{route="/predict"} 0.0',
    ):
        assert line in text
    assert all(f'leadrank_request_seconds_quantile{{quantile="{q}",route="/predict"}}' in text for q in ("0.5", "0.95", "0.99"))
    assert re.search(r'leadrank_tiers_total\{tier="\w+"\} 3.0', text)


def test_the_document_is_one_with_every_route_and_the_statuses_that_each_can_answer(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert {"/predict", "/predict/batch", "/leads", "/leads/{key}/history", "/webhooks/signup", "/models/{model}/activate"} <= told["paths"].keys()
    assert not any(path.startswith("/app") for path in told["paths"])
    for path, method, statuses in DOCUMENTED:
        found = told["paths"][path][method]["responses"]
        assert " ".join(status for status in found if status >= "400") == statuses, path
        assert all("application/problem+json" in found[status]["content"] for status in statuses.split())
    assert "x-told-once" not in str(told)
    assert "x-stores-nothing" not in str(told)
    assert "visits" in told["components"]["schemas"]["Lead"]["properties"]


def test_listeners_are_told_of_a_change_within_a_quarter_of_a_second(client: TestClient, service: Service) -> None:
    import time

    before = service.changes.version
    start = time.monotonic()
    client.post("/leads", json={"key": "L-1", "fields": {"visits": 3}})
    done = time.monotonic()
    while service.changes.version == before and time.monotonic() - done < 2:
        time.sleep(0.005)
    assert service.changes.version != before
    assert time.monotonic() - done <= 0.25, (start, done)


def test_a_body_without_a_length_is_bounded_too(service: Service) -> None:
    with TestClient(app_of(service), base_url=HOME) as client:
        parts = (b" " * (1 << 20) for _ in range(20))
        assert client.post("/explain", content=parts, headers={"content-type": "application/json"}).status_code == 413
        assert client.post("/predict", content=(b" " * (1 << 20) for _ in range(3))).status_code == 413
    assert Limits().other < 20 << 20


@pytest.mark.parametrize(("path", "name", "most"), [("/app/upload", "table", 64), ("/app/new", "key", 16)])
def test_a_body_that_is_too_large_for_a_page_is_answered_with_a_page(client: TestClient, path: str, name: str, most: int) -> None:
    answer = client.post(path, files={name: ("a.csv", b"x" * ((most << 20) + 1))}, headers={"origin": HOME, "sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert f"At most {most} MB can be sent here." in answer.text


PART = b'--b\r\ncontent-disposition: form-data; name="key"; filename="a.csv"\r\n\r\n'


def test_a_body_without_an_end_is_not_read_for_ever(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "DROPPED", 1 << 20)
    read, sent = list[int](), list[Any]()

    async def receive() -> dict[str, Any]:
        read.append(1)
        return {"type": "http.request", "body": PART if len(read) == 1 else b"x" * (1 << 20), "more_body": len(read) < 100}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1"), (b"content-type", b"multipart/form-data; boundary=b")]
    scope = {"type": "http", "method": "POST", "path": "/app/new", "raw_path": b"/app/new", "query_string": b"", "headers": headers, "scheme": "http",
             "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 80), "http_version": "1.1", "root_path": ""}  # fmt: skip
    asyncio.run(app_of(service)(scope, receive, send))
    assert (sent[0]["status"], len(read) < 20) == (413, True)


def test_a_model_may_be_as_large_on_its_page_as_for_a_program(client: TestClient) -> None:
    large = b"x" * (32 << 20)  # twice of what anything else may be
    headers = {"origin": HOME, "sec-fetch-site": "same-origin"}
    shown = client.post("/app/model/add", files={"bundle": ("a.leadrank", large)}, headers=headers)
    told = client.post("/models", content=large, headers={"content-type": "application/octet-stream"})
    assert (shown.status_code, told.status_code) == (422, 422)
    assert told.json()["detail"] in unescape(shown.text)


def test_a_second_excel_file_is_asked_to_come_again(client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PATIENCE", 0.01)
    client.post("/leads", json={"key": "L-1", "fields": {"visits": 3}})
    names = names_of(service.desk.champion.current().bundle)
    table = f"{','.join(names)}\n{','.join('3' for _ in names)}\n"
    made = client.post("/uploads", content=table, headers={"content-type": "text/csv"}).json()["files"]
    with exports.turn(service.desk, "xlsx"):
        for path in ("/app/queue.xlsx", f"/app/files/{made['xlsx']}", f"/uploads/{made['xlsx']}"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), path
            assert "Another Excel file is being made." in answer.text
        assert client.get("/leads").status_code == 200
    assert {client.get(path).status_code for path in ("/app/queue.xlsx", f"/app/files/{made['xlsx']}", f"/uploads/{made['csv']}")} == {200}
