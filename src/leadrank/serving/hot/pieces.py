"""Many leads scored as one table: what is odd is looked for column by column, and only where the table's own tally says that there is something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np

from leadrank import models
from leadrank.bundle import NOTHING_KNOWN, Bundle, Unfamiliar
from leadrank.bundle.unfamiliar import EMPTY
from leadrank.frames import pl
from leadrank.operations.notices import Notices
from leadrank.score import Scorer
from leadrank.scored_rows import by_day
from leadrank.serving.hot.answer import CONVERTED, NOT_CONVERTED, Answer
from leadrank.serving.hot.columns import table_of
from leadrank.serving.hot.leads import Lead
from leadrank.serving.problems import Notice
from leadrank.types import BoolArray, FloatArray

_REMEMBERED = 4096


def answers_of(scorer: Scorer, notices: Notices, names: tuple[str, ...], leads: Sequence[Lead]) -> list[Answer]:
    """Score leads as a table.

    Parameters
    ----------
    scorer, notices
        The model, and what it knows of fields.
    names
        The outcomes in the order in which they are told; none where the outcome is whether a lead converts.
    leads
        At least one.
    """
    table, mixed = table_of(notices.columns, leads)
    judged, empty, unfamiliar = scorer.judged(table)
    decided, model, bundle = judged.decided, scorer.bundle.identity, scorer.bundle
    tiers = [(tier.name, tier.action, tier.within) for tier in bundle.policy.tiers]
    asked = [tiers[at] for at in decided.tier.tolist()]
    for k in np.flatnonzero(empty).tolist():
        asked[k] = (asked[k][0], NOTHING_KNOWN, "")
    profits = repeat(None, len(leads)) if decided.expected_profit is None else decided.expected_profit.tolist()
    told = zip(
        _keys(scorer.key, leads), _shares(judged.reach, names, bundle.terms.classes), _days(bundle, judged.reach[:, -1]),
        _warnings(notices, leads, empty, unfamiliar, {*mixed, *_outside(notices, table)}), asked, judged.reach[:, -1].tolist(), judged.low.tolist(),
        judged.high.tolist(), decided.score.tolist(), decided.contact.tolist(), profits, strict=True,
    )
    return [
        Answer(tier, max(shares.values()), shares, action, key, p, low, high, score, tier, contact, profit, action, within, model, days, warned)
        for key, shares, days, warned, (tier, action, within), p, low, high, score, contact, profit in told
    ]


def _keys(name: str | None, leads: Sequence[Lead]) -> Iterable[str | None]:
    if name is None:
        return [None] * len(leads)
    keys = [lead.get(name) for lead in leads]
    return [key if key is None or type(key) is str else str(key) for key in keys]


def _shares(reach: FloatArray, names: tuple[str, ...], classes: Sequence[str]) -> list[dict[str, float]]:
    if not names:
        return [{CONVERTED: p, NOT_CONVERTED: 1.0 - p} for p in reach[:, -1].tolist()]
    found = models.class_probabilities(reach).T.tolist()
    return [dict(zip(names, shares, strict=True)) for shares in zip(*(found[classes.index(name)] for name in names), strict=True)]


def _days(bundle: Bundle, probability: FloatArray) -> list[dict[str, float]]:
    if bundle.timing is None:
        return [{}] * len(probability)
    return pl.DataFrame(by_day(bundle.timing, probability)).to_dicts()


def _warnings(
    notices: Notices, leads: Sequence[Lead], empty: BoolArray, unfamiliar: Unfamiliar, doubtful: set[str]
) -> Sequence[Sequence[Notice]]:
    named = _named(notices, leads)
    odd = {*unfamiliar.unreadable, *(strange.column for strange in (*unfamiliar.unseen, *unfamiliar.blank)), *doubtful}
    if not odd and not unfamiliar.empty:
        return named
    cells = _cells(notices, leads, odd)
    if unfamiliar.empty:
        named, cells = _with_nothing_said(named, cells, empty.tolist())
    return [[*told, *found] if found else told for told, found in zip(named, cells, strict=True)]


def _with_nothing_said(
    named: list[Sequence[Notice]], cells: list[list[Notice]], empty: Sequence[bool]
) -> tuple[list[Sequence[Notice]], list[list[Notice]]]:
    """Say of leads that say nothing that they do, and not of each blank as well."""
    told = Notice("", "empty", EMPTY)
    return (
        [[told, *found] if nothing else found for found, nothing in zip(named, empty, strict=True)],
        [[n for n in found if n.problem != "blank"] if nothing else found for found, nothing in zip(cells, empty, strict=True)],
    )


def _named(notices: Notices, leads: Sequence[Lead]) -> list[Sequence[Notice]]:
    """Tell of unknown and missing names, once for all leads that have the same ones."""
    told: dict[tuple[str, ...], Sequence[Notice]] = {}
    found: list[Sequence[Notice]] = []
    for lead in leads:
        names = tuple(lead)
        said = told.get(names)
        if said is None:
            said = told[names] = notices.names(names)
        found.append(said)
    return found


def _outside(notices: Notices, table: pl.DataFrame) -> Iterable[str]:
    """Give the columns that may hold numbers that training did not see."""
    for name, (low, high) in notices.ranges.items():
        column = table[name]
        if column.dtype == pl.String:
            yield name
            continue
        cells = column.to_numpy()
        with np.errstate(invalid="ignore"):
            if ((cells < low) | (cells > high)).any():
                yield name


def _cells(notices: Notices, leads: Sequence[Lead], odd: set[str]) -> list[list[Notice]]:
    found: list[list[Notice]] = [[] for _ in leads]
    for name in notices.columns:
        if name in odd:
            _look(notices, name, leads, found)
    return found


def _look(notices: Notices, name: str, leads: Sequence[Mapping[str, Any]], found: list[list[Notice]]) -> None:
    seen: dict[tuple[type, Any], Notice | None] = {}
    for lead, own in zip(leads, found, strict=True):
        if name not in lead:
            continue
        cell = lead[name]
        at = (type(cell), cell)
        if at in seen:
            notice = seen[at]
        else:
            notice = notices.cell(name, cell)
            if len(seen) < _REMEMBERED:
                seen[at] = notice
        if notice is not None:
            own.append(notice)
