"""Bands of amounts as people write them: `100k-200k` is `$100,000 - $200,000`."""

from __future__ import annotations

import re

from leadrank.data.numbers import CURRENCY

_SIZES = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_AMOUNT = (
    rf"(?:{CURRENCY})? ?(\d{{1,3}}(?:([.,' ’])\d{{3}})(?:\{{0}}\d{{3}})*|\d+(?:[.,]\d{{1,2}})?) ?"
    rf"(k|thousand|m|mn|mio|million|bn|billion)? ?(?:{CURRENCY})?"
)
_LOW, _HIGH = _AMOUNT.replace("{0}", "2"), _AMOUNT.replace("{0}", "5")
_BETWEEN = re.compile(rf"(?:between |from )?{_LOW} ?(?:-|–|—|to|and|bis|\.\.) ?{_HIGH}", re.ASCII | re.IGNORECASE)
_BELOW = re.compile(rf"(?:<|<=|≤|under|below|less than|up to|max\.?) ?{_LOW}", re.ASCII | re.IGNORECASE)
_ABOVE = (
    re.compile(rf"(?:>|>=|≥|over|above|more than|from|min\.?) ?{_LOW}", re.ASCII | re.IGNORECASE),
    re.compile(rf"{_LOW} ?(?:\+|and (?:above|over|more|up)|or more)", re.ASCII | re.IGNORECASE),
)


def band_of_amounts(text: str) -> str | None:
    """Write a band of amounts (tidy, in lower case) in one form, or return None for what is no such band.

    A magnitude that stands only behind the upper end holds for both, unless the lower end would no longer be lower.

    Examples
    --------
    >>> band_of_amounts("100-200k"), band_of_amounts("usd 100,000 to 200.000")
    ('100000..200000', '100000..200000')
    >>> band_of_amounts("500k+"), band_of_amounts("under €1.5m"), band_of_amounts("2 rooms")
    ('>500000', '<1500000', None)
    """
    if not any(c in "0123456789" for c in text):
        return None
    if match := _BETWEEN.fullmatch(text):
        low, high = _number(match[1], match[2]), _number(match[4], match[5])
        size = match[3] or (match[6] if low < high else "") or ""
        low, high = low * _SIZES[size], high * _SIZES[match[6] or ""]
        return f"{low:.12g}..{high:.12g}" if low < high else None
    if match := _BELOW.fullmatch(text):
        return f"<{_number(match[1], match[2]) * _SIZES[match[3] or '']:.12g}"
    for shape in _ABOVE:
        if match := shape.fullmatch(text):
            return f">{_number(match[1], match[2]) * _SIZES[match[3] or '']:.12g}"
    return None


def _number(digits: str, grouping: str | None) -> float:
    return float(digits.replace(grouping, "") if grouping else digits.replace(",", "."))
