"""The queue is ranked, paged without gaps, told in files without formulas; a forged place in it is refused."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import openpyxl
import polars as pl
import pytest
from openpyxl.utils.escape import unescape

from leadrank.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from leadrank.operations import queue, replies, work
from leadrank.operations.access import access_log, record_unstored
from leadrank.operations.desk import Desk
from leadrank.operations.intake import LONGEST_KEY, NewLead, take_leads
from leadrank.operations.who import Who
from leadrank.store.connect import Store
from leadrank.store.leads import change_lead
from leadrank.store.queue import QueueFilter

KEEN = {"visits": 9, "source": "reference", "age": 50}
HOSTILE = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")", "http://x", "mailto:x", "{=1}"]


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def test_pages_follow_each_other_without_gap_or_repeat(store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("small", store)
    take_leads(desk, root, [NewLead(f"L{k:02}", {"visits": k % 4, "source": "web", "age": 40}) for k in range(23)], now=now)
    found, after = [], None
    while True:
        page = queue.queue(desk, root, limit=5, after=after, now=now)
        found += page.leads
        assert page.total == 23
        assert sum(page.tiers.values()) == 23
        if page.after is None:
            break
        after = page.after
    assert [row.key for row in found] == [row.key for row in sorted(found, key=lambda row: (-row.worth, row.key))]
    assert len({row.key for row in found}) == 23


@pytest.mark.parametrize("letter", ["😀", '"', "\\", "ü", "a"])
def test_a_place_in_the_queue_of_the_longest_key_is_within_its_bound(desk: Desk, root: Who, now: datetime, letter: str) -> None:
    keys = [letter * (LONGEST_KEY - 1) + end for end in (letter, "z")]
    take_leads(desk, root, [NewLead(key, KEEN) for key in keys], now=now + timedelta(microseconds=123456))
    with desk.store.writing() as c:
        for key in keys:
            change_lead(c, key, worth=-1.2345678901234567e-300)
    first = queue.queue(desk, root, limit=1, now=now + timedelta(microseconds=1))
    assert len(first.after or "") <= queue.LONGEST_CURSOR
    second = queue.queue(desk, root, limit=1, after=first.after, now=now)
    assert {row.key for row in (*first.leads, *second.leads)} == set(keys)
    assert second.after is None


@pytest.mark.parametrize("forged", [
    "x", "", "e30=", base64.b64encode(b"[1]").decode(), base64.b64encode(json.dumps(["1", "a"]).encode()).decode(),
    "ü", "A" * 5000, *(base64.b64encode(place).decode() for place in (
        b"[" * 900, b'[1.0, "a"]', b'["2026-03-02", 0, NaN, "a"]', b'["2026-03-02", 0, 1e999, "a"]', b'["2026-03-02", 0, 1.0, 2]',
        b'["2026-03-02", 4, 1.0, "a"]', b'["2026-03-02", -1, 1.0, "a"]', b'["2026-03-02", "0", 1.0, "a"]', b'["2026-03-02T12:00Z", 0, 1.0, "a"]',
        b'["soon", 0, 1.0, "a"]', b'[1, 0, 1.0, "a"]', b'["2026-03-02", [0], 1.0, "a"]', b'["2026-03-02", 0, 1.0, "a", 1]',
    )),
])
def test_a_forged_place_in_the_queue_is_refused(desk: Desk, root: Who, now: datetime, forged: str) -> None:
    with pytest.raises(UsageError, match="no place in the queue"):
        queue.queue(desk, root, after=forged, now=now)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_bounds(desk: Desk, root: Who, now: datetime, limit: int) -> None:
    with pytest.raises(UsageError, match="1 to 500"):
        queue.queue(desk, root, limit=limit, now=now)


def test_a_rep_sees_own_leads_only_and_cannot_ask_for_others(
    desk: Desk, staff: Callable[..., None], people: dict[str, Who], root: Who, now: datetime
) -> None:
    staff(desk)
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(4)], now=now)
    ann = people["ann"]
    assert {row.owner for row in queue.queue(desk, ann, now=now).leads} == {"ann"}
    assert queue.queue(desk, ann, QueueFilter(owner="ann"), now=now).total == 2
    for wanted in (QueueFilter(owner="bob"), QueueFilter(owner="bob", unassigned=True)):
        with pytest.raises(ForbiddenError):
            queue.queue(desk, ann, wanted, now=now)
    exported = pl.read_csv(queue.export_queue(desk, ann, now=now))
    assert exported["owner"].unique().to_list() == ["ann"]


def test_a_rep_sees_on_demand_what_nobody_in_the_team_has_and_nothing_of_another_team(
    desk: Desk, people: dict[str, Who], root: Who, now: datetime
) -> None:
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(5)], now=now)
    with desk.store.writing() as c:
        for key, owner, team in (("L0", "ann", "north"), ("L1", "bob", "north"), ("L2", None, "north"), ("L3", None, "south")):
            change_lead(c, key, owner=owner, team=team)
    ann = people["ann"]

    def seen(who: Who, wanted: QueueFilter) -> set[str]:
        found = queue.queue(desk, who, wanted, now=now)
        assert found.total == len(found.leads) == sum(found.tiers.values())
        return {row.key for row in found.leads}

    assert seen(ann, QueueFilter(unassigned=True)) == {"L2"}
    assert seen(ann, QueueFilter(owner="ann", unassigned=True)) == {"L0", "L2"}
    assert seen(replace(ann, team=None), QueueFilter(unassigned=True)) == set()
    assert seen(replace(ann, team=None, teamless=True), QueueFilter(unassigned=True)) == {"L4"}
    assert seen(replace(ann, teamless=True), QueueFilter(unassigned=True)) == {"L2", "L4"}
    assert seen(root, QueueFilter(owner="bob", unassigned=True)) == {"L1", "L2", "L3", "L4"}
    exported = pl.read_csv(queue.export_queue(desk, ann, QueueFilter(unassigned=True), now=now))
    assert set(exported["key"]) == {"L2"}


def test_the_record_of_an_export_says_which_leads_and_how_many(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(3)], now=now)
    queue.export_queue(desk, root, QueueFilter(search="L1"), now=now)
    queue.export_queue(desk, root, QueueFilter(status=("open", "lost"), unassigned=True), now=now)
    told = [(row.what, row.times) for row in access_log(desk, root, now=now) if row.did == "export_queue"]
    assert told == [("unassigned=True status=open|lost", 3), ("status=open search", 1)]


def test_a_batch_that_is_refused_is_recorded_with_its_number(
    desk: Desk, staff: Callable[..., None], people: dict[str, Who], root: Who, now: datetime
) -> None:
    staff(desk)
    take_leads(desk, root, [NewLead(f"L{k}", KEEN) for k in range(3)], now=now)
    with pytest.raises(NotFoundError):
        take_leads(desk, people["ann"], [NewLead(f"L{k}", KEEN) for k in range(3)], now=now)
    told = [(row.what, row.times) for row in access_log(desk, root, by="ann", now=now) if row.result == "refused"]
    assert told == [("L0, L1, L2", 3)]


def test_no_cell_of_an_export_starts_a_formula_and_every_value_stays(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead(f"={k}", {**KEEN, "note": text, "=x": text}) for k, text in enumerate(HOSTILE)], now=now)
    rows = queue.export_queue(desk, root, QueueFilter(), kind="csv", now=now).decode()
    cells = pl.read_csv(rows.encode(), infer_schema=False)
    texts = [cell for row in (cells.columns, *cells.rows()) for cell in row if cell and not cell.lstrip("-").replace(".", "").isdigit()]
    assert not any(text[0] in "=+-@\t\r" for text in texts)
    book = openpyxl.load_workbook(io.BytesIO(queue.export_queue(desk, root, kind="xlsx", now=now)))
    sheet = book["leads"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b", "d"}
    names = [cell.value for cell in sheet[1]]
    found = sorted(unescape(str(row[names.index("note")].value)) for row in sheet.iter_rows(min_row=2))
    assert found == sorted(HOSTILE)


def test_an_export_is_of_a_kind_that_there_is(desk: Desk, root: Who, now: datetime) -> None:
    with pytest.raises(UsageError, match="csv or xlsx"):
        queue.export_queue(desk, root, kind="pdf", now=now)


def test_a_field_named_like_a_column_of_ours_says_that_it_is_a_field(desk: Desk, root: Who, now: datetime) -> None:
    take_leads(desk, root, [NewLead("L1", {**KEEN, "score": 12})], now=now)
    exported = pl.read_csv(queue.export_queue(desk, root, now=now))
    assert exported["score (field)"].to_list() == [12]
    assert exported["score"].to_list() != [12]


def test_what_a_queue_shows_has_a_version_that_grows_with_every_change(desk: Desk, root: Who, now: datetime) -> None:
    seen = [desk.version()]
    for act in (
        lambda: take_leads(desk, root, [NewLead("L1", KEEN)], now=now), lambda: work.contact(desk, root, "L1", channel="call", now=now),
        lambda: work.snooze(desk, root, "L1", until=now + timedelta(days=1), now=now),
        lambda: work.outcome(desk, root, "L1", converted=True, now=now),
    ):
        act()
        seen.append(desk.version())
    assert len(set(seen)) == 5
    assert seen == sorted(seen)


def test_a_request_that_comes_again_gets_its_answer_and_another_with_its_key_none(
    store: Store, desk_of: Callable[..., Desk], root: Who, people: dict[str, Who], now: datetime
) -> None:
    desk, done = desk_of("small", store), []

    def do(own: Desk) -> tuple[int, bytes]:
        done.append(len(take_leads(own, root, [NewLead("K1", {})], now=now)))
        return 201, b"{}"

    assert replies.once(desk, root, "k1", "a" * 64, do, now=now) is None
    found = replies.once(desk, root, "k1", "a" * 64, do, now=now)
    assert found is not None
    assert (found.status, found.body, done) == (201, b"{}", [1])
    with pytest.raises(ConflictError, match="another request"):
        replies.once(desk, root, "k1", "b" * 64, do, now=now)
    assert replies.once(desk, people["ann"], "k1", "b" * 64, lambda _: (200, b""), now=now) is None


def test_a_request_that_failed_leaves_nothing_but_its_record_and_may_come_again(
    store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime
) -> None:
    desk = desk_of("small", store)

    def halfway(own: Desk) -> tuple[int, bytes]:
        take_leads(own, root, [NewLead("K1", {})], now=now)
        work.contact(own, root, "nobody", channel="call", now=now)
        return 200, b""

    with pytest.raises(NotFoundError):
        replies.once(desk, root, "k1", "a" * 64, halfway, now=now)
    log = {(row.did, row.result) for row in access_log(desk, root, now=now)}
    assert ("contact", "refused") in log
    assert replies.once(desk, root, "k1", "a" * 64, lambda _: (200, b""), now=now) is None


def test_scores_without_the_store_leave_one_record_for_each_caller(desk: Desk, root: Who, now: datetime) -> None:
    record_unstored(desk, "predict", {("key:crm", "rep"): 1200, ("ann", "rep"): 3}, now=now)
    told = [row for row in access_log(desk, root, now=now) if row.did == "predict"]
    assert {(row.by, row.times) for row in told} == {("key:crm", 1200), ("ann", 3)}
    assert [row.by for row in access_log(desk, root, by="ann", now=now)] == ["ann"]
