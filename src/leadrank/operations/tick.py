"""What is due by itself: done again and again by a door, by one worker or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from leadrank.decisions.deadline import due_at
from leadrank.operations.cells import listed
from leadrank.operations.champion import Active
from leadrank.operations.desk import Desk, write_waiting
from leadrank.operations.intake import ALIVE
from leadrank.operations.registry import CHUNK, rescored
from leadrank.operations.routing import Move, place, placeable, write_moves
from leadrank.operations.scoring import depends_on_time
from leadrank.operations.standing import Restless, settle
from leadrank.operations.waking import woken
from leadrank.operations.who import LEADRANK
from leadrank.store import access, accounts, leads, overrides, parents
from leadrank.store.purge import purge
from leadrank.store.queue import Cursor, QueueFilter, page
from leadrank.store.records import AccessRow, LeadRow

PIECE = 1_000
"""Leads that one round works on, for each kind of work."""
OLD = timedelta(hours=24)
"""Where scores change as time passes, the age at which one is made anew."""
Late = tuple[datetime, str]
"""The deadline and the key of a lead that is overdue."""
Work = Callable[[Connection, Active, list[LeadRow], datetime], list[str]]


WAITING = QueueFilter(unassigned=True, contact=True)


@dataclass(frozen=True, slots=True)
class Behind:
    """The last leads that a tick looked at, of those that wait for an owner and of those that are overdue; None: all of them were looked at."""

    waiting: Cursor | None = None
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """How many leads woke up, lost an override, went to another rep, were scored anew; how many expired rows were removed; where the next begins."""

    woken: int = 0
    ended: int = 0
    reassigned: int = 0
    rescored: int = 0
    purged: int = 0
    behind: Behind = field(default=Behind(), compare=False)


def tick(desk: Desk, *, behind: Behind = Behind(), now: datetime) -> Ticked:
    """Wake what was snoozed, end overrides, find owners for what waits or is overdue, score anew what is due, and remove what has expired.

    To be called every few seconds: each kind of work is first looked for without keeping others from writing, and done a piece at a time, each piece
    in a transaction of its own with an access record. Several workers may do so at once: whoever comes second finds it done.

    Parameters
    ----------
    behind
        Where the tick before said that this one begins: leads for which nobody has room keep none from those behind them.
    """
    write_waiting(desk)
    with desk.store.reading() as c:
        due = _due(c, desk.champion.of(c), behind, now)
    return Ticked(
        woken=_piece(desk, "wake", due.asleep, _wake, now), ended=_piece(desk, "end_override", due.overruled, _end_overrides, now),
        reassigned=_piece(desk, "reassign", due.late, _reassign, now) + _piece(desk, "assign", due.waiting, _assign, now)
        + _piece(desk, "reassign", due.left, _release, now),
        rescored=_piece(desk, "rescore", due.stale, _rescore, now), purged=_purge(desk, now), behind=due.behind,
    )


@dataclass(frozen=True, slots=True)
class _Due:
    """The keys of the leads with which something is to be done, and where the next look begins."""

    asleep: list[str]
    overruled: list[str]
    late: list[str]
    waiting: list[str]
    left: list[str]
    stale: list[str]
    behind: Behind


def _due(c: Connection, active: Active, behind: Behind, now: datetime) -> _Due:
    reps = accounts.active_reps(c)
    load = leads.loads(c) if reps else {}
    room = any(rep.capacity is None or load.get(rep.name, 0) < rep.capacity for rep in reps)
    reassigns = room and len(reps) > 1 and active.project.routing.overdue == "reassign"
    late = leads.overdue(c, now, PIECE, after=behind.late) if reassigns else []
    waiting, last = _waiting(c, behind.waiting) if room else ([], None)
    stale = leads.scored_otherwise(c, active.identity, PIECE)
    if not stale and depends_on_time(active):
        stale = leads.scored_before(c, _old(c, now), PIECE)
    return _Due(
        leads.due_snoozes(c, now, PIECE), leads.ended_overrides(c, now, PIECE), [key for _, key in late], placeable(active, waiting, reps, load),
        _left(c, load.keys() - {rep.name for rep in reps}), stale, Behind(last, late[-1] if len(late) == PIECE else None),
    )


def _left(c: Connection, gone: Iterable[str]) -> list[str]:
    """Name leads that still belong to those who take none any more, as one that was reopened before it found another."""
    return [key for owner in sorted(gone) for key in leads.alive_of(c, owner)][:PIECE]


def _waiting(c: Connection, behind: Cursor | None) -> tuple[list[LeadRow], Cursor | None]:
    """Read leads that wait: the most worth at each tick, those behind them in turn, so that one full team keeps no other team's leads waiting."""
    first = page(c, WAITING, limit=PIECE)
    if len(first) < PIECE:
        return first, None
    then = page(c, WAITING, limit=PIECE, after=behind or Cursor(first[-1].worth, first[-1].key))
    last = Cursor(then[-1].worth, then[-1].key) if len(then) == PIECE else None
    return list({row.key: row for row in (*first, *then)}.values()), last


