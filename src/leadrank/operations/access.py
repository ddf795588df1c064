"""Who did what: the records that every operation leaves, and those of scores that did not touch the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leadrank.errors import UsageError
from leadrank.operations.desk import Desk, reading
from leadrank.operations.who import Role, Who
from leadrank.store.access import add, page
from leadrank.store.records import AccessRow

MOST = 1_000


def access_log(
    desk: Desk, who: Who, *, by: str | None = None, what: str | None = None, limit: int = 100, before: int | None = None, now: datetime
) -> list[AccessRow]:
    """Return access records, the newest first; `before` is the id of the last one seen.

    Parameters
    ----------
    what
        The lead, model or account that they name, also among others. A record of many leads names as many as it has room for and says how many more
        there are; one of a list or an export says what was asked for, and names none.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"A page has 1 to {MOST} records; {limit} were asked for.", "Ask for the next page with `before`.")
    with reading(desk, who, "access_log", now=now) as c:
        return page(c, limit=limit, before=before, by=by, what=what)


def record_unstored(desk: Desk, did: str, times: Mapping[tuple[str, Role], int], *, now: datetime) -> None:
    """Record what callers got without the store, such as scores: one record each, as a door counted them for a minute."""
    rows = [AccessRow(at=now, by=by, role=role, did=did, times=number, result="done") for (by, role), number in times.items()]
    if not rows:
        return
    with desk.store.writing() as c:
        add(c, rows)
