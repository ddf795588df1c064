"""What drives the score: how much is lost without a column, and how leads with each of its values converted."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.evaluation import wilson
from leadrank.explain import Importance, Seen, range_text
from leadrank.pages.words import between, clip, count, percent
from leadrank.types import FIRST_LEVEL, MISSING, UNSEEN

MOST = 40
FIRST = 15
PICTURED = 6
LEVELS = 8


@dataclass(frozen=True, slots=True)
class Driver:
    """One column's bar, in percent of the widest interval."""

    column: str
    value: str
    interval: str
    width: float
    low: float
    high: float
    needed: bool
    sensitive: bool


@dataclass(frozen=True, slots=True)
class LevelBar:
    """Leads with one value: how many, how many converted."""

    label: str
    rows: str
    rate: str
    interval: str
    width: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One column's values; `base` places the average in percent of the scale."""

    column: str
    bars: tuple[LevelBar, ...]
    base: float
    base_rate: str


def sensitive_columns(bundle: Bundle) -> frozenset[str]:
    """Name the columns that the user has marked as sensitive."""
    return frozenset(c.name for c in bundle.schema.columns if c.sensitive)


def drivers(bundle: Bundle) -> tuple[Driver, ...]:
    """Return the columns by importance, the most important first, 40 at most."""
    found = bundle.facts.importance[:MOST]
    widest = max((max(one.drop.high, one.drop.value) for one in found), default=0.0) or 1.0
    hidden = sensitive_columns(bundle)
    return tuple(_driver(one, widest, one.column in hidden) for one in found)


def _driver(one: Importance, widest: float, sensitive: bool) -> Driver:
    figure = one.drop
    return Driver(
        column=clip(one.column, 80), value=_loss(figure.value), interval=between(figure.low, figure.high, _loss),
        width=_part(figure.value, widest), low=_part(figure.low, widest), high=_part(figure.high, widest),
        needed=figure.low > 0, sensitive=sensitive,
    )


def pictures(bundle: Bundle) -> tuple[Picture, ...]:
    """Show how leads converted by value, for the most important columns that are not sensitive."""
    hidden = sensitive_columns(bundle)
    wanted = [one.column for one in bundle.facts.importance if one.column not in hidden and one.drop.value > 0][:PICTURED]
    things = {} if bundle.origin is None else bundle.origin.things
    first: dict[str, Seen] = {}
    for seen in bundle.evidence.features:
        first.setdefault(things.get(seen.feature.column, seen.feature.column), seen)
    base = bundle.evidence.base_rate(len(bundle.evidence.conversions) - 1) if bundle.evidence.conversions else 0.0
    return tuple(_picture(first[name], base) for name in wanted if name in first)


def _picture(seen: Seen, base: float) -> Picture:
    reached = seen.conversions[-1]
    cells = [k for k, rows in enumerate(seen.rows) if rows]
    if seen.feature.kind == "category":
        cells = sorted(cells, key=lambda k: -seen.rows[k])
    cells = cells[:LEVELS] if seen.feature.kind == "category" else [*(k for k in cells if k >= FIRST_LEVEL), *(k for k in cells if k < FIRST_LEVEL)]
    ends = {k: wilson(reached[k], seen.rows[k]) for k in cells}
    widest = max([base, *(high for _, high in ends.values())]) or 1.0
    bars = tuple(
        LevelBar(
            _label(seen, k), count(seen.rows[k]), percent(reached[k] / seen.rows[k]), between(*ends[k], percent),
            _part(reached[k] / seen.rows[k], widest), _part(ends[k][0], widest), _part(ends[k][1], widest),
        )
        for k in cells
    )
    return Picture(clip(seen.feature.name, 80), bars, _part(base, widest), percent(base))


def _label(seen: Seen, cell: int) -> str:
    if cell == MISSING:
        return "blank"
    if cell == UNSEEN:
        return "rare values"
    if seen.feature.kind == "category":
        return clip(seen.feature.levels[cell - FIRST_LEVEL], 60)
    return range_text(seen, cell)


def _part(value: float, widest: float) -> float:
    return round(min(100.0, max(0.0, 100 * value / widest)), 2)


def _loss(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")
