"""From one lead to what the model reads, quickly: spellings that came before are looked up, all else is read cell by cell, by the exact rules.

A look-up only ever holds what the exact rules gave for a text, so that both ways agree; whatever is odd about a lead sends it the exact way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import getitem, itemgetter
from typing import Any

from leadrank import data, features
from leadrank.bundle.bundle import Bundle
from leadrank.bundle.unfamiliar import Acquaintance, blank, seldom, unreadable
from leadrank.data.cell import Clean, read_cell, text_of
from leadrank.features.encode import LARGEST
from leadrank.types import FIRST_LEVEL, MISSING, UNSEEN

MOST_SPELLINGS = 4096
"""So many spellings of one column are remembered beside its levels."""
LONGEST_SPELLING = 100
"""A longer text is read anew every time."""
LARGEST_AMOUNT = 1e15
"""Money farther out is pulled in to here, so that sums over leads stay finite."""
_FLOATS, _WHOLE, _PLAIN = frozenset({float}), frozenset({int, bool}), frozenset({int, bool, float})
_EXACT = 1 << 53
"""Whole numbers up to here are floats."""

LeadRead = tuple[Sequence[float], list[int], float | None, float | None, bool, tuple[str, ...], tuple[str, ...]]
"""Numbers, codes, value, cost, whether nothing is known of the lead; unknown fields, problems."""


ODD = -math.inf
"""Stands for what an odd cell counts as until that is looked up: no cell is read so, and any sum with it shows it."""

Remark = tuple[Any, int, str]
"""What an odd cell counts as, where its remark stands among the others, and what is said."""


class _Spellings(dict[object, Any]):
    """What the model reads for each raw text of a column that came before; an unknown cell is read by the exact rules.

    Only texts (and None) are remembered, since values of other types may equal each other and yet be read differently.

    Parameters
    ----------
    column
        How its cells are read.
    encode
        From a clean cell to what the model reads.
    always
        Whether a blank is odd.
    places
        Where remarks stand among those about other columns: that a cell is unreadable, is blank, is of a level hardly seen.
    bound
        Floats up to this size stand for themselves; 0 where none does.
    levels
        Texts to know from the start; any other is odd. None where the column has no levels.
    """

    __slots__ = ("_always", "_column", "_encode", "_labels", "_levels", "_most", "_places", "bound", "remarks")

    def __init__(
        self, column: data.ColumnSchema, encode: Callable[[Clean], object], *, always: bool, places: tuple[int, int, int], bound: float = 0.0,
        levels: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__()
        self._column, self._encode, self._always, self._places = column, encode, always, places
        self._labels, self._levels = column.type == "category", levels is not None
        self.bound = 0.0 if column.type != "number" or column.null_numbers else bound
        self.remarks: dict[object, Remark] = {}
        self._most = len(levels or ()) + MOST_SPELLINGS
        for level in levels or ():
            self.__missing__(level)

    def __missing__(self, raw: object) -> object:
        kind = type(raw)
        if kind is float and -self.bound < raw < self.bound:  # type: ignore[operator]
            return raw
        if kind in _WHOLE and self.bound and -_EXACT < raw < _EXACT:  # type: ignore[operator]
            return float(raw)  # type: ignore[arg-type]
        same = self._alike(raw)
        if same is not raw:
            return self[same]
        cell, fine = read_cell(self._column, raw)
        found = self._encode(cell)
        if not fine or (cell is None and self._always) or (self._levels and found == UNSEEN):
            found = ODD
        if len(self) < self._most and _remembered(raw):
            self[raw] = found
        return found

    def remark(self, raw: object) -> Remark:
        """Say what a cell that was read as `ODD` counts as, and what is odd about it."""
        raw = self._alike(raw)
        if _remembered(raw) and raw in self.remarks:
            return self.remarks[raw]
        cell, fine = read_cell(self._column, raw)
        kind, text = 2, seldom(self._column.name, cell)
        if cell is None:
            kind, text = (1, blank(self._column.name)) if fine else (0, unreadable(self._column, raw))
        found = self._encode(cell), self._places[kind], text
        if len(self.remarks) < MOST_SPELLINGS and _remembered(raw):
            self.remarks[raw] = found
        return found

    def _alike(self, raw: object) -> object:
        """Return the text (or None) that is read as a plain value is, and all else as it came."""
        kind = type(raw)
        if kind is float and raw != raw:  # noqa: PLR0124
            return None
        text = text_of(raw) if self._labels and kind in _PLAIN else None
        return raw if text is None else text


def _remembered(raw: object) -> bool:
    return raw is None or (type(raw) is str and len(raw) <= LONGEST_SPELLING)


class LeadReader:
    """Reads one lead after the other; safe to share between threads.

    Parameters
    ----------
    bundle
        Its encoder, schema and profile are used.
    acquaintance
        Says what is odd about a lead.
    columns
        How the columns that scoring needs are read.
    """

    def __init__(self, bundle: Bundle, acquaintance: Acquaintance, columns: Mapping[str, data.ColumnSchema]) -> None:
        self.bundle, self.acquaintance, self.columns = bundle, acquaintance, columns
        inputs, created = bundle.encoder.inputs, bundle.encoder.created_at
        numeric = [i for i in inputs if i.feature.kind == "number"]
        categorical = [i for i in inputs if i.feature.kind == "category"]
        self._money = bundle.terms.value_column, bundle.terms.contact_cost_column
        self._known = frozenset(acquaintance.known)
        self._dated = tuple((k, i.feature.column) for k, i in enumerate(numeric) if i.how == "days_before")
        self._days = features.Encoder(tuple(numeric[k] for k, _ in self._dated), created)
        self._telling = tuple(k for k, i in enumerate(numeric) if i.how == "number")
        self._ranks = {name: k for k, name in enumerate(columns)}
        slots = [(i.feature.column, self._spellings(i, k)) for k, i in enumerate((*numeric, *categorical))]
        slots += [(name, self._plain(name, _amount, LARGEST_AMOUNT)) for name in self._money if name is not None]
        if self._dated and created is not None and created in columns:
            slots.append((created, self._plain(created, _itself)))
        self._names = tuple(name for name, _ in slots)
        # Of two names or more one gets a tuple; what is beyond the readers is not read.
        self._fields: Callable[[dict[str, object]], Sequence[Any]] = itemgetter(*self._names, *self._names[:1]) if slots else lambda _: ()
        self._width = len(set(self._names))
        self._readers = tuple(reader for _, reader in slots)
        self._numbers, self._both = len(numeric), len(inputs)
        self._number_readers, self._code_readers = self._readers[: self._numbers], self._readers[self._numbers : self._both]
        self._other_readers = self._readers[self._both :]
        self._bounds = tuple(reader.bound for reader in self._number_readers)
        self._within = min(self._bounds, default=1.0)  # floats that add up to less are all within their bounds, and none is nan

    def read(self, lead: Mapping[str, object]) -> LeadRead:
        """Return what the model reads of a lead, and what is odd about it."""
        if type(lead) is not dict:
            return self._exactly(lead)
        try:
            cells = self._fields(lead) if len(lead) >= self._width else list(map(lead.get, self._names))
            nothing_else = len(lead) == self._width
        except KeyError:
            cells, nothing_else = list(map(lead.get, self._names)), False
        ready = True
        others: Sequence[Any] = ()
        try:
            numbers: Sequence[Any] = cells[: self._numbers]
            kinds = set(map(type, numbers))
            plain = kinds <= _PLAIN and sum(map(abs, numbers)) < self._within
            if plain:
                numbers = numbers if kinds <= _FLOATS else list(map(float, numbers))
            else:
                numbers = [
                    v if type(v) is float and -bound < v < bound else reader[v]
                    for v, reader, bound in zip(numbers, self._number_readers, self._bounds, strict=True)
                ]
                ready = ODD not in numbers
            codes: list[int] = list(map(getitem, self._code_readers, cells[self._numbers :]))
            if self._other_readers:
                others = list(map(getitem, self._other_readers, cells[self._both :]))
        except (TypeError, OverflowError):  # an unhashable cell; a whole number that no float is near
            return self._exactly(lead)
        unknown = () if nothing_else or lead.keys() <= self._known else self.acquaintance.foreign(lead)
        # Codes that add up to something are neither odd nor all blank; numbers that are all plain are not blank.
        if ready and (sum(codes) > 0 or (plain and not codes and self._telling)):
            if not others:
                return numbers, codes, None, None, False, unknown, ()
            if not self._dated and ODD not in others:
                value, cost = self._money
                return numbers, codes, None if value is None else others[0], None if cost is None else others[-1], False, unknown, ()
        return self._further(lead, cells, [*numbers, *codes, *others], unknown)

    def _further(self, lead: Mapping[str, object], cells: Sequence[object], values: list[Any], unknown: tuple[str, ...]) -> LeadRead:
        """Look up what odd cells count as, and turn what stands beside the model's own numbers and codes into what it is for."""
        remarks: dict[int, str] = {}
        for k in [k for k, value in enumerate(values) if value is ODD]:
            reader, cell = self._readers[k], cells[k]
            values[k], place, remarks[place] = reader.remarks.get(cell) or reader.remark(cell)
        numbers, codes = values[: self._numbers], values[self._numbers : self._both]
        if not any(codes) and all(math.isnan(numbers[k]) for k in self._telling):
            return self._exactly(lead)
        value = cost = None
        if self._other_readers:
            numbers, value, cost = self._beside(values[self._both :], numbers)
        return numbers, codes, value, cost, False, unknown, tuple([remarks[place] for place in sorted(remarks)])

    def _beside(self, found: list[Any], numbers: list[Any]) -> tuple[list[float], float | None, float | None]:
        """Turn dates among the numbers into distances from the lead's creation, and take the amounts of money."""
        rest = iter(found)
        value, cost = (None if name is None else next(rest) for name in self._money)
        if self._dated:
            cells = {name: numbers[k] for k, name in self._dated} | {self._days.created_at or "": next(rest, None)}
            days = dict(zip((k for k, _ in self._dated), features.encode_one(self._days, cells).numbers[0].tolist(), strict=True))
            numbers = [days.get(k, number) for k, number in enumerate(numbers)]
        return numbers, value, cost

    def _exactly(self, lead: Mapping[str, object]) -> LeadRead:
        cells, problems = self.acquaintance.read(self.columns, lead)
        X = features.encode_one(self.bundle.encoder, cells)
        value, cost = (None if name is None else _amount(cells[name]) for name in self._money)
        empty = bool(self.acquaintance.empty_one(cells)[0])
        unknown = self.acquaintance.foreign(lead)
        return X.numbers[0].tolist(), X.codes[0].tolist(), value, cost, empty, unknown, (*problems, *self.acquaintance.unseen(cells, X))

    def _spellings(self, item: features.Input, at: int) -> _Spellings:
        name, levels = item.feature.column, item.feature.levels
        if item.how == "category":
            codes = {level: k + FIRST_LEVEL for k, level in enumerate(levels)}
            return self._plain(name, lambda cell: MISSING if cell is None else codes.get(str(cell), UNSEEN), levels=levels, at=at)
        if item.how == "number":
            return self._plain(name, _number, LARGEST)
        if item.how == "days_before":
            return self._plain(name, _itself)
        alone = features.Encoder((item,), None)
        return self._plain(name, lambda cell: float(features.encode_one(alone, {name: cell}).numbers[0, 0]))

    def _plain(
        self, name: str, encode: Callable[[Clean], object], bound: float = 0.0, levels: tuple[str, ...] | None = None, at: int = 0
    ) -> _Spellings:
        always, rank, most = name in self.acquaintance.always_given, self._ranks[name], len(self._ranks)
        return _Spellings(self.columns[name], encode, always=always, places=(rank, rank + most, at + 2 * most), bound=bound, levels=levels)


def _itself(cell: Clean) -> Clean:
    return cell


def _number(cell: Clean) -> float:
    return min(max(cell, -LARGEST), LARGEST) if isinstance(cell, float) else math.nan


def _amount(cell: Clean) -> float:
    return math.nan if cell is None else min(max(float(cell), -LARGEST_AMOUNT), LARGEST_AMOUNT)  # type: ignore[arg-type]
