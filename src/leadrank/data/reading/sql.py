"""A table from a database, by URL."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from leadrank.data.cell import text_of
from leadrank.errors import DataError, MissingExtraError, ServiceError, UsageError, nearest
from leadrank.frames import pl

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

_PSYCOPG = "postgresql+psycopg"
_DRIVERS = {"sqlite": "sqlite", "postgresql": _PSYCOPG, "postgres": _PSYCOPG, _PSYCOPG: _PSYCOPG}
_EXTRA = "Install it with: pip install 'leadrank[sql]'"


def hide_password(url: str) -> str:
    """Write a database URL without its password.

    Examples
    --------
    >>> hide_password("postgresql://ann:secret@db.example/crm#leads")
    'postgresql://ann:***@db.example/crm#leads'
    """
    scheme, _, rest = url.partition("://")
    place, hash_, table = rest.rpartition("#") if "#" in rest else (rest, "", "")
    login, at, host = place.rpartition("@")
    user = login.partition(":")[0]
    return f"{scheme}://" + (f"{user}:***@{host}" if at and ":" in login else place).partition("?")[0] + hash_ + table


def read_sql(url: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read a whole table (or view) of SQLite or PostgreSQL.

    Parameters
    ----------
    url
        `sqlite:///file.db#table` or `postgresql://user:password@host:port/db#schema.table`.
    columns
        The columns wanted; all when one of them is absent.

    Raises
    ------
    DataError
        If the SQLite file or the table is absent.
    ServiceError
        If the database cannot be reached or answers with an error.
    UsageError
        If the URL names no table or an unknown kind of database.
    MissingExtraError
        If SQLAlchemy or the driver is not installed.
    """
    address, shown, table = _parsed(url)
    try:
        import sqlalchemy
    except ImportError as problem:
        raise MissingExtraError("Reading a database needs SQLAlchemy.", _EXTRA) from problem
    try:
        limits = {"connect_timeout": 10} if address.drivername == _PSYCOPG else {}
        engine = sqlalchemy.create_engine(address, connect_args=limits, poolclass=sqlalchemy.NullPool)
    except ImportError as problem:
        raise MissingExtraError("Reading PostgreSQL needs the driver psycopg.", _EXTRA) from problem
    try:
        with engine.connect() as connection:
            return _table(connection, table, columns, shown)
    except sqlalchemy.exc.SQLAlchemyError as problem:
        # The chain is cut: a driver's message may quote the address with its password.
        said = _without(str(getattr(problem, "orig", None) or problem), address.password)
        raise ServiceError(f"{shown} could not be read: {said}", "Check the address, the login and that the database runs.") from None


def _parsed(url: str) -> tuple[URL, str, str]:
    try:
        import sqlalchemy
    except ImportError as problem:
        raise MissingExtraError("Reading a database needs SQLAlchemy.", _EXTRA) from problem
    place, _, table = url.rpartition("#") if "#" in url else (url, "", "")
    shown = hide_password(url)
    scheme = url.partition("://")[0]
    if scheme not in _DRIVERS:
        raise UsageError(f"{scheme}:// cannot be read; known are {', '.join(sorted(_DRIVERS))}.", "Or give a file.")
    if not table:
        raise UsageError(f"{shown} names no table.", "Write it behind a hash: sqlite:///file.db#leads")
    try:
        address = sqlalchemy.make_url(place).set(drivername=_DRIVERS[scheme])
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise UsageError(f"{shown} is no database address.", "Write postgresql://user:password@host:5432/database#table") from None
    if scheme == "sqlite" and not (address.database and Path(address.database).is_file()):
        raise DataError(f"The SQLite file {address.database} is not there.", "Check the path; sqlite:///relative.db, sqlite:////absolute.db")
    return address, shown, unquote(table)


def _without(message: str, password: object) -> str:
    text = str(message).strip().splitlines()[0] if str(message).strip() else "no reason given"
    return text.replace(str(password), "***") if password else text


def _table(connection: Connection, name: str, columns: Sequence[str] | None, shown: str) -> pl.DataFrame:
    import sqlalchemy

    inspector = sqlalchemy.inspect(connection)
    schema, bare = None, name
    known = [*inspector.get_table_names(), *inspector.get_view_names()]
    if name not in known and "." in name:
        schema, _, bare = name.partition(".")
        known = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    if bare not in known:
        has = f"It has: {', '.join(sorted(known)[:20]) or 'no tables'}."
        raise DataError(f"{shown} has no table {name!r}.", nearest(bare, known) or has)
    names = [c["name"] for c in inspector.get_columns(bare, schema)]
    wanted = list(dict.fromkeys(columns)) if columns is not None and set(columns) <= set(names) else names
    source = sqlalchemy.table(bare, *(sqlalchemy.column(n) for n in wanted), schema=schema)
    rows = connection.execute(sqlalchemy.select(*source.columns)).fetchall()
    return pl.DataFrame([_series(n, [row[i] for row in rows]) for i, n in enumerate(wanted)])


def _series(name: str, values: list[Any]) -> pl.Series:
    """Keep a column's type where its values agree on one; else write them as text."""
    kinds = {type(v) for v in values if v is not None}
    if not kinds:
        return pl.Series(name, values, dtype=pl.String)
    if kinds <= {int, float} or kinds == {Decimal}:
        values = [None if v is None else float(v) for v in values] if kinds != {int} else values
    elif len(kinds) > 1:
        return _as_text(name, values)
    try:
        series = pl.Series(name, values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return _as_text(name, values)
    return _as_text(name, values) if series.dtype == pl.Object else series


def _as_text(name: str, values: list[Any]) -> pl.Series:
    return pl.Series(name, [None if v is None else text_of(v) or str(v) for v in values], dtype=pl.String)
