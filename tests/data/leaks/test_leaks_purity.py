from __future__ import annotations

import numpy as np
import polars as pl

from leadrank.data.leaks.levels import to_levels
from leadrank.data.leaks.purity import purity


def _category(parts: dict[str, tuple[int, int]]) -> tuple[pl.Series, np.ndarray]:
    names = [name for name, (count, _) in parts.items() for _ in range(count)]
    y = np.array([k < converted for count, converted in parts.values() for k in range(count)])
    return pl.Series(names), y


def test_a_level_that_always_converts_is_found_and_named() -> None:
    column, y = _category({"Closed": (300, 299), "Open": (3000, 600)})
    found = purity(to_levels(column), y)
    assert found.always > 5
    assert (found.level, found.count, found.converted) == ("Closed", 300, 299)


def test_a_good_referral_source_is_honest() -> None:
    column, y = _category({"Referral": (100, 95), "Web": (1900, 60), "Fair": (900, 0)})
    assert purity(to_levels(column), y).always == 0.0


def test_a_few_pure_rows_prove_nothing() -> None:
    column, y = _category({"Rare": (20, 20), "Web": (1000, 200)})
    assert purity(to_levels(column), y).always == 0.0


def test_a_number_that_is_positive_only_for_conversions_is_found() -> None:
    rng = np.random.default_rng(0)
    y = rng.random(3000) < 0.1
    spend = np.where(y & (rng.random(3000) < 0.6), rng.lognormal(4, 1, 3000), 0.0)
    assert purity(to_levels(pl.Series(spend)), y).always > 5


def test_the_outer_bins_of_a_strong_number_are_not_held_against_it() -> None:
    rng = np.random.default_rng(0)
    strength = rng.normal(size=20_000)
    y = rng.random(20_000) < 1 / (1 + np.exp(-4 * strength))
    found = purity(to_levels(pl.Series(strength)), y)
    assert (found.always, found.never, found.two_way) == (0.0, 0.0, False)


def test_being_filled_in_at_all_counts_as_a_level() -> None:
    y = np.arange(1000) < 150
    column = pl.Series([float(k) if k < 140 else None for k in range(1000)])
    assert purity(to_levels(column), y).level == "(any value)"


def test_both_ends_pure_is_two_way() -> None:
    column, y = _category({"High": (600, 570), "Worst": (600, 10), "Might be": (1500, 700)})
    assert purity(to_levels(column), y).two_way
