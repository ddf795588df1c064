"""Why one lead scores as it does: as `reasons` says it of many, without arrays, sentences looked up."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from leadrank.explain.phrases import Phrasebook
from leadrank.explain.reasons import SMALLEST, Direction, Reason, reason
from leadrank.forest.strongest import Strongest
from leadrank.types import Feature

MOST_SENTENCES = 1024
"""So many values of one feature keep their sentences; others are put into words anew."""

Words = tuple[Direction, str, str, int, int, float]
"""A reason without its column and contribution."""

_new = tuple.__new__  # a reason's own call takes three times as long


class LeadReasons:
    """Gives the reasons of one lead after the other; safe to share between threads.

    Parameters
    ----------
    book
        Words for the model's features.
    never
        Columns that are never named; case and outer blanks do not matter.
    """

    def __init__(self, book: Phrasebook, never: Collection[str]) -> None:
        features: list[Feature] = [entry.seen.feature for entry in book.entries]
        never_named = {name.strip().casefold() for name in never}
        self.book = book
        self.columns = tuple(dict.fromkeys(f.column for f in features))
        members = [tuple(j for j, f in enumerate(features) if f.column == column) for column in self.columns]
        hidden = [k for k, column in enumerate(self.columns) if column.strip().casefold() in never_named]
        self._strongest = Strongest(members, hidden, SMALLEST).of
        self._said: tuple[dict[float | None, Words], ...] = tuple({} for _ in range(2 * len(features)))

    def of(self, contributions: Sequence[float], values: Sequence[float], calibrated: float, base: float, top: int) -> tuple[Reason, ...]:
        """Return the reasons of one lead, the largest first.

        Parameters
        ----------
        contributions
            Raw log-odds by feature.
        values
            What the lead has in each feature: a number, or a code.
        calibrated, base
            Calibrated log-odds of the lead, and of the base of the contributions.
        top
            How many reasons at most.
        """
        picked, added = self._strongest(contributions, calibrated, base, top)
        columns, put, all_said = self.columns, self._put, self._said
        found: list[Reason] = []
        for k, j, contribution in zip(picked[::2], picked[1::2], added, strict=True):
            said, value = all_said[2 * j + (contribution > 0.0)], values[j]
            # nan never equals itself, so it would never be found again.
            words = said.get(value if value == value else None) or put(j, value, contribution)  # noqa: PLR0124
            found.append(_new(Reason, (columns[k], contribution, *words)))
        return tuple(found)

    def _put(self, j: int, value: float, contribution: float) -> Words:
        """Put a value into words, and remember them."""
        words = reason(self.book, self.book.entries[j], float(value), contribution)[2:]
        said = self._said[2 * j + (contribution > 0.0)]
        if len(said) < MOST_SENTENCES:
            said[None if math.isnan(value) else value] = words
        return words
