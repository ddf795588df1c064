"""Leads come in: stored, scored, tiered, given a deadline, and routed to somebody, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadrank.operations.desk import Desk
from leadrank.operations.who import Who
from leadrank.store.records import LeadRow


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead as it came: its key, raw cells by column, where it came from, and when it began (by default: now)."""

    key: str
    fields: Mapping[str, object]
    source: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a lead: whether it is new, whether anything of it changed, and what is odd about its fields."""

    key: str
    created: bool
    changed: bool
    lead: LeadRow
    problems: tuple[str, ...] = ()


def take_leads(desk: Desk, who: Who, leads: Sequence[NewLead], *, now: datetime) -> list[Taken]:
    """Take leads, new ones and those that are there: fields that came are set, all others stay.

    The same lead again changes nothing, and adds no score. A key that comes twice in one call is one lead, with the fields of both.

    Parameters
    ----------
    leads
        Any number; the answers come in their order.

    Raises
    ------
    UsageError
        A key is empty or longer than 200 letters; with `[serving] strict`, a field is unknown.
    NotFoundError
        A rep sends a lead that is another's.
    """
    raise NotImplementedError
