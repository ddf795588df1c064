"""Numbers that a column shares with the keys of another table, where no name says that they are the same."""

from __future__ import annotations

from collections.abc import Collection

from leadrank.data.relations.look import Look
from leadrank.data.relations.overlaps import UNIQUE

FOUND = 0.9
"""Share of a column's numbers that must be keys."""
COVERED = 0.3
"""Share of the keys that must stand in the column: small numbers are keys of every table."""
LEAST = 10
"""Different numbers."""


def same_numbers(look: Look, table: str, others: Collection[str]) -> str | None:
    """Say which column of a table seems to hold the keys of another by its numbers alone; None where none does."""
    best, said = 0, None
    for column in look.columns.get(table, {}).values():
        if len(column.keys) < LEAST or not column.numbered:
            continue
        for of in others:
            for key in look.columns[of].values():
                found = int(column.keys.is_in(key.keys.implode()).sum())
                if key.unique < UNIQUE or found < max(FOUND * len(column.keys), COVERED * len(key.keys), best + 1):
                    continue
                best = found
                said = (
                    f"{found:,} of {len(column.keys):,} values of {column.name!r} stand in {of}.{key.name}, but the names do not match; "
                    f"if they are the same, declare it with key = {column.name!r}"
                )
    return said
