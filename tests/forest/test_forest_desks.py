"""One row after the other gives what many rows give at once, to the last bit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from leadrank.forest import make_forest, native
from leadrank.forest.answers import MOST_ANSWERS
from leadrank.forest.desks import MOST_THRESHOLDS, one, one_at_each, shares
from leadrank.forest.library import evaluator, library

pytestmark = pytest.mark.skipif(library() is None, reason=evaluator())
SHALLOW = (0, 1, 3, 6, 8)
"""Depths of trees whose answers fit into a byte."""


def each_of(numbers, codes):
    return list(zip(numbers.tolist(), codes.tolist(), strict=True))


@pytest.mark.parametrize("trees", [4, 131])
def test_one_row_gives_what_many_give(drawn, trees):
    forest, numbers, codes, _ = drawn(7, rows=60, depths=SHALLOW, trees=trees)
    ready = native.prepare(forest)
    margins, contributions = native.margins(ready, numbers, codes), native.contributions(ready, numbers, codes)
    found = [(one(ready.desks, *row), shares(ready.desks)) for row in each_of(numbers, codes)]
    assert found == list(zip(margins.tolist(), contributions.tolist(), strict=True))


@pytest.mark.parametrize("thresholds", [1, 2, MOST_THRESHOLDS])
def test_one_row_is_asked_about_at_each_threshold_and_explained_at_any_of_them(drawn, thresholds):
    forest, numbers, codes, _ = drawn(8, rows=20, depths=SHALLOW, trees=131)
    ready = native.prepare(forest)
    margins, contributions = [], []
    for t in range(thresholds):
        numbers[:, -1] = t
        margins.append(native.margins(ready, numbers, codes).tolist())
        contributions.append(native.contributions(ready, numbers, codes).tolist())
    for k, (own, code) in enumerate(each_of(numbers, codes)):
        assert one_at_each(ready.desks, own[:-1], code, thresholds) == [at[k] for at in margins]
        for t in reversed(range(thresholds)):
            assert shares(ready.desks, t) == contributions[t][k]


@pytest.mark.parametrize(("limit", "depths"), [(0, SHALLOW), (MOST_ANSWERS, (1, 9))])
def test_a_forest_too_large_for_tables_of_answers_has_no_desks(drawn, limit, depths, monkeypatch):
    monkeypatch.setattr("leadrank.forest.answers.MOST_ANSWERS", limit)
    assert native.prepare(drawn(7, depths=depths)[0]).desks is None


@pytest.mark.parametrize("given", [{"trees": 0}, {"numbers": 0}, {"sizes": ()}, {"numbers": 0, "sizes": ()}], ids=str)
def test_one_row_of_a_forest_at_the_edge_is_evaluated(drawn, given):
    forest, numbers, codes, _ = drawn(3, rows=2, depths=SHALLOW, **given)
    ready = native.prepare(forest)
    assert one(ready.desks, numbers[0].tolist(), codes[0].tolist()) == native.margins(ready, numbers, codes)[0]
    assert shares(ready.desks) == native.contributions(ready, numbers, codes)[0].tolist()


def test_single_rows_from_many_threads_do_not_mix(drawn):
    forest, numbers, codes, _ = drawn(11, rows=2_000, depths=SHALLOW)
    ready = native.prepare(forest)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: (one(ready.desks, *row), shares(ready.desks)), each_of(numbers, codes)))
    assert [margin for margin, _ in found] == native.margins(ready, numbers, codes).tolist()
    assert [own for _, own in found] == native.contributions(ready, numbers, codes).tolist()


def test_a_category_of_many_levels_is_asked_table_by_table(drawn, monkeypatch):
    forest, numbers, codes, _ = drawn(9, rows=60, depths=SHALLOW)
    together = native.prepare(forest)
    monkeypatch.setattr("leadrank.forest.answers.MOST_LEVELS", 4)
    apart = native.prepare(forest)
    assert len(apart.desks.answers.table) > len(together.desks.answers.table)
    margins = native.margins(together, numbers, codes).tolist()
    for ready in (together, apart):
        assert [one(ready.desks, *row) for row in each_of(numbers, codes)] == margins


def test_a_row_of_another_shape_or_kind_is_refused(drawn):
    desks = native.prepare(drawn(1, depths=SHALLOW)[0]).desks
    for row in [([1.0], [0, 0, 0]), ([1.0] * 3, [0] * 4), ([1.0] * 3, [0, 0, 2**40]), (["x"] * 3, [0] * 3)]:
        with pytest.raises(ValueError, match="A row of this forest"):
            one(desks, *row)
        with pytest.raises(ValueError, match="A row of this forest"):
            one_at_each(desks, row[0][:-1], row[1], 2)


def test_thresholds_of_a_forest_without_numbers_are_refused(values):
    desks = native.prepare(make_forest(values(np.random.default_rng(3), numbers=0, depths=SHALLOW))).desks
    with pytest.raises(ValueError, match="A row of this forest"):
        one_at_each(desks, [], [0, 0, 0], 2)
