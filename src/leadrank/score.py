"""Everything that production does: rows in, decided and explained scores out. One lead and a batch take the same steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadrank import data, decisions, features, models
from leadrank.bundle import Acquaintance, Bundle, Unfamiliar, load_bundle
from leadrank.data import as_polars
from leadrank.errors import UsageError, nearest
from leadrank.explain import Counterfactual, Reason
from leadrank.reasoning import Reasoner
from leadrank.types import BoolArray, FloatArray, IntArray, Matrix

COLUMNS = (
    "probability", "probability_low", "probability_high", "score", "rank", "tier", "contact", "expected_profit", "action", "due_within", "reasons",
    "model",
)
"""What every scored table holds after the key and the columns carried through."""
LARGEST_AMOUNT = 1e15
"""Money farther out is pulled in to here, so that sums over leads stay finite."""
NOTHING_KNOWN = "Do not call: nothing is known of this lead."


@dataclass(frozen=True, slots=True)
class Scored:
    """One lead's score, decision and reasons. `unknown` names fields that the model does not know, `problems` says what is odd about the others."""

    key: str | None
    probability: float
    probability_low: float
    probability_high: float
    score: int
    rank: int | None
    tier: str
    contact: bool
    expected_profit: float | None
    action: str
    due_within: str
    reasons: tuple[Reason, ...]
    model: str
    classes: dict[str, float]
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """A table's scores, what each tier among its rows will bring, the best first, the cells that could not be read, and all that is unfamiliar."""

    rows: pl.DataFrame
    tiers: tuple[decisions.TierOutlook, ...]
    problems: tuple[data.CellProblem, ...]
    unfamiliar: Unfamiliar


