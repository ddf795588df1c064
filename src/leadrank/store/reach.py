"""Whether anybody answers at a database's address, and what that address is called before strangers."""

from __future__ import annotations

from sqlalchemy import URL

from leadrank.store.connect import open_store


def answers(url: str) -> bool:
    """Say whether a server takes connections there, whatever it may say to this login; a file always does.

    A server that starts or stops does not. An address that makes no sense does: there is nothing to wait for.
    """
    store = open_store(url)
    if store.is_sqlite:
        return True
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    plain, named = store.engine.dialect.create_connect_args(store.engine.url)
    told = {name: value for name, value in named.items() if name != "context"} | {"connect_timeout": 2}
    return pq.PGconn.ping(make_conninfo(*plain, **told).encode()) not in {pq.Ping.NO_RESPONSE, pq.Ping.REJECT}


def place_of(url: str) -> str:
    """Return a database's address without user, password and options.

    Examples
    --------
    >>> place_of("postgresql://ann:secret@db:5432/leads?application_name=x")
    'postgresql://db:5432/leads'
    """
    address = open_store(url).engine.url
    return URL.create(address.get_backend_name(), host=address.host, port=address.port, database=address.database).render_as_string()