def _piece(desk: Desk, did: str, keys: Sequence[str], work: Work, now: datetime) -> int:
    number = 0
    for at in range(0, len(keys), CHUNK):
        if at:
            desk.store.breathe()
        with desk.store.writing() as c:
            # Locked and read again: between the look and now somebody else may have done it.
            done = work(c, desk.champion.of(c), list(leads.lock_leads(c, keys[at : at + CHUNK]).values()), now)
            if done:
                access.add(c, [_record(did, listed(done), len(done), now)])
        number += len(done)
    return number


def _wake(c: Connection, active: Active, rows: list[LeadRow], now: datetime) -> list[str]:
    due = [row for row in rows if row.status == "snoozed" and row.snoozed_until is not None and row.snoozed_until <= now]
    return [row.key for row in woken(c, active, due, by=LEADRANK.name, now=now)]


def _end_overrides(c: Connection, active: Active, rows: list[LeadRow], now: datetime) -> list[str]:
    due = [row for row in rows if row.overridden_until is not None and row.overridden_until <= now]
    reasons = []
    for row in due:
        held = next(iter(overrides.overrides_of(c, row.key)), None)
        overrides.end(c, row.key, now)
        said = "The override has expired" if held is None else f"The override to {held.tier} by {held.by} has expired"
        reasons.append(Restless(row, replace(row, overridden_until=None), "override ended", said))
    return list(settle(c, active, reasons, by=LEADRANK.name, now=now))


def _reassign(c: Connection, active: Active, rows: list[LeadRow], now: datetime) -> list[str]:
    """Give leads whose deadline passed to somebody else, with a deadline of their own; where nobody else has room they stay."""
    late = [r for r in rows if r.status == "open" and r.owner is not None and r.contacted_at is None and r.due_at is not None and r.due_at <= now]
    moves = place(c, active, [Move(row, replace(row, owner=None, team=None), avoid=row.owner) for row in late])
    return _moved(c, active, moves, now)


def _assign(c: Connection, active: Active, rows: list[LeadRow], now: datetime) -> list[str]:
    """Give leads that waited for somebody with room to whoever has it now, the most worth first."""
    waiting = sorted((row for row in rows if row.status == "open" and row.contact and row.owner is None), key=lambda row: (-row.worth, row.key))
    return _moved(c, active, place(c, active, [Move(row, row) for row in waiting]), now)


def _release(c: Connection, active: Active, rows: list[LeadRow], now: datetime) -> list[str]:
    """Give the leads of those who take none any more to whoever has room; where nobody has, they wait for their team."""
    moves = place(c, active, [Move(row, row) for row in rows if row.status in ALIVE])
    return _written(c, active, [m for m in moves if m.before is not None and m.row.owner != m.before.owner], now)


def _moved(c: Connection, active: Active, moves: Sequence[Move], now: datetime) -> list[str]:
    return _written(c, active, [m for m in moves if m.row.owner is not None], now)


def _written(c: Connection, active: Active, moves: Sequence[Move], now: datetime) -> list[str]:
    found = [replace(m, row=replace(m.row, due_at=_deadline(active, m.row, now), updated_at=now)) for m in moves]
    leads.put_leads(c, [move.row for move in found])
    write_moves(c, found, by=LEADRANK.name, now=now)
    return [move.row.key for move in found]


def _deadline(active: Active, row: LeadRow, now: datetime) -> datetime | None:
    """Return by when to act: as before, or where that has passed without a contact, from when somebody has it on."""
    stays = row.owner is None or row.contacted_at is not None or (row.due_at is not None and row.due_at > now)
    return row.due_at if stays else due_at(row.due_within, now, active.zone)


def _rescore(c: Connection, active: Active, rows: list[LeadRow], now: datetime) -> list[str]:
    old = _old(c, now)
    due = [row for row in rows if row.model != active.identity or row.chance is None or row.scored_at < old]
    rescored(c, active, [row.key for row in due], by=LEADRANK.name, now=now)
    return [row.key for row in due]


def _old(c: Connection, now: datetime) -> datetime:
    """Return the moment before which scores are old: a day ago, or when something became known of what leads and events belong to."""
    told = parents.newest(c)
    return now - OLD if told is None else max(now - OLD, told)


def _purge(desk: Desk, now: datetime) -> int:
    with desk.store.writing() as c:
        gone = purge(c, now)
        number = gone.sessions + gone.replies + gone.files
        if number:
            access.add(c, [_record("purge", "", number, now)])
    return number


def _record(did: str, what: str, times: int, now: datetime) -> AccessRow:
    return AccessRow(at=now, by=LEADRANK.name, role=LEADRANK.role, did=did, what=what, times=times, result="done")
