"""What leads hold that training never saw: unreadable cells, unseen levels, new blanks, columns that nobody knows, rows that say nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from leadrank import data
from leadrank.bundle.bundle import Bundle
from leadrank.data.asked import SHOWN, shown
from leadrank.data.cell import EXPECTED, Clean, plain_value, read_cell
from leadrank.frames import pl
from leadrank.types import UNSEEN, BoolArray, Labels, Matrix

EMPTY = "every field that the model uses is blank: the score is that of nobody in particular, and the lead is not to be called on it"


@dataclass(frozen=True, slots=True)
class Strange:
    """Cells of one column that training did not know: how many, and the first of them (0-based row; "" for a blank)."""

    column: str
    cells: int
    row: int
    value: str


@dataclass(frozen=True, slots=True)
class Unfamiliar:
    """What a table holds that training did not know.

    `unreadable` counts the cells of each column that could not be read; `unseen` tells of levels that training saw once or never, `blank` of
    blanks in columns that had none; `extra` names columns that nobody knows; `empty` counts the rows that say nothing, of which `first_empty`
    (from 0) is the first.
    """

    unreadable: dict[str, int]
    unseen: tuple[Strange, ...]
    blank: tuple[Strange, ...]
    extra: tuple[str, ...]
    empty: int = 0
    first_empty: int | None = None


class Acquaintance:
    """Compares leads with what the training rows held.

    Parameters
    ----------
    bundle
        Its encoder, schema and profile are used.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.columns = bundle.encoder.columns
        self.levels = {i.feature.column: frozenset((None, *i.feature.levels)) for i in bundle.encoder.inputs if i.feature.kind == "category"}
        self.known = {"asked_at", *bundle.schema.names, *bundle.terms.declared, *bundle.terms.expected}
        self.always_given = set(bundle.terms.always_given) & set(self.columns)

    def foreign(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns that neither the model nor the project knows."""
        return tuple(name for name in names if name not in self.known)

    def empty(self, cleaned: data.Cleaned, rows: int) -> BoolArray:
        """Mark the rows in which every column that the model uses is blank."""
        if not self.columns or not all(_some_blank(cleaned, name) for name in self.columns):
            return np.zeros(rows, dtype=bool)
        nobody = np.ones(rows, dtype=bool)
        for name in self.columns:
            nobody &= cleaned.labels[name].blank() if name in cleaned.labels else _nulls(cleaned.frame[name])
            if not nobody.any():
                break
        return nobody

    def empty_one(self, cells: Mapping[str, Clean]) -> BoolArray:
        """Say the same of one lead."""
        return np.array([bool(self.columns) and all(cells[name] is None for name in self.columns)])

    def of_table(self, table: pl.DataFrame, cleaned: data.Cleaned, X: Matrix, empty: BoolArray, first: int = 0) -> Unfamiliar:
        """Sum up what is unfamiliar in a table of which `empty` rows say nothing, or in the part of one that begins with row `first`."""
        unseen = [
            _strange(f.column, X.codes[:, j] == UNSEEN, first, _cells(cleaned, f.column))
            for j, f in enumerate(X.categorical) if self._some_unseen(cleaned, f.column)
        ]
        blank = [
            _strange(name, _blank(cleaned, name) & ~empty, first) for name in self.columns if name in self.always_given and _some_blank(cleaned, name)
        ]
        return Unfamiliar(
            dict(cleaned.unreadable), tuple(s for s in unseen if s.cells), tuple(s for s in blank if s.cells), self.foreign(table.columns),
            int(empty.sum()), first + int(empty.argmax()) if empty.any() else None,
        )

    def _some_unseen(self, cleaned: data.Cleaned, name: str) -> bool:
        """Say whether a column may hold levels that training did not know, without a look at its rows."""
        return name not in cleaned.labels or not self.levels[name].issuperset(cleaned.labels[name].texts)

    def read(self, columns: Mapping[str, data.ColumnSchema], lead: Mapping[str, object]) -> tuple[dict[str, Clean], list[str]]:
        """Clean the fields of one lead, and tell of those that cannot be read or were never blank before."""
        cells, said, new = dict[str, Clean](), list[str](), list[str]()
        for name, column in columns.items():
            cells[name], fine = read_cell(column, lead.get(name))
            if not fine:
                said.append(unreadable(column, lead[name]))
            elif cells[name] is None and name in self.always_given:
                new.append(blank(name))
        return cells, [EMPTY, *said] if self.empty_one(cells)[0] else [*said, *new]

    def unseen(self, cells: Mapping[str, Clean], X: Matrix) -> list[str]:
        """Tell of the levels of one lead that training saw once or never."""
        at = np.flatnonzero(X.codes[0] == UNSEEN)
        return [seldom(name, cells[name]) for name in (X.categorical[j].column for j in at)]


def unreadable(column: data.ColumnSchema, raw: object) -> str:
    """Say of one cell that it cannot be read."""
    return f"{column.name}: {shown(plain_value(raw))} is not {EXPECTED[column.type]}; it counts as missing"


def blank(name: str) -> str:
    """Say that one cell is blank in a column that had no blanks."""
    return f"{name} is blank, which it never was in training"


def seldom(name: str, cell: Clean) -> str:
    """Say of one cell that training saw its level once or never."""
    return f"{name}: {shown(cell)} was seldom or never seen in training"


def written_key(name: str, key: object, problems: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Write a lead's key that is no text, and add to the problems if Python does not write it: it counts as missing."""
    try:
        return str(key), problems
    except ValueError:
        return None, (*problems, unreadable(data.ColumnSchema(name, "id"), key))


def join_unfamiliar(one: Unfamiliar, later: Unfamiliar) -> Unfamiliar:
    """Put together what is unfamiliar in two parts of one table, in their order."""
    counts = Counter(one.unreadable)
    counts.update(later.unreadable)
    return Unfamiliar(
        dict(counts), _joined([*one.unseen, *later.unseen]), _joined([*one.blank, *later.blank]), one.extra, one.empty + later.empty,
        later.first_empty if one.first_empty is None else one.first_empty,
    )


def _joined(found: Iterable[Strange]) -> tuple[Strange, ...]:
    """Add up the cells of each column; the first of them stays the example."""
    by_column: dict[str, Strange] = {}
    for strange in found:
        known = by_column.get(strange.column)
        by_column[strange.column] = strange if known is None else replace(known, cells=known.cells + strange.cells)
    return tuple(by_column.values())


def _cells(cleaned: data.Cleaned, name: str) -> Labels | pl.Series:
    return cleaned.labels[name] if name in cleaned.labels else cleaned.frame[name]


def _some_blank(cleaned: data.Cleaned, name: str) -> bool:
    """Say whether a column may hold blanks, without a look at its rows."""
    return None in cleaned.labels[name].texts if name in cleaned.labels else cleaned.frame[name].null_count() > 0


def _nulls(cells: pl.Series) -> BoolArray:
    found: BoolArray = cells.is_null().to_numpy() if cells.null_count() else np.zeros(len(cells), dtype=bool)
    return found


def _strange(column: str, found: BoolArray, offset: int, cells: Labels | pl.Series | None = None) -> Strange:
    count = int(found.sum())
    first = int(found.argmax()) if count else 0
    return Strange(column, count, first + offset, str(cells[first])[:SHOWN] if count and cells is not None else "")


def _blank(cleaned: data.Cleaned, name: str) -> BoolArray:
    """Mark blank cells; those that could not be read are told elsewhere."""
    if name in cleaned.labels:
        return cleaned.labels[name].blank()
    found = _nulls(cleaned.frame[name])
    return found & ~cleaned.bad[name].to_numpy() if name in cleaned.bad else found
