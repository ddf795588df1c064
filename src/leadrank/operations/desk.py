"""What every operation is done at: the store, and the model in use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import BoundedSemaphore

from sqlalchemy import Connection

from leadrank.errors import BusyError, ForbiddenError, LeadrankError, NotFoundError
from leadrank.operations.allowed import check, no_lead
from leadrank.operations.cells import ROOM
from leadrank.operations.champion import Champion
from leadrank.operations.who import Who
from leadrank.store import access, changes
from leadrank.store.connect import Store
from leadrank.store.leads import get_lead, lock_lead
from leadrank.store.records import AccessRow, LeadRow

SOON = 0.25
"""Seconds for which a read waits until it may write its access record by itself."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The store and the champion; one for each process, shared by its threads.

    Access records of reads are `waiting` here while a file has a busy writer; whoever is `making` a large file does so alone.
    """

    store: Store
    champion: Champion = field(default_factory=Champion)
    waiting: deque[AccessRow] = field(default_factory=deque, repr=False, compare=False)
    making: BoundedSemaphore = field(default_factory=BoundedSemaphore, repr=False, compare=False)

    def version(self) -> tuple[int, ...]:
        """Return numbers that grow with every change of what a queue shows."""
        with self.store.reading() as connection:
            return changes.version(connection)

    def look(self, before: changes.Look | None = None) -> changes.Look:
        """Look what changed since the look before, and whose leads: a door that watches does so again and again."""
        with self.store.reading() as connection:
            return changes.look(connection, before)


@contextmanager
def writing(desk: Desk, who: Who, operation: str, what: str = "", *, now: datetime, times: int = 1) -> Iterator[Connection]:
    """Check that the caller may do this, and do it in one transaction with its access record; what is refused or fails is recorded as well.

    Parameters
    ----------
    operation
        A name in `ALLOWED`.
    what
        The lead, model or account that it is about.
    times
        How many of them, where one call is about several.
    """
    with trying(desk, who, operation, what, now=now, times=times), desk.store.writing() as connection:
        yield connection
        access.add(connection, [_row(who, operation, what, now, "done", times)])


@contextmanager
def reading(
    desk: Desk, who: Who, operation: str, what: str = "", *, now: datetime, times: Callable[[], int] = lambda: 1
) -> Iterator[Connection]:
    """Check that the caller may see this, and show it; the access record is written before the answer is given out.

    Reading does not wait for those who write: the record has a short transaction of its own, and where a file's writers leave no room for that soon,
    the next `write_waiting` writes it. `times` says afterwards how many were shown, where one call shows several.
    """
    with trying(desk, who, operation, what, now=now):
        with desk.store.reading() as connection:
            yield connection
        _record(desk, _row(who, operation, what, now, "done", times()))


def own_lead(c: Connection, who: Who, operation: str, key: str, *, lock: bool = True) -> LeadRow:
    """Read one lead that the caller may have to do with, to change it or only to look at it.

    Raises
    ------
    NotFoundError
        There is none, or it is not the rep's own.
    """
    row = lock_lead(c, key) if lock else get_lead(c, key)
    if row is None:
        raise no_lead(key)
    check(who, operation, row)
    return row


@contextmanager
def trying(desk: Desk, who: Who, operation: str, what: str = "", *, now: datetime, times: int = 1) -> Iterator[None]:
    """Check that the caller may do this, and record what does not come about: its own transaction is rolled back."""
    try:
        check(who, operation)
        yield
    except Exception as problem:
        refused = isinstance(problem, ForbiddenError | NotFoundError)
        # A store that is out of reach cannot record that it is.
        with suppress(LeadrankError):
            _record(desk, _row(who, operation, what, now, "refused" if refused else "failed", times))
        raise


def write_waiting(desk: Desk) -> int:
    """Write the access records that wait; what cannot be written now waits on. Return how many were written."""
    if not desk.waiting:
        return 0
    taken = list[AccessRow]()
    try:
        with desk.store.writing() as connection:
            with suppress(IndexError):
                while True:
                    taken.append(desk.waiting.popleft())
            access.add(connection, taken)
    except BaseException:
        desk.waiting.extendleft(reversed(taken))
        raise
    return len(taken)


def _record(desk: Desk, row: AccessRow) -> None:
    try:
        with desk.store.writing(SOON) as connection:
            access.add(connection, [row])
    except BusyError:
        desk.waiting.append(row)


def _row(who: Who, operation: str, what: str, now: datetime, result: str, times: int = 1) -> AccessRow:
    return AccessRow(
        at=now, by=who.name, role=who.role, did=operation[:100], what=what[:ROOM], times=times, result=result, request=who.request[:64]
    )
