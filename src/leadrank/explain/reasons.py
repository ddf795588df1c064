"""The largest contributions of each score as sentences with evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

import numpy as np

from leadrank.explain.phrases import Entry, Phrasebook, spoken
from leadrank.types import FloatArray, IntArray, Matrix

SMALLEST = 1e-12
"""A contribution below this is rounding, not a reason."""

Direction = Literal["raises", "lowers"]
_SIGN = {True: "+", False: "−"}


class Reason(NamedTuple):
    """One column's contribution to one score, in words; a named tuple, since several are made for every lead.

    `contribution` is in calibrated log-odds; `rows` training leads were like this one in that column, `conversions` of
    them converted, and `base_rate` of all did.
    """

    column: str
    contribution: float
    direction: Direction
    value: str
    sentence: str
    rows: int
    conversions: int
    base_rate: float


def select_top(contributions: FloatArray, columns: Sequence[str], *, top: int, never: Collection[str] = ()) -> tuple[IntArray, FloatArray]:
    """Choose the columns with the largest |contribution| in each row.

    Ties go to the earlier column, so that the top k are always the first k of the top k + 1.

    Parameters
    ----------
    contributions
        Shape (n, c), finite.
    columns
        The c columns.
    top
        How many to choose at most; k = min(top, c).
    never
        Columns that must not be chosen, whatever their contribution; case and outer blanks do not matter.

    Returns
    -------
    tuple
        Column numbers (n, k), -1 where no further column counts, and their contributions (n, k), 0 there. What a row's
        chosen contributions leave of its sum is the share of "other".

    Examples
    --------
    >>> chosen, values = select_top(np.array([[0.2, -0.9, 0.5]]), ["city", "age", "source"], top=3, never={"age"})
    >>> chosen.tolist(), values.tolist()
    ([[2, 0, -1]], [[0.5, 0.2, 0.0]])
    """
    hidden = {name.strip().casefold() for name in never}
    sizes = np.abs(contributions)
    sizes[:, [k for k, column in enumerate(columns) if column.strip().casefold() in hidden]] = -1.0
    rows = np.arange(len(sizes))
    chosen = np.full((len(sizes), min(max(top, 0), len(columns))), -1, dtype=np.int64)
    for slot in range(chosen.shape[1]):
        # For about three reasons a pass each is as fast as argpartition, whose order among ties would differ with k.
        best = sizes.argmax(axis=1)
        chosen[:, slot] = np.where(sizes[rows, best] >= SMALLEST, best, -1)
        sizes[rows, best] = -1.0
    values = np.where(chosen >= 0, contributions[rows[:, None], chosen], 0.0) if len(columns) else np.zeros(chosen.shape)
    return chosen, values


def reasons(
    contributions: FloatArray,
    columns: Sequence[str],
    matrix: Matrix,
    book: Phrasebook,
    *,
    top: int = 3,
    never: Collection[str] = (),
    within: FloatArray | None = None,
) -> list[tuple[Reason, ...]]:
    """Say why each row scores as it does.

    A sentence gives the value, how many training leads with it converted, and the base: facts about one column taken alone.
    The contribution is that column's effect with all others held in view, and the two can disagree; where they do, or the
    counts equal the base, the sentence adds "taken with the rest it lowers this score".

    Parameters
    ----------
    contributions
        Shape (n, c), calibrated log-odds by column, from `group_by_column` and `rescale`.
    columns
        The c columns.
    matrix
        The n rows.
    book
        Words for the same features, from `phrasebook`.
    top
        How many reasons at most.
    never
        Protected and sensitive columns; never named, their contributions stay in "other".
    within
        Shape (n, f), contributions by feature: where a column has several features, the one that pulls hardest in the
        column's direction speaks for it. Without it the first feature does.

    Returns
    -------
    list
        For each row its reasons, largest |contribution| first.
    """
    chosen, values = select_top(contributions, columns, top=top, never=never)
    speaking = speakers(chosen, values, columns, book, within)
    return [
        tuple(reason(book, book.entries[j], _value(matrix, row, j), c) for j, c in zip(features, amounts, strict=True) if j >= 0)
        for row, (features, amounts) in enumerate(zip(speaking.tolist(), values.tolist(), strict=True))
    ]


def speakers(chosen: IntArray, values: FloatArray, columns: Sequence[str], book: Phrasebook, within: FloatArray | None) -> IntArray:
    """Return the number of the feature that speaks for each chosen column; -1 where none was chosen."""
    groups: dict[str, list[int]] = {column: [] for column in columns}
    for j, entry in enumerate(book.entries):
        groups[entry.seen.feature.column].append(j)
    first = np.array([groups[column][0] for column in columns] + [-1], dtype=np.int64)
    speaking: IntArray = first[chosen]
    if within is None or len(columns) == len(book.entries):
        return speaking
    for k, column in enumerate(columns):
        rows, slots = np.nonzero(chosen == k)
        if len(groups[column]) > 1 and len(rows):
            members = np.array(groups[column])
            pull = within[np.ix_(rows, members)] * np.sign(values[rows, slots])[:, None]
            speaking[rows, slots] = members[pull.argmax(axis=1)]
    return speaking


def _value(matrix: Matrix, row: int, j: int) -> float:
    numbers = matrix.numbers.shape[1]
    return float(matrix.numbers[row, j] if j < numbers else matrix.codes[row, j - numbers])


def item_text(entry: Entry, value: float, up: bool) -> str:
    """Put one contribution into few words, for a line."""
    _, words, cell = spoken(entry, value)
    counts = f": {cell.counts}" if cell.counts else ""
    return f"{_SIGN[up]} {words}{counts}{'' if _supports(cell.rows, cell.above, up) else ' (with the rest)'}"


def reason(book: Phrasebook, entry: Entry, value: float, contribution: float) -> Reason:
    """Put one contribution into words."""
    text, words, cell = spoken(entry, value)
    direction: Direction = "raises" if contribution > 0.0 else "lowers"
    sentence = f"{words}: {cell.claim}; {book.base}"
    if not _supports(cell.rows, cell.above, contribution > 0.0):
        sentence += f"; taken with the rest it {direction} this score"
    return Reason(entry.seen.feature.column, contribution, direction, text, sentence, cell.rows, cell.conversions, book.base_rate)


def _supports(rows: int, above: int, up: bool) -> bool:
    """Say whether the counts point where the contribution does; without counts there is nothing to contradict."""
    return rows == 0 or above == (1 if up else -1)
