"""The random forest kept as arrays is scikit-learn's, to the last digits, and a forged one is refused before it is walked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from leadrank.models.design import build, fit_design
from leadrank.models.random_forest import fit_random_forest, load_random_forest

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


@pytest.mark.parametrize("setting", [SETTING, {"n_estimators": 4, "max_leaf_nodes": 9}, {"n_estimators": 2, "max_depth": 1, "min_samples_leaf": 200}])
def test_a_forest_reads_back_bit_for_bit_however_it_was_grown(simulated, setting):
    X, y = simulated()
    grown = fit_random_forest(X, y, None, setting, 1)
    back = load_random_forest(grown.parts())
    assert back.parts() == grown.parts()
    assert (back.margin(X) == grown.margin(X)).all()


def _changed(name, at, value):
    def forge(trees):
        array = getattr(trees, name).copy()
        array[at(trees) if callable(at) else at] = value(trees) if callable(value) else value
        return replace(trees, **{name: array})
    return forge


def _inner(trees):
    return int(np.flatnonzero(trees.column >= 0)[-1])


FORGED = {
    "a child that is its own parent": _changed("left", 0, 0),
    "a child before its parent": _changed("right", _inner, lambda t: _inner(t) - 1),
    "a child in the next tree": _changed("left", 0, lambda t: t.roots[1]),
    "a child beyond the end": _changed("right", _inner, 1 << 40),
    "a child below zero": _changed("right", _inner, -1),
    "a column beyond the design": _changed("column", 0, 99),
    "a column below a leaf's": _changed("column", 0, -2),
    "a cut that is nan": _changed("cut", 0, np.nan),
    "a cut without end": _changed("cut", 0, np.inf),
    "a share that is nan": _changed("share", 0, np.nan),
    "a share above one": _changed("share", 0, 1.5),
    "a root beyond the end": _changed("roots", -1, 1 << 40),
    "two roots alike": _changed("roots", 1, 0),
    "a first root elsewhere": _changed("roots", 0, 1),
    "a level as wide as memory": lambda t: replace(t, design=replace(t.design, levels=(replace(t.design.levels[0], width=1 << 40),))),
    "arrays of other lengths": lambda t: replace(t, cut=t.cut[:-1]),
    "no trees": lambda t: replace(t, roots=t.roots[:0]),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_forest_is_refused_at_load(simulated, forge):
    forest = forge(fit_random_forest(*simulated(), None, SETTING, 4))
    with pytest.raises(ValueError, match="random forest"):
        load_random_forest(forest.parts())


@pytest.mark.parametrize("change", [lambda b: b[:0], lambda b: b[:15], lambda b: b[:-8], lambda b: b + bytes(8), lambda b: b"\xff" * 16 + b[16:],
                                    lambda b: (1 << 62).to_bytes(8, "little") + b[8:], lambda b: b"PK\x03\x04" + b])
def test_counts_that_the_bytes_do_not_bear_out_are_refused(simulated, change):
    parts = fit_random_forest(*simulated(), None, SETTING, 4).parts()
    with pytest.raises(ValueError, match="as long as they say"):
        load_random_forest({**parts, "trees.bin": change(parts["trees.bin"])})
