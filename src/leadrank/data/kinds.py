"""What a column holds: number, category, date, text or id, judged by its distinct values and its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from leadrank.data.cell import text_of
from leadrank.data.dates import DateOrder, date_order, parse_date
from leadrank.data.numbers import DecimalMark, Marks, parse_number, read_marks
from leadrank.data.schema import ColumnType
from leadrank.data.words import BLANK_WORDS, NOT_A_NUMBER_WORDS, squash, tidy
from leadrank.frames import pl

SHARE = 0.98
"""Share of its cells that must read as numbers (dates) for a column to be one."""

SAMPLE, _FEW_LEVELS = 20_000, 30
_ID_NAME = re.compile(r"(?:^|_)(?:id|ids|key|uuid|guid|no|nr|num|number|reference|ref|hash|phone|mobile|email|e_mail|ssn)$|^id_|(?:^|_)id_")
_STRICT_ID = re.compile(r"(?:^|_)id$")
_CODE_NAME = re.compile(
    r"(?:^|_)(?:code|codes|id|zip|zipcode|postal|postcode|plz|type|category|cat|status|region|segment|branch|cluster|channel|sector|state|gender|sex"
    r"|class|group|kind|flag_code|naics|sic)(?:_|$)")
_MEASURE_NAME = re.compile(
    r"(?:^|_)(?:count|counts|cnt|num|number|total|sum|score|amount|amt|days|hours|minutes|avg|mean|average|rate|ratio|pct|percent|value|price|size|age|n)(?:_|$)")
_POSTAL_NAME = re.compile(r"(?:^|_)(?:zip|zipcode|postal|postcode|plz)(?:_|$)")
_DATE_NAME = re.compile(r"(?:^|_)(?:date|day|dt|at|on|time|timestamp|created|updated|modified|since|birthday|dob)(?:_|$)|date$")
_COMPACT_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
_WHOLE = re.compile(r"\d+(?:\.0+)?", re.ASCII)
_TOKEN = re.compile(r"(?=.*\d)[\w.:@+\-/#]{4,}|[\w.+\-]+@[\w\-]+\.[\w.\-]+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """The distinct values of a column with their counts: enough to judge it.

    `texts` holds at most 20,000 (tidy text, squashed text, cells); `seen` the cells they stand for.
    """

    name: str
    rows: int
    cells: int
    distinct: int
    texts: tuple[tuple[str, str, int], ...]
    padded: int
    longest: int
    mean_length: float

    @property
    def seen(self) -> int:
        """Cells that the sampled texts stand for."""
        return sum(count for *_, count in self.texts)


@dataclass(frozen=True, slots=True)
class Kind:
    """The judgement on one column, with the evidence to say it."""

    type: ColumnType
    because: str = ""
    code: bool = False
    decimal: DecimalMark = "."
    numeric: bool = False
    marks: Marks = field(default_factory=Marks)
    order: DateOrder | None = None
    bad: int = 0
    examples: tuple[str, ...] = field(default=())


def sketch(series: pl.Series) -> Sketch:
    """Count the distinct values of a column, as text; beyond 20,000 keep the most frequent and an even sample of the rest."""
    counts = series.alias("text").to_frame().drop_nulls().group_by("text", maintain_order=True).len()
    counts = counts.sort("len", descending=True, maintain_order=True)
    distinct, cells = counts.height, int(counts["len"].sum())
    if distinct > SAMPLE:
        top = counts.head(SAMPLE // 2)
        rest = counts.slice(SAMPLE // 2)
        counts = pl.concat([top, rest.gather_every(max(1, -(-rest.height // (SAMPLE // 2))))])
    merged: dict[str, int] = {}
    padded = 0
    for value, count in counts.iter_rows():
        text = text_of(value)
        if text is None:
            cells -= count
            continue
        clean = tidy(text)
        padded += count * (clean != text)
        merged[clean] = merged.get(clean, 0) + count
    texts = tuple((text, squash(text), count) for text, count in merged.items())
    filled = [(len(t), c) for t, w, c in texts if w not in BLANK_WORDS]
    weight = sum(c for _, c in filled)
    mean = sum(n * c for n, c in filled) / weight if weight else 0.0
    if distinct <= SAMPLE:
        distinct = len(merged)
    return Sketch(series.name, len(series), cells, distinct, texts, padded, max((n for n, _ in filled), default=0), mean)


def snake(name: str) -> str:
    """Write a column's name in lower case with underscores, so that name hints see its words.

    Examples
    --------
    >>> snake("LeadID"), snake("Zip Code"), snake("emp.var.rate")
    ('lead_id', 'zip_code', 'emp_var_rate')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[\W_]+", "_", spaced).strip("_").lower()


