"""Whose lead it is: a team by rules, and in the team whoever has the most room or has waited longest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadrank.project import RoutingRule, Strategy


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody who can be given leads.

    `load` counts the open leads, of which there may be `capacity` at once (None: any number); `turn` rises with every lead that is given, so
    that the lowest has waited longest.
    """

    name: str
    team: str | None = None
    capacity: int | None = None
    load: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Routed:
    """Whose lead it is, and why in words; no owner: nobody has room, and the lead waits for its team."""

    owner: str | None
    team: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lead that needs an owner; `avoid` is who missed its deadline, and has it until somebody else is found."""

    tier: str
    best_tier: bool
    fields: Mapping[str, object] = field(default_factory=dict)
    avoid: str | None = None


def route(
    *,
    tier: str,
    best_tier: bool,
    fields: Mapping[str, object],
    rules: Sequence[RoutingRule],
    reps: Sequence[Rep],
    strategy: Strategy = "least-loaded",
    senior: str | None = None,
    avoid: str | None = None,
) -> Routed:
    """Find the owner of one lead; the caller counts it to the owner's `load` and `turn`.

    The senior team gets the best tier, and other leads only by a rule. Then the rules are asked in their order. A lead that fits none may go to
    anybody outside the senior team.

    Parameters
    ----------
    tier, best_tier
        The lead's tier, and whether it is the best one.
    fields
        The lead's fields, for rules about them.
    rules
        As the project declares them.
    reps
        Those at work, each name once.
    strategy
        `least-loaded`: the fewest open leads, then who has waited longest. `round-robin`: who has waited longest. Then the name decides.
    senior
        The team of the best tier.
    avoid
        Who missed the deadline, and does not get the lead again.

    Returns
    -------
    Routed
        Nobody is given more than the capacity.

    Examples
    --------
    >>> reps = [Rep("Ann", "north", 20, 3), Rep("Bob", "north", 20, 5)]
    >>> route(tier="High", best_tier=True, fields={}, rules=(), reps=reps).because
    'No rule fits: any team; Ann has 3 of 20 open leads, the fewest'
    """
    return _placed(Arrival(tier, best_tier, fields, avoid), rules, _Board(reps, strategy, senior))


def route_each(
    leads: Iterable[Arrival], *, rules: Sequence[RoutingRule], reps: Sequence[Rep], strategy: Strategy = "least-loaded", senior: str | None = None
) -> Iterator[Routed]:
    """Find the owners of many leads, one after the other, each counted before the next; as `route` would.

    Whoever missed a deadline has room again for the next lead once somebody else is found for this one, and not before.

    Examples
    --------
    >>> reps = [Rep("Ann", capacity=1), Rep("Bob", capacity=1)]
    >>> [found.owner for found in route_each([Arrival("High", True)] * 3, rules=(), reps=reps)]
    ['Ann', 'Bob', None]
    """
    board = _Board(reps, strategy, senior)
    for lead in leads:
        found = _placed(lead, rules, board)
        if found.owner is not None:
            board.count(found.owner, lead.avoid)
        yield found


@dataclass(slots=True)
class _Seat:
    name: str
    team: str | None
    capacity: int | None
    load: int
    turn: int

    @property
    def said(self) -> str:
        if self.capacity is not None:
            return f"{self.load} of {self.capacity} open leads"
        return "1 open lead" if self.load == 1 else f"{self.load} open leads"


class _Board:
    """The reps by team, and what each has by now."""

    def __init__(self, reps: Sequence[Rep], strategy: Strategy, senior: str | None) -> None:
        self.senior, self.in_turn = senior, strategy == "round-robin"
        self._seats = {rep.name: _Seat(rep.name, rep.team, rep.capacity, rep.load, rep.turn) for rep in reps}
        self._turns = max((rep.turn for rep in reps), default=0)
        self._teams: dict[str | None, list[_Seat]] = {}
        for seat in self._seats.values():
            self._teams.setdefault(seat.team, []).append(seat)
        others = [seat for seat in self._seats.values() if senior is None or seat.team != senior]
        self._anybody = others or list(self._seats.values())

    def count(self, owner: str, before: str | None) -> None:
        self._turns += 1
        seat = self._seats[owner]
        seat.load, seat.turn = seat.load + 1, self._turns
        if before in self._seats:
            self._seats[before].load -= 1

    def pick(self, team: str | None, avoid: str | None) -> tuple[_Seat | None, str]:
        """Return who is next, and why."""
        members = self._anybody if team is None else self._teams.get(team, [])
        free = [seat for seat in members if (seat.capacity is None or seat.load < seat.capacity) and seat.name != avoid]
        if not free:
            return None, _nobody(members, team, avoid)
        if self.in_turn:
            seat = min(free, key=lambda seat: (seat.turn, seat.name))
            return seat, f"{seat.name} has waited longest for a lead and has {seat.said}"
        seat = min(free, key=lambda seat: (seat.load, seat.turn, seat.name))
        return seat, f"{seat.name} has {seat.said}, the fewest"


def _placed(lead: Arrival, rules: Sequence[RoutingRule], board: _Board) -> Routed:
    team, why = team_of(lead, rules, board.senior)
    seat, how = board.pick(team, lead.avoid)
    passed = f"; not {lead.avoid}, who missed the deadline" if lead.avoid is not None and seat is not None else ""
    return Routed(None if seat is None else seat.name, team if seat is None else seat.team, f"{why}; {how}{passed}")


def team_of(lead: Arrival, rules: Sequence[RoutingRule], senior: str | None) -> tuple[str | None, str]:
    """Return the team that a lead belongs to, and why; None: any team.

    Examples
    --------
    >>> team_of(Arrival("High", True), (), "senior"), team_of(Arrival("Low", False), (), "senior")
    (('senior', 'High is the best tier: team senior'), (None, 'No rule fits: any team'))
    """
    if lead.best_tier and senior is not None:
        return senior, f"{lead.tier} is the best tier: team {senior}"
    for rule in rules:
        fits = _fits(rule, lead)
        if fits is not None:
            return rule.team, f"{fits}: team {rule.team}"
    return None, "No rule fits: any team"


def _fits(rule: RoutingRule, lead: Arrival) -> str | None:
    """Say how a rule fits, or None."""
    said = []
    if rule.tier:
        if lead.tier not in rule.tier:
            return None
        said.append(f"Tier is {lead.tier}")
    if rule.when is not None:
        word = _word(lead.fields.get(rule.when.column))
        if word.casefold() not in map(str.casefold, rule.when.among):
            return None
        said.append(f"{rule.when.column} is {word}")
    return " and ".join(said) or "The rule for all other leads"


def _word(value: object) -> str:
    """Write a field as a rule does; 3.0 is 3, and a blank is the empty word."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _nobody(members: Sequence[_Seat], team: str | None, avoid: str | None) -> str:
    if not members:
        return "nobody takes leads" if team is None else f"nobody is in team {team}"
    within = "" if team is None else f" in team {team}"
    if any(seat.name == avoid for seat in members):
        return f"nobody else{within} has room; {avoid} missed the deadline"
    return f"nobody{within} has room"
