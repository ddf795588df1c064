"""Schemathesis: what the document promises holds for a hundred requests of each operation and role; a thousand in the campaign."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.serving.conftest import ROLES, Open, people
from uvicorn import Server

from leadrank.serving.app import app_of
from leadrank.serving.run import config_of, listen
from leadrank.serving.settings import Limits

MANY = Limits(tries=10**6, calls=10**6, scores=10**6)
CONFIG = """
[checks.positive_data_acceptance]
# A schema cannot say that a moment lies in the future, or that a text is a table: such requests are refused in words.
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "413", "422"]
"""


@dataclass(frozen=True)
class Running:
    url: str
    keys: dict[str, str]


@pytest.fixture
def running(opened: Open, leads: Path) -> Iterator[Running]:
    service = opened(leads, limits=MANY)
    keys = people(service)
    taken = listen("127.0.0.1", 0)
    server = Server(config_of(app_of(service), service.settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Running(f"http://127.0.0.1:{taken.getsockname()[1]}", keys)
    server.should_exit = True
    thread.join()


def _tested(running: Running, role: str, examples: int, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "st.toml").write_text(CONFIG)
    return subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", folder / "st.toml", "run", f"{running.url}/openapi.json", "--header",
            f"Authorization: Bearer {running.keys[role]}", "--phases", "fuzzing", "--checks", "all", "--max-examples", str(examples),
            "--workers", "2", "--generation-database", "none", "--seed", "1", "--no-color", "--suppress-health-check", "all",
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES)
def test_a_hundred_requests_of_each_operation_are_answered_as_documented(running: Running, role: str, tmp_path: Path) -> None:
    done = _tested(running, role, 100, tmp_path)
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.campaign
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("role", ROLES)
def test_a_thousand_requests_of_each_operation_are_answered_as_documented(
    request: pytest.FixtureRequest, running: Running, role: str, tmp_path: Path
) -> None:
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    done = _tested(running, role, 1000, tmp_path)
    print(role, done.stdout[done.stdout.rfind("Test cases:") :])
    assert done.returncode == 0, done.stdout[-6000:]
