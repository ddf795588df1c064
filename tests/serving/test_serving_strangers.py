"""Who is not known costs little: no form is read, few passwords are looked at, and what is refused is refused in our own words."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import Open, bearer
from uvicorn import Server

from leadrank.operations import sessions
from leadrank.serving.app import app_of
from leadrank.serving.run import GRACE, config_of, listen
from leadrank.serving.service import PASSWORDS, Service
from leadrank.serving.settings import Limits


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/leads"])
def test_invented_keys_are_bounded_at_every_door(client: TestClient, service: Service, keys: dict[str, str], path: str) -> None:
    most = service.settings.limits.tries
    seen = [client.post(path, json={}, headers=bearer(f"lr_{k}_0")).status_code for k in range(most + 1)]
    assert seen == [401] * most + [429]
    assert client.post("/predict", json={}, headers=bearer(keys["rep"])).status_code == 200


def test_a_form_of_nobody_is_not_read(client: TestClient, keys: dict[str, str]) -> None:
    """What is no form at all leads to the log-in as well."""
    assert keys
    told = {"content-type": "multipart/form-data; boundary=x"}
    answer = client.post("/app/upload", content=b"--x\r\nno form", headers=told, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].startswith("/app/login")) == (303, True)


def test_few_passwords_are_looked_at_at_once(
    client: TestClient, service: Service, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, most, lock = [0], [0], threading.Lock()

    def slow(*_: object, **__: object) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1

    assert keys
    monkeypatch.setattr(sessions, "log_in", slow)
    with ThreadPoolExecutor(4) as pool:  # more would wait so long on a busy machine that they were turned away
        seen = list(pool.map(lambda _: client.post("/session", json={"name": "x", "password": "y"}).status_code, range(12)))
    assert (set(seen), most[0]) == ({401}, PASSWORDS)
    assert service.looking.acquire(blocking=False)


def test_many_tries_at_once_do_not_outrun_the_limit(client: TestClient, service: Service, keys: dict[str, str]) -> None:
    assert keys
    most = service.settings.limits.tries
    with ThreadPoolExecutor(4) as pool:  # more would wait so long on a busy machine that they were turned away
        seen = list(pool.map(lambda k: client.post("/session", json={"name": f"x{k}", "password": "y"}).status_code, range(most + 20)))
    assert set(seen) == {401, 429}
    assert most <= seen.count(401) < most + PASSWORDS


@pytest.mark.parametrize("path", ["/", "/health", "/health/live", "/health/ready", "/leads", "/app/queue"])
def test_a_head_is_answered_as_a_get_is_and_without_a_body(client: TestClient, path: str) -> None:
    one, other = client.head(path), client.get(path)
    assert (one.status_code, one.headers["content-type"]) == (other.status_code, other.headers["content-type"])


@pytest.fixture
def narrow(opened: Open, leads: Path) -> Iterator[int]:
    """A service that takes four connections."""
    service = opened(leads, limits=Limits(open=4))
    taken = listen("127.0.0.1", 0)
    server = Server(config_of(app_of(service), service.settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield taken.getsockname()[1]
    server.should_exit = True
    thread.join(GRACE + 5)


def _said(port: int, sent: bytes) -> tuple[bytes, bytes, bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection, connection.makefile("rb") as read:
        connection.sendall(sent)
        head, _, body = read.read().partition(b"\r\n\r\n")
        return head.partition(b"\r\n")[0], head.lower(), body


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nhost : x\r\n\r\n", b"POST /predict HTTP/1.1\r\ncontent-length: x\r\n\r\n"])
def test_what_is_no_http_is_a_problem(narrow: int, sent: bytes) -> None:
    first, head, body = _said(narrow, sent)
    told = json.loads(body)
    assert (first, told["status"]) == (b"HTTP/1.1 400 Bad Request", 400)
    assert b"content-type: application/problem+json" in head


def test_one_connection_too_many_is_a_problem_and_whether_the_service_lives_is_told_all_the_same(narrow: int) -> None:
    held = [socket.create_connection(("127.0.0.1", narrow)) for _ in range(4)]
    time.sleep(0.2)
    close = b" HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    first, head, body = _said(narrow, b"GET /leads" + close)
    assert (first, json.loads(body)["status"]) == (b"HTTP/1.1 503 Service Unavailable", 503)
    assert b"retry-after: 1" in head
    assert _said(narrow, b"GET /health/live" + close)[0] == b"HTTP/1.1 200 OK"
    for connection in held:
        connection.close()
    time.sleep(0.2)
    assert _said(narrow, b"GET /leads" + close)[0] == b"HTTP/1.1 200 OK"


