"""Decided leads as rows of a table: what every scored file holds, made column by column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from leadrank import models
from leadrank.bundle import ASKED_AT, NOTHING_KNOWN, Bundle, Scored
from leadrank.frames import pl
from leadrank.judged import Judged
from leadrank.reasoning import PARTS
from leadrank.types import AT, BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from leadrank.data import CellProblem
    from leadrank.explain import Reason

COLUMNS = (
    "probability", "probability_low", "probability_high", "score", "rank", "tier", "contact", "expected_profit", "action", "due_within", "reasons",
    "model",
)
"""What every scored table holds after the key and the columns carried through."""
DAYS = (7, 30, 90)
"""Days by which a conversion is foretold, where the days of past ones are known."""
LEFT, LOOKED_AT = "probability_left", "looked_at"
"""Of converting within what is left of the horizon, and the cutoff from which that is counted."""
BY_DAY = (*(f"probability_{day}_days" for day in DAYS), "probability_ever")


def scored_rows(
    bundle: Bundle, table: pl.DataFrame, judged: Judged, empty: BoolArray, *, keep: Sequence[str] = (), first: int = 0
) -> pl.DataFrame:
    """Put scores and decisions beside each lead's key.

    Words that repeat are Enum: each is kept once, and rows only number them. `in_words` makes text of them.

    Parameters
    ----------
    table
        The raw rows; key and columns to keep are taken from them.
    judged, empty
        What to do with each row, and which of them say nothing.
    first
        Where the rows begin in a longer table, for their numbers where there is no key.
    """
    tiers, decided, reach = bundle.policy.tiers, judged.decided, judged.reach
    taken = {*COLUMNS, *BY_DAY, LEFT, LOOKED_AT, *PARTS, *map(class_column, bundle.terms.classes)}
    asked = np.where(empty, len(tiers), decided.tier) if empty.any() else decided.tier
    nothing = np.zeros(len(reach), dtype=np.uint8)
    profit = pl.lit(None, pl.Float64) if decided.expected_profit is None else pl.Series(decided.expected_profit)
    out = _carried(table, bundle.terms.key, keep, taken, first).with_columns(
        probability=pl.Series(reach[:, -1]), probability_low=pl.Series(judged.low), probability_high=pl.Series(judged.high),
        score=pl.Series(decided.score), rank=pl.lit(None, pl.Int64), tier=_named(decided.tier, [t.name for t in tiers]),
        contact=pl.Series(decided.contact), expected_profit=profit, action=_named(asked, [*(t.action for t in tiers), NOTHING_KNOWN]),
        due_within=_named(asked, [*(t.within for t in tiers), ""]), reasons=_named(nothing, [""]), model=_named(nothing, [bundle.identity]),
    )
    if bundle.timing is not None:
        out = out.with_columns(**by_day(bundle.timing, reach[:, -1]), **_left(bundle.timing, reach[:, -1], table))
    if reach.shape[1] == 1:
        return out
    shares = models.class_probabilities(reach)
    return out.with_columns(*(pl.Series(class_column(c), shares[:, k]) for k, c in enumerate(bundle.terms.classes)))


def by_day(timing: models.Timing, probability: FloatArray) -> dict[str, pl.Series]:
    """Foretell by which day each lead will have converted, and whether it ever will."""
    found = np.column_stack([models.by_day(timing, probability, DAYS), models.ever(timing, probability)])
    return {name: pl.Series(found[:, k]) for k, name in enumerate(BY_DAY)}


def _left(timing: models.Timing, probability: FloatArray, table: pl.DataFrame) -> dict[str, pl.Series]:
    """Say of leads that are asked about after their cutoff what is left of their probability, since they have not converted so far."""
    age = age_of(table)
    return {} if age is None else {LOOKED_AT: table[AT], LEFT: pl.Series(models.given_not_yet(timing, probability, age, timing.horizon))}


def age_of(table: pl.DataFrame) -> FloatArray | None:
    """Return the days from each lead's cutoff to the moment of asking; None where they are one."""
    if ASKED_AT not in table.columns or AT not in table.columns:
        return None
    days: FloatArray = (table[ASKED_AT] - table[AT]).dt.total_seconds().fill_null(0).to_numpy() / 86_400.0
    return days


def in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn numbered words into plain text; columns carried through keep their type."""
    return rows.with_columns(pl.col(name).cast(pl.String) for name in COLUMNS if isinstance(rows.schema[name], pl.Enum))


def records_of(
    bundle: Bundle, rows: pl.DataFrame, reasons: Sequence[tuple[Reason, ...]], problems: Sequence[CellProblem]
) -> list[Scored]:
    """Return the rows of a scored table as records; what is left of a probability stands among those `by_day`."""
    odd: dict[int, list[str]] = {}
    for p in problems:
        odd.setdefault(p.row, []).append(f"{p.column}: {p.value!r} is not {p.expected}; it counts as missing")
    classes = {name: class_column(name) for name in bundle.terms.classes} if bundle.terms.learned_tiers else {}
    days, key = [name for name in (*BY_DAY, LEFT) if name in rows.columns], bundle.terms.key
    taken = [name for name in COLUMNS if name not in {"reasons", "model"}]
    return [
        Scored._make((
            None if key is None or row.get(key) is None else str(row[key]), *(row[name] for name in taken), said, row["model"],
            {name: row[column] for name, column in classes.items()}, (), tuple(odd.get(k, ())), {name: row[name] for name in days},
        ))
        for k, (row, said) in enumerate(zip(rows.iter_rows(named=True), reasons, strict=True))
    ]


def recut(best: pl.DataFrame, empty: BoolArray) -> pl.DataFrame:
    """Contact the best leads of a list, whatever the threshold says, but none that costs more than it brings, or of which nothing is known."""
    worth = (pl.col("expected_profit").is_null() | (pl.col("expected_profit") > 0)) & ~pl.Series(empty)
    asked = pl.when(worth & ~pl.col("contact")).then(pl.lit("Call: among the best of this list.")).otherwise(pl.col("action"))
    return best.with_columns(action=asked, contact=worth)


def class_column(name: str) -> str:
    """Name the column with a class's probability; `probability_low` and `probability_high` are the ends of the interval."""
    return f"probability_of_{name}" if name in {"low", "high"} else f"probability_{name}"


def _named(at: IntArray | npt.NDArray[np.uint8], names: Sequence[str]) -> pl.Expr:
    words = tuple(dict.fromkeys(names))
    places = np.array([words.index(name) for name in names], dtype=np.uint8)
    return pl.lit(pl.Series(places.take(at))).cat.to(_enum(words))


@lru_cache(maxsize=64)
def _enum(words: tuple[str, ...]) -> pl.Enum:
    """Keep the type that words make: every piece of a long table asks for the same ones."""
    return pl.Enum(words)


def _carried(table: pl.DataFrame, key: str | None, keep: Sequence[str], taken: set[str], first: int) -> pl.DataFrame:
    """Take the key (or the row's number) and the columns to keep; one that is named like a result says that it was given."""
    keyed = key is not None and key in table.columns
    own = {} if keyed else {"row": pl.Series(np.arange(first + 1, first + table.height + 1))}
    names = dict.fromkeys([*([key] if key is not None and keyed else []), *keep])
    return pl.DataFrame(own | {f"{n} (given)" if n in taken or n in own else n: table[n] for n in names})
