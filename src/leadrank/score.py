"""Everything that production does: rows in, decided and explained scores out. One lead and a batch take the same steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np

from leadrank import data, decisions, features, models
from leadrank.bundle import LARGEST_AMOUNT, NOTHING_KNOWN, Acquaintance, Bundle, LeadReader, Scored, Unfamiliar, load_bundle
from leadrank.bundle.unfamiliar import written_key
from leadrank.data.asked import check_kept, count_of, shown
from leadrank.errors import UsageError
from leadrank.frames import pl
from leadrank.judged import Judged, judge
from leadrank.reasoning import PARTS, Reasoner
from leadrank.scored_rows import BY_DAY, DAYS, LEFT, age_of, in_words, records_of, recut, scored_rows
from leadrank.scored_table import Explained, Part, ScoredTable, Tally
from leadrank.types import BoolArray, FloatArray, Matrix

__all__ = ["LARGEST_AMOUNT", "PART", "Explained", "Part", "Scored", "ScoredTable", "Scorer", "Tally"]

PART = 1 << 16
"""Rows that are scored at a time: their numbers stay in the second cache, and memory does not grow with the table."""


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
        self._key, self._ordered, self._named = terms.key, terms.learned_tiers, tuple(terms.classes)
        self._tell_days = None if self.bundle.timing is None else models.teller(self.bundle.timing, DAYS)

    def __reduce__(self) -> tuple[type[Scorer], tuple[Bundle]]:
        """Travel to another process as a bundle, and be made ready there."""
        return Scorer, (self.bundle,)

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
        if type(reasons) is not int or reasons < 0:
            reasons = count_of(reasons, "reasons to give")
        numbers, codes, value, cost, empty, unknown, problems = self._reader.read(lead)
        answer = self._model.answer(numbers, codes, reasons > 0)
        _, reach, low, high, _ = answer
        shares = decisions.class_shares(reach) if self._ordered else ()
        tier, contact, profit, score = self._policy.decide(reach, value, cost, shares)
        key = None if self._key is None else lead.get(self._key)
        if key is not None and type(key) is not str:
            key, problems = written_key(self._key or "", key, problems)
        # Not by the class's own call, which takes as long again as all decisions.
        return tuple.__new__(Scored, (
            key, reach[-1], low, high, score, None, tier.name, contact and not empty, profit,
            NOTHING_KNOWN if empty else tier.action, "" if empty else tier.within,
            self._reasoner.one(self._model, numbers, codes, answer, shares, reasons) if reasons > 0 else (), self._identity,
            dict(zip(self._named, shares, strict=True)) if self._ordered else {}, unknown, problems,
            {} if self._tell_days is None else dict(zip(BY_DAY, self._tell_days(reach[-1]), strict=True)),
        ))

    def many(
        self, frame: Any, *, reasons: int = 0, ranked: bool = False, top: int | None = None, keep: Sequence[str] = (), threads: int = 1,
        at: datetime | None = None,
    ) -> pl.DataFrame:
        """Score a table.

        Parameters
        ----------
        frame
            A Polars, pandas or Arrow table of raw or typed cells; every row is scored, in order. Where the bundle learned from several tables,
            these by name, `lead` among them: every lead that was there is scored.
        reasons
            How many reasons to write into the column `reasons`.
        ranked
            Sort by expected profit (or probability) and fill `rank`.
        top
            Keep the best so many; they are the ones to contact.
        keep
            Columns to carry through.
        threads
            How many parts of 65,536 rows are scored at a time. One is the default: a service has leads enough to keep its cores busy. The
            result does not depend on it.
        at
            Of several tables, the moment of asking, naive UTC; by default the last one that they tell of: `[target] observed_until` where that is
            declared, or the newest that is not far beyond all others (T504). Leads that came later are left out.

        Raises
        ------
        UsageError
            A column to keep is not there.
        DataError
            A column that the model uses is not there; its nearest spelling is offered.
        """
        return self.table(frame, reasons=reasons, ranked=ranked, top=top, keep=keep, threads=threads, at=at).rows

    def table(
        self, frame: Any, *, reasons: int = 0, ranked: bool = False, top: int | None = None, keep: Sequence[str] = (), threads: int = 1,
        at: datetime | None = None,
    ) -> ScoredTable:
        """Score a table as `many` does, and say what to expect of each tier, and which cells could not be read and count as missing."""
        table = self.leads(frame, at=at)
        reasons, top = count_of(reasons, "reasons to give"), None if top is None else count_of(top, "leads to keep")
        check_kept(keep, table.columns)
        check_threads(threads)
        if ranked or top is not None:
            return self._ranked(table, reasons, top, keep, threads)
        parts = self._parts(table, reasons, keep, threads)
        told = _told(parts)
        return ScoredTable(in_words(pl.concat([part.rows for part in parts])), self.outlook(told), told.problems, told.unfamiliar)

    def each(self, frame: Any, *, reasons: int = 0, at: datetime | None = None) -> list[Scored]:
        """Score a table as `many` does, and return each row as a record; odd about it are the cells that cannot be read."""
        table = self.leads(frame, at=at)
        batch, cleaned = self._batch(table)
        rows = scored_rows(self.bundle, table, batch.judged, batch.empty)
        return records_of(self.bundle, in_words(rows), self._reasoner.reasons(batch.X, batch.log_odds, reasons), cleaned.problems)

    def leads(self, tables: Any, *, at: datetime | None = None) -> pl.DataFrame:
        """Return a row for each lead: a flat table as it is, several tables by name as of a moment."""
        if not isinstance(tables, Mapping):
            return data.as_polars(tables)
        if self.bundle.origin is None:
            raise UsageError("This bundle learned from one table; several came.", "Give the one table of leads.")
        from leadrank.snapshots import observed_anew, snapshots

        return snapshots(observed_anew(self.bundle.project), self.bundle.origin, {n: data.as_polars(t) for n, t in tables.items()}, at=at).frame

    def _parts(self, table: pl.DataFrame, reasons: int, keep: Sequence[str], threads: int) -> list[Part]:
        starts = range(0, max(table.height, 1), PART)

        def scored(at: int) -> Part:
            return self.part(table[at : at + PART], first=at, reasons=reasons, keep=keep)

        if threads == 1 or len(starts) == 1:
            return [scored(at) for at in starts]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(scored, starts))

    def part(self, table: pl.DataFrame, *, first: int = 0, reasons: int = 0, keep: Sequence[str] = ()) -> Part:
        """Score some rows of a longer table, of which `first` is the first; several threads may do so at once."""
        batch, cleaned = self._batch(table)
        rows = scored_rows(self.bundle, table, batch.judged, batch.empty, keep=keep, first=first)
        if reasons > 0:
            rows = rows.with_columns(**self._reasoner.columns(batch.X, batch.log_odds, reasons))
        problems = tuple(replace(problem, row=problem.row + first) for problem in cleaned.problems) if first else cleaned.problems
        return Part(rows, batch.empty, Tally(batch.judged.sums, problems, self._acquaintance.of_table(table, cleaned, batch.X, batch.empty, first)))

    def judged(self, table: pl.DataFrame) -> tuple[Judged, BoolArray, Unfamiliar]:
        """Decide on rows as `part` does, without making a table of it: the decisions, which rows say nothing, and what is unfamiliar."""
        batch, cleaned = self._batch(table)
        return batch.judged, batch.empty, self._acquaintance.of_table(table, cleaned, batch.X, batch.empty)

    def _ranked(self, table: pl.DataFrame, reasons: int, top: int | None, keep: Sequence[str], threads: int) -> ScoredTable:
        """Sort all rows; those that stay are scored once more, for their reasons and for what they bring together."""
        parts = self._parts(table, 0, keep, threads)
        rows, empty, told = pl.concat([part.rows for part in parts]), np.concatenate([part.empty for part in parts]), _told(parts)
        profit = rows["expected_profit"]
        chance = rows[LEFT if LEFT in rows.columns else "probability"].to_numpy()
        order = decisions.best_first(chance, None if profit.null_count() == len(profit) else profit.to_numpy())
        order = order[np.argsort(empty[order], kind="stable")][:top]
        best = self._parts(table[order], reasons, (), threads) if reasons > 0 or top is not None else parts
        out = in_words(rows[order]).with_columns(rank=pl.Series(np.arange(1, len(order) + 1), dtype=pl.Int64))
        if reasons > 0:
            said = in_words(pl.concat([part.rows for part in best]))
            out = out.with_columns(said[name] for name in ("reasons", *PARTS) if name in said.columns)
        cut = out if top is None else recut(out, empty[order])
        return ScoredTable(cut, self.outlook(_told(best)), told.problems, told.unfamiliar)

    def explain(self, frame: Any, row: int, *, reasons: int = 10, target: float | None = None) -> Explained:
        """Explain one row of a table in full; its score and decisions are those that `many` gives it.

        Parameters
        ----------
        row
            Its number, from 0.
        reasons
            How many reasons to give.
        target
            The probability that a change should reach; by default the threshold.
        """
        table, reasons = data.as_polars(frame), count_of(reasons, "reasons to give")
        if not (isinstance(row, int | np.integer) and 0 <= row < table.height):
            raise UsageError(f"There is no row {shown(row)}: the table has rows 0 to {table.height - 1}.", "Rows are numbered from 0.")
        table = table[row : row + 1]
        batch, _ = self._batch(table)
        name = str(table[self._key][0]) if self._key is not None and self._key in table.columns else None
        found = self._reasoner.reasons(batch.X, batch.log_odds, reasons)[0]
        base, total, about = self._reasoner.ends(batch.X, batch.log_odds)
        wanted = min(max(self.bundle.policy.threshold.cut, 0.01), 0.99) if target is None else target
        told, rows = self.one(table.row(0, named=True)), in_words(scored_rows(self.bundle, table, batch.judged, batch.empty))
        scored = records_of(self.bundle, rows, (found,), ())[0]._replace(key=name, unknown=told.unknown, problems=told.problems)
        parts = self._reasoner.parts(batch.X, batch.log_odds)
        return Explained(scored, found, base, total, self.bundle.facts.scale, about, parts, self._reasoner.change(batch.X, wanted))

    def _batch(self, table: pl.DataFrame) -> tuple[_Batch, data.Cleaned]:
        cleaned = data.clean_frame(self._schema, table, required=self._needed, numbered=True)
        X = features.encode(self.bundle.encoder, cleaned.frame if self._needed else table, cleaned.labels)
        value, cost = (_amounts(cleaned.frame[c]) if c is not None else None for c in self._money)
        log_odds, empty = self.bundle.model.log_odds(X), self._acquaintance.empty(cleaned, len(X))
        return _Batch(X, log_odds, judge(self.bundle, log_odds, value, cost, empty, age_of(table)), empty), cleaned

    def outlook(self, told: Tally) -> tuple[decisions.TierOutlook, ...]:
        """Say what each tier of a table brings."""
        return decisions.outlook_of_sums(self.bundle.policy.tiers, told.sums, outcome=self._outcome)

    @property
    def _outcome(self) -> str:
        return f"{self.bundle.terms.classes[-1]} leads" if self.bundle.terms.learned_tiers else "conversions"


def _amounts(cells: pl.Series) -> FloatArray:
    amounts: FloatArray = cells.cast(pl.Float64).to_numpy()
    return np.clip(amounts, -LARGEST_AMOUNT, LARGEST_AMOUNT)


def check_threads(threads: int) -> None:
    """Refuse to work without a thread."""
    if threads < 1:
        raise UsageError(f"Expected 1 thread or more, got {threads}.", "Give e.g. 2.")


def _told(parts: Sequence[Part]) -> Tally:
    return reduce(add, (part.tally for part in parts))
