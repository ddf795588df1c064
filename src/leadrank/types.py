"""The few records that cross rooms. Nothing here computes more than a look-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

AT = "at"
"""The column with the cutoff of each row, where leads come from several tables."""

Severity = Literal["info", "warning", "quarantine", "error"]

MISSING = 0
"""Code of a blank cell in a categorical feature."""
UNSEEN = 1
"""Code of a level that training did not see."""
FIRST_LEVEL = 2
"""Code of `Feature.levels[0]`; level k has code k + FIRST_LEVEL."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check noticed: a code, how bad it is, where, how often, and what to do."""

    code: str
    severity: Severity
    column: str | None
    rows: int
    message: str
    remedy: str
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with the ends of its interval (95 % unless said otherwise)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of a model: a number, or a category whose levels are frozen at training.

    `missing` is the rule by which linear and forest models fill a blank (`level` keeps it a level of its own),
    `by` the columns whose group gives the median, `bins` the edges at which linear models cut a number.
    """

    name: str
    column: str
    kind: Literal["number", "category"]
    levels: tuple[str, ...] = ()
    missing: Literal["level", "mean", "median", "mode", "group_median"] = "level"
    by: tuple[str, ...] = ()
    bins: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A clean column of labels: the different texts (None is blank), and for each row the place of its own."""

    texts: tuple[str | None, ...]
    numbers: IntArray

    def __getitem__(self, row: int) -> str | None:
        return self.texts[int(self.numbers[row])]

    def blank(self) -> BoolArray:
        """Mark the rows without a label."""
        blank: BoolArray = np.array([text is None for text in self.texts])
        return blank.take(self.numbers) if blank.any() else np.zeros(len(self.numbers), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows as a model sees them: float64 numbers (nan = missing) and int32 category codes."""

    numbers: FloatArray
    codes: CodeArray
    numeric: tuple[Feature, ...]
    categorical: tuple[Feature, ...]

    def __len__(self) -> int:
        return int(self.numbers.shape[0])

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features, the numbers first, in the order of contribution columns."""
        return self.numeric + self.categorical

    def take(self, rows: IntArray | BoolArray) -> Matrix:
        """Return the chosen rows, in the order given."""
        return Matrix(self.numbers[rows], self.codes[rows], self.numeric, self.categorical)

    def without(self, column: str) -> Matrix:
        """Return the matrix without the features of one column."""
        numeric = [j for j, f in enumerate(self.numeric) if f.column != column]
        categorical = [j for j, f in enumerate(self.categorical) if f.column != column]
        return Matrix(
            self.numbers[:, numeric], self.codes[:, categorical], tuple(self.numeric[j] for j in numeric),
            tuple(self.categorical[j] for j in categorical),
        )
