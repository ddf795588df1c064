"""A write with an Idempotency-Key is done once also where its process dies, and nobody is told again of a lead that is another's now."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import HOME, bearer

from leadrank.serving.app import app_of
from leadrank.serving.service import open_service
from leadrank.serving.settings import Settings

LEAD = {"key": "L-1", "fields": {"visits": 3, "source": "Google"}, "source": "web"}
EVENT = {"event": "e-1", "lead": "L-1", "kind": "visit", "occurred_at": "2026-01-05T00:00:00Z", "add": {"visits": 1}}
ONCE = {"idempotency-key": "k-1"}
DYING = """
import os, sys
from pathlib import Path
from starlette.testclient import TestClient
from leadrank.serving.app import app_of
from leadrank.serving.service import open_service
from leadrank.serving.settings import Settings
from leadrank.store import replies
kept = replies.answer
def dies(*given):
    if sys.argv[3] == "after the answer was written down":
        kept(*given)
    os._exit(9)
replies.answer = dies
with TestClient(app_of(open_service(Settings(sys.argv[1], Path(sys.argv[2])))), base_url="http://127.0.0.1:8000") as client:
    client.post("/leads/L-1/contact", json={"channel": "call"}, headers={"idempotency-key": "k-1"})
"""


@pytest.fixture
def at(leads: Path, database: str) -> Iterator[TestClient]:
    """A service at either database, in which L-1 is."""
    service = open_service(Settings(database, leads))
    with TestClient(app_of(service), base_url=HOME) as client:
        assert client.post("/leads", json=LEAD).status_code == 201
        yield client
    service.desk.store.close()


@pytest.mark.parametrize("moment", ["before the answer was written down", "after the answer was written down"])
def test_a_retry_is_answered_where_the_process_of_the_first_died_between_write_and_answer(
    at: TestClient, database: str, leads: Path, moment: str
) -> None:
    done = subprocess.run([sys.executable, "-c", DYING, database, str(leads), moment], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 9, done.stderr
    assert at.get("/leads/L-1/history").json()["contacts"] == []
    began = time.monotonic()
    answers = [at.post("/leads/L-1/contact", json={"channel": "call"}, headers=ONCE) for _ in range(2)]
    assert time.monotonic() - began < 2
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [False, True]
    assert len(at.get("/leads/L-1/history").json()["contacts"]) == 1


def test_of_many_at_once_with_one_key_all_get_the_one_answer(at: TestClient) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: at.post("/leads/L-1/contact", json={"channel": "call"}, headers=ONCE), range(60)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(at.get("/leads/L-1/history").json()["contacts"]) == 1


def test_many_writers_with_keys_and_without_do_not_wait_for_one_another_in_vain(at: TestClient) -> None:
    def send(number: int) -> int:
        headers = {"idempotency-key": f"n-{number}"} if number % 2 else {}
        return at.post("/leads", json={"key": f"N-{number}", "fields": {"visits": number % 9}}, headers=headers).status_code

    began = time.monotonic()
    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(send, range(256))) == {201}
    print(f"\n256 leads by 64 at once in {time.monotonic() - began:.1f} s")
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(("path", "body"), [
    ("/leads", LEAD), ("/events", EVENT), ("/leads/L-1/contact", {"channel": "call"}), ("/leads/L-1/feedback", {"verdict": "right"}),
])
def test_who_lost_a_lead_is_not_told_of_it_again(client: TestClient, keys: dict[str, str], path: str, body: dict[str, object]) -> None:
    manager, rep = bearer(keys["manager"]), bearer(keys["rep"]) | ONCE
    client.post("/leads", json=LEAD, headers=manager)
    client.post("/leads/L-1/assignment", json={"owner": "rep"}, headers=manager)
    statuses = [client.post(path, json=body, headers=rep).status_code for _ in range(2)]
    client.post("/leads/L-1/assignment", json={"owner": None}, headers=manager)
    assert [*statuses, client.post(path, json=body, headers=rep).status_code] == [200, 200, 404]


def test_an_answer_about_a_lead_with_a_slash_in_its_name_is_told_again(client: TestClient, keys: dict[str, str]) -> None:
    rep = bearer(keys["rep"])
    client.post("/leads", json={"key": "a/b"}, headers=rep)
    assert [client.post("/leads/a%2Fb/contact", json={"channel": "call"}, headers=rep | ONCE).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(("address", "always", "named"), [
    ("/explain", {}, "fields"), ("/what-if", {"fields": {"source": "Google"}}, "changes"), ("/leads/L-1/what-if", {}, "changes"),
])
def test_what_only_reads_knows_no_key_and_keeps_no_writer_waiting(at: TestClient, address: str, always: dict[str, object], named: str) -> None:
    answers = [at.post(address, json=always | {named: {"visits": visits}}, headers=ONCE) for visits in (1, 9)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content != answers[1].content
    assert _names_a_key(at, address.replace("L-1", "{key}")) is False


def test_a_bundle_is_checked_outside_of_any_transaction_and_the_same_again_changes_nothing(at: TestClient, leads: Path) -> None:
    answers = [at.post("/models", content=leads.read_bytes(), headers=ONCE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (_names_a_key(at, "/models"), _names_a_key(at, "/leads/{key}/contact")) == (False, True)


def _names_a_key(at: TestClient, path: str) -> bool:
    """Say whether the document has the header Idempotency-Key at an address."""
    return any(one["name"].lower() == "idempotency-key" for one in at.get("/openapi.json").json()["paths"][path]["post"].get("parameters", []))
