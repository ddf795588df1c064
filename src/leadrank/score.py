"""Everything that production does: rows in, decided and explained scores out. One lead and a batch take the same steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from leadrank import data, decisions, explain, features, models
from leadrank.bundle import LARGEST_AMOUNT, NOTHING_KNOWN, Acquaintance, Bundle, LeadReader, Scored, Unfamiliar, join_unfamiliar, load_bundle
from leadrank.errors import UsageError, nearest
from leadrank.frames import pl
from leadrank.judged import Judged, judge
from leadrank.reasoning import Reasoner
from leadrank.scored_rows import in_words, scored_rows
from leadrank.types import BoolArray, FloatArray, IntArray, Matrix

__all__ = ["LARGEST_AMOUNT", "PART", "Explained", "Part", "Scored", "ScoredTable", "Scorer", "unfamiliar_in"]

PART = 1 << 16
"""Rows that are scored at a time: their numbers stay in the second cache, and memory does not grow with the table."""


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """A table's scores, what each tier among its rows will bring, the best first, the cells that could not be read, and all that is unfamiliar."""

    rows: pl.DataFrame
    tiers: tuple[decisions.TierOutlook, ...]
    problems: tuple[data.CellProblem, ...]
    unfamiliar: Unfamiliar


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a longer table: their scores (words numbered, see `scored_rows`), sums by tier, and what is odd, by row of the whole table."""

    rows: pl.DataFrame
    sums: FloatArray
    problems: tuple[data.CellProblem, ...]
    unfamiliar: Unfamiliar


@dataclass(frozen=True, slots=True)
class Explained:
    """One lead in full: its score, its reasons, their base, the `total` that they reach with all other columns, and what would change it."""

    scored: Scored
    reasons: tuple[explain.Reason, ...]
    base: float
    total: float
    scale: str
    about: str
    counterfactual: explain.Counterfactual | None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows between encoding and output."""

    X: Matrix
    log_odds: FloatArray
    judged: Judged
    empty: BoolArray


