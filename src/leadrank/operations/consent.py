"""What a lead agreed to: its flags, whoever changes them, and what may be suggested to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadrank.bundle import Scored
from leadrank.decisions.consent import consented, refuses, suggested
from leadrank.frames import pl
from leadrank.operations.champion import Active
from leadrank.store.records import LeadRow

Flags = tuple[bool, bool]
"""Whether a lead wants no calls, and whether it wants no e-mail."""


def flags_of(active: Active, row: LeadRow) -> Flags:
    """Return a stored lead's flags: what its fields say, where the project names them, else what somebody noted."""
    serving = active.project.serving
    call = row.do_not_call if serving.do_not_call is None else refuses(row.fields.get(serving.do_not_call))
    email = row.do_not_email if serving.do_not_email is None else refuses(row.fields.get(serving.do_not_email))
    return call, email


def flags_in(active: Active, fields: Mapping[str, object]) -> Flags:
    """Return the flags of a lead that is not stored."""
    call, email = active.project.serving.do_not_call, active.project.serving.do_not_email
    return call is not None and refuses(fields.get(call)), email is not None and refuses(fields.get(email))


def agreed(scored: Scored, flags: Flags, *, stored: bool = False) -> Scored:
    """Put in place of what the model suggests what the lead agreed to; a stored lead that wants no calls is worked by e-mail."""
    if not any(flags):
        return scored
    said = (consented if stored else suggested)(scored.action, scored.contact, do_not_call=flags[0], do_not_email=flags[1])
    return scored._replace(action=said.action, contact=said.contact)


def agreed_rows(active: Active, rows: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Do the same with the rows of a scored table, made of the leads that were given."""
    serving, key = active.project.serving, active.project.lead.key
    told = [name for name in (serving.do_not_call, serving.do_not_email) if name in given.columns]
    if not told:
        return rows
    flags = [flags_in(active, fields) for fields in given.select(told).iter_rows(named=True)]
    if active.bundle.origin is not None:  # the order is the model's, and some leads may be missing
        of_key = dict(zip(given[key].cast(pl.String), flags, strict=True)) if key is not None and key in given.columns else {}
        flags = [of_key.get(name, (False, False)) for name in rows[str(key)].cast(pl.String)]
    said = [
        suggested(action, contact, do_not_call=call, do_not_email=email)
        for action, contact, (call, email) in zip(rows["action"], rows["contact"], flags, strict=True)
    ]
    return rows.with_columns(action=pl.Series([one.action for one in said], dtype=pl.String), contact=pl.Series([one.contact for one in said]))


def with_flags(active: Active, row: LeadRow, flags: Flags) -> LeadRow:
    """Return a lead with other flags: in its fields, where the project names them, in words that the model knows."""
    serving, fields = active.project.serving, dict(row.fields)
    for name, refused in zip((serving.do_not_call, serving.do_not_email), flags, strict=True):
        if name is not None and refuses(fields.get(name)) != refused:
            fields[name] = _word(active, name, refused)
    return replace(row, fields=fields, do_not_call=flags[0], do_not_email=flags[1])


def changes_in_consent(before: Flags, after: Flags) -> str:
    """Say what a lead agrees to now and did not before, or the other way round.

    Examples
    --------
    >>> changes_in_consent((False, True), (True, False))
    'wants no calls and agrees to e-mail'
    """
    changed = [(what, no) for what, was, no in zip(("calls", "e-mail"), before, after, strict=True) if was != no]
    return " and ".join(f"wants no {what}" if no else f"agrees to {what}" for what, no in changed)


def _word(active: Active, name: str, refused: bool) -> Any:
    """Return how training leads said so, the most frequent word first."""
    column = next((column for column in active.bundle.profile.columns if column.name == name), None)
    if column is not None and column.type == "number":
        return int(refused)
    seen = () if column is None else column.top
    return next((label for label, _ in seen if refuses(label) == refused), "yes" if refused else "no")