def kind_of_text(column: Sketch, *, day_first: bool | None = None, ordering: bool = False) -> Kind:
    """Judge a column of text cells.

    Parameters
    ----------
    column
        Its distinct values.
    day_first
        The declared order of dates, if any.
    ordering
        Whether the column orders the leads in time: then whole numbers are numbers, whatever their name.
    """
    values = [(t, c) for t, w, c in column.texts if w not in BLANK_WORDS]
    answered = [(t, c) for t, w, c in column.texts if w not in BLANK_WORDS and w not in NOT_A_NUMBER_WORDS]
    if not answered:
        return Kind("category", "empty" if not values else "")
    name = snake(column.name)
    if (kind := _date_kind(answered, name, day_first)) is not None:
        return kind
    if (kind := _number_kind(answered)) is not None:
        return kind if ordering else _number_or_code(kind, column, answered, name)
    return _label_kind(column, values, name)


def _enough(good: int, total: int) -> bool:
    """At least 98 %, or all but one cell of ten or more: one slip does not make a number a label."""
    return good >= SHARE * total or (total >= 10 and total - good <= 1)


def _number_kind(answered: list[tuple[str, int]]) -> Kind | None:
    marks = read_marks(answered)
    total = sum(c for _, c in answered)
    wrong = [(t, c) for t, c in answered if parse_number(t, marks.decimal) is None]
    bad = sum(c for _, c in wrong)
    if not _enough(total - bad, total):
        return None
    return Kind("number", decimal=marks.decimal, numeric=True, marks=marks, bad=bad, examples=tuple(t for t, _ in wrong[:3]))


def _number_or_code(kind: Kind, column: Sketch, answered: list[tuple[str, int]], name: str) -> Kind:
    numbers = [t for t, _ in answered]
    whole = [t for t in numbers if _WHOLE.fullmatch(t)]
    if kind.bad and len(numbers) <= _FEW_LEVELS and len(whole) > 1 and kind.bad >= 5 * (len(numbers) - len(whole)):
        return Kind("category", "a few whole numbers among labels that repeat", code=True, numeric=True)
    if len(whole) < len(numbers):
        return kind
    padded = any(len(t) > 1 and t[0] == "0" and t.isdigit() for t in numbers)
    if (because := _names_rows(column, name, padded=padded)) is not None:
        return Kind("id", because, code=not padded, numeric=True)
    if padded:
        return Kind("category", "numbers with leading zeros", numeric=True)
    if _is_code(column, numbers, name):
        return Kind("category", "whole numbers, and the name speaks of a code", code=True, numeric=True)
    return kind


def _names_rows(column: Sketch, name: str, *, padded: bool) -> str | None:
    distinct = column.distinct / max(column.cells, 1)
    if column.cells >= 20 and distinct >= (0.95 if _ID_NAME.search(name) else 0.999 if padded else 2):
        return "nearly every row has its own number"
    return "most rows have their own number" if column.cells >= 20 and distinct > 0.5 and _STRICT_ID.search(name) else None


def _is_code(column: Sketch, numbers: list[str], name: str) -> bool:
    if _MEASURE_NAME.search(name) or not _CODE_NAME.search(name) or set(numbers) <= {"0", "1", "0.0", "1.0"}:
        return False
    return len(numbers) <= max(20, column.cells // 20) or bool(_POSTAL_NAME.search(name) or _STRICT_ID.search(name))


def _date_kind(answered: list[tuple[str, int]], name: str, day_first: bool | None) -> Kind | None:
    head = [t for t, _ in answered[:50]]
    compact = bool(_DATE_NAME.search(name)) and all(_COMPACT_DATE.fullmatch(t) for t in head)
    dated = [t for t in head if not t.isdigit() and _either(t)]
    if not compact and len(dated) < 0.8 * len(head):
        return None
    order = date_order(answered)
    first = day_first if day_first is not None else order.decided is not False
    total = sum(c for _, c in answered)
    wrong = [(t, c) for t, c in answered if parse_date(t, first) is None]
    bad = sum(c for _, c in wrong)
    if not _enough(sum(c for t, c in answered if _either(t)), total):
        return None
    return Kind("date", order=order, bad=bad, examples=tuple(t for t, _ in wrong[:3]))


def _either(text: str) -> bool:
    return parse_date(text, day_first=True) is not None or parse_date(text, day_first=False) is not None


def _label_kind(column: Sketch, values: list[tuple[str, int]], name: str) -> Kind:
    share = column.distinct / max(column.cells, 1)
    unique = share >= 0.999 and column.cells >= 20
    tokens = sum(bool(_TOKEN.fullmatch(t)) for t, _ in values[:500]) >= 0.9 * min(len(values), 500)
    if unique and (tokens or _ID_NAME.search(name)):
        return Kind("id", "every row has its own value")
    if unique or (column.distinct > 100 and (share > 0.5 or (column.mean_length > 40 and share > 0.2))):
        return Kind("text", f"{column.distinct} different values in {column.cells} cells")
    return Kind("category")