class Scorer:
    """A bundle ready to score; safe to share between threads.

    Parameters
    ----------
    bundle
        A bundle, or the path of one.
    key
        Checks the signature of a bundle read from a path.
    """

    def __init__(self, bundle: Bundle | str | Path, *, key: bytes | None = None) -> None:
        self.bundle = bundle if isinstance(bundle, Bundle) else load_bundle(bundle, key=key)
        terms = self.bundle.terms
        self._money = terms.value_column, terms.contact_cost_column
        self._needed = tuple(dict.fromkeys([*self.bundle.encoder.columns, *(c for c in self._money if c is not None)]))
        self._schema = self.bundle.schema.only(self._needed)
        self._columns = {c.name: c for c in self._schema.columns}
        self._acquaintance = Acquaintance(self.bundle)
        self._reasoner = Reasoner(self.bundle)
        self._reader = LeadReader(self.bundle, self._acquaintance, self._columns)
        self._model = models.LeadModel(self.bundle.model, [i.feature for i in self.bundle.encoder.inputs])
        self._policy = decisions.LeadPolicy(self.bundle.policy)
        self._identity = self.bundle.identity
        self._key, self._ordered = terms.key, terms.learned_tiers

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that scoring reads."""
        return self._needed

    @property
    def key(self) -> str | None:
        """The column that names a lead."""
        return self._key

    def foreign(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that neither the model nor the project knows."""
        return self._acquaintance.foreign(names)

    def one(self, lead: Mapping[str, object], *, reasons: int = 0) -> Scored:
        """Score one lead.

        Parameters
        ----------
        lead
            Field to value: raw cells as in a CSV, or typed values. An absent field counts as missing; unknown names are reported.
        reasons
            How many reasons to give.

        Returns
        -------
        Scored
            Agrees with `many` on the same row.
        """
        if type(lead) is not dict and not isinstance(lead, Mapping):
            raise UsageError(f"One lead is a dictionary of field to value; {type(lead).__name__} came.", "For a table use `many`.")
        numbers, codes, value, cost, empty, unknown, problems = self._reader.read(lead)
        answer = self._model.answer(numbers, codes, reasons > 0)
        _, reach, low, high, _ = answer
        tier, contact, profit, score = self._policy.decide(reach, value, cost)
        given = None if self._key is None else lead.get(self._key)
        # Not by the class's own call, which takes as long again as all decisions.
        return tuple.__new__(Scored, (
            None if given is None else str(given), reach[-1], low, high, score, None, tier.name, contact and not empty, profit,
            NOTHING_KNOWN if empty else tier.action, "" if empty else tier.within,
            self._reasoner.one(self._model, numbers, codes, answer, reasons) if reasons > 0 else (), self._identity,
            self._classes(reach) if self._ordered else {}, unknown, problems,
        ))

    def many(
        self, frame: Any, *, reasons: int = 0, ranked: bool = False, top: int | None = None, keep: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Score a table.

        Parameters
        ----------
        frame
            A Polars, pandas or Arrow table of raw or typed cells; every row is scored, in order.
        reasons
            How many reasons to write into the column `reasons`.
        ranked
            Sort by expected profit (or probability) and fill `rank`.
        top
            Keep the best so many; they are the ones to contact.
        keep
            Columns to carry through.

        Raises
        ------
        UsageError
            A column to keep is not there.
        DataError
            A column that the model uses is not there; its nearest spelling is offered.
        """
        return self.table(frame, reasons=reasons, ranked=ranked, top=top, keep=keep).rows

    def table(
        self, frame: Any, *, reasons: int = 0, ranked: bool = False, top: int | None = None, keep: Sequence[str] = ()
    ) -> ScoredTable:
        """Score a table as `many` does, and say what to expect of each tier, and which cells could not be read and count as missing."""
        table = data.as_polars(frame)
        if top is not None and top < 0:
            raise UsageError(f"Expected the number of leads to keep, got {top}.", "Give 0 or more.")
        for name in keep:
            if name not in table.columns:
                raise UsageError(f"The column {name!r} to keep is not there.", nearest(name, table.columns))
        if ranked or top is not None:
            return self._ranked(table, reasons, top, keep)
        starts = range(0, max(table.height, 1), PART)
        parts = [self.part(table[at : at + PART], first=at, reasons=reasons, keep=keep) for at in starts]
        rows = in_words(pl.concat([part.rows for part in parts]))
        return ScoredTable(rows, self.outlook(parts), *unfamiliar_in(parts))

    def part(self, table: pl.DataFrame, *, first: int = 0, reasons: int = 0, keep: Sequence[str] = ()) -> Part:
        """Score some rows of a longer table, of which `first` is the first; several threads may do so at once."""
        batch, cleaned = self._batch(table)
        rows = scored_rows(self.bundle, table, batch.judged, batch.empty, keep=keep, first=first)
        if reasons > 0:
            rows = rows.with_columns(self._reasoner.texts(batch.X, batch.log_odds, reasons).alias("reasons"))
        problems = tuple(replace(problem, row=problem.row + first) for problem in cleaned.problems) if first else cleaned.problems
        return Part(rows, batch.judged.sums, problems, self._acquaintance.of_table(table, cleaned, batch.X, batch.empty, first))

    def _ranked(self, table: pl.DataFrame, reasons: int, top: int | None, keep: Sequence[str]) -> ScoredTable:
        """Sort all rows, and give reasons for those that stay."""
        batch, cleaned = self._batch(table)
        order = decisions.best_first(batch.judged.reach[:, -1], batch.judged.decided.expected_profit)
        order = order[np.argsort(batch.empty[order], kind="stable")][:top]
        rows = scored_rows(self.bundle, table, batch.judged, batch.empty, keep=keep)
        out = in_words(rows[order]).with_columns(
            self._reasoner.texts(batch.X.take(order), batch.log_odds[order], reasons).alias("reasons"),
            pl.Series("rank", np.arange(1, len(order) + 1), dtype=pl.Int64),
        )
        cut = out if top is None else _recut(out, batch.empty[order])
        unfamiliar = self._acquaintance.of_table(table, cleaned, batch.X, batch.empty)
        return ScoredTable(cut, self._outlook(batch, order), cleaned.problems, unfamiliar)

    def explain(self, frame: Any, row: int, *, reasons: int = 10, target: float | None = None) -> Explained:
        """Explain one row of a table in full.

        Parameters
        ----------
        row
            Its number, from 0.
        reasons
            How many reasons to give.
        target
            The probability that a change should reach; by default the threshold.
        """
        table = data.as_polars(frame)
        if not 0 <= row < table.height:
            raise UsageError(f"There is no row {row}: the table has rows 0 to {table.height - 1}.", "Rows are numbered from 0.")
        table = table[row : row + 1]
        batch, _ = self._batch(table)
        name = str(table[self._key][0]) if self._key is not None and self._key in table.columns else None
        found = self._reasoner.reasons(batch.X, batch.log_odds, reasons)[0]
        base, total, about = self._reasoner.ends(batch.X, batch.log_odds)
        wanted = min(max(self.bundle.policy.threshold.cut, 0.01), 0.99) if target is None else target
        scored = self.one(table.row(0, named=True))._replace(key=name, reasons=found)
        return Explained(scored, found, base, total, self.bundle.facts.scale, about, self._reasoner.change(batch.X, wanted))

    def _batch(self, table: pl.DataFrame) -> tuple[_Batch, data.Cleaned]:
        cleaned = data.clean_frame(self._schema, table, required=self._needed, numbered=True)
        X = features.encode(self.bundle.encoder, cleaned.frame if self._needed else table, cleaned.labels)
        value, cost = (_amounts(cleaned.frame[c]) if c is not None else None for c in self._money)
        log_odds, empty = self.bundle.model.log_odds(X), self._acquaintance.empty(cleaned, len(X))
        return _Batch(X, log_odds, judge(self.bundle, log_odds, value, cost, empty), empty), cleaned

    def outlook(self, parts: Sequence[Part]) -> tuple[decisions.TierOutlook, ...]:
        """Say what each tier brings, over all parts of a table."""
        sums = np.sum([part.sums for part in parts], axis=0)
        return decisions.outlook_of_sums(self.bundle.policy.tiers, sums, outcome=self._outcome)

    @property
    def _outcome(self) -> str:
        return f"{self.bundle.terms.classes[-1]} leads" if self.bundle.terms.learned_tiers else "conversions"

    def _outlook(self, batch: _Batch, rows: IntArray) -> tuple[decisions.TierOutlook, ...]:
        """Count on the probability of the best class: declared conversion rates have no interval."""
        shared = self.bundle.model.shape.spread.shared_error(batch.log_odds[rows, -1])
        tier, reach = batch.judged.decided.tier[rows], batch.judged.reach[rows, -1]
        return decisions.tier_outlook(self.bundle.policy.tiers, tier, reach, shared, outcome=self._outcome)

    def _classes(self, reach: Sequence[float]) -> dict[str, float]:
        shares = models.class_probabilities(np.array([reach]))[0].tolist()
        return dict(zip(self.bundle.terms.classes, shares, strict=True))


def _recut(best: pl.DataFrame, empty: BoolArray) -> pl.DataFrame:
    """Contact the best leads of a list, whatever the threshold says, but none that costs more than it brings, or of which nothing is known."""
    worth = (pl.col("expected_profit").is_null() | (pl.col("expected_profit") > 0)) & ~pl.Series(empty)
    asked = pl.when(worth & ~pl.col("contact")).then(pl.lit("Call: among the best of this list.")).otherwise(pl.col("action"))
    return best.with_columns(action=asked, contact=worth)


def _amounts(cells: pl.Series) -> FloatArray:
    amounts: FloatArray = cells.cast(pl.Float64).to_numpy()
    return np.clip(amounts, -LARGEST_AMOUNT, LARGEST_AMOUNT)


def unfamiliar_in(parts: Sequence[Part]) -> tuple[tuple[data.CellProblem, ...], Unfamiliar]:
    """Put together what is odd in the parts of a table, in their order: unreadable cells (as many as `clean_frame` lists), and all the rest."""
    problems = data.kept_problems([problem for part in parts for problem in part.problems])
    return problems, join_unfamiliar([part.unfamiliar for part in parts])