@dataclass(frozen=True, slots=True)
class Explained:
    """One lead in full: its score, its reasons, their base, the `total` that they reach with all other columns, and what would change it."""

    scored: Scored
    reasons: tuple[Reason, ...]
    base: float
    total: float
    scale: str
    about: str
    counterfactual: Counterfactual | None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows between encoding and output."""

    X: Matrix
    log_odds: FloatArray
    reach: FloatArray
    decided: decisions.Decided
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
        economics = self.bundle.project.economics
        self._money = tuple(c for c in (economics.value_column, economics.contact_cost_column) if c is not None)
        self._needed = tuple(dict.fromkeys([*self.bundle.encoder.columns, *self._money]))
        self._schema = self.bundle.schema.only(self._needed)
        self._columns = {c.name: c for c in self._schema.columns}
        self._acquaintance = Acquaintance(self.bundle)
        self._reasoner = Reasoner(self.bundle)

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
        if not isinstance(lead, Mapping):
            raise UsageError(f"One lead is a dictionary of field to value; {type(lead).__name__} came.", "For a table use `many`.")
        cells, problems = self._acquaintance.read(self._columns, lead)
        X = features.encode_one(self.bundle.encoder, cells)
        value, cost = (_amounts([cells[c]]) if c is not None else None for c in self._money_columns)
        batch = self._decide(X, value, cost, self._acquaintance.empty_one(cells))
        key = self.bundle.project.lead.key
        given = lead.get(key) if key is not None else None
        return self._record(
            batch, None if given is None else str(given), self._reasoner.reasons(batch.X, batch.log_odds, reasons)[0],
            self._acquaintance.foreign(lead), (*problems, *self._acquaintance.unseen(cells, X)),
        )

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
        table = as_polars(frame)
        if top is not None and top < 0:
            raise UsageError(f"Expected the number of leads to keep, got {top}.", "Give 0 or more.")
        for name in keep:
            if name not in table.columns:
                raise UsageError(f"The column {name!r} to keep is not there.", nearest(name, table.columns))
        batch, cleaned = self._batch(table)
        order = np.arange(len(batch.X))
        if ranked or top is not None:
            order = decisions.best_first(batch.reach[:, -1], batch.decided.expected_profit)
            order = order[np.argsort(batch.empty[order], kind="stable")][:top]
        out = self._frame(table, batch, keep)[order]
        texts = self._reasoner.texts(batch.X.take(order), batch.log_odds[order], reasons)
        out = out.with_columns(pl.Series("reasons", texts, dtype=pl.String))
        if ranked or top is not None:
            out = out.with_columns(pl.Series("rank", np.arange(1, len(order) + 1), dtype=pl.Int64))
        cut = out if top is None else _recut(out, batch.empty[order])
        return ScoredTable(cut, self._outlook(batch, order), cleaned.problems, self._acquaintance.of_table(table, cleaned, batch.X))

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
        table = as_polars(frame)
        if not 0 <= row < table.height:
            raise UsageError(f"There is no row {row}: the table has rows 0 to {table.height - 1}.", "Rows are numbered from 0.")
        table = table[row : row + 1]
        batch, _ = self._batch(table)
        key = self.bundle.project.lead.key
        name = str(table[key][0]) if key is not None and key in table.columns else None
        found = self._reasoner.reasons(batch.X, batch.log_odds, reasons)[0]
        base, total, about = self._reasoner.ends(batch.X, batch.log_odds)
        wanted = min(max(self.bundle.policy.threshold.cut, 0.01), 0.99) if target is None else target
        odd = self.one(table.row(0, named=True))
        scored = self._record(batch, name, found, odd.unknown, odd.problems)
        return Explained(scored, found, base, total, self.bundle.facts.scale, about, self._reasoner.change(batch.X, wanted))

    @property
    def _money_columns(self) -> tuple[str | None, str | None]:
        economics = self.bundle.project.economics
        return economics.value_column, economics.contact_cost_column

    def _batch(self, table: pl.DataFrame) -> tuple[_Batch, data.Cleaned]:
        cleaned = data.clean_frame(self._schema, table, required=self._needed)
        X = features.encode(self.bundle.encoder, cleaned.frame if self._needed else table)
        value, cost = (_amounts(cleaned.frame[c].to_list()) if c is not None else None for c in self._money_columns)
        return self._decide(X, value, cost, self._acquaintance.empty(cleaned.frame, len(X))), cleaned

    def _decide(self, X: Matrix, value: FloatArray | None, cost: FloatArray | None, empty: BoolArray) -> _Batch:
        log_odds = self.bundle.model.log_odds(X)
        reach = models.sigmoid(log_odds)
        decided = decisions.apply_policy(self.bundle.policy, reach, value=value, cost=cost)
        return _Batch(X, log_odds, reach, replace(decided, contact=decided.contact & ~empty), empty)

    def _outlook(self, batch: _Batch, rows: IntArray) -> tuple[decisions.TierOutlook, ...]:
        """Count on the probability of the best class: declared conversion rates have no interval."""
        shared = self.bundle.model.shape.spread.shared_error(batch.log_odds[rows, -1])
        outcome = f"{self.bundle.facts.classes[-1]} leads" if self.bundle.facts.learned_tiers else "conversions"
        return decisions.tier_outlook(self.bundle.policy.tiers, batch.decided.tier[rows], batch.reach[rows, -1], shared, outcome=outcome)

    def _record(
        self, batch: _Batch, key: str | None, reasons: tuple[Reason, ...], unknown: tuple[str, ...], problems: tuple[str, ...]
    ) -> Scored:
        low, high = self.bundle.model.interval(batch.log_odds[:, -1])
        tier = self.bundle.policy.tiers[int(batch.decided.tier[0])]
        profit, empty = batch.decided.expected_profit, bool(batch.empty[0])
        classes = models.class_probabilities(batch.reach)[0] if batch.reach.shape[1] > 1 else ()
        return Scored(
            key=key, probability=float(batch.reach[0, -1]), probability_low=float(low[0]), probability_high=float(high[0]),
            score=int(batch.decided.score[0]), rank=None, tier=tier.name, contact=bool(batch.decided.contact[0]),
            expected_profit=None if profit is None else float(profit[0]), action=NOTHING_KNOWN if empty else tier.action,
            due_within="" if empty else tier.within, reasons=reasons, model=self.bundle.identity,
            classes={n: float(p) for n, p in zip(self.bundle.facts.classes, classes, strict=False)}, unknown=unknown, problems=problems,
        )

    def _frame(self, table: pl.DataFrame, batch: _Batch, keep: Sequence[str]) -> pl.DataFrame:
        tiers, decided = self.bundle.policy.tiers, batch.decided
        low, high = self.bundle.model.interval(batch.log_odds[:, -1])
        at = pl.Series(decided.tier)
        profit = pl.Series(np.full(len(batch.X), np.nan) if decided.expected_profit is None else decided.expected_profit).fill_nan(None)
        taken = {*COLUMNS, *map(class_column, self.bundle.facts.classes)}
        out = _carried(table, self.bundle.project.lead.key, keep, taken).with_columns(
            probability=pl.Series(batch.reach[:, -1]), probability_low=pl.Series(low), probability_high=pl.Series(high),
            score=pl.Series(decided.score), rank=pl.lit(None, dtype=pl.Int64), tier=_named(at, [t.name for t in tiers]),
            contact=pl.Series(decided.contact), expected_profit=profit, action=_named(at, [t.action for t in tiers]),
            due_within=_named(at, [t.within for t in tiers]), reasons=pl.lit(""), model=pl.lit(self.bundle.identity),
        )
        if batch.empty.any():
            asked, nobody = {"action": NOTHING_KNOWN, "due_within": ""}, pl.Series(batch.empty)
            out = out.with_columns(pl.when(nobody).then(pl.lit(text)).otherwise(pl.col(name)).alias(name) for name, text in asked.items())
        if batch.reach.shape[1] == 1:
            return out
        shares = models.class_probabilities(batch.reach)
        return out.with_columns(*(pl.Series(class_column(c), shares[:, k]) for k, c in enumerate(self.bundle.facts.classes)))


def _recut(best: pl.DataFrame, empty: BoolArray) -> pl.DataFrame:
    """Contact the best leads of a list, whatever the threshold says, but none that costs more than it brings, or of which nothing is known."""
    worth = (pl.col("expected_profit").is_null() | (pl.col("expected_profit") > 0)) & ~pl.Series(empty)
    asked = pl.when(worth & ~pl.col("contact")).then(pl.lit("Call: among the best of this list.")).otherwise(pl.col("action"))
    return best.with_columns(action=asked, contact=worth)


def _amounts(cells: Sequence[object]) -> FloatArray:
    amounts = np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)  # type: ignore[arg-type]
    return np.clip(amounts, -LARGEST_AMOUNT, LARGEST_AMOUNT)


def _named(at: pl.Series, names: Sequence[str]) -> pl.Series:
    return at.replace_strict(list(range(len(names))), list(names), return_dtype=pl.String)


def class_column(name: str) -> str:
    """Name the column with a class's probability; `probability_low` and `probability_high` are the ends of the interval."""
    return f"probability_of_{name}" if name in {"low", "high"} else f"probability_{name}"


def _carried(table: pl.DataFrame, key: str | None, keep: Sequence[str], taken: set[str]) -> pl.DataFrame:
    """Take the key (or the row's number) and the columns to keep; one that is named like a result says that it was given."""
    keyed = key is not None and key in table.columns
    own = {} if keyed else {"row": pl.Series(np.arange(1, table.height + 1))}
    names = dict.fromkeys([*([key] if key is not None and keyed else []), *keep])
    return pl.DataFrame(own | {f"{n} (given)" if n in taken or n in own else n: table[n] for n in names})
