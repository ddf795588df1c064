from __future__ import annotations

import sqlite3
from pathlib import Path

import polars as pl
import pytest

from leadrank.data import infer_schema, open_batches, read_table
from leadrank.data.reading import batches
from leadrank.errors import DataError, ServiceError, UsageError
from leadrank.project import LeadTable


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        'CREATE TABLE "my leads" (id INTEGER, name TEXT, score REAL, mixed); INSERT INTO "my leads" VALUES (1, \'Ann\', 1.5, 1), (2, NULL, 2, \'x\');'
        'CREATE VIEW won AS SELECT id FROM "my leads"; CREATE TABLE empty (a)')
    connection.close()
    return path


def test_a_sqlite_table_is_read_with_its_types(database: Path) -> None:
    table = read_table(f"sqlite:///{database}#my leads")
    assert table.frame.rows() == [(1, "Ann", 1.5, "1"), (2, None, 2.0, "x")]
    assert table.frame.schema == {"id": pl.Int64, "name": pl.String, "score": pl.Float64, "mixed": pl.String}
    assert read_table(f"sqlite:///{database}#won").frame["id"].to_list() == [1, 2]
    assert read_table(f"sqlite:///{database}#my leads", columns=["name"]).frame.columns == ["name"]


@pytest.mark.parametrize(("url", "kind", "said"), [
    ("sqlite:///{db}#my lead", DataError, "Did you mean 'my leads'"), ("sqlite:///{db}#empty", DataError, "no rows"),
    ("sqlite:///{db}", UsageError, "names no table"), ("sqlite:///nowhere.db#t", DataError, "not there"),
    ("mysql://ann:secret@h/d#t", UsageError, "mysql:// cannot be read"),
    ("postgresql://ann:secret@127.0.0.1:1/d#t", ServiceError, "could not be read"),
    ("postgresql://ann:secret@127.0.0.1:port/d#t", UsageError, "no database address"),
])
def test_a_bad_address_is_refused_without_its_password(database: Path, url: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        read_table(url.format(db=database))
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(caught.value.__cause__)


@pytest.mark.parametrize("table", ["my leads", "won", "empty", "odd"])
def test_a_table_is_the_same_in_pieces(database: Path, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE odd (a, b, c, d, e)")
    rows = [(None, 1, "x", b"1", None)] * 5 + [(1, 2.5, None, None, None)] * 5 + [("z", None, "y", b"2", None), (2**62, 1e300, "", b"", None)]
    connection.executemany("INSERT INTO odd VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    monkeypatch.setattr(batches, "PIECE_ROWS", 2)
    url = f"sqlite:///{database}#{table}"
    whole, opened = read_table(url, rows_needed=False).frame, open_batches(url, [])
    pieces = list(opened.pieces)
    assert len(pieces) == max(1, -(-whole.height // 2))
    assert pl.concat(pieces).equals(whole)
    assert pl.concat(pieces).schema == whole.schema
    assert list(opened.names) == whole.columns
    last = whole.columns[-1]
    assert pl.concat(open_batches(url, [last]).pieces).equals(whole.select(last))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database at all " * 100)
    with pytest.raises(ServiceError):
        read_table(f"sqlite:///{tmp_path / 'x.db'}#t")


def test_a_postgresql_table_is_read_and_its_types_are_understood(postgres: str) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(sqlalchemy.make_url(postgres).set(drivername="postgresql+psycopg"), poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE SCHEMA crm"))
        connection.execute(sqlalchemy.text(
            "CREATE TABLE crm.leads (id uuid, amount numeric(10,2), won boolean, at timestamptz, born date, tags text[], extra jsonb, city text)"))
        connection.execute(sqlalchemy.text(
            "INSERT INTO crm.leads VALUES (gen_random_uuid(), 12.50, true, '2024-01-01 12:00+02', '1990-05-06', '{a,b}', '{\"k\": 1}', 'Köln'),"
            " (gen_random_uuid(), NULL, NULL, NULL, NULL, NULL, NULL, NULL)"))
    table = read_table(f"{postgres}#crm.leads")
    assert table.frame.height == 2
    assert table.frame["amount"].to_list() == [12.5, None]
    assert table.frame["won"].dtype == pl.Boolean
    schema, findings = infer_schema(table.frame, LeadTable())
    kinds = {c.name: c.type for c in schema.columns}
    assert kinds["at"] == kinds["born"] == "date"
    assert kinds["amount"] == "number"
    assert {"tags", "extra"} & {f.column for f in findings if f.code == "D117"}
    plain = [name for name in table.frame.columns if name not in {"tags", "extra"}]
    assert pl.concat(open_batches(f"{postgres}#crm.leads", plain).pieces).equals(table.frame.select(plain))
    assert pl.concat(open_batches(f"{postgres}#crm.leads", []).pieces).equals(table.frame)
    with pytest.raises(DataError, match="no table"):
        read_table(f"{postgres}#crm.lead")
    wrong = postgres.replace("postgres:", "nobody:secret", 1) if "postgres:@" in postgres else postgres.replace("://", "://nobody:secret@", 1)
    with pytest.raises((ServiceError, UsageError)) as caught:
        read_table(f"{wrong}#crm.leads")
    assert "secret" not in str(caught.value)
