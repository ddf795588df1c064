"""What leads hold that training never saw: unreadable cells, unseen levels, new blanks, columns that nobody knows, rows that say nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadrank import data
from leadrank.bundle.bundle import Bundle
from leadrank.data.cell import EXPECTED, Clean, read_cell
from leadrank.frames import pl
from leadrank.types import UNSEEN, BoolArray, Labels, Matrix

EMPTY = "every field that the model uses is blank: the score is that of nobody in particular, and the lead is not to be called on it"
SHOWN = 60


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
    blanks in columns that had none; `extra` names columns that nobody knows; `empty` numbers the rows (from 0) that say nothing.
    """

    unreadable: dict[str, int]
    unseen: tuple[Strange, ...]
    blank: tuple[Strange, ...]
    extra: tuple[str, ...]
    empty: tuple[int, ...]


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
        self.known = {*bundle.schema.names, *bundle.terms.declared, *bundle.terms.expected}
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
            tuple((np.flatnonzero(empty) + first).tolist()),
        )

    def _some_unseen(self, cleaned: data.Cleaned, name: str) -> bool:
        """Say whether a column may hold levels that training did not know, without a look at its rows."""
        return name not in cleaned.labels or not self.levels[name].issuperset(cleaned.labels[name].texts)

    def read(self, columns: Mapping[str, data.ColumnSchema], lead: Mapping[str, object]) -> tuple[dict[str, Clean], list[str]]:
        """Clean the fields of one lead, and tell of those that cannot be read or were never blank before."""
        cells, said, blank = dict[str, Clean](), list[str](), list[str]()
        for name, column in columns.items():
            cells[name], fine = read_cell(column, lead.get(name))
            if not fine:
                said.append(f"{name}: {_short(lead[name])} is not {EXPECTED[column.type]}; it counts as missing")
            elif cells[name] is None and name in self.always_given:
                blank.append(f"{name} is blank, which it never was in training")
        return cells, [EMPTY, *said] if self.empty_one(cells)[0] else [*said, *blank]

    def unseen(self, cells: Mapping[str, Clean], X: Matrix) -> list[str]:
        """Tell of the levels of one lead that training saw once or never."""
        at = np.flatnonzero(X.codes[0] == UNSEEN)
        return [f"{name}: {_short(cells[name])} was seldom or never seen in training" for name in (X.categorical[j].column for j in at)]


def join_unfamiliar(parts: Sequence[Unfamiliar]) -> Unfamiliar:
    """Put together what is unfamiliar in the parts of one table, in their order."""
    unreadable = Counter[str]()
    for part in parts:
        unreadable.update(part.unreadable)
    return Unfamiliar(
        dict(unreadable), _joined(s for part in parts for s in part.unseen), _joined(s for part in parts for s in part.blank), parts[0].extra,
        tuple(row for part in parts for row in part.empty),
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
    """Mark blank cells; those that could not be read, as far as they are listed, are told elsewhere."""
    if name in cleaned.labels:
        return cleaned.labels[name].blank()
    found = _nulls(cleaned.frame[name]).copy()
    found[[problem.row for problem in cleaned.problems if problem.column == name]] = False
    return found


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
