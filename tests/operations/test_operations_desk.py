"""An operation is done whole, with its access record, or not at all; what is refused or fails is recorded too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from leadrank.errors import ConflictError, ForbiddenError, ServiceError
from leadrank.operations import queue, work
from leadrank.operations.champion import Champion
from leadrank.operations.desk import Desk, reading, writing
from leadrank.operations.intake import NewLead, take_leads
from leadrank.operations.who import Who
from leadrank.store.access import page as records
from leadrank.store.connect import Store
from leadrank.store.leads import change_lead


@pytest.fixture
def root(people: dict[str, Who]) -> Who:
    return people["root"]


def _last(desk: Desk) -> tuple[str, str, str]:
    with desk.store.reading() as c:
        row = records(c, limit=1)[0]
    return row.did, row.what, row.result


def test_what_fails_half_way_leaves_nothing_but_its_record(store: Store, desk_of: Callable[..., Desk], root: Who, now: datetime) -> None:
    desk = desk_of("small", store)
    take_leads(desk, root, [NewLead("L1", {"visits": 3})], now=now)
    with pytest.raises(ZeroDivisionError), writing(desk, root, "contact", "L1", now=now) as c:
        1 // (not change_lead(c, "L1", owner="nobody"))
    assert queue.lead(desk, root, "L1", now=now).lead.owner is None
    work.outcome(desk, root, "L1", converted=True, now=now)
    with pytest.raises(ConflictError):
        work.snooze(desk, root, "L1", until=now.replace(year=now.year + 1), now=now)
    assert _last(desk) == ("snooze", "L1", "failed")


def test_what_is_refused_is_recorded_with_the_request(desk: Desk, now: datetime) -> None:
    with pytest.raises(ForbiddenError), reading(desk, Who("ann", "rep", request="r7"), "workload", now=now):
        pass
    with desk.store.reading() as c:
        row = records(c, limit=1)[0]
    assert (row.by, row.role, row.did, row.result, row.request) == ("ann", "rep", "workload", "refused", "r7")


def test_an_answer_whose_access_cannot_be_recorded_is_not_given(desk: Desk, root: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise ServiceError("no room", "make room")

    monkeypatch.setattr("leadrank.operations.desk.access.add", full)
    with pytest.raises(ServiceError, match="no room"):
        queue.queue(desk, root, now=now)


def test_a_store_out_of_reach_is_said_as_such_and_the_model_in_use_still_scores(desk: Desk, root: Who, now: datetime) -> None:
    active = desk.champion.current()
    gone = Desk(desk.store, desk.champion)
    desk.store.close()

    def away(*_: object) -> None:
        raise ServiceError("The store could not be reached.", "Check it.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leadrank.store.connect.Engine.connect", away)
        with pytest.raises(ServiceError, match="could not be reached"):
            queue.queue(gone, root, now=now)
        assert active.scorer.one({"visits": 3}).probability == gone.champion.current().scorer.one({"visits": 3}).probability


def test_there_is_no_model_in_use_before_one_is_given() -> None:
    with pytest.raises(ServiceError, match="No model is in use"):
        Champion().current()
