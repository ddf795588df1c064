"""Learned sums: found where they are, nowhere else, and carried through margins, contributions and files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from leadrank.models.candidates import CANDIDATES
from leadrank.models.held_out import fit_stacked
from leadrank.models.ordered import margins_of, stack, stack_outcomes
from leadrank.models.pursuit import explained_by, find_sums
from leadrank.models.sums import Sum, Summed, with_sums
from leadrank.types import Feature, Matrix

SETTING = {"C": 0.05, "basis": "steps", "knots": 12, "penalty": "l1", "relax": 1.0, "sums": 2}
NUMBERS = tuple(Feature(f"n{j}", f"n{j}", "number") for j in range(5))


def rows(n=4_000, seed=0):
    """Counts of which 0, 1 and twice 3 add up, and a step at their usual total."""
    rng = np.random.default_rng(seed)
    numbers = rng.poisson([12.0, 9.0, 10.0, 6.0, 4.0], (n, 5)).astype(float)
    X = Matrix(numbers, np.zeros((n, 0), dtype=np.int32), NUMBERS, ())
    total = numbers[:, 0] + numbers[:, 1] + 2.0 * numbers[:, 3]
    y = (rng.random(n) < np.where(total > 33, 0.85, 0.15)).astype(np.int64)
    return X, y


def test_a_weighted_sum_is_found_with_its_weights():
    (found,) = find_sums(*rows(), None, 2, 0)
    raw = np.asarray(found.weights) / np.asarray(found.scales)
    assert found.members == (0, 1, 3)
    assert raw / raw[0] == pytest.approx([1.0, 1.0, 2.0], rel=0.25)


@pytest.mark.parametrize("seed", range(4))
def test_no_sum_is_found_in_chance_nor_in_effects_that_add_up(seed):
    X, _ = rows(seed=seed)
    rng = np.random.default_rng(seed)
    additive = 1.0 / (1.0 + np.exp(-(X.numbers[:, 0] - 12.0) / 3.0 - np.where(X.numbers[:, 1] > 9, 1.0, -1.0)))
    assert find_sums(X, rng.integers(0, 2, len(X)), None, 2, 0) == ()
    assert find_sums(X, (rng.random(len(X)) < additive).astype(np.int64), None, 2, 0) == ()


def test_a_sum_stands_in_place_of_its_members_and_explains_held_out_rows_better():
    (X, y), (fresh, outcome) = rows(), rows(seed=1)
    summed = CANDIDATES["logistic"].fit(X, y, None, SETTING, 0)
    plain = CANDIDATES["logistic"].fit(X, y, None, {**SETTING, "sums": 0}, 0)
    assert isinstance(summed, Summed)
    assert [f.name for f in with_sums(X, summed.sums).numeric] == ["n2", "n4", "n0 + n1 + n3"]
    loss = [float(np.logaddexp(0.0, np.where(outcome == 1, -1.0, 1.0) * m.margin(fresh)).mean()) for m in (summed, plain)]
    assert loss[0] < loss[1] - 0.02


def test_contributions_add_up_and_only_members_that_moved_the_sum_to_its_side_share_it():
    X, y = rows()
    fitted = CANDIDATES["logistic"].fit(X, y, None, SETTING, 0)
    values, base = fitted.contributions(X)
    assert values.sum(axis=1) + base == pytest.approx(fitted.margin(X))
    pulls = fitted.sums[0].pulls(X)
    against = np.sign(pulls) != np.where(pulls.sum(axis=1) >= 0, 1.0, -1.0)[:, None]
    assert np.abs(values[:, fitted.sums[0].members][against]).max() == 0.0


def test_ordered_classes_share_their_sums_and_the_threshold_is_never_added():
    X, y = rows()
    tiers = y + (y * (X.numbers[:, 2] > 10)).astype(np.int64)
    sums = find_sums(stack(X, 2), stack_outcomes(tiers, 2), None, 2, 0)
    assert all(5 not in each.members for each in sums)
    fitted = fit_stacked(CANDIDATES["logistic"], X, tiers, 2, SETTING, 0)
    back = CANDIDATES["logistic"].load(fitted.parts())
    assert margins_of(back, X, 2).tolist() == margins_of(fitted, X, 2).tolist()


def test_blank_and_boundless_cells_give_finite_margins():
    X, y = rows()
    fitted = CANDIDATES["logistic"].fit(X, y, None, SETTING, 0)
    strange = Matrix(np.array([[np.nan] * 5, [1e308, -1e308, 0.0, 1e308, 0.0]]), X.codes[:2], X.numeric, ())
    assert np.isfinite(fitted.margin(strange)).all()


def test_columns_with_blanks_or_declared_bins_are_not_added():
    X, y = rows()
    blank = X.numbers.copy()
    blank[0, 0] = np.nan
    numeric = (*NUMBERS[:3], Feature("n3", "n3", "number", bins=(5.0, 8.0)), NUMBERS[4])
    assert all({0, 3}.isdisjoint(each.members) for each in find_sums(Matrix(blank, X.codes, numeric, ()), y, None, 2, 0))
    assert find_sums(X, np.zeros(len(X), dtype=np.int64), None, 2, 0) == ()


@pytest.mark.parametrize("change", [
    {"members": [0]}, {"members": [0, 0, 3]}, {"members": [-1, 1, 3]}, {"members": [0, 1, 5]}, {"scales": [1.0, 0.0, 1.0]}, {"weights": [1.0]},
])
def test_a_forged_sum_is_refused(change):
    parts = CANDIDATES["logistic"].fit(*rows(), None, SETTING, 0).parts()
    (held,) = json.loads(parts["sums.json"])
    with pytest.raises(ValueError, match="sum"):
        CANDIDATES["logistic"].load({**parts, "sums.json": json.dumps([{**held, **change}]).encode()})


def test_a_sum_needs_as_many_weights_as_members():
    with pytest.raises(ValueError, match="2 columns"):
        Sum((0, 1), (1.0,), (0.0, 0.0), (1.0, 1.0))


def test_what_bins_explain_of_nothing_is_about_their_number():
    rng = np.random.default_rng(0)
    slope = rng.choice([-0.5, 0.5], 20_000)
    assert explained_by(rng.normal(size=20_000), slope, np.full(20_000, 0.25)) == pytest.approx(32, abs=24)
