"""Who did what: the records that every operation leaves, and those of scores that did not touch the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Role, Who
from leadrank.store.records import AccessRow


def access_log(
    desk: Desk, who: Who, *, by: str | None = None, what: str | None = None, limit: int = 100, before: int | None = None, now: datetime
) -> list[AccessRow]:
    """Return access records, the newest first; `before` is the id of the last one seen."""
    raise NotImplementedError


def record_predictions(desk: Desk, times: Mapping[tuple[str, Role], int], *, now: datetime) -> None:
    """Record how many leads callers had scored without the store: one record each, as a door counted them for a minute."""
    raise NotImplementedError
