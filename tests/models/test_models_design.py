"""Missing rules, bins, splines: fitted on training rows only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadrank.models.design import build, fit_design
from leadrank.types import Feature, Matrix

NAN = np.nan
VALUES = [1.0, 2.0, 2.0, 2.0, 9.0, 10.0, 30.0, NAN, NAN, 4.0, 5.0]


def numbers(values, **rules):
    return Matrix(np.array(values, dtype=float)[:, None], np.empty((len(values), 0), np.int32), (Feature("n", "n", "number", **rules),), ())


@pytest.mark.parametrize(("rule", "filled"), [("mean", 65 / 9), ("median", 4.0), ("mode", 2.0), ("level", 4.0)])
def test_a_blank_number_is_filled_by_its_rule(rule, filled):
    X = numbers(VALUES, missing=rule)
    design = fit_design(X, basis="raw")
    assert build(design, X)[7, 0] == pytest.approx(filled)
    # What fills a blank was learned; rows that come later change nothing.
    later = numbers([NAN, 1000.0, 1000.0], missing=rule)
    assert build(design, later)[0, 0] == pytest.approx(filled)


@pytest.mark.parametrize("rule", ["mean", "median", "mode"])
def test_only_the_level_rule_flags_blanks(rule):
    X = numbers(VALUES)
    assert build(fit_design(X, basis="raw"), X)[:, 1].tolist() == np.isnan(VALUES).astype(float).tolist()
    X = numbers(VALUES, missing=rule)
    assert build(fit_design(X, basis="raw"), X).shape[1] == 1


def test_a_blank_is_filled_by_the_median_of_its_group():
    city = Feature("city", "city", "category", ("a", "b", "c"))
    income = Feature("income", "income", "number", missing="group_median", by=("city",))
    values = np.array([10.0] * 3 + [12.0, 14.0] + [90.0] * 3 + [80.0, 70.0] + [5.0] + [NAN] * 4)[:, None]
    codes = np.array([2] * 5 + [3] * 5 + [4] + [2, 3, 4, 1], dtype=np.int32)[:, None]
    X = Matrix(values, codes, (income,), (city,))
    filled = build(fit_design(X, basis="raw"), X)[11:, 0]
    whole = float(np.nanmedian(values))
    assert filled.tolist() == [10.0, 90.0, whole, whole]


def test_a_group_can_be_made_of_several_columns_and_of_numbers():
    by = (Feature("city", "city", "category", ("a",)), Feature("age", "age", "number"))
    n = Feature("n", "n", "number", missing="group_median", by=("city", "age"))
    values = np.array([[1.0, 20], [1, 20], [1, 20], [1, 20], [1, 20], [7, 30], [7, 30], [7, 30], [7, 30], [7, 30], [NAN, 20], [NAN, 30]])
    X = Matrix(values, np.full((12, 1), 2, np.int32), (n, by[1]), (by[0],))
    assert build(fit_design(X, basis="raw"), X)[10:, 0].tolist() == [1.0, 7.0]


def test_a_blank_category_is_a_level_of_its_own_or_the_mode():
    codes = np.array([2] * 30 + [3] * 20 + [0] * 15, dtype=np.int32)[:, None]
    for rule, like in (("level", None), ("mode", 0)):
        X = Matrix(np.empty((65, 0)), codes, (), (Feature("c", "c", "category", ("x", "y"), missing=rule),))
        block = build(fit_design(X), X)
        assert np.array_equal(block[60], block[0]) == (like == 0)


def test_unseen_and_rare_levels_share_a_column():
    codes = np.array([2] * 30 + [3] * 20 + [4] * 3, dtype=np.int32)[:, None]
    X = Matrix(np.empty((53, 0)), codes, (), (Feature("c", "c", "category", ("x", "y", "z")),))
    design = fit_design(X)
    strange = Matrix(np.empty((2, 0)), np.array([[1], [4]], dtype=np.int32), (), X.categorical)
    block = build(design, strange)
    assert np.array_equal(block[0], block[1])


def test_declared_bins_cut_where_the_user_said():
    X = numbers([18.0, 25.0, 35.0, 50.0, NAN], bins=(25.0, 40.0), missing="median")
    assert build(fit_design(X), X)[:4].tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]


@pytest.mark.parametrize("basis", ["ramps", "steps"])
def test_the_basis_rises_with_the_number_and_is_flat_outside_the_knots(basis):
    rng = np.random.default_rng(0)
    X = numbers(rng.normal(size=300))
    design = fit_design(X, basis=basis, knots=6)
    block = build(design, numbers(np.linspace(-9, 9, 400)))
    assert (np.diff(block.sum(axis=1)) >= 0).all()
    assert block.min() == 0
    assert block.max() == 1
    assert np.array_equal(block[0], build(design, numbers([-1e9]))[0])


def test_ramps_can_write_any_piecewise_linear_curve_exactly():
    X = numbers([0.0, 1.0, 2.0, 3.0] * 5)
    block = build(fit_design(X, knots=8), X)
    target = np.array([5.0, -1.0, 4.0, 4.0] * 5)
    weights, *_ = np.linalg.lstsq(np.column_stack([np.ones(20), block]), target, rcond=None)
    assert np.allclose(np.column_stack([np.ones(20), block]) @ weights, target)


@pytest.mark.parametrize("values", [[], [NAN, NAN], [3.0], [3.0, 3.0], [NAN, 3.0]])
@pytest.mark.parametrize("basis", ["ramps", "steps", "raw"])
def test_degenerate_numbers_give_finite_columns(values, basis):
    design = fit_design(numbers(values), basis=basis)
    block = build(design, numbers([NAN, -1.0, 3.0, 1e37]))
    assert np.isfinite(block).all()
    assert block.shape[1] == len(design.owner)


def test_every_column_has_an_owner(simulated):
    X, _ = simulated()
    for basis in ("ramps", "steps", "raw"):
        design = fit_design(X, basis=basis)
        assert len(design.owner) == build(design, X).shape[1]
        assert (np.diff(design.owner) >= 0).all()


def test_a_design_is_learned_from_the_rows_given_only(simulated):
    X, _ = simulated(200)
    rows = np.arange(100)
    learned = fit_design(X.take(rows))
    numbers_changed = X.numbers.copy()
    numbers_changed[100:] *= 50
    changed = replace(X, numbers=numbers_changed)
    assert fit_design(changed.take(rows)) == learned


def test_declared_bins_cut_the_number_for_forests_too() -> None:
    feature = Feature("visits", "visits", "number", bins=(0.0, 10.0, 20.0))
    X = Matrix(np.array([[-1.0], [5.0], [12.0], [99.0]]), np.zeros((4, 0), dtype=np.int32), (feature,), ())
    assert build(fit_design(X, basis="raw"), X)[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0]
