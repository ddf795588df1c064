"""Leads come in: stored, scored, tiered, given a deadline, and routed to somebody, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from leadrank.data import ColumnSchema, clean_cell
from leadrank.errors import ConflictError, UsageError
from leadrank.operations.allowed import check
from leadrank.operations.cells import changes_in_words, changes_of, checked_fields, listed
from leadrank.operations.champion import Active
from leadrank.operations.comeback import signed_up_again
from leadrank.operations.desk import Desk, writing
from leadrank.operations.notices import Notice
from leadrank.operations.odd import odd_in_lead, refuse, strictness
from leadrank.operations.scoring import cell_as_read, scored_on
from leadrank.operations.standing import Restless, newcomer, settle
from leadrank.operations.who import Who
from leadrank.store.leads import lock_leads, put_leads
from leadrank.store.records import LeadRow

LONGEST_KEY, PIECE = 200, 250
ALIVE = frozenset({"open", "snoozed"})
"""Leads of which nobody knows yet how they end."""


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead as it came: its key, raw cells by column, where it came from, and when it began (by default: now)."""

    key: str
    fields: Mapping[str, object]
    source: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a lead: whether it is new, whether anything of it changed, what is odd about the fields that came, and which are missing."""

    key: str
    created: bool
    changed: bool
    lead: LeadRow
    problems: tuple[Notice, ...] = ()


def take_leads(
    desk: Desk, who: Who, leads: Sequence[NewLead], *, now: datetime, strict: bool | None = None, in_part: bool = False,
    revives: bool = True, only_new: bool = False,
) -> list[Taken]:
    """Take leads, new ones and those that are there: fields that came are set, all others stay.

    The same lead again changes nothing, and adds no score. A lost lead of which new fields come is open again; one that converted stays so.

    A key that comes twice in one call is one lead, with the fields of both.

    Parameters
    ----------
    leads
        Any number; the answers come in their order.
    strict
        Whether leads with odd fields are refused; None: as the project says.
    in_part
        Whether more may come later, so that what is not there is no reason to refuse: told it is.
    revives
        Whether it is the leads that speak; a table only tells what is known of them, and opens no lost one again.
    only_new
        Whether a lead that is there already is refused.

    Raises
    ------
    ConflictError
        A lead is there already, and only new ones were to be taken.
    UsageError
        A key is empty or longer than 200 letters.
    OddError
        Something is odd about a lead, and this is strict. Nothing of the call is stored then.
    NotFoundError
        A rep sends a lead that is another's.
    """
    given = _by_key(leads)
    with writing(desk, who, "take_leads", listed(given), now=now, times=len(given)) as c:
        active = desk.champion.of(c)
        known = lock_leads(c, given)
        for row in known.values():
            check(who, "take_leads", row)
        if known and only_new:
            raise ConflictError(f"There is a lead {listed(known)} already.", "Choose another key, or add the fields to the lead that is there.")
        rows = {key: _with_fields(active, who, lead, known.get(key), now) for key, lead in given.items()}
        odd = {key: odd_in_lead(active, lead.fields, rows[key]) for key, lead in given.items()}
        if strictness(active, strict):
            refuse([(lead.key, odd[lead.key]) for lead in leads], in_part=in_part)
        found = _taken(c, active, who, rows, known, odd, now, revives=revives)
        return [found[lead.key] for lead in leads]


def take_many(desk: Desk, who: Who, leads: Sequence[NewLead], *, now: datetime, strict: bool | None = None, piece: int = PIECE) -> int:
    """Take any number of leads piece by piece, each in a transaction of its own, so that others may write in between; return how many.

    What fails later leaves the pieces before it: the same again takes the rest. What can be refused beforehand is refused before the first piece.
    """
    active, taken = desk.champion.current(), 0
    if strictness(active, strict):
        refuse([(lead.key, active.notices.of(lead.fields)) for lead in leads], in_part=True)
    for at in range(0, len(leads), piece):
        if at:
            desk.store.breathe()
        taken += len(take_leads(desk, who, leads[at : at + piece], now=now, strict=strict, in_part=True, revives=False))
    return taken


def _by_key(leads: Sequence[NewLead]) -> dict[str, NewLead]:
    given: dict[str, NewLead] = {}
    for lead in leads:
        check_key(lead.key)
        fields = checked_fields(lead.fields, lead.key)
        before = given.get(lead.key)
        given[lead.key] = replace(lead, fields=fields) if before is None else replace(lead, fields={**before.fields, **fields})
    return given


def check_key(key: str) -> None:
    """Refuse what cannot name a lead."""
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        said = f"A lead's key has 1 to {LONGEST_KEY} printable letters; {key[:LONGEST_KEY]!r} came."
        raise UsageError(said, "Send the name that it has in your system.")


def _taken(
    c: Connection, active: Active, who: Who, rows: Mapping[str, LeadRow], known: Mapping[str, LeadRow], odd: Mapping[str, tuple[Notice, ...]],
    now: datetime, *, revives: bool,
) -> dict[str, Taken]:
    changed = {key for key, row in rows.items() if row != known.get(key)}
    back = [signed_up_again(c, active, who, known[key], rows[key], now=now) for key in rows if revives and key in changed and key in known]
    reasons = [*back, *(restless_by(active, known.get(key), rows[key]) for key in rows if key in changed)]
    restless = [reason for reason in reasons if reason is not None]
    found = settle(c, active, restless, by=who.name, now=now)
    quiet = {key: replace(rows[key], updated_at=now) for key in changed if key not in found}
    put_leads(c, quiet.values())
    settled = {key: row for key, (row, _) in found.items()}
    return {key: Taken(key, key not in known, key in changed, row, odd[key]) for key, row in (dict(rows) | quiet | settled).items()}


def _with_fields(active: Active, who: Who, lead: NewLead, before: LeadRow | None, now: datetime) -> LeadRow:
    if before is not None:
        return replace(before, fields={**before.fields, **lead.fields}, source=lead.source[:100] or before.source)
    row = newcomer(lead.key, dict(lead.fields), source=lead.source[:100], created_at=_created(active, lead, now), now=now)
    return replace(row, owner=who.own, team=who.team) if who.role == "rep" else row


def restless_by(active: Active, before: LeadRow | None, row: LeadRow, because: str = "") -> Restless | None:
    """Say why a lead with new fields is to be scored anew; None where the model, the consent and the money read none of them, or it is closed."""
    if before is None or not before.model:
        return Restless(None, row, "created", because or f"First score{f', from {row.source}' if row.source else ''}")
    changes = changes_of(before.fields, row.fields, partial(cell_as_read, active))
    read = scored_on(active)
    if row.status not in ALIVE or not (because or any(read is None or name in read for name in changes)):
        return None
    told = "; ".join(part for part in (because, changes_in_words(changes, active.bundle.terms.sensitive)) if part)
    newer = f"; scored by {active.identity}, before by {before.model}" if before.model != active.identity else ""
    return Restless(before, row, "new data", told + newer)


def _created(active: Active, lead: NewLead, now: datetime) -> datetime:
    """Return when a lead began: as told, as its fields have it, or now; nothing begins in the future."""
    name = active.created_at
    told: object = lead.created_at
    if told is None and name is not None:
        schema = active.bundle.schema
        told = clean_cell(schema.column(name) if name in schema.names else ColumnSchema(name, "date"), lead.fields.get(name))
    return min(told, now) if isinstance(told, datetime) else now
