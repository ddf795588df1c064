"""The second list of `leadrank score`: leads that are expected to bring no more than their contact costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadrank.cli.whole import check_folder
from leadrank.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from leadrank.bundle import Bundle
    from leadrank.types import FloatArray


def check_place(place: Path, output: str) -> None:
    """Refuse a place for the second list that would overwrite the first, or that cannot hold a file."""
    if Path(output) == place:
        raise UsageError(f"--not-worth expects another file than -o; both are {place}.", "E.g. -o scored.csv --not-worth not_worth.csv.")
    check_folder(place)


def need_money(bundle: Bundle) -> None:
    """Refuse a model that cannot tell what a lead is expected to bring.

    Raises
    ------
    UsageError
        Says what to declare.
    """
    if bundle.policy.value is None:
        raise UsageError(
            "--not-worth compares what a lead brings with what it costs, and this model knows no value.",
            "Train with --value AMOUNT --cost AMOUNT, or declare value (or value_column) and contact_cost in [economics].",
        )
    if bundle.policy.tiers_on == "class" and not bundle.policy.declared:
        raise UsageError(
            "--not-worth needs the rate at which each class converts, and this model knows none.",
            "Declare expected_conversion = [low, high] of each tier in the project file, and train again.",
        )


def not_worth_list(bundle: Bundle, table: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    """Return the leads with p · value ≤ cost, the least worth first: key, probability, expected_profit, reason.

    Parameters
    ----------
    bundle
        The model; knows value and cost.
    table
        Raw cells, for amounts that differ from lead to lead.
    scored
        What `Scorer.many` made of all rows of the table, in their order.
    """
    import polars as pl

    from leadrank.decisions import not_worth_reasons
    from leadrank.evaluate import amounts, reach_from

    value, cost = map(_per_lead, amounts(bundle, table))
    found = list(not_worth_reasons(bundle.policy, reach_from(bundle, scored), value=value, cost=cost))
    chosen = scored.select(scored.columns[0], "probability", "expected_profit")[[row for row, _ in found]]
    chosen = chosen.rename({"reason": "reason (given)"}, strict=False)
    return chosen.with_columns(pl.Series("reason", [reason for _, reason in found], dtype=pl.String))


def _per_lead(amount: np.ndarray | float | None) -> FloatArray | None:
    return None if amount is None or isinstance(amount, float | int) else amount
