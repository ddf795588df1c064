"""A value and its evidence in the user's words."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

from leadrank.explain.date_words import DatePart, date_part
from leadrank.explain.evidence import Evidence, Seen
from leadrank.types import FIRST_LEVEL, MISSING, UNSEEN

_LONGEST = 60
_YEARS = (1900.0, 2100.0)


@dataclass(frozen=True, slots=True)
class Cell:
    """One level or bin in words.

    A level has its `value` and `phrase`; a bin leaves them empty, since its leads differ in value, and has instead what to
    add to a number `inside` and `outside` its training values. `above` is the sign of the cell's rate less the base rate,
    0 where both read the same.
    """

    value: str
    phrase: str
    inside: str
    outside: str
    rows: int
    conversions: int
    counts: str
    claim: str
    above: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """The words for one feature."""

    seen: Seen
    year: bool
    part: DatePart | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words for every feature at one threshold, made once for a bundle, so that scoring only looks them up."""

    entries: tuple[Entry, ...]
    base: str
    base_rate: float


def phrasebook(evidence: Evidence, *, threshold: int = 0, outcome: str = "converted") -> Phrasebook:
    """Put all evidence at one threshold into words.

    Counts are true counts as long as there are no more rows than the unit ("7 of 8"), and rounded to the unit with the
    number of rows behind it otherwise ("91 of 100 such leads converted (534 seen)"): figures are scaled down, never up.
    The unit is 100; 1,000 or 10,000 where the base rate is within 5 % or 0.5 % of 0 or 1.

    Parameters
    ----------
    evidence
        Counts from training.
    threshold
        Which boundary between classes, 0-based; 0 for a yes/no outcome.
    outcome
        The verb for what leads did, such as "converted" or "reached High".

    Examples
    --------
    >>> import numpy as np
    >>> from leadrank.explain.evidence import fit_evidence
    >>> from leadrank.types import Feature, Matrix
    >>> source = Feature("Lead Source", "Lead Source", "category", ("Reference", "Google"))
    >>> matrix = Matrix(np.empty((5, 0)), np.array([[2], [2], [3], [3], [3]], dtype=np.int32), (), (source,))
    >>> book = phrasebook(fit_evidence(matrix, np.array([1, 1, 1, 0, 0])))
    >>> book.entries[0].cells[2].phrase, book.entries[0].cells[2].claim, book.base
    ('Lead Source is Reference', '2 of 2 such leads converted', 'base 3 of 5')
    """
    rate = evidence.base_rate(threshold)
    unit = _unit(rate)
    base = _share(evidence.rows, evidence.conversions[threshold], unit)
    entries = []
    for seen in evidence.features:
        cells = _cells(seen, threshold, outcome, unit)
        entries.append(Entry(seen, _year_like(seen), _part(seen), tuple(_compared(cell, base, rate) for cell in cells)))
    return Phrasebook(tuple(entries), f"base {base}", rate)


def phrase(seen: Seen, value: float) -> str:
    """Say what a lead has in one feature.

    Parameters
    ----------
    seen
        The evidence of the feature.
    value
        The number (nan = blank), or the code of a category.

    Examples
    --------
    >>> from leadrank.types import Feature
    >>> time = Seen(Feature("Time", "Time", "number"), (0, 0, 9), ((0, 0, 4),), (940.0,), (1200.0,), (1600.0,))
    >>> phrase(time, 1200.0), phrase(time, 1700.0), phrase(time, float("nan"))
    ('Time is 1,200 (between 940 and 1,600)', 'Time is 1,700 (nearest seen: 940 to 1,600)', 'Time is blank')
    """
    entry = Entry(seen, _year_like(seen), _part(seen), _cells(seen, 0, "converted", 100))
    return spoken(entry, value)[1]


def spoken(entry: Entry, value: float) -> tuple[str, str, Cell]:
    """Return the value in words, the phrase about it, and its cell."""
    cell = entry.cells[_cell_number(entry.seen, value)]
    if cell.phrase:
        return cell.value, cell.phrase, cell
    feature, part = entry.seen.feature, entry.part if entry.part is not None and entry.part.knows(value) else None
    text = number_text(value, year=entry.year) if part is None else part.span(value, value)
    said = f"{feature.name} is {text}" if part is None else part.said(feature.column, value)
    return text, f"{said}{cell.inside if cell_holds(entry.seen, value) else cell.outside}", cell


def range_text(seen: Seen, cell: int) -> str:
    """Say which numbers a cell was learned from.

    Examples
    --------
    >>> from leadrank.types import Feature
    >>> created = Seen(Feature("created (month)", "created", "number"), (0, 0, 9), ((0, 0, 4),), (1.0,), (2.0,), (3.0,))
    >>> range_text(created, 2)
    'January to March'
    """
    low, high = seen.lows[cell - FIRST_LEVEL], seen.highs[cell - FIRST_LEVEL]
    part = _part(seen)
    if part is not None:
        return part.span(low, high)
    begin, end = (number_text(limit, year=_year_like(seen)) for limit in (low, high))
    return begin if begin == end else f"{begin} to {end}"


