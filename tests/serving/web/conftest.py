"""A running service with a team and leads, and a real browser that looks at it."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from leadrank.operations.desk import Desk
from leadrank.serving.app import app_of
from leadrank.serving.service import Service, open_service, utc_now
from leadrank.serving.settings import Limits, Settings

from .looking import FLAGS
from .world import hire, make_bundle, settle

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Running:
    """Where a service answers, and what it answers from."""

    address: str
    service: Service

    @property
    def desk(self) -> Desk:
        """Its store and model."""
        return self.service.desk


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("model"))


def serve(folder: Path, bundle: Path) -> Iterator[Running]:
    """Run a service in a thread of its own until the tests are done."""
    limits = Limits(calls=100_000)
    service = open_service(Settings(f"sqlite:///{folder}/leadrank.db", bundle=bundle, port=0, limits=limits))
    server = uvicorn.Server(uvicorn.Config(app_of(service), port=0, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Running(f"http://127.0.0.1:{port}", service)
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Running]:
    """A service with accounts and 160 leads; for looking, not for changing."""
    yield from _settled(tmp_path_factory.mktemp("team"), bundle)


@pytest.fixture
def fresh(tmp_path: Path, bundle: Path) -> Iterator[Running]:
    """A service with accounts and leads of its own, to work with."""
    yield from _settled(tmp_path, bundle)


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Iterator[Running]:
    """A service without accounts and without leads."""
    yield from serve(tmp_path_factory.mktemp("alone"), bundle)


def _settled(folder: Path, bundle: Path) -> Iterator[Running]:
    for running in serve(folder, bundle):
        hire(running.desk, utc_now())
        running.service.keeper.look()
        settle(running.desk, utc_now())
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser of this machine; `scripts/browser` finds or installs it."""
    found = subprocess.run([ROOT / "scripts" / "browser"], capture_output=True, text=True, check=False)
    if found.returncode or not shutil.which(found.stdout.strip()):
        pytest.skip(f"no browser: {found.stderr.strip()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=list(FLAGS))
        yield browser
        browser.close()
