"""How far a probability may be off: less with more rows, as much as models on other rows differ."""

from __future__ import annotations

import numpy as np
import pytest

from leadrank.models import fit_model
from leadrank.models.halves import ENOUGH, HALVES, UNSEEN, halves, quarters, spread_of
from leadrank.models.interval import Spread, variance_tables
from leadrank.project import Modelling


@pytest.mark.parametrize("rows", [0, 1, 2, 10, 301])
def test_quarters_share_the_rows(rows):
    parts = quarters(rows, 0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_every_quarter_is_unseen_by_two_models_that_differ_in_one_other():
    for quarter, (a, b) in enumerate(UNSEEN):
        assert quarter not in HALVES[a] + HALVES[b]
        assert len(set(HALVES[a]) & set(HALVES[b])) == 1


@pytest.mark.parametrize("rows", [400, ENOUGH * 3])
def test_the_spread_is_the_variance_of_a_mean_over_all_rows(rows):
    """A model that is the mean of its rows has variance 1 / rows."""
    found = []
    for seed in range(200):
        parts = quarters(rows, seed)
        values = np.random.default_rng(seed).normal(size=rows)
        fits = [values[learned].mean() for learned in halves(parts)]
        wide = [np.linspace(-9, 9, len(part)) for part in parts]
        pairs = [(z + fits[a], z + fits[b]) for z, (a, b) in zip(wide, UNSEEN, strict=True)]
        found.append(spread_of(pairs, rows, (0.0, 0.0, 0.0)))
    assert np.mean([s.model_variance for s in found]) == pytest.approx(1 / rows, rel=0.15)


def test_models_that_agree_have_no_variance_and_models_that_differ_have_it_where_they_differ():
    z = np.linspace(-3, 3, 900)
    assert set(variance_tables(z, z, z, np.zeros(900))[1]) == {0.0}
    spread = spread_of([(z, z + np.where(z > 0, 1.2, 0.0))], 900, (0.0, 0.0, 0.0))
    assert spread.standard_error(np.array([-2.0]))[0] == 0
    assert spread.standard_error(np.array([2.0]))[0] == pytest.approx(1.2 / np.sqrt(2))


def test_where_members_of_a_blend_disagree_a_lead_is_less_sure_and_a_tier_is_not():
    z = np.linspace(-3, 3, 900)
    agreed, apart = (spread_of([(z, z)], 900, (0.0, 0.0, 0.0), disagreement=(z, np.where(z > 0, by, 0.0))) for by in (0.0, 0.25))
    ends = np.array([-2.0, 2.0])
    assert agreed.standard_error(ends).tolist() == [0, 0]
    assert apart.standard_error(ends).tolist() == [0, 0.5]
    assert apart.shared_error(ends).tolist() == [0, 0]


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_a_table_can_be_made_of_next_to_nothing(rows):
    z = np.zeros(rows)
    spread = spread_of([(z, z + 1)], rows, (0.0, 0.0, 0.0))
    assert len(spread.model_variance) == len(spread.shared_variance) == len(spread.edges) + 1
    assert np.isfinite(spread.standard_error(np.array([-9.0, 0.0, 9.0]))).all()


def test_no_error_is_ever_imaginary():
    assert Spread(0.01, -5.0, 0.01).standard_error(np.array([3.0, -3.0])).min() >= 0


def test_intervals_shrink_as_rows_grow(simulated, limits):
    widths = []
    for rows, seed in [(rows, seed) for rows in (100, 700, 3000) for seed in (1, 2)]:
        X, y = simulated(rows, seed)
        fitted = fit_model(
            X, y, 1, groups=np.arange(rows), order=None, modelling=Modelling(candidates=("logistic",), trials=1), limits=limits(),
            progress=lambda *_: None,
        )
        low, high = fitted.model.interval(fitted.model.log_odds(simulated(200, 2)[0])[:, 0])
        widths.append(float((high - low).mean()))
    small, middle, large = np.reshape(widths, (3, 2)).mean(axis=1)
    assert small > 1.3 * middle > 1.6 * large
