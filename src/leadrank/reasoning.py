"""Why each score: contributions carried through the calibration, grouped by the user's columns, and put into sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank import explain, features, models
from leadrank.bundle import Bundle
from leadrank.forest.library import library
from leadrank.frames import pl
from leadrank.types import FloatArray, IntArray, Matrix

PARTS = ("base", "fit", "engagement", "timing")
"""The parts that add up to a lead's log-odds: where all begin, who it is, what it did, and when."""


@dataclass(frozen=True, slots=True)
class _Alike:
    """The rows whose reasons are about the same threshold."""

    rows: IntArray
    X: Matrix
    book: explain.Phrasebook
    grouped: FloatArray
    columns: tuple[str, ...]
    raw: FloatArray


class Reasoner:
    """Gives reasons for rows that a bundle has scored; columns marked sensitive are never named.

    Parameters
    ----------
    bundle
        Its model, evidence and project are used.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._protected = bundle.terms.sensitive
        classes = bundle.terms.classes
        self._about = ["converted"] if len(classes) == 2 else [f"were {c} or better" for c in classes[1:-1]] + [f"were {classes[-1]}"]
        self._books = tuple(explain.phrasebook(bundle.evidence, threshold=t, outcome=about) for t, about in enumerate(self._about))
        self._kinds = kinds_of(bundle)
        self._named = PARTS if set(self._kinds.values()) - {"fit"} else ()
        # Without the kernel no model tells one lead's contributions without arrays.
        self._lead_reasons = tuple(explain.LeadReasons(book, self._protected) for book in self._books) if library() is not None else ()

    def reasons(self, X: Matrix, log_odds: FloatArray, top: int) -> list[tuple[explain.Reason, ...]]:
        """Return the `top` reasons of each row, given its calibrated log-odds, shape (rows, thresholds)."""
        found: list[tuple[explain.Reason, ...]] = [()] * len(X)
        for part in self._parts(X, log_odds) if top > 0 else ():
            given = explain.reasons(part.grouped, part.columns, part.X, part.book, top=top, never=self._protected, within=part.raw)
            for row, own in zip(part.rows, given, strict=True):
                found[row] = own
        return found

    def one(
        self, lead: models.LeadModel, numbers: Sequence[float], codes: Sequence[int], answer: models.Answer, shares: Sequence[float], top: int
    ) -> tuple[explain.Reason, ...]:
        """Return the `top` reasons of one lead that has its answer and its classes' probabilities, without arrays where its model allows."""
        odds, explained = answer[0], answer[4]
        asked = min(shares.index(max(shares)), len(shares) - 2) if shares else 0
        told = None if explained is None else explained(asked)
        if told is None:
            return self.reasons(lead.matrix(numbers, codes), np.array([odds]), top)[0]
        contributions, start = told
        return self._lead_reasons[asked].of(contributions, [*numbers, *codes], odds[asked], start, top)

    def columns(self, X: Matrix, log_odds: FloatArray, top: int) -> dict[str, pl.Series]:
        """Return the `top` reasons of each row as one line of text, and beside them what who it is, what it did and when have in its score."""
        if not len(X):
            return {"reasons": pl.Series([], dtype=pl.String)} | {name: pl.Series([], dtype=pl.Float64) for name in self._named}
        alike = list(self._parts(X, log_odds))
        said = pl.concat(
            explain.reason_lines(part.grouped, part.columns, part.X, part.book, top=top, never=self._protected, within=part.raw) for part in alike
        )
        back = np.argsort(np.concatenate([part.rows for part in alike]))
        sums = np.concatenate([self._sums(part, log_odds) for part in alike])[back] if self._named else np.empty((0, 0))
        return {"reasons": said if len(alike) == 1 else said[back]} | {name: pl.Series(sums[:, k]) for k, name in enumerate(self._named)}

    def ends(self, X: Matrix, log_odds: FloatArray) -> tuple[float, float, str]:
        """Return the base from which the first row's contributions start, the log-odds that all of them reach, and what they are about."""
        asked = asked_threshold(log_odds)
        base = calibrated_contributions(self.bundle.model, X, log_odds, asked)[1]
        return float(base[0]), float(log_odds[0, asked[0]]), self._about[int(asked[0])]

    def parts(self, X: Matrix, log_odds: FloatArray) -> dict[str, float]:
        """Part the first row's log-odds: the base, and what who the lead is, what it did and when add to it."""
        part = next(self._parts(X, log_odds))
        return dict(zip(self._named, self._sums(part, log_odds)[0].tolist(), strict=True)) if self._named else {}

    def _sums(self, part: _Alike, log_odds: FloatArray) -> FloatArray:
        kinds = np.array([PARTS.index(self._kinds.get(name, "fit")) for name in part.columns], dtype=np.int64)
        sums = np.stack([part.grouped[:, kinds == k].sum(axis=1) for k in range(len(PARTS))], axis=1)
        sums[:, 0] = log_odds[part.rows, asked_threshold(log_odds[part.rows])] - sums.sum(axis=1)
        return sums

    def change(self, lead: Matrix, target: float) -> explain.Counterfactual | None:
        """Return what would lift one lead to the target probability, over the columns that the team can act on."""
        actionable = {n: c.actionable for n, c in self.bundle.project.lead.columns.items() if c.actionable is not None}

        def probability(X: Matrix) -> FloatArray:
            return models.sigmoid(self.bundle.model.log_odds(X))[:, -1]

        if not actionable or probability(lead)[0] >= target:
            return None
        return explain.counterfactual(probability, lead, self.bundle.evidence, actionable, target=target, never=self._protected)

    def _parts(self, X: Matrix, log_odds: FloatArray) -> Iterator[_Alike]:
        asked = asked_threshold(log_odds)
        for t in np.unique(asked):
            rows = np.flatnonzero(asked == t)
            own = X if len(rows) == len(X) else X.take(rows)
            grouped, _, columns, raw = calibrated_contributions(self.bundle.model, own, log_odds[rows], asked[rows])
            yield _Alike(rows, own, self._books[int(t)], grouped, columns, raw)


