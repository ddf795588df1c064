"""`leadrank serve` as a process: what it says, how it ends, what it refuses, and whom it lets go."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.serving.conftest import PASSWORD, Run


def test_it_says_where_it_is_and_for_whom_and_ends_when_asked(run: Run, leads: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    assert served.url.startswith("http://127.0.0.1:")
    assert "no accounts" in served.said.read_text()
    assert served.ask("POST", "/predict", {})[0] == 200
    code, seconds = served.stop()
    said = served.said.read_text()
    assert (code, seconds < 5) == (0, True)
    assert said.endswith("\nStopped.\n")
    assert "Traceback" not in said
    assert "Interrupted" not in said


def test_an_administrator_is_made_from_standard_input_and_the_local_user_is_gone(run: Run, leads: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db", "--create-admin", "ann", given=PASSWORD + "\n")
    assert "There are accounts" in served.said.read_text()
    assert served.ask("GET", "/leads")[0] == 401
    assert served.ask("POST", "/session", {"name": "ann", "password": PASSWORD})[0] == 201


def test_what_was_written_is_there_after_a_kill_without_the_bundle_being_named_again(run: Run, leads: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    for k in range(20):
        assert served.ask("POST", "/leads", {"key": f"L-{k}", "fields": {"visits": k}})[0] == 201
    served.process.kill()
    again = run("--port", "0", "--database", "sqlite:///x.db")
    assert json.loads(again.ask("GET", "/leads")[1])["total"] == 20


def test_slow_clients_are_let_go_and_do_not_hold_up_the_end(run: Run, leads: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(150)]
    for k, connection in enumerate(slow):
        head = b"POST /predict HTTP/1.1\r\nhost: 127.0.0.1\r\n" + (b"content-length: 50\r\n\r\n{" if k % 2 else b"")
        connection.sendall(head)
    waits = []
    for _ in range(50):
        start = time.monotonic()
        assert served.ask("POST", "/predict", {})[0] == 200
        waits.append(time.monotonic() - start)
    assert sorted(waits)[48] < 0.5
    deadline = time.monotonic() + 10
    assert all(_closed(connection, deadline) for connection in slow)
    held = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(50)]
    for connection in held:
        connection.sendall(b"POST /predict HTTP/1.1\r\n")
    assert served.stop()[1] < 5
    for connection in (*slow, *held):
        connection.close()


def _closed(connection: socket.socket, deadline: float) -> bool:
    connection.settimeout(max(0.01, deadline - time.monotonic()))
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_an_open_page_does_not_hold_up_the_end(run: Run, leads: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", "/app/changes", headers={"accept": "text/event-stream"})
    answer = connection.getresponse()
    assert answer.readline().startswith(b"event: change")
    code, seconds = served.stop(signal.SIGINT)
    assert (code, seconds < 2.5) == (130, True)
    connection.close()


def test_a_request_that_is_under_way_is_answered_before_the_end(run: Run, leads: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    head = b"POST /predict/batch HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-length: 15\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection, connection.makefile("rb") as read:
        connection.sendall(head)
        assert read.readline() == b"HTTP/1.1 100 Continue\r\n"  # it waits for the body now
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(b'[{"visits": 3}]')
        answer = read.read()
    assert b"HTTP/1.1 200 OK\r\n" in answer
    assert b"connection: close" in answer
    assert b'"tier"' in answer
    assert served.process.wait(10) == 0


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (("nothing.leadrank",), 4, "is no file"), ((), 2, "holds no model"), (("{leads}", "--host", "0.0.0.0"), 2, "answers this machine only"),  # noqa: S104
    (("{leads}", "--workers", "2"), 2, "need PostgreSQL"), (("{leads}", "--database", "mysql://x"), 2, "SQLite or PostgreSQL"),
    (("{leads}", "--wait", "0", "--database", "postgresql://x:secret@127.0.0.1:9/x"), 5, "127.0.0.1:9/x"), (("bad.leadrank",), 4, "bundle"),
    (("{leads}", "--webhook-secret-file", "short"), 2, "at least 16 bytes"), (("{leads}", "--host", "203.0.113.77"), 2, "answers this machine only"),
    (("{leads}", "--create-admin", "ann"), 2, "12"),
])
def test_what_cannot_work_is_refused_with_its_exit_code(tmp_path: Path, leads: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "bad.leadrank").write_bytes(b"PK\3\4 not at all")
    (tmp_path / "short").write_bytes(b"short")
    given = [str(leads) if one == "{leads}" else one for one in arguments]
    named = [] if "--database" in given else ["--database", "sqlite:///x.db"]
    done = subprocess.run(
        [sys.executable, "-m", "leadrank", "serve", *given, *named, "--port", "0"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        input="short\n", check=False,
    )
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "x:secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path, leads: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "leadrank", "serve", str(leads), "--database", "sqlite:///x.db", "--port", str(port)], cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )
    assert (done.returncode, f"127.0.0.1:{port} cannot be listened on" in done.stderr) == (2, True), done.stderr


EARLY = """
import os, signal, sys
from pathlib import Path
from leadrank.cli.stopping import drained, in_own_time, stoppable
from leadrank.serving.app import app_of
from leadrank.serving.run import listen, run_one
from leadrank.serving.service import open_service
from leadrank.serving.settings import Settings

settings = Settings("sqlite:///x.db", Path(sys.argv[1]))
app = app_of(open_service(settings))
with stoppable(), drained(), in_own_time() as told:
    os.kill(os.getpid(), signal.SIGTERM)
    run_one(app, listen("127.0.0.1", 0), settings, told)
"""


def test_who_is_told_to_end_before_the_server_can_hear_it_ends(tmp_path: Path, leads: Path) -> None:
    done = subprocess.run([sys.executable, "-c", EARLY, str(leads)], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
