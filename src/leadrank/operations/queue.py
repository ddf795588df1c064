"""What is to be done: the ranked list, page by page, and one lead with all that is known of it."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass, replace
from dataclasses import fields as parts_of
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection

from leadrank.data.cell import text_of
from leadrank.errors import ForbiddenError, UsageError
from leadrank.frames import pl
from leadrank.local_days import wall
from leadrank.operations.allowed import reach_of
from leadrank.operations.desk import Desk, own_lead, reading
from leadrank.operations.exports import KINDS, as_file, turn
from leadrank.operations.intake import LONGEST_KEY
from leadrank.operations.titles import title_of
from leadrank.operations.who import Who
from leadrank.store import assignments, contacts, events, feedback, outcomes, overrides, scores, snoozes
from leadrank.store.queue import Cursor, QueueFilter, Urgency, page, tier_counts, urgency_of
from leadrank.store.records import AssignmentRow, ContactRow, EventRow, FeedbackRow, LeadRow, OutcomeRow, OverrideRow, ScoreRow, SnoozeRow

MOST = 500
"""Leads on one page at most."""
SOON = timedelta(hours=24)
"""What is due within this time is to be done now. A day by the clock, not until midnight: a lead with a deadline of a day is due as it comes."""
LONGEST = 100_000
LONGEST_CURSOR = -(-(4 * LONGEST_KEY + 100) // 3) * 4
"""In base64: a key of letters that take four bytes each, with all that stands before it."""
SHOWN = (
    "key", "score", "probability", "probability_low", "probability_high", "tier", "contact", "expected_profit", "action", "due_within", "due_at",
    "owner", "team", "status", "reason", "source", "created_at", "contacted_at", "model",
)
"""Columns of a lead in an export, before its fields."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some leads of a queue; `after` asks for the next page, None at the end. `tiers` counts all of the queue by tier.

    What is late or due before `soon` comes first, then what can wait, then what was contacted already; the most worth first within each.
    """

    leads: tuple[LeadRow, ...]
    after: str | None
    total: int
    tiers: dict[str, int]
    soon: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """One lead: as it stands, its last score with its reasons, and the override that counts now."""

    lead: LeadRow
    score: ScoreRow | None
    override: OverrideRow | None


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to one lead, the newest first."""

    lead: LeadRow
    scores: tuple[ScoreRow, ...]
    events: tuple[EventRow, ...]
    contacts: tuple[ContactRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    feedback: tuple[FeedbackRow, ...]
    snoozes: tuple[SnoozeRow, ...]
    assignments: tuple[AssignmentRow, ...]
    overrides: tuple[OverrideRow, ...]


def queue(desk: Desk, who: Who, wanted: QueueFilter = QueueFilter(), *, limit: int = 50, after: str | None = None, now: datetime) -> Page:  # noqa: B008
    """Return a page of the queue; a rep's holds own leads, or also those of the team that nobody has where they are asked for.

    Parameters
    ----------
    limit
        1 to 500.
    after
        What the page before said.

    Raises
    ------
    UsageError
        The limit or `after` is none.
    ForbiddenError
        A rep asks for the leads of somebody else.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"A page has 1 to {MOST} leads; {limit} were asked for.", "Ask for the next page with `after`.")
    soon, behind = (now + SOON, None) if after is None else _place(after)
    with reading(desk, who, "queue", now=now, times=lambda: min(len(found), limit)) as c:
        own = _own(who, wanted)
        found = page(c, own, limit=limit + 1, after=behind, soon=soon)
        tiers = tier_counts(c, replace(own, tier=()))
    last = found[limit - 1] if len(found) > limit else None
    total = sum(number for tier, number in tiers.items() if not own.tier or tier in own.tier)
    return Page(tuple(found[:limit]), None if last is None else _told(last, soon), total, tiers, soon)


def export_queue(desk: Desk, who: Who, wanted: QueueFilter = QueueFilter(), *, kind: str = "csv", now: datetime) -> bytes:  # noqa: B008
    """Return the queue (its first 100,000 leads) as a CSV or XLSX file in which no cell starts a formula; it is recorded which, and how many.

    Its moments are clock times of the team's zone, which stands beside them.

    Raises
    ------
    UsageError
        There is no such kind of file.
    BusyError
        Other XLSX files are being made.
    """
    if kind not in KINDS:
        raise UsageError(f"{kind!r} is no kind of file that can be given out.", f"Ask for {' or '.join(KINDS)}.")
    with turn(desk, kind):
        return as_file(_exported(desk, who, wanted, now), kind)


def _exported(desk: Desk, who: Who, wanted: QueueFilter, now: datetime) -> pl.DataFrame:
    with reading(desk, who, "export_queue", in_words(wanted), now=now, times=lambda: len(found)) as c:
        found, serving = page(c, _own(who, wanted), limit=LONGEST, soon=now + SOON), desk.champion.of(c).project.serving
    fields = dict.fromkeys(name for row in found for name in row.fields)
    columns: dict[str, list[Any]] = {"title": [title_of(serving.title, row.fields) for row in found]} if serving.title else {}
    columns |= {name: [_for_people(getattr(row, name), serving.zone) for row in found] for name in SHOWN}
    columns["timezone"] = [serving.timezone] * len(found)
    columns |= {name if name not in columns else f"{name} (field)": [text_of(row.fields.get(name)) for row in found] for name in fields}
    return pl.DataFrame(columns, strict=False)


def in_words(wanted: QueueFilter) -> str:
    """Write down which leads were asked for; what a search looked for may be a field's value, and is left out.

    Examples
    --------
    >>> in_words(QueueFilter(owner="ann", tier=("High", "Medium"), contact=False, search="Lee"))
    'owner=ann tier=High|Medium status=open contact=False search'
    """
    asked = {part.name: getattr(wanted, part.name) for part in parts_of(wanted)}
    if not wanted.unassigned:
        del asked["unassigned"]
    told = {name: "|".join(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    return " ".join(name if name == "search" else f"{name}={value}" for name, value in told.items() if value is not None and value != "")


def lead(desk: Desk, who: Who, key: str, *, now: datetime) -> Known:
    """Return one lead."""
    with reading(desk, who, "lead", key, now=now) as c:
        return known_of(c, own_lead(c, who, "lead", key, lock=False), now)


def known_of(c: Connection, row: LeadRow, now: datetime) -> Known:
    """Read what stands beside a lead that the caller may see."""
    return Known(row, scores.latest(c, row.key), None if row.overridden_until is None else overrides.current(c, row.key, now))


def history(desk: Desk, who: Who, key: str, *, now: datetime) -> History:
    """Return all that happened to one lead, and why its score changed each time."""
    with reading(desk, who, "history", key, now=now) as c:
        return history_of(c, own_lead(c, who, "history", key, lock=False))


def history_of(c: Connection, row: LeadRow) -> History:
    """Read all that happened to a lead that the caller may see."""
    key = row.key
    return History(
        row, tuple(scores.history(c, key)), tuple(events.events_of(c, key)), tuple(contacts.contacts_of(c, key)),
        tuple(outcomes.outcomes_of(c, key)), tuple(feedback.feedback_of(c, key)), tuple(snoozes.snoozes_of(c, key)),
        tuple(assignments.assignments_of(c, key)), tuple(overrides.overrides_of(c, key)),
    )


def _for_people(cell: Any, zone: tzinfo) -> Any:
    return wall(cell, zone) if isinstance(cell, datetime) else cell


def _own(who: Who, wanted: QueueFilter) -> QueueFilter:
    """Let a rep see own leads, and on demand those that nobody has and the rep might get."""
    if who.role != "rep":
        return wanted
    if wanted.owner not in {None, who.own}:
        raise ForbiddenError("A rep sees own leads, and those of the team that nobody has.", "Leave `owner` out.")
    return replace(wanted, owner=wanted.owner if wanted.unassigned else who.own, reach=reach_of(who))


def _told(row: LeadRow, soon: datetime) -> str:
    place = [soon.isoformat(), urgency_of(row, soon), row.worth, row.key]
    return base64.urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode()


def _place(text: str) -> tuple[datetime, Cursor]:
    """Read what a page said about the next one, and by when a lead was due soon then; whatever it did not say is refused."""
    try:
        said, urgency, worth, key = json.loads(base64.b64decode(text[:LONGEST_CURSOR].encode("ascii"), altchars=b"-_", validate=True))
        soon, place = datetime.fromisoformat(said), Cursor(worth, key, Urgency(urgency))
        if soon.tzinfo is None and isinstance(worth, float) and math.isfinite(worth) and isinstance(key, str):
            return soon, place
    except (ValueError, TypeError):
        pass
    raise UsageError("This is no place in the queue.", "Send `after` as the page before said it, or begin again without it.")
