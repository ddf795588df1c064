"""What is known about each column: enough to clean a later table in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from leadrank.data.numbers import DecimalMark

ColumnType = Literal["number", "category", "date", "text", "id"]
Role = Literal["feature", "key", "target", "order", "created_at", "id"]


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """How the cells of one column are read.

    Attributes
    ----------
    name, type, role
        Where the column stands, what it holds, and what it is for. Only the role `feature` may enter a model.
    null_words
        The user's own null words, squashed (no case, no spaces), beside the built-in ones.
    null_numbers
        The user's null words that are numbers, compared by value.
    kept_words
        Squashed words that are values here although elsewhere they mean a blank (`na` among country codes).
    none_is_blank
        Whether the literal `None` is the file's word for a blank.
    unanswered
        Whether `Select`, `unknown` and the user's own words become the level `(not answered)` or a missing cell.
    blank
        The label of blank and unanswered cells; without one they are missing.
    spellings
        Folded label to the spelling that stands for it.
    code
        Whole numbers written as text lose a trailing `.0`, so that `3.0` and `3` are one code.
    decimal, day_first
        The decimal mark and the order of dates, decided once per column.
    """

    name: str
    type: ColumnType
    role: Role = "feature"
    null_words: tuple[str, ...] = ()
    null_numbers: tuple[float, ...] = ()
    kept_words: tuple[str, ...] = ()
    none_is_blank: bool = False
    unanswered: Literal["missing", "level"] = "missing"
    spellings: dict[str, str] = field(default_factory=dict, hash=False)
    code: bool = False
    decimal: DecimalMark = "."
    day_first: bool = True
    sensitive: bool = False
    description: str = ""
    blank: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, in its order."""

    columns: tuple[ColumnSchema, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(c.name for c in self.columns)

    @property
    def features(self) -> tuple[ColumnSchema, ...]:
        """Columns that may enter a model."""
        return tuple(c for c in self.columns if c.role == "feature")

    def column(self, name: str) -> ColumnSchema:
        """Return one column by name.

        Raises
        ------
        KeyError
            If the schema has no such column.
        """
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def only(self, names: Iterable[str]) -> Schema:
        """Keep only the columns named, in the schema's order."""
        wanted = set(names)
        return Schema(tuple(c for c in self.columns if c.name in wanted))
