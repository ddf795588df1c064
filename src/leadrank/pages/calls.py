"""The first rows of a scored list, ready to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from leadrank.bundle import Bundle
from leadrank.frames import pl
from leadrank.pages.words import NONE, between, clip, count, money, percent
from leadrank.reasoning import PARTS
from leadrank.scored_rows import BY_DAY, COLUMNS, DAYS, LEFT

FIRST = 10
KEPT = 3
REJECTS = 5
OUTPUT = frozenset({*COLUMNS, *BY_DAY, LEFT, "looked_at", *PARTS})


@dataclass(frozen=True, slots=True)
class Because:
    """One reason: whether it raises the score, and its words."""

    raises: bool
    words: str


@dataclass(frozen=True, slots=True)
class Call:
    """One lead of the list."""

    place: str
    key: str
    kept: tuple[str, ...]
    score: str
    probability: str
    interval: str
    days: tuple[str, ...]
    tier: str
    contact: bool
    profit: str
    action: str
    within: str
    reasons: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class CallList:
    """The rows shown, and what heads them."""

    key: str
    kept: tuple[str, ...]
    rows: tuple[Call, ...]
    total: int
    base: str
    days: bool
    profit: bool
    reasons: bool


def call_list_of(frame: pl.DataFrame, bundle: Bundle) -> CallList:
    """Take the first rows of a list.

    Parameters
    ----------
    frame
        Output of `Scorer.many`, in the order in which it shall be shown.
    bundle
        What scored it.
    """
    others = _own_columns(frame, bundle)
    key, kept = (others[0] if others else ""), tuple(others[1 : 1 + KEPT])
    rows = frame.head(FIRST).to_dicts()
    made = tuple(_call(row, key, kept, place, bundle) for place, row in enumerate(rows, start=1))
    bases = [str(row.get("reasons") or "").split("; ", maxsplit=1)[0] for row in rows]
    base = bases[0] if bases and bases[0].startswith("base ") else ""
    return CallList(
        key=clip(key, 60), kept=tuple(clip(name, 60) for name in kept), rows=made, total=frame.height, base=base,
        days=any(call.days for call in made), profit=any(call.profit != NONE for call in made), reasons=any(call.reasons for call in made),
    )


def _own_columns(frame: pl.DataFrame, bundle: Bundle) -> list[str]:
    """Name the columns that came with the leads, the key first."""
    classes = {f"probability_{name}" for name in bundle.facts.classes}
    return [name for name in frame.columns if name not in OUTPUT and name not in classes]


def _call(row: dict[str, Any], key: str, kept: tuple[str, ...], place: int, bundle: Bundle) -> Call:
    p, low, high = (row.get(name) for name in ("probability", "probability_low", "probability_high"))
    profit = row.get("expected_profit")
    return Call(
        place=count(row.get("rank") or place), key=_cell(row.get(key)), kept=tuple(_cell(row.get(name)) for name in kept),
        score=_cell(row.get("score")), probability=NONE if p is None else percent(p),
        interval="" if low is None or high is None else between(low, high, percent), days=_days(row),
        tier=_cell(row.get("tier")), contact=bool(row.get("contact")), profit=NONE if profit is None else money(bundle.policy.currency)(profit),
        action=_cell(row.get("action")), within=_cell(row.get("due_within")), reasons=split_reasons(str(row.get("reasons") or "")),
    )


def _days(row: dict[str, Any]) -> tuple[str, ...]:
    """Say by which day a lead will have converted, where that was foretold, and what is left of it for one that has not so far."""
    foretold = [(row.get(name), f"by day {day}") for day, name in zip(DAYS, BY_DAY, strict=False)]
    return tuple(f"{percent(round(p, 2))} {when}" for p, when in [*foretold, (row.get(LEFT), "still to come")] if p is not None)


def split_reasons(line: str) -> tuple[Because, ...]:
    """Split a line of reasons; its base is left out.

    Examples
    --------
    >>> split_reasons("base 39 of 100; + source is Web: 91 of 100; − city is blank: 2 of 9")
    (Because(raises=True, words='source is Web: 91 of 100'), Because(raises=False, words='city is blank: 2 of 9'))
    """
    items = re.split(r"; (?=[+−] )", line)
    return tuple(Because(item[0] == "+", clip(item[2:], 200)) for item in items if item[:2] in {"+ ", "− "})


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """One lead that is not worth its contact, and the plain reason."""

    key: str
    probability: str
    because: str


def left_alone(frame: pl.DataFrame, bundle: Bundle) -> tuple[LeftAlone, ...]:
    """Take the leads of a list that are worth least, each with its reason."""
    others = _own_columns(frame, bundle)
    if not others or "expected_profit" not in frame.columns or "probability" not in frame.columns:
        return ()
    worst = frame.filter(pl.col("expected_profit") <= 0).sort("expected_profit", maintain_order=True).head(REJECTS)
    return tuple(
        LeftAlone(_cell(row[others[0]]), percent(row["probability"] or 0.0), _because(row["expected_profit"], bundle)) for row in worst.to_dicts()
    )


def _because(profit: float, bundle: Bundle) -> str:
    amount = money(bundle.policy.currency, cents=True)
    if bundle.project.economics.contact_cost_column is not None:
        return f"expected to lose {amount(-profit)}"
    return f"costs {amount(bundle.policy.cost)}, expected {amount(bundle.policy.cost + profit)}"


def _cell(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, float):
        return f"{value:,.6g}"
    return clip(str(value), 120)
