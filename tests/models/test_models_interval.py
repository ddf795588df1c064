"""How far a probability may be off: less with more rows, as much as models on other rows differ."""

from __future__ import annotations

import numpy as np
import pytest

from leadrank.models import fit_model
from leadrank.models.interval import Spread, thirds, variance_table
from leadrank.project import Modelling


@pytest.mark.parametrize("rows", [0, 1, 2, 10, 301])
def test_thirds_share_the_rows(rows):
    parts = thirds(rows, 0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_models_that_agree_have_no_variance_and_models_that_differ_have_it_where_they_differ():
    z = np.linspace(-3, 3, 900)
    _, none = variance_table(z, z, z)
    assert set(none) == {0.0}
    edges, table = variance_table(z, z, z + np.where(z > 0, 1.2, 0.0))
    spread = Spread(edges=edges, model_variance=table)
    assert spread.standard_error(np.array([-2.0]))[0] == 0
    assert spread.standard_error(np.array([2.0]))[0] == pytest.approx(1.2 / np.sqrt(6))


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_a_table_can_be_made_of_next_to_nothing(rows):
    z = np.zeros(rows)
    edges, table = variance_table(z, z + 1, z)
    assert len(table) % (len(edges) + 1) == 0
    assert np.isfinite(Spread(edges=edges, model_variance=table).standard_error(np.array([-9.0, 0.0, 9.0]))).all()


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
