"""A project file for several tables as text: what was guessed stands there with how sure it is, what one may want as a comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadrank.cli.draft import REST, noted, quoted

if TYPE_CHECKING:
    from leadrank.data.relations import Draft, DraftEvent, DraftParent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What counts as converted: a column with its positive value or classes, or an event within some time; and why that was taken."""

    column: str | None = None
    positive: str | None = None
    classes: tuple[str, ...] = ()
    event: str | None = None
    within: str | None = None
    because: str = ""


def draft_tables(
    name: str, draft: Draft, outcome: Outcome, places: Mapping[str, str], rows: Mapping[str, int], *, order: str | None = None,
    exclude: Sequence[str] = (),
) -> str:
    """Write a commented project file.

    Parameters
    ----------
    name
        What the project is called.
    draft
        How the tables seem to belong together.
    outcome
        What counts as converted.
    places, rows
        Where each table is as seen from the file, and how many rows it has.
    order, exclude
        What the user said of the lead table.
    """
    lines = ["# Drafted by `leadrank init`. Agree or change, then: leadrank check leadrank.toml, leadrank train leadrank.toml"]
    lines += [f"# Look at this: {' '.join(doubt.split())}." for doubt in draft.doubts]
    lines += [f"name = {quoted(name)}", "", *_lead(draft, places[draft.lead], rows[draft.lead], order, exclude)]
    hidden = "" if draft.created_at is not None else "# "
    for event in draft.events:
        lines += ["", *(hidden + line for line in _event(event, draft, places[event.table], rows[event.table]))]
    for parent in draft.parents:
        shown = "" if hidden == "" or parent.of not in {e.table for e in draft.events} else "# "
        lines += ["", *(shown + line for line in _parent(parent, places[parent.table], rows[parent.table]))]
    for table, why in draft.unused.items():
        lines += ["", f"# {places[table]} is not used: {why}."]
    return "\n".join([*lines, "", *_target(outcome), "", *_more(draft), "", REST])


def _lead(draft: Draft, place: str, rows: int, order: str | None, exclude: Sequence[str]) -> list[str]:
    lines = ["[lead]", noted(f"table = {quoted(place)}", f"{rows:,} rows")]
    if draft.key is not None:
        lines.append(noted(f"key = {quoted(draft.key)}", "rows with the same one are one lead"))
    else:
        lines.append(noted('# key = "..."', "no column names each lead once"))
    if draft.created_at is not None:
        borrowed = ", which a parent table tells" if any(draft.created_at.startswith(f"{p.table}.") for p in draft.parents) else ""
        lines.append(noted(f"created_at = {quoted(draft.created_at)}", f"when a lead came{borrowed}: leads are looked at as of then"))
    else:
        lines.append(noted('# created_at = "..."', "when a lead came: with events it must be known"))
    if order is not None:
        lines.append(f"order = {quoted(order)}")
    lines.append(noted('# null_words = ["Select"]', "your own words for a blank cell; each table may have some"))
    if exclude:
        lines.append(f"exclude = [{', '.join(map(quoted, exclude))}]")
    return lines


def _event(event: DraftEvent, draft: Draft, place: str, rows: int) -> list[str]:
    lines = ["[[event]]", noted(f"table = {quoted(place)}", f"{rows:,} rows"), noted(f"key = {_names(event.key)}", event.because)]
    if event.lead != (draft.key,) and (len(event.lead) == 1 or event.lead != event.key or draft.key is None):
        lines.append(noted(f"lead = {_names(event.lead)}", "the lead table's columns that the key matches"))
    if event.id is not None:
        lines.append(noted(f"id = {quoted(event.id)}", "rows with the same one are one event"))
    lines.append(f"occurred_at = {quoted(event.occurred_at)}")
    why = "when it was written down: before that nobody knew" if event.known_at else "if it is written down later than it happens, say when"
    lines.append(noted(f"{'' if event.known_at else '# '}known_at = {quoted(event.known_at or '...')}", why))
    if event.type is not None:
        lines.append(noted(f"type = {quoted(event.type)}", "each kind is counted apart"))
    return lines


def _parent(parent: DraftParent, place: str, rows: int) -> list[str]:
    lines = ["[[parent]]", noted(f"table = {quoted(place)}", f"{rows:,} rows"), noted(f"key = {quoted(parent.key)}", parent.because)]
    if parent.name is not None:
        lines.append(noted(f"name = {quoted(parent.name)}", f"read once more: what {parent.of} names, as known at its own moments"))
    if parent.of != "lead":
        lines.append(noted(f"of = {quoted(parent.of)}", "whose rows belong to it"))
    if parent.by != parent.key:
        lines.append(noted(f"by = {quoted(parent.by)}", "the column there that holds the key"))
    if parent.known_at is not None:
        lines.append(noted(f"known_at = {quoted(parent.known_at)}", "from when a row holds; the last one known at the cutoff counts"))
    others = ", ".join(f"{table}.{column}" for table, column in parent.also)
    if others:
        lines.append(f"# Also named by {others}: declare it once more, with another `name`, to read it there.")
    return lines


def _target(outcome: Outcome) -> list[str]:
    if outcome.event is not None:
        within = noted(f"within = {quoted(outcome.within)}", "the horizon, counted from the cutoff") if outcome.within is not None else noted(
            '# within = "60 days"', "the horizon, counted from the cutoff; without it every conversion counts, however late")
        return ["[target]", noted(f"event = {quoted(outcome.event)}", outcome.because), within,
                noted('# final_after = "75 days"', "until then a lead without the event is pending, not lost; by default the horizon")]
    lines = ["[target]", noted(f"column = {quoted(str(outcome.column))}", outcome.because)]
    if outcome.classes:
        return [*lines, noted(f"classes = [{', '.join(map(quoted, outcome.classes))}]", "worst first")]
    return [*lines, noted(f"positive = {quoted(str(outcome.positive))}", "converted; rows whose outcome is open are scored, not learned from")]


def _more(draft: Draft) -> list[str]:
    if not draft.events or draft.created_at is None:
        return []
    return [
        noted("# [cutoff]", "when leads are looked at; by default at their creation"),
        noted('# at = "creation"', 'or ages = ["7 days"], dates = ["2024-06-30"], every = "30 days", event = "' + draft.events[0].table + '"'),
        "", noted("# [counting]", "what is counted of events"),
        noted('# windows = ["1 day", "7 days", "30 days", "90 days"]', "before the cutoff; all that was ever known is counted besides"),
    ]


def _names(names: tuple[str, ...]) -> str:
    return quoted(names[0]) if len(names) == 1 else f"[{', '.join(map(quoted, names))}]"
