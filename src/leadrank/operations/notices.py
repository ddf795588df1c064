"""What is odd about a lead's fields: names that nobody knows, fields left out, cells that cannot be read or that training never saw."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import ge, itemgetter, le
from typing import Any, Literal

import msgspec

from leadrank.bundle import Acquaintance, Bundle
from leadrank.bundle.unfamiliar import EMPTY, blank, seldom, unreadable
from leadrank.data import ColumnSchema
from leadrank.data.cell import read_cell
from leadrank.errors import nearest

SUGGESTED = 20
"""A suggestion is looked for so many times in one request: it takes longer than all the rest of it."""
LONGEST = 60
MOST = 100
"""So many unknown names of one lead are told."""


Oddity = Literal["unknown", "missing", "unreadable", "blank", "unseen", "out of range", "empty", "wrong type", "wrong value", "repeated"]


class Notice(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One thing that is odd about one field: what it is, in words, and the valid name or value that may have been meant."""

    field: str
    problem: Oddity
    message: str
    suggestion: str = ""
    lead: int | None = None


class Notices:
    """Compares leads with what a model knows.

    Parameters
    ----------
    bundle
        Its schema, encoder and profile are used.
    needed
        The columns that scoring reads.
    key
        The column that names a lead; it may be left out.
    known
        Further names that are nothing odd.
    """

    def __init__(self, bundle: Bundle, needed: Sequence[str], key: str | None, known: Collection[str] = ()) -> None:
        self._acquaintance = Acquaintance(bundle)
        self.columns = {column.name: column for column in bundle.schema.only(needed).columns}
        self.needed, self.known = frozenset(self.columns), frozenset({*self._acquaintance.known, *known})
        self._names = Names([*self.columns], self.known, [*([key] if key else []), *known])
        self.ranges = {
            c.name: (c.minimum, c.maximum) for c in bundle.profile.columns
            if c.name in self.columns and c.type == "number" and c.minimum is not None and c.maximum is not None
        }
        self._spans = {name: span for name, span in self.ranges.items() if not self.columns[name].null_numbers}
        # Many leads have the same labels: each is read once.
        self._remembered = lru_cache(4096)(self._look)
        names = tuple(self.ranges)
        self._ranged = itemgetter(*names, names[0]) if names else None
        self._lows = tuple(low for low, _ in self.ranges.values())
        self._highs = tuple(high for _, high in self.ranges.values())

    def plain(self, lead: Mapping[str, Any]) -> bool:
        """Say quickly whether every field is there and every number within what training saw; False also where that takes a closer look."""
        if not lead.keys() >= self.needed:
            return False
        if self._ranged is None:
            return True
        cells = self._ranged(lead)
        try:
            return all(map(le, self._lows, cells)) and all(map(ge, self._highs, cells))
        except TypeError:
            return False

    def of(self, lead: Mapping[str, Any], *, empty: bool = False, before: Collection[str] = ()) -> list[Notice]:
        """Tell all that is odd about one lead; fields that came `before` are not missing."""
        said = [Notice("", "empty", EMPTY)] if empty else []
        cells = (self.cell(name, lead[name]) for name in self.columns if name in lead)
        return [*said, *self.names(lead, before), *(n for n in cells if n is not None and not (empty and n.problem == "blank"))]

    def names(self, given: Iterable[str], before: Collection[str] = ()) -> list[Notice]:
        """Tell of names that nobody knows, and of fields that were left out."""
        return self._names.of(given, before)

    def empty(self, lead: Mapping[str, Any]) -> bool:
        """Say whether all that the model uses of a lead is blank."""
        used = [self.columns[name] for name in self._acquaintance.columns if name in self.columns]
        return bool(used) and all(read_cell(column, lead.get(column.name))[0] is None for column in used)

    def cell(self, name: str, raw: Any) -> Notice | None:
        """Tell what is odd about one cell."""
        if type(raw) is str:
            return self._remembered(name, raw) if len(raw) <= LONGEST else self._look(name, raw)
        if type(raw) in {int, float} and (span := self._spans.get(name)) is not None and span[0] <= raw <= span[1]:
            return None
        return self._look(name, raw)

    def _look(self, name: str, raw: Any) -> Notice | None:
        column = self.columns[name]
        cell, fine = read_cell(column, raw)
        if not fine:
            return illegible(column, raw)
        if cell is None:
            return Notice(name, "blank", blank(name)) if name in self._acquaintance.always_given else None
        levels = self._acquaintance.levels.get(name)
        if levels is not None:
            return None if cell in levels else Notice(name, "unseen", seldom(name, cell), self._like(name, str(cell)[:LONGEST]))
        low, high = self.ranges.get(name, (None, None))
        if isinstance(cell, float) and low is not None and high is not None and not low <= cell <= high:
            return Notice(name, "out of range", f"{name}: {cell:.15g} is outside what training saw, {low:.15g} to {high:.15g}")
        return None

    def _like(self, name: str, label: str) -> str:
        return nearest(label, [level for level in self._acquaintance.levels[name] if level is not None][:500])


class Names:
    """Compares the names of fields that came with those that might.

    Parameters
    ----------
    wanted
        Names that should come.
    known
        Names that may come.
    offered
        What a name that nobody knows may have been meant for, beside the wanted ones.
    """

    def __init__(self, wanted: Sequence[str], known: Collection[str], offered: Iterable[str] = ()) -> None:
        self._wanted, self._known, pool = wanted, known, tuple(dict.fromkeys([*wanted, *offered]))
        # One sender makes the same mistakes in each of its leads.
        self._near, self._among = lru_cache(1024)(lambda name: nearest(name, pool)), lru_cache(1024)(_among)

    def of(self, given: Iterable[str], before: Collection[str] = ()) -> list[Notice]:
        """Tell of unknown names, and of wanted ones that came neither now nor `before`."""
        given = list(given)
        foreign, present = [name for name in given if name not in self._known], frozenset(given)
        absent = [name for name in self._wanted if name not in present and name not in before]
        said = [Notice(n[:LONGEST], "unknown", f"{n[:LONGEST]} is no field of this model; it is left out", self._meant(n, k))
                for k, n in enumerate(foreign[:MOST])]
        if len(foreign) > MOST:
            said.append(Notice("", "unknown", f"{len(foreign) - MOST:,} further fields are not of this model"))
        sent = tuple(name for name in foreign[:SUGGESTED] if len(name) <= LONGEST)
        return said + [Notice(n, "missing", f"{n} is missing; it counts as blank", self._among(n, sent)) for n in absent]

    def _meant(self, name: str, place: int) -> str:
        return self._near(name) if place < SUGGESTED and len(name) <= LONGEST else ""


def illegible(column: ColumnSchema, raw: object) -> Notice:
    """Tell of a cell that cannot be read."""
    return Notice(column.name, "unreadable", unreadable(column, raw))


def _among(name: str, sent: tuple[str, ...]) -> str:
    """Say which of the names that came may have been meant for one that is missing."""
    near = nearest(name, sent) if sent else ""
    return near.replace("Did you mean", "Was it sent as") if near else ""