def kinds_of(bundle: Bundle) -> dict[str, str]:
    """Say of each column what it tells: as declared, or as it was made of several tables."""
    made = {} if bundle.origin is None else features.kinds_of(bundle.origin.featurizer)
    return {**made, **bundle.terms.kinds}


def asked_threshold(log_odds: FloatArray) -> IntArray:
    """Return the threshold that each row's reasons are about: reaching the class after its likeliest one.

    Examples
    --------
    >>> asked_threshold(np.array([[3.0, -2.0], [-3.0, -4.0]])).tolist()
    [1, 0]
    """
    thresholds = log_odds.shape[1]
    if thresholds == 1:
        return np.zeros(len(log_odds), dtype=np.int64)
    likeliest = models.class_probabilities(models.sigmoid(log_odds)).argmax(axis=1)
    asked: IntArray = np.minimum(likeliest, thresholds - 1).astype(np.int64)
    return asked


def calibrated_contributions(
    model: models.Model, X: Matrix, log_odds: FloatArray, asked: IntArray
) -> tuple[FloatArray, FloatArray, tuple[str, ...], FloatArray]:
    """Explain each row on the calibrated log-odds of reaching the class above the threshold asked about.

    Returns
    -------
    grouped
        By the user's columns, shape (rows, columns); `base` plus its sum is the calibrated log-odds.
    base
        Shape (rows,).
    columns
        Their names.
    raw
        By feature, before calibration.
    """
    raw, raw_base, margin = model.contributions(X, asked)
    grouped, columns = explain.group_by_column(raw, X.features)
    calibrated = log_odds[np.arange(len(X)), asked]
    for t in np.unique(asked):
        rows = asked == t
        mapped = model.shape.calibrations[int(t)]
        for base in np.unique(raw_base[rows]):
            own = rows & (raw_base == base)
            start = float(mapped(np.array([base]))[0])
            grouped[own] = explain.rescale(grouped[own], float(base), margin[own], calibrated[own], start)
    return grouped, explain.row_base(grouped, calibrated), columns, raw
