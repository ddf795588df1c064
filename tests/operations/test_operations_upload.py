"""A table comes back scored, with all that is odd about it, for an hour, for whoever sent it; if wanted its leads join the queue."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import openpyxl
import polars as pl
import pytest

from leadrank.errors import BusyError, DataError, NotFoundError, UsageError
from leadrank.operations import exports, queue
from leadrank.operations import upload as uploads
from leadrank.operations.desk import Desk, write_waiting
from leadrank.operations.intake import NewLead, take_many
from leadrank.operations.upload import kept_file, upload
from leadrank.operations.who import Who
from leadrank.store.access import page
from leadrank.store.connect import Store

TABLE = b"id,visits,source,age,note\nU1,9,reference,50,=1+1\nU2,many,web,30,ok\nU3,,fair,,x\nU4,1,web,40,\nU5,2,web,40,a,b,c\n"
HOUR, TOKEN = timedelta(hours=1), "t"


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_a_table_comes_back_scored_and_told_about_as_on_the_command_line(
    store: Store, desk_of: Callable[..., Desk], root: Who, people: dict[str, Who], now: datetime
) -> None:
    desk = desk_of("small", store)
    found = upload(desk, root, "may leads.csv", TABLE, token=TOKEN, now=now)
    assert (found.rows, found.taken, found.expires_at, set(found.files)) == (4, 0, now + HOUR, {"csv", "xlsx"})
    assert sum(found.tiers.values()) == 4
    said = "\n".join(found.findings)
    assert "1 record does not split" in said
    assert "1 cell of visits cannot be read, e.g. 'many' in row 2" in said
    assert "Not used, since training did not know it: note." in said
    file = kept_file(desk, root, found.files["csv"], now=now + HOUR - timedelta(seconds=1))
    assert (file.name, file.kind) == ("may leads.scored.csv", "text/csv; charset=utf-8")
    rows = pl.read_csv(file.content)
    expected = desk.champion.current().scorer.one({"visits": "9", "source": "reference", "age": "50"})
    assert rows["id"].to_list() == ["U1", "U2", "U3", "U4"]
    assert rows["probability"][0] == pytest.approx(expected.probability, abs=1e-9)
    book = openpyxl.load_workbook(io.BytesIO(kept_file(desk, root, found.files["xlsx"], now=now).content))
    assert book["leads"].max_row == 5
    for who, moment in ((people["ann"], now), (root, now + HOUR)):
        with pytest.raises(NotFoundError):
            kept_file(desk, who, found.files["csv"], now=moment)
    assert queue.queue(desk, root, now=now).total == 0


def test_a_file_is_made_when_it_is_asked_for_and_nothing_but_its_rows_is_kept(
    desk: Desk, root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()
    write = exports.as_file
    monkeypatch.setattr(uploads, "as_file", lambda frame, kind: made.append(kind) or write(frame, kind))
    files = upload(desk, root, "a.csv", TABLE, token=TOKEN, now=now).files
    assert made == []
    book = openpyxl.load_workbook(io.BytesIO(kept_file(desk, root, files["xlsx"], now=now).content))["leads"]
    assert made == ["xlsx"]
    rows = pl.read_csv(kept_file(desk, root, files["csv"], now=now).content)
    assert [[cell.value for cell in row] for row in book.iter_rows(max_row=1)] == [rows.columns]
    shown = [row[rows.columns.index("probability")] for row in book.iter_rows(min_row=2, values_only=True)]
    assert shown == pytest.approx(rows["probability"].to_list(), abs=1e-12)
    for wrong in (files["csv"].removesuffix(".csv"), files["csv"].replace(".csv", ".exe"), ".csv", "x.csv"):
        with pytest.raises(NotFoundError):
            kept_file(desk, root, wrong, now=now)


def test_one_excel_file_is_made_at_a_time_and_a_csv_waits_for_none(
    desk: Desk, root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = upload(desk, root, "a.csv", TABLE, token=TOKEN, now=now).files
    monkeypatch.setattr(exports, "PATIENCE", 0.01)
    asked = (lambda: kept_file(desk, root, files["xlsx"], now=now), lambda: queue.export_queue(desk, root, kind="xlsx", now=now))
    with exports.turn(desk, "xlsx"):
        for ask in asked:
            with pytest.raises(BusyError, match="Another Excel file"):
                ask()
        assert kept_file(desk, root, files["csv"], now=now).content
        assert queue.export_queue(desk, root, now=now)
    assert all(ask() for ask in asked)


def test_its_leads_are_taken_if_wanted(desk: Desk, root: Who, now: datetime) -> None:
    assert upload(desk, root, "a.csv", TABLE, token=TOKEN, take=True, now=now).taken == 4
    lead = queue.lead(desk, root, "U1", now=now).lead
    assert (lead.fields["visits"], lead.source) == ("9", "upload a")


@pytest.mark.parametrize(("content", "error"), [
    (b"", DataError), (b"id,visits\nU1,3\n", DataError), (b"\x89PNG\r\n\x1a\n" + bytes(100), DataError), (b"id,visits,source,age\n", DataError),
])
def test_what_is_no_table_of_leads_is_refused(desk: Desk, root: Who, now: datetime, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        upload(desk, root, "a.csv", content, token=TOKEN, now=now)


@pytest.mark.parametrize("content", [
    b"visits,source,age\n3,web,40\n", b"id,visits,source,age\nU1,3,web,40\nU1,4,web,40\n", b"id,visits,source,age\n,3,web,40\n",
])
def test_leads_without_names_of_their_own_are_not_taken(desk: Desk, root: Who, now: datetime, content: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be taken"):
        upload(desk, root, "a.csv", content, token=TOKEN, take=True, now=now)
    assert upload(desk, root, "a.csv", content, token=TOKEN, now=now).rows >= 1


def test_a_model_of_several_tables_scores_leads_of_which_nothing_has_happened(desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("tables")
    found = upload(desk, root, "a.csv", b"lead_id,came,firm\nA,2026-02-01 10:00,F1\nB,2026-02-02 10:00,F2\n", token=TOKEN, now=now)
    assert found.rows == 2


def test_many_leads_are_taken_piece_by_piece_so_that_others_may_write_in_between(desk: Desk, root: Who, now: datetime) -> None:
    assert take_many(desk, root, [NewLead(f"U{k}", {"visits": k}) for k in range(5)], now=now, piece=2) == 5
    with desk.store.reading() as c:
        assert [row.times for row in page(c, limit=10) if row.did == "take_leads"] == [1, 2, 2]


def test_what_a_strict_project_refuses_of_many_is_refused_before_the_first_piece(desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("strict")
    good = {"visits": "3", "source": "web", "age": "40"}
    with pytest.raises(UsageError, match="U1"):
        take_many(desk, root, [NewLead("U0", good), NewLead("U1", good | {"odd": 1})], now=now, piece=1)
    assert queue.queue(desk, root, now=now).total == 0


def test_a_read_does_not_wait_for_a_busy_writer_and_its_access_record_is_written_later(desk: Desk, root: Who, now: datetime) -> None:
    with desk.store.writing():
        assert queue.queue(desk, root, now=now).total == 0
    with desk.store.reading() as c:
        assert "queue" not in [row.did for row in page(c, limit=10)]
    assert (write_waiting(desk), write_waiting(desk)) == (1, 0)
    with desk.store.reading() as c:
        assert page(c, limit=10)[0].did == "queue"
