"""What is seen of several raw tables before anything is declared: their columns, their dates, and which name rows of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadrank.data.relations.moments import Moments, moments_of
from leadrank.data.relations.overlaps import Relation, SeenColumn, find_relations, seen_columns
from leadrank.frames import pl


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Raw tables that have rows, with their columns, their dates, and the relations between them, the surest first."""

    frames: Mapping[str, pl.DataFrame]
    columns: Mapping[str, Mapping[str, SeenColumn]]
    dates: Mapping[str, Moments]
    relations: tuple[Relation, ...]

    def of(self, table: str, other: str) -> list[Relation]:
        """Return the relations by which one table names rows of another."""
        return [r for r in self.relations if (r.table, r.of) == (table, other)]


def look_at(frames: Mapping[str, pl.DataFrame]) -> Look:
    """Look at raw tables."""
    frames = {name: frame for name, frame in frames.items() if frame.height}
    columns = {name: seen_columns(frame) for name, frame in frames.items()}
    return Look(frames, columns, {name: moments_of(frame, columns[name]) for name, frame in frames.items()}, find_relations(columns))
