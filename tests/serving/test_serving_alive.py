"""A service whose every thread waits for the database says that it is alive, and scores."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import Open
from uvicorn import Config, Server

from leadrank.operations import registry
from leadrank.serving.app import app_of
from leadrank.serving.run import listen

THREADS = 40
"""As many as there are for everybody."""


@pytest.fixture
def port(opened: Open, leads: Path) -> Iterator[int]:
    taken = listen("127.0.0.1", 0)
    server = Server(Config(app_of(opened(leads)), http="httptools", ws="none", lifespan="on", access_log=False, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield taken.getsockname()[1]
    server.should_exit = True
    thread.join()


def asked(port: int, method: str, path: str, body: str | None = None) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body)
        return connection.getresponse().status


def test_health_and_scores_wait_for_no_thread(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, goes_on, models = threading.Semaphore(0), threading.Event(), registry.models

    def slow(*given: Any, **named: Any) -> registry.Models:
        waiting.release()
        goes_on.wait(30)
        return models(*given, **named)

    monkeypatch.setattr(registry, "models", slow)
    callers = [threading.Thread(target=asked, args=(port, "GET", "/models")) for _ in range(THREADS + 5)]
    for caller in callers:
        caller.start()
    try:
        assert all(waiting.acquire(timeout=20) for _ in range(THREADS))
        for path in ("/health", "/health/live", "/health/ready"):
            assert asked(port, "GET", path) == 200
        assert asked(port, "POST", "/predict", "{}") == 200
    finally:
        goes_on.set()
        for caller in callers:
            caller.join()
