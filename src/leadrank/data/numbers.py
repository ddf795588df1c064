"""Numbers as people write them: currency, thousands separators, decimal commas, percent, parentheses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

DecimalMark = Literal[".", ","]

_CURRENCY = (
    r"(?:US\$|C\$|A\$|R\$|[$€£¥₹₽₩₪₺₫₴₦₱฿¢]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BRL|MXN|ZAR|TRY|RUB|SGD|HKD"
    r"|KRW|AED|ILS|THB|Rs\.?|Fr\.|kr\.?|zł|Kč|Ft|lei)"
)
_PREFIX = re.compile(rf"^([+-]?) ?{_CURRENCY} ?", re.IGNORECASE)
_SUFFIX = re.compile(rf" ?(?:{_CURRENCY}|%)$", re.IGNORECASE)
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
_UNSURE = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
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


def decimal_mark(texts: Iterable[tuple[str, int]]) -> tuple[DecimalMark, int, int, int]:
    """Decide what the comma means in a column.

    Parameters
    ----------
    texts
        Pairs of a tidy text and the number of its cells.

    Returns
    -------
    tuple
        The decimal mark, and the cells that prove a point, that prove a comma, and that prove nothing (`1,234`).

    Examples
    --------
    >>> decimal_mark([("1,5", 3), ("1.234,50", 1), ("1,234", 2)])
    (',', 0, 4, 2)
    """
    point = comma = unsure = 0
    for text, count in texts:
        bare, _ = _bare(text)
        if _SURE["."].fullmatch(bare):
            point += count
        elif _SURE[","].fullmatch(bare):
            comma += count
        elif _UNSURE.fullmatch(bare):
            unsure += count
    return ("," if comma > point else "."), point, comma, unsure
