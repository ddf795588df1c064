"""A small model, a service around it in this process, and callers of every role."""

from __future__ import annotations

import secrets
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.serving.process import Served

from leadrank.bundle import save_bundle
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.operations.accounts import add_account, first_admin
from leadrank.operations.keys import add_key, key_text
from leadrank.operations.who import SCOPES, Who
from leadrank.project import parse_project
from leadrank.serving.app import app_of
from leadrank.serving.service import Service, open_service, utc_now
from leadrank.serving.settings import Settings
from leadrank.train import train

SECRET = b"a secret of sign-ups"
PASSWORD = "correct horse battery"  # noqa: S105
ROLES = ("rep", "manager", "analyst", "admin")
HOME = "http://127.0.0.1:8000"
SEED = {
    "age": 45, "income": 250000, "credit_score": 780, "website_visits": 25, "email_opens": 15, "property_views": 18, "contact_attempts": 5,
    "time_on_site_minutes": 90, "inquiry_submitted": 1, "financing_pre_approved": 1, "budget_disclosed": 1, "location_preference_set": 1,
}
"""The request of seed 001, to the letter."""


def _trained(name: str, place: Path, *, rows: int, **declared: Any) -> Path:
    project = tomllib.loads(SIMULATIONS[name].project)
    project["model"] = {"candidates": ["logistic"], "folds": 2, "trials": 1}
    project |= declared
    save_bundle(train(parse_project(project), simulate(name, rows=rows, seed=3).table, clock=time.monotonic), place, version="test")
    return place


@pytest.fixture(scope="session")
def investor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three ordered tiers, as in seed 001."""
    return _trained("investor", tmp_path_factory.mktemp("bundles") / "investor.leadrank", rows=1500)


@pytest.fixture(scope="session")
def leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads that convert or not, with a key and money."""
    return _trained("leads", tmp_path_factory.mktemp("bundles") / "leads.leadrank", rows=1500)


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next model of the same leads, which no longer knows their industry."""
    known = tomllib.loads(SIMULATIONS["leads"].project)["lead"]
    place = tmp_path_factory.mktemp("bundles") / "newer.leadrank"
    return _trained("leads", place, rows=1200, lead={**known, "exclude": ["industry"]})


Open = Callable[..., Service]
Run = Callable[..., Served]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Open a service on a new SQLite file."""
    made: list[Service] = []

    def open_one(bundle: Path | None, **settings: Any) -> Service:
        given = Settings(f"sqlite:///{tmp_path / 'leadrank.db'}", bundle, webhook_secret=SECRET)
        made.append(open_service(replace(given, **settings)))
        return made[-1]

    yield open_one
    for service in made:
        service.desk.store.close()


@pytest.fixture
def service(opened: Open, leads: Path) -> Service:
    return opened(leads)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """The local user of a machine without accounts."""
    with TestClient(app_of(service), base_url=HOME, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def seed_client(opened: Open, investor: Path) -> Iterator[TestClient]:
    with TestClient(app_of(opened(investor)), base_url=HOME, raise_server_exceptions=False) as client:
        yield client


def people(service: Service) -> dict[str, str]:
    """Make an account of each role, and return a key of each."""
    now = utc_now()
    first_admin(service.desk, "admin", PASSWORD, salt=secrets.token_bytes(16), now=now)
    boss = Who("admin", "admin")
    for role in ROLES[:-1]:
        add_account(service.desk, boss, role, password=PASSWORD, role=role, salt=secrets.token_bytes(16), now=now)  # type: ignore[arg-type]
    service.keeper.look()
    return {role: key_of(service, role) for role in ROLES}


def key_of(service: Service, account: str, *, scopes: Any = SCOPES, expires_at: datetime | None = None, name: str = "test") -> str:
    """Make a key for an account."""
    identity, secret = secrets.token_hex(8), secrets.token_hex(32)
    add_key(
        service.desk, Who("admin", "admin"), name, scopes=scopes, expires_at=expires_at or utc_now() + timedelta(days=1), identity=identity,
        secret=secret, account=account, now=utc_now(),
    )
    return key_text(identity, secret)


def bearer(key: str) -> dict[str, str]:
    """Return the header that a key travels in."""
    return {"authorization": f"Bearer {key}"}


@pytest.fixture
def keys(service: Service) -> dict[str, str]:
    """A key of each role; from then on there are accounts."""
    return people(service)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made: list[Served] = []

    def start(*arguments: str, given: str = "") -> Served:
        made.append(Served(arguments, tmp_path, given))
        return made[-1]

    yield start
    for served in made:
        if served.process.poll() is None:
            served.process.kill()
        served.process.wait()
        assert served.process.stdout is not None
        served.process.stdout.close()
