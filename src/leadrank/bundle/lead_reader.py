"""From one lead to what the model reads, quickly: spellings that came before are looked up, all else is read cell by cell, by the exact rules.

A look-up only ever holds what the exact rules gave for a text, so that both ways agree; whatever is odd about a lead sends it the exact way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import getitem, itemgetter
from typing import Any

import numpy as np

from leadrank import data, features
from leadrank.bundle.bundle import Bundle
from leadrank.bundle.unfamiliar import Acquaintance
from leadrank.data.cell import Clean, read_cell
from leadrank.features.encode import LARGEST
from leadrank.types import FIRST_LEVEL, MISSING, UNSEEN, Feature, Matrix

MOST_SPELLINGS = 4096
"""So many spellings of one column are remembered beside its levels."""
LONGEST_SPELLING = 100
"""A longer text is read anew every time."""
LARGEST_AMOUNT = 1e15
"""Money farther out is pulled in to here, so that sums over leads stay finite."""
_FLOATS = frozenset({float})
_EXACT = 1 << 53
"""Whole numbers up to here are floats."""

LeadRead = tuple[Sequence[float], list[int], float | None, float | None, bool, tuple[str, ...], tuple[str, ...]]
"""Numbers, codes, value, cost, whether nothing is known of the lead; unknown fields, problems."""


class _OddError(Exception):
    """A cell of which something must be said."""


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
    bound
        Floats up to this size stand for themselves; 0 where none does.
    levels
        Texts to know from the start.
    """

    __slots__ = ("always", "bound", "column", "encode", "most")

    def __init__(
        self, column: data.ColumnSchema, encode: Callable[[Clean], object], *, always: bool, bound: float = 0.0, levels: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.column, self.encode, self.always = column, encode, always
        self.bound = 0.0 if column.type != "number" or column.null_numbers else bound
        self.most = len(levels) + MOST_SPELLINGS
        for level in levels:
            with suppress(_OddError):
                self.__missing__(level)

    def __missing__(self, raw: object) -> object:
        kind = type(raw)
        if kind is float and -self.bound < raw < self.bound:  # type: ignore[operator]
            return raw
        if kind is int and self.bound and -_EXACT < raw < _EXACT:  # type: ignore[operator]
            return float(raw)  # type: ignore[arg-type]
        if kind is int and self.column.type == "category":
            return self[str(raw)]
        cell, fine = read_cell(self.column, raw)
        if not fine or (cell is None and self.always):
            raise _OddError
        found = self.encode(cell)
        if len(self) < self.most and (raw is None or (kind is str and len(raw) <= LONGEST_SPELLING)):  # type: ignore[arg-type]
            self[raw] = found
        return found


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
        self._categorical = tuple(i.feature for i in categorical)
        self._told: dict[tuple[str, str], str] = {}
        self._dated = tuple((k, i.feature.column) for k, i in enumerate(numeric) if i.how == "days_before")
        self._days = features.Encoder(tuple(numeric[k] for k, _ in self._dated), created)
        self._telling = tuple(k for k, i in enumerate(numeric) if i.how == "number")
        slots = [(i.feature.column, self._spellings(i)) for i in (*numeric, *categorical)]
        slots += [(name, _Spellings(columns[name], _amount, always=False, bound=LARGEST_AMOUNT)) for name in self._money if name is not None]
        if self._dated and created is not None and created in columns:
            slots.append((created, _Spellings(columns[created], _itself, always=created in acquaintance.always_given)))
        self._names = tuple(name for name, _ in slots)
        # Of two names or more one gets a tuple; what is beyond the readers is not read.
        self._fields: Callable[[dict[str, object]], Sequence[Any]] = itemgetter(*self._names, *self._names[:1]) if slots else lambda _: ()
        self._width = len(set(self._names))
        self._numbers, self._categories = len(numeric), len(categorical)
        self._number_readers = tuple(reader for _, reader in slots[: self._numbers])
        self._bounds = tuple(reader.bound for reader in self._number_readers)
        self._within = min(self._bounds, default=1.0)  # floats that add up to less are all within their bounds, and none is nan
        self._readers = tuple(reader for _, reader in slots[self._numbers :])

    def read(self, lead: Mapping[str, object]) -> LeadRead:
        """Return what the model reads of a lead, and what is odd about it."""
        if type(lead) is not dict:
            return self._exactly(lead)
        try:
            cells = self._fields(lead)
            nothing_else = len(lead) == self._width
        except KeyError:
            cells, nothing_else = [lead.get(name) for name in self._names], False
        try:
            numbers = cells[: self._numbers]
            if not (_FLOATS.issuperset(map(type, numbers)) and sum(map(abs, numbers)) < self._within):
                numbers = [
                    v if type(v) is float and -bound < v < bound else reader[v]
                    for v, reader, bound in zip(numbers, self._number_readers, self._bounds, strict=True)
                ]
            found = list(map(getitem, self._readers, cells[self._numbers :]))
        except (_OddError, TypeError):  # an unhashable cell is a TypeError
            return self._exactly(lead)
        codes = found[: self._categories] if len(found) > self._categories else found
        if not any(codes) and all(math.isnan(numbers[k]) for k in self._telling):
            return self._exactly(lead)
        value = cost = None
        if found is not codes:
            numbers, value, cost = self._beside(found[self._categories :], numbers)
        unknown = () if nothing_else or lead.keys() <= self._known else self.acquaintance.foreign(lead)
        return numbers, codes, value, cost, False, unknown, self._unseen(lead, codes) if UNSEEN in codes else ()

    def _beside(self, found: list[Any], numbers: Sequence[Any]) -> tuple[Sequence[float], float | None, float | None]:
        """Turn dates among the numbers into distances from the lead's creation, and take the amounts of money."""
        rest = iter(found)
        value, cost = (None if name is None else next(rest) for name in self._money)
        if self._dated:
            cells = {name: numbers[k] for k, name in self._dated} | {self._days.created_at or "": next(rest, None)}
            days = dict(zip((k for k, _ in self._dated), features.encode_one(self._days, cells).numbers[0].tolist(), strict=True))
            numbers = [days.get(k, number) for k, number in enumerate(numbers)]
        return numbers, value, cost

    def _unseen(self, lead: Mapping[str, object], codes: list[int]) -> tuple[str, ...]:
        return tuple([self._seldom(f, lead.get(f.column)) for f, code in zip(self._categorical, codes, strict=True) if code == UNSEEN])

    def _seldom(self, feature: Feature, raw: object) -> str:
        """Tell of a level that training saw once or never; what was told before is looked up."""
        told = self._told.get((feature.column, raw)) if type(raw) is str else None
        if told is None:
            cell = read_cell(self.columns[feature.column], raw)[0]
            row = Matrix(np.empty((1, 0)), np.array([[UNSEEN]], dtype=np.int32), (), (feature,))
            (told,) = self.acquaintance.unseen({feature.column: cell}, row)
            if type(raw) is str and len(raw) <= LONGEST_SPELLING and len(self._told) < MOST_SPELLINGS:
                self._told[feature.column, raw] = told
        return told

    def _exactly(self, lead: Mapping[str, object]) -> LeadRead:
        cells, problems = self.acquaintance.read(self.columns, lead)
        X = features.encode_one(self.bundle.encoder, cells)
        value, cost = (None if name is None else _amount(cells[name]) for name in self._money)
        empty = bool(self.acquaintance.empty_one(cells)[0])
        unknown = self.acquaintance.foreign(lead)
        return X.numbers[0].tolist(), X.codes[0].tolist(), value, cost, empty, unknown, (*problems, *self.acquaintance.unseen(cells, X))

    def _spellings(self, item: features.Input) -> _Spellings:
        name, levels = item.feature.column, item.feature.levels
        column, always = self.columns[name], name in self.acquaintance.always_given
        if item.how == "category":
            places = {level: k + FIRST_LEVEL for k, level in enumerate(levels)}
            return _Spellings(column, lambda cell: MISSING if cell is None else places.get(str(cell), UNSEEN), always=always, levels=levels)
        if item.how == "number":
            return _Spellings(column, _number, always=always, bound=LARGEST)
        if item.how == "days_before":
            return _Spellings(column, _itself, always=always)
        alone = features.Encoder((item,), None)
        return _Spellings(column, lambda cell: float(features.encode_one(alone, {name: cell}).numbers[0, 0]), always=always)


def _itself(cell: Clean) -> Clean:
    return cell


def _number(cell: Clean) -> float:
    return min(max(cell, -LARGEST), LARGEST) if isinstance(cell, float) else math.nan


def _amount(cell: Clean) -> float:
    return math.nan if cell is None else min(max(float(cell), -LARGEST_AMOUNT), LARGEST_AMOUNT)  # type: ignore[arg-type]
