"""A metric by group, against the rest."""

import numpy as np

from leadrank.evaluation.metrics import recall, roc_auc
from leadrank.evaluation.slices import by_group


def test_a_group_that_is_served_worse_shows_beyond_noise():
    rng = np.random.default_rng(0)
    n = 2000
    groups = np.where(np.arange(n) < 1200, "a", "b")
    y = rng.integers(0, 2, n)
    called = (y == 1) & (rng.random(n) < np.where(groups == "a", 0.9, 0.5))
    first, second = by_group(recall, y, called, list(groups))
    assert (first.group, first.rows, second.rows) == ("a", 1200, 800)
    assert second.difference.high < 0
    assert second.ratio.value < 0.8
    assert first.difference.value == -second.difference.value


def test_a_group_of_one_class_has_counts_and_no_figure():
    y, p = np.array([0, 1, 0, 1, 0]), np.array([0.1, 0.8, 0.3, 0.7, 0.2])
    found = by_group(roc_auc, y, p, ["a", "a", "a", "a", None], draws=20)
    blank = next(s for s in found if s.group == "(blank)")
    assert (blank.rows, blank.positives, blank.figure, blank.difference) == (1, 0, None, None)


def test_a_single_group_has_no_rest_to_differ_from():
    found = by_group(roc_auc, np.array([0, 1]), np.array([0.1, 0.9]), ["a", "a"], draws=20)
    assert found[0].figure.value == 1.0
    assert found[0].difference is None
