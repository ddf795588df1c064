"""A lost lead that signs up or acts again is open again; how it ended then stays how it ended then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from leadrank.operations.cells import changes_in_words, changes_of
from leadrank.operations.champion import Active
from leadrank.operations.conversions import Event
from leadrank.operations.scoring import cell_as_read, scored_on
from leadrank.operations.standing import Restless
from leadrank.operations.who import Who
from leadrank.store import outcomes, overrides
from leadrank.store.records import LeadRow, OutcomeRow


def signed_up_again(c: Connection, active: Active, who: Who, before: LeadRow, row: LeadRow, *, now: datetime) -> Restless | None:
    """Open a lost lead of which new fields came; None where it is not lost, or they say no more than before or than what it agrees to."""
    news = _news(active, before, row)
    return _opened(c, who, before, row, news, now) if before.status == "lost" and news else None


def acted_again(
    c: Connection, active: Active, who: Who, before: LeadRow, row: LeadRow, events: Sequence[tuple[Event, Sequence[str]]], *, now: datetime
) -> Restless | None:
    """Open a lost lead to which something happened since; None where it is not lost, or all of it was before, or about what it agrees to.

    Parameters
    ----------
    events
        New events, each with the fields that it changes.
    """
    if before.status != "lost" or row.status != "lost":
        return None
    ended, flags = outcomes.outcomes_of(c, before.key), _flags(active)
    since = [event for event, names in events if (not ended or event.occurred_at > ended[0].at) and not (names and flags.issuperset(names))]
    kinds = Counter(event.kind for event in since)
    told = "New events: " + ", ".join(f"{number} of {kind}" for kind, number in kinds.items())
    return _opened(c, who, before, row, "; ".join(filter(None, (told, _news(active, before, row)))), now) if since else None


def _opened(c: Connection, who: Who, before: LeadRow, row: LeadRow, news: str, now: datetime) -> Restless:
    """Let it begin anew: nobody has contacted it since, so that its deadline begins; an override that has not expired holds again."""
    outcomes.add_outcome(c, OutcomeRow(lead=row.key, at=now, by=who.name, converted=None, came_back=True))
    held = overrides.current(c, row.key, now)
    again = "" if held is None else f"; the override to {held.tier} by {held.by} holds again"
    row = replace(row, status="open", contacted_at=None, due_at=None, overridden_until=None if held is None else held.expires_at)
    return Restless(before, row, "came back", f"It was lost; {news}{again}")


def _news(active: Active, before: LeadRow, row: LeadRow) -> str:
    read, flags = scored_on(active), _flags(active)
    changes = changes_of(before.fields, row.fields, partial(cell_as_read, active))
    told = {name: change for name, change in changes.items() if name not in flags and (read is None or name in read)}
    return changes_in_words(told, active.bundle.terms.sensitive)


def _flags(active: Active) -> frozenset[str | None]:
    """Whoever asks for no more calls has not come back."""
    return frozenset((active.project.serving.do_not_call, active.project.serving.do_not_email))
