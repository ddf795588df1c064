from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2, chi2_contingency

from leadrank.data.leaks import find_leaks
from leadrank.data.leaks.differences import _upper_tail, differing, level_difference
from leadrank.data.leaks.findings import no_signal
from leadrank.data.leaks.levels import to_levels
from leadrank.data.leaks.probe import make_suspect, probe_column


@pytest.mark.parametrize("levels", [2, 5, 20])
@pytest.mark.parametrize("seed", range(4))
def test_the_test_agrees_with_scipy(levels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells, positive = rng.integers(0, levels, 3000), rng.random(3000) < 0.3
    found = level_difference(to_levels(pl.Series([f"l{k}" for k in cells])), positive)
    table = np.stack([np.bincount(cells[positive], minlength=levels), np.bincount(cells[~positive], minlength=levels)])
    assert found.p == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-6)


def test_chance_is_seldom_called_a_difference() -> None:
    rng = np.random.default_rng(0)
    columns = {str(k): to_levels(pl.Series([f"l{c}" for c in rng.integers(0, 2 + k % 300, 2000)])) for k in range(600)}
    assert len(differing(columns, [rng.random(2000) < 0.05], among=1)) <= 0.02 * 600


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 31, 400])
@pytest.mark.parametrize("p", [1e-2, 1e-3, 1e-4, 1e-6])
def test_a_small_probability_is_right(freedom: int, p: float) -> None:
    assert _upper_tail(float(chi2.isf(p, freedom)), freedom) == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("cells", [["a"] * 50, [None] * 50, [f"{k}" for k in range(50)], ["a", "b"] * 25])
def test_a_column_with_nothing_to_compare_differs_in_nothing(cells: list[str | None]) -> None:
    assert level_difference(to_levels(pl.Series(cells, dtype=pl.String)), np.arange(50) < 3).p > 0.5


def test_a_column_with_a_telling_rare_level_is_weak_on_average_and_not_without_signal() -> None:
    rng = np.random.default_rng(3)
    phone = np.arange(4000) % 33 == 0
    channel = np.where(phone, "Phone", np.array(["Form", "Chat", "E-mail"])[rng.integers(0, 3, 4000)])
    y = (rng.random(4000) < np.where(phone, 0.45, 0.22)).astype(np.int64)
    found = find_leaks(pl.DataFrame({"channel": channel, "size": rng.normal(size=4000)}), y)
    (finding,) = [f for f in found if f.code == "L211" and f.column == "channel"]
    assert "weak on average" in finding.message
    assert "'Phone'" in finding.message
    assert "no signal" not in finding.message
    assert finding.evidence["p"] < 0.001


@pytest.mark.parametrize(("auc", "explained"), [(0.42, True), (0.49, False), (0.51, False)])
def test_an_area_clearly_below_one_half_is_explained(auc: float, explained: bool) -> None:
    column = pl.DataFrame({"when": ["a", "b"] * 50})
    evidence = probe_column(make_suspect(column, "when", at=None), np.arange(100) < 50, np.arange(100) % 3)
    said = no_signal(replace(evidence, auc=auc, auc_error=0.02), 100, 0.0).message
    assert ("below 0.5 out of fold" in said) == explained
