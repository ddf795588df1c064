"""What happens when the database is away, full, busy, damaged or killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadrank.errors import ServiceError
from leadrank.store.connect import open_store
from leadrank.store.leads import get_lead, put_leads
from leadrank.store.migrate import migrate

CAMPAIGN = Path(__file__).parents[2] / "benchmarks" / "store_campaign.py"


def refused(url: str) -> tuple[ServiceError, float]:
    def read() -> None:
        with open_store(url).reading() as c:
            get_lead(c, "a")

    start = time.monotonic()
    with pytest.raises(ServiceError) as told:
        read()
    assert told.value.remedy
    assert "s3cret" not in "".join(traceback.format_exception(told.value))
    return told.value, time.monotonic() - start


def test_a_server_that_is_not_there_is_an_error_in_words_without_the_password():
    told, took = refused("postgresql://ann:s3cret@127.0.0.1:1/leads")
    assert told.message == "postgresql://ann:***@127.0.0.1:1/leads could not be reached."
    assert took < 2


def test_a_password_among_the_options_is_not_shown_either():
    told, _ = refused("postgresql://ann@127.0.0.1:1/leads?password=s3cret")
    assert "password" not in told.message


def test_a_server_that_accepts_and_says_nothing_is_given_up_soon():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told, took = refused(f"postgresql://ann:s3cret@127.0.0.1:{silent.getsockname()[1]}/leads")
    assert "could not be reached" in told.message
    print(f"\ngiven up after {took:.1f} s")
    assert took < 5


def test_migrating_a_server_that_is_not_there_is_the_same_error():
    with pytest.raises(ServiceError, match="could not be reached"):
        migrate(open_store("postgresql://ann:s3cret@127.0.0.1:1/leads"))


def test_a_folder_that_is_not_there(tmp_path):
    told, _ = refused(f"sqlite:///{tmp_path}/nowhere/leads.db")
    assert "could not be opened" in told.message


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "leads.db").write_text("Name,City\n" * 1000, encoding="utf-8")
    told, _ = refused(f"sqlite:///{tmp_path}/leads.db")
    assert "is no readable database" in told.message


def test_a_folder_in_the_place_of_the_file(tmp_path):
    (tmp_path / "leads.db").mkdir()
    told, _ = refused(f"sqlite:///{tmp_path}/leads.db")
    assert "could not be opened" in told.message


def test_a_database_that_somebody_holds_too_long_is_busy(fresh_file, row):
    from sqlalchemy import event

    url = fresh_file()
    holder, other = open_store(url), open_store(url)
    event.listen(other.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 50"))
    with holder.writing() as c:
        put_leads(c, [row("lead", key="a")])
        with pytest.raises(ServiceError, match="was busy for too long"), other.writing():
            pass
        with other.reading() as reader:
            assert get_lead(reader, "a") is None  # who reads waits for nobody
    with other.writing() as c:
        put_leads(c, [row("lead", key="b")])
    holder.close()
    other.close()


def test_no_connection_free_is_an_error_in_words(fresh_file):
    store = open_store(fresh_file())
    store.engine.pool._timeout = 0.05
    with ExitStack() as held:
        for _ in range(20):
            held.enter_context(store.reading())
        with pytest.raises(ServiceError, match="has no connection free"), store.reading():
            pass
    store.close()


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False).returncode:
        pytest.skip("a disk of 2 MB can be mounted by root alone")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_loses_nothing_that_was_acknowledged(small_disk, row):
    store = open_store(f"sqlite:///{small_disk}/leads.db")
    migrate(store)
    acknowledged = []

    def fill() -> None:
        for number in range(10_000):
            with store.writing() as c:
                put_leads(c, [row("lead", key=f"{number:05}", fields={"Note": "x" * 2000})])
            acknowledged.append(number)

    with pytest.raises(ServiceError, match="room"):
        fill()
    kept = len(acknowledged)
    with store.reading() as c:
        assert [bool(get_lead(c, f"{number:05}")) for number in (0, kept - 1, kept)] == [True, True, False]
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    with store.writing() as c:
        put_leads(c, [row("lead", key="after")])
    store.close()
    again = open_store(f"sqlite:///{small_disk}/leads.db")
    with again.reading() as c:
        assert c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert c.exec_driver_sql("SELECT count(*) FROM leads").scalar() == kept + 1
    again.close()
    print(f"\n{kept} leads acknowledged before the disk was full, {kept} found")
    assert kept > 10


def campaign(*arguments: str) -> dict:
    done = subprocess.run([sys.executable, CAMPAIGN, *arguments], capture_output=True, text=True, check=False, timeout=500)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_nothing_acknowledged_is_lost_when_writers_and_servers_are_killed():
    report = campaign("--kills", "20", "--cycles", "2")
    assert report["missed"] == []
    assert report["killed writers"]["acknowledged"] >= 20


@pytest.mark.campaign
def test_nothing_acknowledged_is_lost_in_many_kills(request):
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    assert campaign("--kills", "200", "--cycles", "20")["missed"] == []
