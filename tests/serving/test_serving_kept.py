"""While the database is away: scores go on, and what was read last is told again to the same caller, and said to be stale."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from leadrank.errors import ServiceError
from leadrank.operations.access import access_log
from leadrank.operations.who import LOCAL, Who
from leadrank.serving import kept
from leadrank.serving.callers import Caller
from leadrank.serving.kept import KEPT, Answer, Keeping, asked_by
from leadrank.serving.service import Service, utc_now
from leadrank.serving.watch import write_predictions
from leadrank.store.connect import Store

from .conftest import bearer, key_of

LEAD = {"key": "L-1", "fields": {"visits": 3}}
Away = Callable[[bool], None]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    """Take the database away, and bring it back."""
    own = Store.reading, Store.writing

    @contextmanager
    def gone(*_: Any) -> Iterator[Any]:
        raise ServiceError("The database could not be reached.", "Start it.")
        yield

    def switch(is_away: bool) -> None:
        for name, usual in zip(("reading", "writing"), own, strict=True):
            monkeypatch.setattr(Store, name, gone if is_away else usual)

    yield switch
    switch(False)


def back(client: TestClient) -> None:
    """Wait until the service has noticed that the database is back: ten seconds at most."""
    end = time.monotonic() + 10
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_first_page_is_told_as_it_was_and_all_else_is_a_503_soon(client: TestClient, service: Service, away: Away) -> None:
    client.post("/leads", json=LEAD)
    before, one = client.get("/leads").json(), client.get("/leads/L-1").json()
    assert (before["stale"], one["stale"]) == (False, False)
    away(True)
    start = time.monotonic()
    for _ in range(3):
        told = client.get("/leads")
        assert told.status_code == 200
        assert told.json() == before | {"stale": True}
        assert (told.headers["x-stale"], told.headers["cache-control"]) == ("true", "no-store")
        assert int(told.headers["age"]) >= 0
        assert client.get("/leads/L-1").json() == one | {"stale": True}
        for other in ("/leads?tier=High", "/leads/L-2", "/leads/L-1/history", "/models"):
            refused = client.get(other)
            assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert client.post("/leads", json=LEAD).status_code == 503
        assert client.post("/predict", json=LEAD["fields"]).status_code == 200
        assert client.get("/health/live").status_code == 200
        time.sleep(0.3)
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["detail"]) == (503, "The database is out of reach.")  # and not whose, or which
    assert time.monotonic() - start < 2 + 3 * 0.3
    away(False)
    back(client)
    assert client.get("/leads").json() == before
    assert "x-stale" not in client.get("/leads").headers
    assert client.get("/health/ready").status_code == 200
    write_predictions(service)
    told_of = {row.did: row.times for row in access_log(service.desk, LOCAL, now=utc_now())}
    assert told_of["kept_answer"] == 6


def test_a_page_says_that_it_is_as_it_was(client: TestClient, away: Away) -> None:
    client.post("/leads", json=LEAD)
    places = ("/app/queue", "/app/leads/L-1")
    for place in places:
        assert 'id="stale"' not in client.get(place).text
    away(True)
    for place in places:
        told = client.get(place)
        assert (told.status_code, told.headers["x-stale"]) == (200, "true")
        assert told.text.count('id="stale"') == 1
        assert "L-1" in told.text
    assert client.get("/app/queue?tier=High").status_code == 503
    assert client.get("/app/queue", headers={"hx-request": "true"}).headers.get("hx-retarget") == "#toast"
    away(False)
    back(client)
    assert 'id="stale"' not in client.get("/app/queue").text


def test_nobody_is_told_what_another_was_told(client: TestClient, service: Service, keys: dict[str, str], away: Away, monkeypatch: Any) -> None:
    client.post("/leads", json=LEAD, headers=bearer(keys["manager"]))
    narrow = key_of(service, "manager", scopes=frozenset({"score"}), name="narrow")
    assert client.get("/leads", headers=bearer(keys["manager"])).json()["total"] == 1
    assert client.get("/leads", headers=bearer(narrow)).status_code == 403
    for role in ("rep", "analyst"):
        client.get("/health", headers=bearer(keys[role]))
        client.post("/predict", json={}, headers=bearer(keys[role]))
    away(True)
    monkeypatch.setattr("leadrank.serving.callers.LIFE", 0.0)
    told = client.get("/leads", headers=bearer(keys["manager"]))
    assert (told.status_code, told.json()["stale"]) == (200, True)
    for other in (keys["rep"], keys["analyst"], narrow):
        assert client.get("/leads", headers=bearer(other)).status_code == 503
        assert client.get("/leads/L-1", headers=bearer(other)).status_code == 503
    assert client.get("/leads").status_code == 401
    service.keeper.forget_all()
    assert client.get("/leads", headers=bearer(keys["manager"])).status_code == 503


callers = st.builds(
    lambda name, role, team, how, csrf, number: Caller(Who(name, role, team, request=number), how, csrf),
    st.sampled_from("ab"), st.sampled_from(["rep", "manager"]), st.sampled_from([None, "t"]), st.sampled_from(["key", "session"]),
    st.sampled_from(["", "x", "y"]), st.text(max_size=3),
)
questions = st.tuples(callers, st.sampled_from(["/leads", "/leads/a"]), st.sampled_from(["", "tier=High"]))


@given(st.lists(st.tuples(questions, st.integers(0, 900)), max_size=30), questions)
def test_what_is_found_was_told_to_the_same_caller_of_the_same_question_last_and_lately(history: Any, question: Any) -> None:
    keeping, now = Keeping(), 1_000.0
    wanted = asked_by(*question)
    history = sorted(history, key=lambda one: one[1])
    for (caller, path, query), at in history:
        keeping.keep(asked_by(caller, path, query), Answer(f"{caller.who.name}{at}".encode(), "", float(at)))
    same = [
        (caller.who.name, at) for (caller, path, query), at in history
        if (path, query, caller.how, caller.csrf) == (*question[1:], question[0].how, question[0].csrf)
        and (caller.who.name, caller.who.role, caller.who.team) == (question[0].who.name, question[0].who.role, question[0].who.team)
    ]
    found = keeping.find(wanted, now)
    expected = f"{same[-1][0]}{same[-1][1]}".encode() if same and now - same[-1][1] <= KEPT else None
    assert (None if found is None else found.body) == expected


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 1_000)
    monkeypatch.setattr(kept, "LARGEST", 300)
    keeping, caller = Keeping(), Caller(LOCAL, "local")
    for k in range(50):
        keeping.keep(asked_by(caller, "/leads", str(k)), Answer(b"x" * (20 * k), "", 0.0))
    assert sum(len(answer.body) for answer in keeping._answers.values()) == keeping._size <= 1_000
    assert keeping.find(asked_by(caller, "/leads", "49"), 0.0) is None
    assert keeping.find(asked_by(caller, "/leads", "15"), 0.0) is not None
