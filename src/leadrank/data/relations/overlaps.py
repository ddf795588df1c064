"""Which column of which table seems to hold the keys of another: by the values that they share, and by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadrank.data.infer import infer_schema
from leadrank.data.kinds import snake
from leadrank.data.relations.declared import Link
from leadrank.data.relations.key_texts import key_texts
from leadrank.data.relations.matching import match_keys
from leadrank.data.schema import ColumnType
from leadrank.frames import pl
from leadrank.project import LeadTable

UNIQUE = 0.95
"""Share of a column's cells that differ from which it names rows; a few are copies."""
FOUND = 0.5
"""Share of a column's values that must be keys of the other table; where both have one name, a fifth will do."""
FEW_FOUND = 0.2
NAMED_ALIKE = 0.5
"""Likeness of names that two columns of whole numbers need: small numbers are in every table."""
_SAYS_NOTHING = frozenset({"id", "ids", "key", "no", "nr", "number", "num", "code", "ref", "name", "uuid", "table", "dim", "data", "sample"})


@dataclass(frozen=True, slots=True, eq=False)
class SeenColumn:
    """A column of a raw table: its different keys, and how many cells hold one."""

    name: str
    type: ColumnType
    keys: pl.Series
    filled: int
    rows: int

    @property
    def unique(self) -> float:
        """Share of the filled cells that differ; 0 where too many are blank to name rows."""
        return len(self.keys) / self.filled if self.filled and self.filled >= UNIQUE * self.rows else 0.0

    @property
    def numbered(self) -> bool:
        """Whether all its keys are whole numbers."""
        return bool(self.keys.str.contains(r"^[0-9]+$").all())


@dataclass(frozen=True, slots=True)
class Relation:
    """A column that seems to hold keys of another table.

    Attributes
    ----------
    table, column, of, by
        The column, and the one it seems to name.
    found
        Share of its different values that are keys there, near misses among them.
    unique
        Share of the other column's cells that differ.
    alike
        Likeness of the names, 0 to 1.
    repaired
        Pairs of keys that are written otherwise, the first few.
    repairs
        How many such pairs there are.
    """

    table: str
    column: str
    of: str
    by: str
    found: float
    unique: float
    alike: float
    repaired: tuple[tuple[str, str], ...] = ()
    repairs: int = 0

    @property
    def sure(self) -> float:
        """How sure it is, 0 to 1."""
        return self.found * self.unique * (0.6 + 0.4 * self.alike)


def seen_columns(frame: pl.DataFrame) -> dict[str, SeenColumn]:
    """Look at the columns of a raw table that may hold keys or dates."""
    schema, _ = infer_schema(frame, LeadTable())
    done = {}
    for column in schema.columns:
        cells = frame[column.name]
        if column.type == "date" or (column.type == "number" and not _whole(cells)):
            done[column.name] = SeenColumn(column.name, column.type, pl.Series([], dtype=pl.String), cells.len() - cells.null_count(), frame.height)
            continue
        keys = key_texts(cells)
        done[column.name] = SeenColumn(column.name, column.type, keys.drop_nulls().unique(), len(keys) - keys.null_count(), frame.height)
    return done


def find_relations(seen: Mapping[str, Mapping[str, SeenColumn]]) -> tuple[Relation, ...]:
    """Find the columns that seem to name rows of other tables, the surest first."""
    keys = [(table, c) for table, own in seen.items() for c in own.values() if c.unique >= UNIQUE and len(c.keys) > 1]
    found = []
    for table, own in seen.items():
        for column in own.values():
            found += [r for of, key in keys if of != table and (r := relation_of(table, column, of, key)) is not None]
    return tuple(sorted(found, key=lambda r: (-r.sure, r.table, r.column, r.of, r.by)))


def relation_of(table: str, column: SeenColumn, of: str, key: SeenColumn) -> Relation | None:
    """Say how two columns seem to belong together, or None where they do not."""
    alike = likeness(column.name, key.name, of)
    if not len(column.keys) or not len(key.keys) or (column.numbered and alike < NAMED_ALIKE):
        return None
    exact = column.keys.is_in(key.keys.implode()).mean()
    if alike < NAMED_ALIKE and float(exact or 0) < FOUND:  # type: ignore[arg-type]
        return None
    matched = match_keys(column.keys.alias("k").to_frame(), Link(("k",), of, ("k",)), key.keys.alias("k").to_frame())
    share = 1 - matched.orphans.height / len(column.keys)
    if share < (FEW_FOUND if alike == 1 else FOUND):
        return None
    pairs = tuple(matched.repaired.select("k0", "m0").head(3).rows())
    return Relation(table, column.name, of, key.name, share, key.unique, alike, pairs, matched.repaired.height)


def likeness(column: str, key: str, of: str) -> float:
    """Compare the name of a column with that of a key, which may say no more than `id` and leave the rest to its table.

    Examples
    --------
    >>> likeness("customer_id", "CustomerID", "a"), likeness("customer", "id", "customers"), likeness("PropertyViewed", "PropertyID", "p")
    (1.0, 1.0, 0.5)
    """
    own, theirs = name_words(column), name_words(key) or name_words(of)
    if snake(column) == snake(key) and own:
        return 1.0
    return len(own & theirs) / len(own | theirs) if own and theirs else 0.0


def name_words(name: str) -> frozenset[str]:
    """Take the words of a name that say what it is about, in the singular."""
    return frozenset(word.removesuffix("s") for word in snake(name).split("_") if word not in _SAYS_NOTHING)


def _whole(cells: pl.Series) -> bool:
    if cells.dtype.is_integer():
        return True
    if cells.dtype.is_float():
        return bool((cells == cells.floor()).all())
    return cells.dtype == pl.String and not cells.head(1_000).str.contains(r"[0-9]\.[0-9]*[1-9]").any()
