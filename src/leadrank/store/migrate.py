"""The tables of a store, brought up to what the program needs, or back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from leadrank.errors import ServiceError
from leadrank.store.connect import Store
from leadrank.store.failures import in_words
from leadrank.store.schema import metadata

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x1EAD
"""The name of the lock that keeps several workers from doing this at once."""


def migrate(store: Store) -> None:
    """Bring a store up to date; of several workers that start at once, one does it.

    Raises
    ------
    ServiceError
        If the store belongs to a newer Leadrank, or is out of reach.
    """
    if revision(store) != _script().get_current_head():
        _run(store, lambda script, at: script._upgrade_revs("head", at))


def downgrade(store: Store, revision: str) -> None:
    """Bring a store back to an earlier revision; `base` takes every table away, with all that is in it."""
    _run(store, lambda script, at: script._downgrade_revs(revision, at))


def revision(store: Store) -> str | None:
    """Name the revision of a store; None where there are no tables yet."""
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _run(store: Store, steps: Callable[[ScriptDirectory, Any], Any]) -> None:
    script = _script()
    with _migrating(store) as connection, EnvironmentContext(Config(), script, fn=lambda at, _: steps(script, at)) as environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True, render_as_batch=True)
        try:
            environment.run_migrations()
        except CommandError as problem:
            raise ServiceError(f"{store.shown} is of another Leadrank: {problem}.", "Use the version that wrote it, or a newer one.") from problem


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(_SCRIPTS))


@contextmanager
def _migrating(store: Store) -> Iterator[Connection]:
    with in_words(store.shown), store.engine.connect().execution_options(leadrank="migrating") as connection, connection.begin():
        connection.detach()  # its settings are for this alone
        if not store.is_sqlite:
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection
        if store.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise ServiceError(f"{store.shown} could not be migrated: rows lost what they belong to.", "Nothing was changed; report this.")
