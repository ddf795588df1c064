"""Numbers as people write them: currency, thousands separators, decimal commas, percent, parentheses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DecimalMark = Literal[".", ","]

MANY = 30
"""Different cells with exactly three digits behind the mark from which it is hardly a decimal one (0.9 ** 30 = 4 %, were ends of 0 cut off)."""

CURRENCY = (
    r"(?:US\$|C\$|A\$|R\$|[$€£¥₹₽₩₪₺₫₴₦₱฿¢]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BRL|MXN|ZAR|TRY|RUB|SGD|HKD"
    r"|KRW|AED|ILS|THB|Rs\.?|Fr\.|kr\.?|zł|Kč|Ft|lei)"
)
_PREFIX = re.compile(rf"^([+-]?) ?{CURRENCY} ?", re.IGNORECASE)
_SUFFIX = re.compile(rf" ?(?:{CURRENCY}|%)$", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUPED = {
    ".": re.compile(r"[+-]?(?:\d{1,3}(?:([,' ’])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d*)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(?:([.' ’])\d{3})(?:\1\d{3})*(?:,\d*)?", re.ASCII),
}
_COMMA_DECIMAL = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SURE = {
    mark: re.compile(
        rf"[+-]?(?:\d{{1,3}}(?:[{group}' ’]\d{{3}})+[{mark}]\d+|\d{{1,3}}(?:[{group}]\d{{3}}){{2,}}"
        rf"|\d*[{mark}](?:\d{{1,2}}|\d{{4,}})|0[{mark}]\d+|\d{{4,}}[{mark}]\d+)", re.ASCII)
    for mark, group in ((".", ","), (",", "."))
}
_UNSURE = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}[{mark}]\d{{3}}", re.ASCII) for mark in (".", ",")}
_BELOW_A_THOUSAND = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_WIDE = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x2212: ord("-"), 0xFF0D: ord("-")}


def parse_number(text: str, decimal: DecimalMark = ".") -> float | None:
    """Read a tidy text as a finite number, or return None.

    A percent sign is dropped (`12 %` is 12), parentheses make a number negative, full-width digits count as digits.

    Examples
    --------
    >>> [parse_number(t) for t in ("1,234.50", "(€ 12)", "12 %", "1_000", "inf")]
    [1234.5, -12.0, 12.0, None, None]
    >>> parse_number("1.234,5", decimal=",")
    1234.5
    """
    bare, negative = _bare(text)
    shape = _PLAIN if decimal == "." else _COMMA_DECIMAL
    if shape.fullmatch(bare):
        value = float(bare.replace(",", "."))
    elif _GROUPED[decimal].fullmatch(bare):
        kept = re.sub(r"[,' ’]" if decimal == "." else r"[.' ’]", "", bare)
        value = float(kept.replace(",", "."))
    else:
        return None
    if not math.isfinite(value):
        return None
    return -value if negative else value


def _bare(text: str) -> tuple[str, bool]:
    text = text.translate(_WIDE)
    inner, negative = text, False
    if text.endswith(")") and "(" in text:
        inner = text[:-1].replace("(", "", 1).strip()
        negative = text.startswith("(") or _PREFIX.fullmatch(text[: text.index("(")]) is not None
        if not negative or inner[:1] in "+-":
            return text, False
    inner = _PREFIX.sub(r"\1", inner, count=1)
    return _SUFFIX.sub("", inner, count=1), negative


@dataclass(frozen=True, slots=True)
class Marks:
    """What the marks in a column of numbers prove.

    Attributes
    ----------
    points, commas
        Cells that prove a decimal point, and a decimal comma.
    unsure_points, unsure_commas
        Cells that prove nothing, because three digits follow the only mark: `1.234`, `1,234`.
    grouping
        The unsure mark that groups thousands to judge by the column alone: many different cells have it, all before exactly three digits,
        and every number without it is below a thousand.
    """

    points: int = 0
    commas: int = 0
    unsure_points: int = 0
    unsure_commas: int = 0
    grouping: DecimalMark | None = None

    @property
    def proven(self) -> DecimalMark | None:
        """The decimal mark that cells prove, None where no cell does."""
        if not self.points and not self.commas:
            return None
        return "," if self.commas > self.points else "."

    @property
    def unsure(self) -> int:
        """Cells whose meaning hangs on the other cells, where none of the column's own proves it."""
        return 0 if self.proven else self.unsure_points + self.unsure_commas

    @property
    def decimal(self) -> DecimalMark:
        """The decimal mark to judge by the column alone."""
        return self.proven or ("," if self.grouping == "." else ".")


def read_marks(texts: Iterable[tuple[str, int]]) -> Marks:
    """Look for what tells the decimal mark of a column.

    Parameters
    ----------
    texts
        Pairs of a tidy text and the number of its cells, different texts.

    Examples
    --------
    >>> read_marks([("1,5", 3), ("1.234,50", 1), ("1,234", 2)])
    Marks(points=0, commas=4, unsure_points=0, unsure_commas=2, grouping=None)
    >>> read_marks([("669", 1), *((f"{n}.250", 1) for n in range(1, 40))]).decimal
    ','
    """
    cells = {"points": 0, "commas": 0, "unsure_points": 0, "unsure_commas": 0}
    different = below = other = 0
    for text, count in texts:
        bare = text if text.isascii() and text.isdigit() else _bare(text)[0]
        if (kind := _mark_of(bare)) is not None:
            cells[kind] += count
            different += kind.startswith("unsure")
        elif _BELOW_A_THOUSAND.fullmatch(bare):
            below += 1
        else:
            other += _PLAIN.fullmatch(bare) is not None
    return Marks(**cells, grouping=_grouping(cells, different) if below and not other else None)


def _mark_of(bare: str) -> str | None:
    for mark, name in ((".", "points"), (",", "commas")):
        if _SURE[mark].fullmatch(bare):
            return name
        if _UNSURE[mark].fullmatch(bare):
            return f"unsure_{name}"
    return None


def _grouping(cells: dict[str, int], different: int) -> DecimalMark | None:
    if cells["points"] or cells["commas"] or different < MANY or (cells["unsure_points"] and cells["unsure_commas"]):
        return None
    return "." if cells["unsure_points"] else ","
