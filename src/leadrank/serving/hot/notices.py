"""What is odd about a lead's fields: names that nobody knows, fields left out, cells that cannot be read or that training never saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import ge, itemgetter, le
from typing import Any

from leadrank.bundle import Acquaintance, Bundle
from leadrank.bundle.unfamiliar import EMPTY, blank, seldom, unreadable
from leadrank.data.cell import read_cell
from leadrank.errors import nearest
from leadrank.serving.problems import Notice

SUGGESTED = 20
"""A suggestion is looked for so many times in one request: it takes longer than all the rest of it."""
LONGEST = 60
MOST = 100
"""So many unknown names of one lead are told."""


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
    """

    def __init__(self, bundle: Bundle, needed: Sequence[str], key: str | None) -> None:
        self._acquaintance = Acquaintance(bundle)
        self.columns = {column.name: column for column in bundle.schema.only(needed).columns}
        self.needed, self.known = frozenset(self.columns), frozenset(self._acquaintance.known)
        self._offered = tuple(dict.fromkeys([*self.columns, *([key] if key else [])]))
        self.ranges = {
            c.name: (c.minimum, c.maximum) for c in bundle.profile.columns
            if c.name in self.columns and c.type == "number" and c.minimum is not None and c.maximum is not None
        }
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

    def of(self, lead: Mapping[str, Any], *, empty: bool = False) -> list[Notice]:
        """Tell all that is odd about one lead."""
        said = [Notice("", "empty", EMPTY)] if empty else []
        cells = (self.cell(name, lead[name]) for name in self.columns if name in lead)
        return [*said, *self.names(lead), *(notice for notice in cells if notice is not None and not (empty and notice.problem == "blank"))]

    def names(self, given: Iterable[str]) -> list[Notice]:
        """Tell of names that nobody knows, and of fields that were left out."""
        given = list(given)
        foreign, present = [name for name in given if name not in self.known], frozenset(given)
        absent = [name for name in self.columns if name not in present]
        said = [Notice(n[:LONGEST], "unknown", f"{n[:LONGEST]} is no field of this model; it is left out", self._near(n, k))
                for k, n in enumerate(foreign[:MOST])]
        if len(foreign) > MOST:
            said.append(Notice("", "unknown", f"{len(foreign) - MOST:,} further fields are not of this model"))
        return said + [Notice(n, "missing", f"{n} is missing; it counts as blank", _among(n, foreign)) for n in absent]

    def _near(self, name: str, place: int) -> str:
        return nearest(name, self._offered) if place < SUGGESTED and len(name) <= LONGEST else ""

    def cell(self, name: str, raw: Any) -> Notice | None:
        """Tell what is odd about one cell."""
        column = self.columns[name]
        cell, fine = read_cell(column, raw)
        if not fine:
            return Notice(name, "unreadable", unreadable(column, raw))
        if cell is None:
            return Notice(name, "blank", blank(name)) if name in self._acquaintance.always_given else None
        levels = self._acquaintance.levels.get(name)
        if levels is not None:
            near = "" if cell in levels else nearest(str(cell)[:LONGEST], [level for level in levels if level is not None][:500])
            return None if cell in levels else Notice(name, "unseen", seldom(name, cell), near)
        low, high = self.ranges.get(name, (None, None))
        if isinstance(cell, float) and low is not None and high is not None and not low <= cell <= high:
            return Notice(name, "out of range", f"{name}: {cell:.15g} is outside what training saw, {low:.15g} to {high:.15g}")
        return None


def _among(name: str, foreign: Sequence[str]) -> str:
    """Say which of the names that came may have been meant for one that is missing."""
    near = nearest(name, [f for f in foreign[:SUGGESTED] if len(f) <= LONGEST]) if foreign else ""
    return near.replace("Did you mean", "Was it sent as") if near else ""