def number_text(value: float, *, year: bool = False) -> str:
    """Write a number as people do: thousands marked, no more than four significant digits after a point.

    Examples
    --------
    >>> number_text(1200.0), number_text(0.123456), number_text(-1234567.8), number_text(2019.0, year=True)
    ('1,200', '0.1235', '-1,234,568', '2019')
    """
    if not math.isfinite(value):
        return "beyond all numbers"
    size = abs(value)
    if size >= 1e15 or 0.0 < size < 1e-4:
        return f"{value:.3g}"
    if value == int(value) or size >= 1000.0:
        return f"{value:.0f}" if year else f"{value + 0.0:,.0f}"
    return f"{value:.4g}"


def percent_texts(*shares: float) -> tuple[str, ...]:
    """Write probabilities as percentages with just enough decimals to tell them apart.

    Examples
    --------
    >>> percent_texts(0.34, 0.61), percent_texts(0.0042, 0.0049)
    (('34 %', '61 %'), ('0.4 %', '0.5 %'))
    """
    texts: tuple[str, ...] = ()
    for decimals in range(6):
        texts = tuple(f"{100.0 * share:.{decimals}f} %" for share in shares)
        ends = any(float(text[:-2]) in {0.0, 100.0} and 0.0 < share < 1.0 for text, share in zip(texts, shares, strict=True))
        if not ends and len(set(texts)) == len(set(shares)):
            break
    return texts


def cell_holds(seen: Seen, value: float) -> bool:
    """Say whether a number lies between the smallest and largest training value of its bin."""
    k = _cell_number(seen, value) - FIRST_LEVEL
    return k >= 0 and seen.lows[k] <= value <= seen.highs[k]


def _cell_number(seen: Seen, value: float) -> int:
    if seen.feature.kind == "category":
        return int(value)
    if math.isnan(value):
        return MISSING
    return bisect_right(seen.cuts, value) + FIRST_LEVEL if seen.lows else UNSEEN


def _cells(seen: Seen, threshold: int, outcome: str, unit: int) -> tuple[Cell, ...]:
    cells = []
    for number, (rows, conversions) in enumerate(zip(seen.rows, seen.conversions[threshold], strict=True)):
        counts = _share(rows, conversions, unit) if rows else ""
        behind = f" ({rows:,} seen)" if rows > unit else ""
        claim = f"{counts} such leads {outcome}{behind}" if rows else "no such lead to compare with"
        words, ranges = _level_words(seen, number, rows), _range_words(seen, number)
        cells.append(Cell(*words, *ranges, rows, conversions, counts, claim))
    return tuple(cells)


def _compared(cell: Cell, base: str, rate: float) -> Cell:
    """Note on which side of the base the cell lies; on neither where a reader would see the same figure twice."""
    if cell.counts == base:
        return cell
    return replace(cell, above=int(cell.conversions > rate * cell.rows) - int(cell.conversions < rate * cell.rows))


def _level_words(seen: Seen, cell: int, rows: int) -> tuple[str, str]:
    feature = seen.feature
    if cell == MISSING:
        return "blank", f"{feature.column} is blank"
    if cell == UNSEEN:
        value = "one we had seldom or never seen" if rows else "one we had not seen"
        return value, f"{feature.name} is {value}"
    if feature.kind == "number":
        return "", ""
    value = _shown(feature.levels[cell - FIRST_LEVEL])
    return value, f"{feature.name} is {value}"


def _range_words(seen: Seen, cell: int) -> tuple[str, str]:
    """Return what follows a number within its bin's training values, and one outside them."""
    if cell < FIRST_LEVEL or not seen.lows:
        return "", ""
    both = range_text(seen, cell)
    nearest = f" (nearest seen: {both})"
    if seen.lows[cell - FIRST_LEVEL] == seen.highs[cell - FIRST_LEVEL]:
        return "", nearest
    return f" ({both})" if _part(seen) is not None else f" (between {both.replace(' to ', ' and ')})", nearest


def _shown(text: str) -> str:
    """One line, no longer than a line should be."""
    line = " ".join(text.split())
    return f"{line[: _LONGEST - 1]}…" if len(line) > _LONGEST else line or '""'


def _part(seen: Seen) -> DatePart | None:
    part = date_part(seen.feature)
    return part if part is not None and all(map(part.knows, seen.lows + seen.highs)) else None


def _year_like(seen: Seen) -> bool:
    ends = seen.lows + seen.highs
    return bool(ends) and all(_YEARS[0] <= end <= _YEARS[1] and end == int(end) for end in ends)


def _unit(rate: float) -> int:
    nearest_end = min(rate, 1.0 - rate)
    if nearest_end >= 0.05:
        return 100
    return 1_000 if nearest_end >= 0.005 else 10_000


def _share(rows: int, conversions: int, unit: int) -> str:
    if rows <= unit:
        return f"{conversions:,} of {rows:,}"
    rounded = round(unit * conversions / rows)
    if rounded == 0 and conversions:
        return f"fewer than 1 of {unit:,}"
    if rounded == unit and conversions < rows:
        return f"more than {unit - 1:,} of {unit:,}"
    return f"{rounded:,} of {unit:,}"
