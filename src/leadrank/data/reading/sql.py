"""A table from a database, by URL: at once, or piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from leadrank.data.cell import text_of
from leadrank.errors import DataError, MissingExtraError, ServiceError, UsageError, nearest
from leadrank.frames import pl

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Select

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
    with _connected(url) as (connection, table, shown):
        found = _found(connection, table, shown)
        wanted = list(dict.fromkeys(columns)) if columns is not None and set(columns) <= set(found.names) else found.names
        rows = connection.execute(found.select(wanted)).fetchall()
    return pl.DataFrame([_series(n, [row[i] for row in rows]) for i, n in enumerate(wanted)])


def open_sql(url: str, choose: Callable[[list[str]], list[str]], size: int) -> tuple[list[str], Iterator[pl.DataFrame]] | None:
    """Look through a table for the types of its columns, to read it piece by piece then; None where types depend on all cells.

    Parameters
    ----------
    url
        As in `read_sql`.
    choose
        Says which of all columns are wanted.
    size
        Rows in a piece.

    Returns
    -------
    tuple
        The names of all columns, and the pieces.
    """
    with _connected(url) as (connection, table, shown):
        found = _found(connection, table, shown)
        wanted = choose(found.names)
        kinds: list[set[type]] = [set() for _ in wanted]
        some: list[object] = [None] * len(wanted)
        for part in _parts(connection, found.select(wanted), size):
            for at, cells in enumerate(zip(*part, strict=True)):
                kinds[at].update(map(type, cells))
                if some[at] is None:
                    some[at] = next((cell for cell in cells if cell is not None), None)
    plain = [kind - {type(None)} for kind in kinds]
    if any(kind & {list, dict, tuple} for kind in plain):
        return None
    nothing = pl.DataFrame([_series(n, [cell], kind).clear() for n, cell, kind in zip(wanted, some, plain, strict=True)])
    return found.names, _pieces(url, wanted, plain, nothing, size)


def table_names(url: str) -> list[str]:
    """List the tables and views of a database, whose URL names none; see `read_sql` for what may go wrong."""
    import sqlalchemy

    with _connected(f"{url}#", whole=True) as (connection, _, _):
        inspector = sqlalchemy.inspect(connection)
        return sorted([*inspector.get_table_names(), *inspector.get_view_names()])


def _pieces(url: str, wanted: list[str], kinds: list[set[type]], nothing: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    some = False
    with _connected(url) as (connection, table, shown):
        for part in _parts(connection, _found(connection, table, shown).select(wanted), size):
            some = True
            cells = zip(wanted, zip(*part, strict=True), kinds, strict=True)
            try:
                yield nothing.vstack(pl.DataFrame([_series(n, list(own), kind) for n, own, kind in cells]).cast(nothing.schema))
            except (TypeError, pl.exceptions.PolarsError) as problem:
                raise ServiceError(f"{shown} changed while it was read: {problem}.", "Try again.") from problem
    if not some:
        yield nothing


def _parts(connection: Connection, select: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    return connection.execution_options(stream_results=True, yield_per=size).execute(select).partitions(size)


@contextmanager
def _connected(url: str, *, whole: bool = False) -> Iterator[tuple[Connection, str, str]]:
    """Connect to the database of a URL; the table's name and the URL without its password come along."""
    address, shown, table = _parsed(url, whole=whole)
    import sqlalchemy

    try:
        limits = {"connect_timeout": 10} if address.drivername == _PSYCOPG else {}
        engine = sqlalchemy.create_engine(address, connect_args=limits, poolclass=sqlalchemy.NullPool)
    except ImportError as problem:
        raise MissingExtraError("Reading PostgreSQL needs the driver psycopg.", _EXTRA) from problem
    try:
        with engine.connect() as connection:
            yield connection, table, shown
    except sqlalchemy.exc.SQLAlchemyError as problem:
        # The chain is cut: a driver's message may quote the address with its password.
        said = _without(str(getattr(problem, "orig", None) or problem), address.password)
        raise ServiceError(f"{shown} could not be read: {said}", "Check the address, the login and that the database runs.") from None


def _parsed(url: str, *, whole: bool) -> tuple[URL, str, str]:
    try:
        import sqlalchemy
    except ImportError as problem:
        raise MissingExtraError("Reading a database needs SQLAlchemy.", _EXTRA) from problem
    place, _, table = url.rpartition("#") if "#" in url else (url, "", "")
    shown = hide_password(url)
    scheme = url.partition("://")[0]
    if scheme not in _DRIVERS:
        raise UsageError(f"{scheme}:// cannot be read; known are {', '.join(sorted(_DRIVERS))}.", "Or give a file.")
    if not table and not whole:
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A table or view that is there."""

    name: str
    schema: str | None
    names: list[str]

    def select(self, wanted: Sequence[str]) -> Select[Any]:
        import sqlalchemy

        source = sqlalchemy.table(self.name, *(sqlalchemy.column(n) for n in wanted), schema=self.schema)
        return sqlalchemy.select(*source.columns)


def _found(connection: Connection, name: str, shown: str) -> _Found:
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
    return _Found(bare, schema, [c["name"] for c in inspector.get_columns(bare, schema)])


def _series(name: str, values: list[Any], kinds: set[type] | None = None) -> pl.Series:
    """Keep a column's type where its values (or all of which these are some) agree on one; else write them as text."""
    kinds = {type(v) for v in values if v is not None} if kinds is None else kinds
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
