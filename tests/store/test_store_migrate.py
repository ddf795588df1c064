"""Migrations, both ways, on both databases."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from leadrank.errors import ServiceError
from leadrank.store.connect import open_store
from leadrank.store.contacts import add_contact, contacts_of, standing, take_back
from leadrank.store.leads import get_lead, put_leads
from leadrank.store.migrate import downgrade, migrate, revision
from leadrank.store.outcomes import add_outcome, outcomes_of
from leadrank.store.schema import metadata

ROOT = Path(__file__).parents[2]


def differences(store) -> list[object]:
    with store.reading() as c:
        return compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)


def test_the_migrated_database_is_what_the_schema_says(store):
    assert differences(store) == []


def test_the_indexes_are_those_that_the_schema_makes(fresh_file, tmp_path):
    """Alembic cannot compare indexes that run backwards on SQLite; the database itself says how each is made."""
    made, migrated = open_store(f"sqlite:///{tmp_path}/made.db"), open_store(fresh_file())
    with made.writing() as c:
        metadata.create_all(c)
    told = []
    for store in (made, migrated):
        with store.reading() as c:
            told.append(dict(c.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE%INDEX%'").all()))
        store.close()
    unquoted = [{name: sql and sql.replace('"', "").replace("leads.worth", "worth") for name, sql in indexes.items()} for indexes in told]
    assert unquoted[0] == unquoted[1]
    assert len(unquoted[0]) > 20


def test_a_store_of_before_forgets_what_was_taken_back_and_keeps_what_counts(store, row):
    with store.writing() as c:
        for key, ends in {"a": (True, None, False), "b": (True, None), "c": (False,)}.items():
            put_leads(c, [row("lead", key=key)])
            for converted in ends:
                add_outcome(c, row("outcome", lead=key, converted=converted))
    downgrade(store, "0001")
    with store.reading() as c:
        kept = c.execute(text("SELECT lead, converted FROM outcomes ORDER BY lead")).all()
        assert [(lead, bool(converted)) for lead, converted in kept] == [("a", False), ("c", False)]
    migrate(store)
    assert differences(store) == []
    with store.writing() as c:
        assert add_outcome(c, row("outcome", lead="a", converted=None)) > 6


def test_leads_of_before_stay_and_wait_for_their_chance(store, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", chance=0.5, cost=2.0)])
    downgrade(store, "0004")
    migrate(store)
    assert differences(store) == []
    with store.reading() as c:
        assert get_lead(c, "a") == row("lead", key="a")


def test_a_lead_of_before_is_judged_by_its_present_deadline(store, row, noon):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a", due_at=noon, first_due_at=None)])
        put_leads(c, [row("lead", key="b")])
    downgrade(store, "0005")
    migrate(store)
    assert differences(store) == []
    with store.reading() as c:
        assert [get_lead(c, key) for key in "ab"] == [row("lead", key="a", due_at=noon, first_due_at=noon), row("lead", key="b")]


def test_contacts_that_were_taken_back_stay_so_both_ways(store, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a")])
        first, second = (add_contact(c, row("contact", lead="a", note=note)) for note in ("spoke", "wrote"))
        take_back(c, standing(c, "a")[0], standing(c, "a")[0].at)
    for before in ("0006", "0005"):
        downgrade(store, before)
        migrate(store)
        assert differences(store) == []
        with store.reading() as c:
            assert [one.id for one in standing(c, "a")] == [second]
            assert {one.takes_back for one in contacts_of(c, "a")} == {None, first}


def test_what_came_back_before_is_none_and_what_did_is_taken_for_taken_back(store, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a")])
        add_outcome(c, row("outcome", lead="a", converted=False))
        add_outcome(c, row("outcome", lead="a", converted=None, came_back=True))
    downgrade(store, "0007")
    migrate(store)
    assert differences(store) == []
    with store.reading() as c:
        assert [(one.converted, one.came_back) for one in outcomes_of(c, "a")] == [(None, False), (False, False)]


def test_down_to_nothing_and_up_again_works_and_keeps_working(store, row):
    for _ in range(2):
        with store.writing() as c:
            put_leads(c, [row("lead", key="a")])
        downgrade(store, "base")
        assert revision(store) is None
        with store.reading() as c:
            assert set(inspect(c).get_table_names()) <= {"alembic_version"}
        migrate(store)
        assert differences(store) == []
        with store.reading() as c:
            assert get_lead(c, "a") is None


def test_migrating_again_changes_nothing(store, row):
    with store.writing() as c:
        put_leads(c, [row("lead", key="a")])
    migrate(store)
    with store.reading() as c:
        assert get_lead(c, "a") is not None


def test_a_store_of_a_newer_leadrank_is_refused_and_left_alone(store):
    with store.writing() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ServiceError, match="of another Leadrank"):
        migrate(store)
    assert revision(store) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(store):
    downgrade(store, "base")
    from sqlalchemy import event

    def refuse(_connection, _cursor, statement, *_):
        if "CREATE TABLE snoozes" in statement:
            raise RuntimeError(statement)

    event.listen(store.engine, "before_cursor_execute", refuse)
    with pytest.raises(RuntimeError):
        migrate(store)
    event.remove(store.engine, "before_cursor_execute", refuse)
    with store.reading() as c:
        assert inspect(c).get_table_names() in ([], ["alembic_version"])
    migrate(store)
    assert differences(store) == []


def test_foreign_keys_hold_after_a_migration(store):
    downgrade(store, "base")
    migrate(store)
    if store.is_sqlite:
        with store.reading() as c:
            assert c.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


MIGRATE = "import sys; from leadrank.store.connect import open_store; from leadrank.store.migrate import migrate; migrate(open_store(sys.argv[1]))"


def test_several_workers_may_start_at_once(store, database):
    downgrade(store, "base")
    store.close()
    workers = [subprocess.Popen([sys.executable, "-c", MIGRATE, database], stderr=subprocess.PIPE) for _ in range(4)]
    said = [worker.communicate(timeout=120)[1].decode() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, said
    assert differences(store) == []


def test_several_workers_may_start_at_once_on_a_file_that_is_not_there(tmp_path):
    url = f"sqlite:///{tmp_path}/new.db"
    workers = [subprocess.Popen([sys.executable, "-c", MIGRATE, url], stderr=subprocess.PIPE) for _ in range(4)]
    said = [worker.communicate(timeout=120)[1].decode() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4, said


def test_the_wheel_brings_the_migrations(tmp_path):
    code = (
        "from hatchling.builders.wheel import WheelBuilder; import sys;"
        "print(next(iter(WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=['standard']))))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ROOT), str(tmp_path)], capture_output=True, text=True, check=True)
    names = zipfile.ZipFile(done.stdout.strip().splitlines()[-1]).namelist()
    there = sorted((ROOT / "src/leadrank/store/migrations").rglob("*.py"))
    assert {str(path.relative_to(ROOT / "src")) for path in there} <= set(names)
