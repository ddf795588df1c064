"""What to ask a lead next: which blank field would move its score most if it were known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.data import clean_cell
from leadrank.data.cell import text_of
from leadrank.explain.evidence import Seen
from leadrank.frames import pl
from leadrank.operations.champion import Active
from leadrank.operations.scoring import counted
from leadrank.types import FIRST_LEVEL

ANSWERS = 20
"""Answers that are tried for each field, the most frequent ones."""
LEAST = 1e-4
"""A field whose answer moves the probability by less is not worth a question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A blank field worth asking for.

    `change` is by how much its answer moves the probability on average, up or down; then the answers that would move it most, and to where.
    """

    column: str
    change: float
    description: str
    raises_to: float
    raised_by: str
    lowers_to: float
    lowered_by: str


def questions(active: Active, row: pl.DataFrame, most: int) -> tuple[Question, ...]:
    """Return the blank fields whose answers would change the score most, the best question first.

    Each blank field alone is filled with what training leads had in it: every label, or the middle of every bin of a number, at most 20, weighted by
    how many training leads had it. What counts is the expected absolute change of the probability. That takes answers to be as frequent for this lead
    as they were in training, whatever else is known of it, and leaves the other blanks blank. Sensitive columns are never asked for, nor dates and
    free texts, whose values are not counted.
    """
    now = counted(active.scorer.each(row)[0])
    tried = [(seen, answers) for seen in _blank(active, row) if (answers := _answers(seen))]
    if not tried or most < 1:
        return ()
    rows = [row.with_columns(pl.lit(text, pl.String).alias(seen.feature.column)) for seen, answers in tried for text, _ in answers]
    wide = [frame.with_columns(pl.col(seen.feature.column).cast(pl.String) for seen, _ in tried) for frame in rows]
    found = iter([counted(scored) for scored in active.scorer.each(pl.concat(wide, how="vertical"))])
    asked = [_question(active, seen, answers, [next(found) for _ in answers], now) for seen, answers in tried]
    worth = sorted((q for q in asked if q.change >= LEAST), key=lambda q: (-q.change, q.column))
    return tuple(worth[:most])


def _blank(active: Active, row: pl.DataFrame) -> list[Seen]:
    origin, cells, never = active.bundle.origin, row.row(0, named=True), set(active.bundle.terms.sensitive)
    askable = set(active.scorer.needed if origin is None else origin.tidier.schemas["lead"].names) - never
    schema = active.bundle.schema
    return [
        seen for seen in active.bundle.evidence.features
        if seen.feature.name == seen.feature.column and seen.feature.column in askable and seen.feature.column in schema.names
        and schema.column(seen.feature.column).type in {"number", "category"}
        and clean_cell(schema.column(seen.feature.column), cells.get(seen.feature.column)) is None
    ]


def _answers(seen: Seen) -> list[tuple[str, int]]:
    """Return what training leads had in a field, and how many of them; no blanks, and no labels too rare to be learned."""
    values = seen.feature.levels if seen.feature.kind == "category" else [text_of(value) or "" for value in seen.middles]
    pairs = [(value, rows) for value, rows in zip(values, seen.rows[FIRST_LEVEL:], strict=True) if rows > 0]
    return sorted(pairs, key=lambda pair: -pair[1])[:ANSWERS]


def _question(active: Active, seen: Seen, answers: Sequence[tuple[str, int]], found: Sequence[float], now: float) -> Question:
    weights = np.array([rows for _, rows in answers], dtype=np.float64)
    change = float(np.average(np.abs(np.array(found) - now), weights=weights))
    high, low = int(np.argmax(found)), int(np.argmin(found))
    description = active.bundle.schema.column(seen.feature.column).description
    return Question(seen.feature.column, change, description, found[high], answers[high][0], found[low], answers[low][0])
