"""Bands of amounts that are written differently are one label; what only looks like it is not."""

from __future__ import annotations

import pytest

from leadrank.data.amounts import band_of_amounts
from leadrank.data.words import fold


@pytest.mark.parametrize("text", [
    "100k-200k", "$100,000 - $200,000", "100K-200K", "100-200k", "100 k – 200 k", "100.000 € to 200.000 €", "0.1m-0.2m", "USD 100,000 to USD 200,000",
    "between 100k and 200k", "$100k-$200k", "100000..200000",
])
def test_one_band(text: str) -> None:
    assert fold(text) == "100000..200000"


@pytest.mark.parametrize(("one", "other"), [
    ("500k+", "over $500,000"), ("under 50k", "< $50,000"), ("$1M and above", "1,000,000+"), ("Self-Employed", "self employed"),
    ("property_search", "Property Search"),
])
def test_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [
    ("100k-200k", "200k-300k"), ("A-", "A"), ("A+", "A"), ("1-2", "12"), ("500k+", "500k"), ("under 50k", "over 50k"), ("1 2", "12"),
    ("2017-01", "2017-02"), ("10-5", "5-10"), ("18-24", "1824"), ("1.10", "1.1"),
])
def test_not_alike(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["", "2 rooms", "200k-100k", "2024-01-05", "k-m", "10 - 20 - 30"])
def test_no_band(text: str) -> None:
    assert band_of_amounts(text) is None
