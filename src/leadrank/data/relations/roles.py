"""What a table is for: which one holds the leads, what names its rows, and what tells the kind of an event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from leadrank.data.kinds import snake
from leadrank.data.relations.look import Look
from leadrank.data.relations.overlaps import UNIQUE, SeenColumn, name_words
from leadrank.errors import UsageError

_LEADS = re.compile(r"lead|prospect|customer|contact|client|opportunit|pipeline|deal|household|applicant|member|campaign")
_KINDS = "type|kind|event|action|activity|channel|category|typ|art|kanal|aktion|vorgang|ereignis|tipo|evento|accion|genre|soort|rodzaj"
_KIND = re.compile(rf"(?:^|_)(?:{_KINDS})(?:_|$)")
_NAMES_ROWS = re.compile(r"(?:^|_)(?:id|key|uuid|guid|no|nr|number|ref)$|^id_")
KINDS = 50
"""Most levels of a column that tells the kind of an event."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Columns of a table that name leads by columns of the lead table; how sure, and why."""

    columns: tuple[str, ...]
    lead: tuple[str, ...]
    sure: float
    because: str


def likely_lead(look: Look, target: str | None) -> str:
    """Choose the table that holds the leads: it has the outcome, or events name its rows; its name counts, too.

    Raises
    ------
    UsageError
        Several tables have the outcome's column, or no table is named by the table with the outcome.
    """
    possible = list(look.frames)
    if target is not None and target not in look.frames:
        possible = [name for name, frame in look.frames.items() if target in frame.columns]
        if len(possible) > 1:
            raise UsageError(f"several tables have a column {target!r}: {', '.join(possible)}.", "Name the lead table with --lead TABLE.")
    elif target is not None:
        possible = [name for name in possible if name != target and _named_by(target, name, look)]
        if not possible:
            raise UsageError(f"table {target!r} names the rows of no other table, so no table of leads was found.", "Name it with --lead TABLE.")
    return max(possible, key=lambda name: (_score(name, look), look.frames[name].height))


def _named_by(table: str, of: str, look: Look) -> bool:
    return bool(look.of(table, of)) or _together(table, of, look) is not None


def _score(name: str, look: Look) -> float:
    others = [other for other in look.frames if other != name]
    events = sum(1 for other in others if look.dates[other].first is not None and _named_by(other, name, look))
    together = any(_together(other, name, look) is not None for other in others)
    parents = len({r.of for r in look.relations if r.table == name and r.alike == 1})
    return 2 * events + 3 * together + parents + 2.5 * bool(_LEADS.search(snake(name)))


def key_of(name: str, look: Look) -> str | None:
    """Choose the column that names each row: one that other tables name it by, or whose name speaks of an id, or is a word in every row."""
    unique = [c for c in look.columns[name].values() if c.unique >= UNIQUE and len(c.keys) > 1 and not measures(c)]
    named = {r.by for r in look.relations if r.of == name}
    outward = {r.column for r in look.relations if r.table == name}
    rank = sorted(unique, key=lambda c: (c.name not in named, not _NAMES_ROWS.search(snake(c.name)), c.name in outward, c.type != "id"))
    return rank[0].name if rank else None


def measures(column: SeenColumn) -> bool:
    """Whether a column may hold numbers that differ by chance."""
    return column.type == "number" and not _NAMES_ROWS.search(snake(column.name))


def id_of(table: str, own: Mapping[str, SeenColumn], taken: Sequence[str]) -> str | None:
    """Choose the column that names an event, if any: an id of its own in nearly every row."""
    named = [c.name for c in own.values() if c.unique >= UNIQUE and c.name not in taken and _NAMES_ROWS.search(snake(c.name))]
    return max(named, key=lambda n: len(name_words(n) & name_words(table)), default=None)


def type_of(own: Mapping[str, SeenColumn], taken: set[str | None]) -> str | None:
    """Choose the column that tells the kind of an event, if any: a few labels, and a name that says so."""
    labels = [c.name for c in own.values() if c.name not in taken and 1 < len(c.keys) <= KINDS and c.type == "category"]
    named = [n for n in labels if _KIND.search(snake(n))] or (labels if len(labels) == 1 else [])
    return min(named, key=lambda n: "type" not in snake(n), default=None)


def shared_columns(name: str, lead: str, look: Look) -> Shared | None:
    """Find columns that a table shares with the lead table: several that together name a lead, or one that both take from a third table."""
    together = _together(name, lead, look)
    if together is not None:
        return Shared(together, together, 0.9, f"{' and '.join(together)} together name a row of {lead} once: sure")
    common = _common(name, lead, look)
    if not common:
        return None
    column = max(common, key=lambda n: len(look.columns[lead][n].keys))
    found = float(look.columns[name][column].keys.is_in(look.columns[lead][column].keys.implode()).mean() or 0)  # type: ignore[arg-type]
    sure = "likely" if found > 0.5 else "unsure, look at it"
    because = f"both tables have {column}, which names several rows of {lead}; {found:.0%} of its values found: {sure}"
    return Shared((column,), (column,), 0.8 * found, because)


def _common(name: str, lead: str, look: Look) -> list[str]:
    """Return columns of the same name in both tables that hold keys of a third one."""
    def outward(table: str) -> set[str]:
        return {r.column for r in look.relations if r.table == table and r.alike == 1 and r.of not in {name, lead}}

    return sorted(outward(name) & outward(lead))


def _together(name: str, lead: str, look: Look) -> tuple[str, ...] | None:
    """Return two columns that both tables have, and that name a row of the lead table only together."""
    if any(r.alike == 1 for r in look.of(name, lead)):
        return None
    for pair in combinations(_common(name, lead, look), 2):
        rows = look.frames[lead].select(pair)
        if rows.n_unique() >= UNIQUE * rows.height and all(look.columns[lead][c].unique < UNIQUE for c in pair):
            return pair
    return None
