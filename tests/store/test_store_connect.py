"""Opening a store, and what its transactions promise."""

from __future__ import annotations

import stat
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from leadrank.errors import ConflictError, DataError, ServiceError, UsageError
from leadrank.store.connect import open_store
from leadrank.store.events import add_events
from leadrank.store.leads import change_lead, get_lead, put_leads
from leadrank.store.schema import leads


def test_what_fails_is_forgotten_as_a_whole(store, row):
    with suppress(RuntimeError), store.writing() as c:
        put_leads(c, [row("lead", key="a")])
        raise RuntimeError
    with store.reading() as c:
        assert get_lead(c, "a") is None


def test_a_reader_sees_one_moment(store, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", worth=1.0)])
    with store.reading() as reader:
        assert get_lead(reader, "a").worth == 1.0
        with store.writing() as writer:
            change_lead(writer, "a", worth=2.0)
        assert get_lead(reader, "a").worth == 1.0
    with store.reading() as reader:
        assert get_lead(reader, "a").worth == 2.0


def test_a_reader_writes_nothing(store, row):
    # PostgreSQL says so at once, SQLite forgets it.
    told = nullcontext() if store.is_sqlite else pytest.raises(ServiceError, match="may not be written")
    with told, store.reading() as c:
        put_leads(c, [row("lead", key="a")])
    with store.reading() as c:
        assert get_lead(c, "a") is None


def test_an_error_shows_no_value_of_its_statement(store):
    with pytest.raises(DBAPIError) as failed, store.engine.connect() as c:
        c.execute(text("SELECT :name FROM nowhere"), {"name": "Ann Lee"})
    assert "nowhere" in str(failed.value)
    assert "Ann Lee" not in str(failed.value)


def test_fields_come_back_as_they_were_written(store, row):
    fields = {"zebra": 1, "a": "É 漢字 🦊", "number": 1e16, "small": 0.1 + 0.2, "none": None, "flag": True, "list": [1, "2", {"x": -0.0}], "": ""}
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", fields=fields)])
    with store.reading() as c:
        back = get_lead(c, "a").fields
    assert repr(back) == repr(fields)


@pytest.mark.parametrize("fields", [{"x": float("nan")}, {"x": "a\0b"}, {"a\0b": 1}, {"x": "\ud800"}, {"x": float("inf")}], ids=ascii)
def test_what_no_database_keeps_is_refused_in_words(store, row, fields):
    with pytest.raises(DataError) as refused, store.writing() as c:
        put_leads(c, [row("lead", key="a", fields=fields)])
    assert refused.value.remedy
    with store.reading() as c:
        assert get_lead(c, "a") is None


def test_a_backslash_before_u0000_is_not_a_nul(store, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", fields={"path": "C:\\u0000"})])
    with store.reading() as c:
        assert get_lead(c, "a").fields == {"path": "C:\\u0000"}


def test_an_event_of_a_lead_that_is_gone_is_a_conflict(store, row):
    with pytest.raises(ConflictError), store.writing() as c:
        add_events(c, [row("event", lead="nobody", event="e1")])


def test_a_mistake_of_the_program_stays_one(store):
    import sqlalchemy

    with pytest.raises(sqlalchemy.exc.IntegrityError), store.writing() as c:
        c.execute(leads.insert().values(key="a", worth=None, fields={}))


def test_a_store_without_tables_says_so(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(ServiceError, match="has no tables of Leadrank"), store.reading() as c:
        get_lead(c, "a")
    store.close()


@pytest.mark.parametrize("url", ["mysql://ann:secret@db/x", "leads.db", "sqlite://", "sqlite:///:memory:", "postgresql://ann:secret@db:port/x", ""])
def test_what_is_no_address_is_refused_without_its_password(url):
    with pytest.raises(UsageError) as refused:
        open_store(url)
    assert "secret" not in str(refused.value)


def test_a_file_is_for_its_owners_eyes_only(tmp_path):
    open_store(f"sqlite:///{tmp_path}/leads.db").close()
    assert stat.S_IMODE(Path(tmp_path / "leads.db").stat().st_mode) == 0o600


def test_an_existing_file_keeps_what_it_allows(tmp_path):
    (tmp_path / "leads.db").touch(mode=0o640)
    open_store(f"sqlite:///{tmp_path}/leads.db").close()
    assert stat.S_IMODE(Path(tmp_path / "leads.db").stat().st_mode) == 0o640


def test_sqlite_is_set_up_to_lose_nothing(fresh_file):
    store = open_store(fresh_file())
    with store.reading() as c:
        told = {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    store.close()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
