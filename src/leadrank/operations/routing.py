"""Leads to people: the rules are the project's, applied to the reps that are there, and never beyond anybody's capacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from leadrank.decisions.routing import Arrival, Rep, route_each, team_of
from leadrank.operations.champion import Active
from leadrank.store import accounts, assignments
from leadrank.store.leads import loads
from leadrank.store.records import AccountRow, AssignmentRow, LeadRow


@dataclass(frozen=True, slots=True)
class Move:
    """A lead as it was (None: it is new) and as it is now, why it is whose it is, and who shall not get it."""

    before: LeadRow | None
    row: LeadRow
    because: str = ""
    avoid: str | None = None


def place(c: Connection, active: Active, moves: Sequence[Move]) -> list[Move]:
    """Find owners for the leads that are to be contacted and have none, or whose owner is gone or has no room for them any more.

    Whoever is not to be contacted needs nobody: it stays with whoever has it, and where nobody has it, it belongs to the team that the rules name.
    """
    if not any(_works(move.row) or move.row.owner is not None for move in moves):
        return [_named(active, move) for move in moves]
    reps = {account.name: account for account in accounts.lock_reps(c)}
    moves = [_named(active, _left(move) if move.row.owner not in reps else move) for move in moves]
    counts = loads(c)
    load = {name: counts.get(name, 0) for name in reps}
    for move in moves:  # what becomes free first, so that it can be given again
        if _frees(move) and move.before is not None and move.before.owner in load:
            load[move.before.owner] -= 1
    lost, brought = list[int](), dict[int, Move]()
    for k, move in enumerate(moves):
        owner = move.row.owner
        if not _works(move.row) or _kept(move):
            continue
        if owner in reps and (reps[owner].capacity is None or load[owner] < (reps[owner].capacity or 0)):
            load[owner] += 1
            brought[k] = replace(move, because=move.because or f"{owner} brought it in")
        else:
            lost.append(k)
    found = brought | dict(zip(lost, _routed(active, [moves[k] for k in lost], [
        Rep(name, rep.team, rep.capacity, load[name], rep.last_assigned) for name, rep in reps.items()
    ]), strict=True))
    return [found.get(k, move) for k, move in enumerate(moves)]


def placeable(active: Active, rows: Sequence[LeadRow], reps: Sequence[AccountRow], load: Mapping[str, int]) -> list[str]:
    """Name the leads for which somebody has room, without keeping others from giving any meanwhile."""
    there = [Rep(rep.name, rep.team, rep.capacity, load.get(rep.name, 0), rep.last_assigned) for rep in reps]
    return [move.row.key for move in _routed(active, [Move(row, row) for row in rows], there) if move.row.owner is not None]


def without_owner(active: Active, row: LeadRow) -> tuple[LeadRow, str]:
    """Take a lead from whoever has it: it is left to the team that the rules name; say why to that one."""
    team, why = team_of(_arrival(active, row), active.project.routing.rule, active.project.routing.senior)
    return replace(row, owner=None, team=team), why


def write_moves(c: Connection, moves: Iterable[Move], *, by: str, now: datetime) -> None:
    """Write who got which lead, and count whose turn it is; the leads are written by whoever asked."""
    rows = [
        AssignmentRow(lead=m.row.key, at=now, by=by, owner=m.row.owner, team=m.row.team, because=m.because)
        for m in moves if (m.row.owner, m.row.team) != ((None, None) if m.before is None else (m.before.owner, m.before.team))
    ]
    assignments.assign_each(c, rows)
    # Of each only the last one counts: it says who waits longest from now on.
    for owner in reversed(dict.fromkeys(row.owner for row in reversed(rows) if row.owner is not None)):
        accounts.take_turn(c, owner)


def _routed(active: Active, moves: Sequence[Move], reps: Sequence[Rep]) -> list[Move]:
    told = active.project.routing
    arrivals = [_arrival(active, move.row, move.avoid) for move in moves]
    routed = route_each(arrivals, rules=told.rule, reps=reps, strategy=told.strategy, senior=told.senior)
    return [replace(m, row=replace(m.row, owner=to.owner, team=to.team), because=m.because + to.because) for m, to in zip(moves, routed, strict=True)]


def _left(move: Move) -> Move:
    """Take a lead from an owner who takes none any more."""
    owner = move.row.owner
    return move if owner is None else replace(move, row=replace(move.row, owner=None), because=f"{owner} takes no leads any more; ")


def _named(active: Active, move: Move) -> Move:
    if move.row.owner is not None or _works(move.row):
        return move
    row, why = without_owner(active, move.row)
    return replace(move, row=row, because=f"{move.because}{why}; nobody needs to contact it now")


def _arrival(active: Active, row: LeadRow, avoid: str | None = None) -> Arrival:
    return Arrival(row.tier, row.tier == active.bundle.policy.tiers[0].name, row.fields, avoid)


def _works(row: LeadRow) -> bool:
    return row.status == "open" and row.contact


def _kept(move: Move) -> bool:
    """Whether its owner had it before, and it counted already."""
    return move.before is not None and _works(move.before) and _works(move.row) and move.before.owner == move.row.owner is not None


def _frees(move: Move) -> bool:
    """Whether its owner has room again whatever comes of it; who missed a deadline has room only once somebody else is found."""
    return move.before is not None and _works(move.before) and not _kept(move) and move.avoid is None
