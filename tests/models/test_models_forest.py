"""The random forest kept as arrays is scikit-learn's, to the last digits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from leadrank.models.design import build, fit_design
from leadrank.models.random_forest import fit_random_forest

SETTING = {"n_estimators": 15, "min_samples_leaf": 3, "max_depth": 7}


@pytest.mark.parametrize("weighted", [False, True])
def test_the_arrays_give_what_scikit_learn_gives(simulated, weighted):
    X, y = simulated()
    weight = np.where(y == 1, 3.0, 1.0) if weighted else None
    fitted = fit_random_forest(X, y, weight, SETTING, 4)
    design = fit_design(X, basis="raw")
    theirs = RandomForestClassifier(**SETTING, max_features="sqrt", random_state=4).fit(build(design, X).astype(np.float32), y, sample_weight=weight)
    unseen = simulated(200, 8)[0]
    expected = theirs.predict_proba(build(design, unseen).astype(np.float32))[:, 1]
    share = 1 / (1 + np.exp(-fitted.margin(unseen)))
    assert np.allclose(share, np.clip(expected, 1e-4, 1 - 1e-4), rtol=0, atol=1e-12)


def test_fixed_settings_go_to_scikit_learn_by_its_own_names(simulated):
    X, y = simulated()
    assert len(fit_random_forest(X, y, None, {"n_estimators": 3, "criterion": "entropy", "class_weight": "balanced"}, 0).roots) == 3
