"""Who is treated differently: groups, what carries the differences, what gives protected attributes away, and what else could be done."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.evaluation import Alternative, Cut, Fairness, Gap, Slice
from leadrank.pages.words import NONE, Said, clip, count, decimal, listed, money, percent, say

PAIRS = 12
"""Groups of two columns that are shown: the most uneven ones."""
PARTS = 5
BEYOND = {"rate": "called less often", "recall": "found less often", "promise": "promise not kept"}


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group, ready to print."""

    group: str
    rows: str
    rate: Said
    ratio: Said
    recall: Said
    promised: str
    observed: Said
    auc: Said
    beyond: str


@dataclass(frozen=True, slots=True)
class GroupTable:
    """All groups of one column."""

    column: str
    reference: str
    lines: tuple[GroupLine, ...]
    left_out: str
    carried: str


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One way to choose whom to call."""

    name: str
    worst: Said
    auc: str
    cost: str
    profit: str
    called: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Section:
    """All that the page says about fairness."""

    columns: tuple[tuple[str, str], ...]
    audited: str
    tables: tuple[GroupTable, ...]
    pairs: tuple[GroupLine, ...]
    proxies: tuple[tuple[str, str, Said, str, bool], ...]
    tested: str
    choices: tuple[ChoiceLine, ...]
    notes: tuple[str, ...]


def fairness(bundle: Bundle) -> Section | None:
    """Gather the section; None where nothing is protected and nothing was audited."""
    said = tuple((clip(f.column or "", 80), clip(f.message, 1000)) for f in bundle.findings if f.code in {"F301", "F302", "F303"})
    found = bundle.facts.fairness
    if found is None:
        return Section(said, "", (), (), (), "", (), ()) if said else None
    return Section(
        columns=said, audited=f"{count(found.rows)} leads that the model had not learned from, of which {count(found.called)} would be called",
        tables=tuple(_table(cut, found) for cut in found.cuts if len(cut.columns) == 1), pairs=_pairs(found), proxies=_proxies(found),
        tested=listed(tuple(clip(name, 80) for name in found.tested), 20),
        choices=tuple(_choice(one, bundle.policy.currency) for one in found.alternatives), notes=found.notes,
    )


def _table(cut: Cut, found: Fairness) -> GroupTable:
    left = f"{count(cut.left_out)} leads in {count(cut.small)} groups too small to be judged." if cut.left_out else ""
    carried = next((_carried(gap) for gap in found.gaps if gap.column == cut.name), "")
    return GroupTable(clip(cut.name, 80), clip(cut.reference, 80), tuple(_line(one) for one in cut.slices), left, carried)


def _line(one: Slice, group: str | None = None) -> GroupLine:
    return GroupLine(
        clip(group or one.group, 120), count(one.rows), say(one.rate, percent), say(one.ratio, decimal(2)), say(one.recall, percent),
        percent(one.promised), say(one.observed, percent), say(one.auc, decimal(2)), ", ".join(BEYOND[name] for name in one.beyond if name in BEYOND),
    )


def _carried(gap: Gap) -> str:
    """Say which columns lower the scores of the group that is called seldom.

    Examples
    --------
    >>> _carried(Gap("income", "low", "high", 0.8, (("price", 0.6), ("visits", 0.2))))
    "Scores of low lie 0.80 log-odds below those of high: 'price' +0.60, 'visits' +0.20."
    """
    if not gap.parts:
        return ""
    side = "below" if gap.apart >= 0 else "above"
    parts = ", ".join(f"{clip(name, 60)!r} {part:+.2f}" for name, part in gap.parts[:PARTS])
    return f"Scores of {clip(gap.group, 80)} lie {abs(gap.apart):.2f} log-odds {side} those of {clip(gap.reference, 80)}: {parts}."


def _pairs(found: Fairness) -> tuple[GroupLine, ...]:
    uneven = [(cut, one) for cut in found.cuts if len(cut.columns) == 2 for one in cut.slices if one.beyond]
    uneven.sort(key=lambda pair: 1.0 if pair[1].ratio is None else pair[1].ratio.value)
    return tuple(_line(one, f"{cut.name}: {one.group}") for cut, one in uneven[:PAIRS])


def _proxies(found: Fairness) -> tuple[tuple[str, str, Said, str, bool], ...]:
    return tuple(
        (
            clip(one.attribute, 80), clip(one.group, 80), say(one.auc, decimal(2)),
            ", ".join(f"{clip(name, 60)} {area:.2f}" for name, area in one.columns) or NONE, one.telling,
        )
        for one in sorted(found.proxies, key=lambda p: -p.auc.value)
    )


def _choice(one: Alternative, currency: str) -> ChoiceLine:
    cost = NONE if one.kind in {"as trained", "all columns"} else f"{max(one.cost, 0.0):.3f}"
    profit = NONE if one.profit is None else money(currency)(one.profit)
    return ChoiceLine(clip(one.name, 200), say(one.worst, decimal(2)), f"{one.auc:.3f}", cost, profit, count(one.called), one.chosen)
