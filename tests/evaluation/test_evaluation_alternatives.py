"""Proxies, other choices, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from leadrank.evaluation import (
    Alternative,
    Board,
    Fairness,
    Grouping,
    audit,
    choose_alternative,
    disparities,
    find_proxies,
    grouping_of,
    roc_auc,
    worst_ratio,
)
from leadrank.evaluation.proxy import CELLS, Binned, Proxy, alone, area_of_cells, binned, together
from leadrank.types import Feature, Figure, Matrix


def blind(_columns, _member, learn, judge):
    """A ranker that has learned nothing."""
    return np.random.default_rng(len(learn)).random(len(judge))


def cells_of(**columns):
    return Binned(tuple(columns), tuple(np.asarray(cell, dtype=np.int64) for cell in columns.values()))


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    who = rng.random(3_000) < 0.4
    first = rng.random(3_000) < 0.5
    agree = rng.random(3_000) < np.where(who, 0.85, 0.25)
    honest = rng.integers(0, 8, 3_000)
    return who, cells_of(opened=first, clicked=first == agree, honest=honest, told=np.where(rng.random(3_000) < 0.6, who, first))


def test_the_area_of_cells_is_that_of_the_rate_learned_elsewhere():
    rng = np.random.default_rng(3)
    cell, member, fold = rng.integers(0, CELLS, 2_000), rng.random(2_000) < 0.3, rng.integers(0, 2, 2_000)
    areas = []
    for k in (0, 1):
        learn, judge = fold == 1 - k, fold == k
        hits, rows = (np.bincount(cell[learn], weights=w, minlength=CELLS) for w in (member[learn], None))
        rate = (hits + member[learn].mean()) / (rows + 1)
        areas.append(roc_auc(member[judge], rate[cell[judge]]))
    assert area_of_cells(cell, CELLS, member, fold) == pytest.approx(np.mean(areas))


def test_a_column_is_named_by_what_it_tells_alone(pair):
    who, cells = pair
    each = alone(cells, who, np.arange(len(who)) % 2)
    assert each["told"] > 0.7
    assert all(abs(each[name] - 0.5) < 0.05 for name in ("opened", "clicked", "honest"))


def test_two_columns_that_tell_only_together_are_found(pair):
    who, cells = pair
    name, area, tried = together(cells, ("opened", "clicked", "honest"), who, np.arange(len(who)) % 2)
    assert (name, tried) == ("opened with clicked", 3)
    assert area > 0.7


def test_where_a_booster_is_blind_a_pair_still_gives_the_group_away(pair):
    who, cells = pair
    groups = grouping_of(pl.Series("who", np.where(who, "a", "b")))
    hidden, = find_proxies(groups, Binned(cells.columns[:3], cells.cells[:3]), blind)
    assert hidden.telling
    assert hidden.columns[0][0] == "opened with clicked"
    honest, = find_proxies(groups, Binned(cells.columns[2:3], cells.cells[2:3]), blind)
    assert not honest.telling
    assert honest.columns == ()


def test_blanks_are_nobodys_attribute_and_two_groups_are_tested_once(pair):
    who, cells = pair
    column = pl.Series("who", [None if k % 3 == 0 else "ab"[int(not w)] for k, w in enumerate(who)])
    found = find_proxies(grouping_of(column), cells, blind)
    assert [p.group for p in found] == ["a"]
    assert found[0].rows == int((who & (np.arange(3_000) % 3 != 0)).sum())
    assert find_proxies(grouping_of(column), cells_of(), blind) == ()


def test_features_are_cut_into_few_cells():
    numbers = np.column_stack([np.r_[np.nan, np.arange(999.0)], np.full(1_000, 4.0)])
    codes = (np.arange(1_000) % 60).astype(np.int32)[:, None]
    X = Matrix(numbers, codes, (Feature("n", "n", "number"), Feature("same", "same", "number")), (Feature("c", "c", "category"),))
    found = binned(X)
    assert found.columns == ("n", "same", "c")
    assert all(cell.min() >= 0 and cell.max() < CELLS for cell in found.cells)
    assert found.cells[0][0] not in found.cells[0][1:]
    assert len(np.unique(found.cells[0])) == CELLS - 1


@pytest.fixture
def board():
    rng = np.random.default_rng(5)
    codes = np.repeat([0, 1], 500)
    y = rng.integers(0, 2, 1_000)
    return Board(y, (Grouping(("who",), ("a", "b"), codes),), 300, np.full(1_000, 10.0), np.full(1_000, 4.0)), rng.random(1_000)


def test_an_alternative_calls_as_many_and_is_measured_on_the_same_leads(board):
    on, p = board
    found = on.measure("other", "another learner", p, beside=0.6)
    called = np.zeros(1_000, dtype=bool)
    called[np.argsort(-p)[:300]] = True
    assert found.called == 300
    assert found.auc == roc_auc(on.y, p)
    assert found.cost == 0.6 - found.auc
    assert found.profit == pytest.approx((10 * on.y[called] - 4).sum())
    assert found.worst == worst_ratio(on.groups, called)


def test_groups_of_which_none_is_large_enough_are_even():
    nobody = Grouping(("x",), (), np.full(9, -1))
    assert worst_ratio([nobody], np.ones(9, dtype=bool)).value == 1.0


def test_a_longer_list_keeps_who_is_called_and_ends_where_it_is_even(board):
    on, p = board
    called = on.best(p, 300)
    for found, times in zip(on.longer(p, called), (1.25, 1.5, 2.0, 3.0), strict=False):
        assert found.called == round(times * 300)
        assert found.auc == roc_auc(on.y, p)
        assert found.cost == 0.0
    uneven = np.where(on.groups[0].codes == 0, p + 10, p)
    ends = on.longer(uneven, on.best(uneven, 300))
    assert [one.called for one in ends] == [375, 450, 600, 900]
    assert all(one.worst.value < 0.8 for one in ends[:-1])


def choice(name, kind, worst, cost, without=()):
    return Alternative(name, kind, tuple(without), Figure(worst, worst, worst), 0.8 - cost, cost, None, 300)


NOW = choice("as trained", "as trained", 0.6, 0.0)


@pytest.mark.parametrize(("others", "chosen"), [
    ([choice("a", "another learner", 0.9, 0.011), choice("b", "without columns", 0.79, 0.0)], None),
    ([choice("a", "another learner", 0.9, 0.009), choice("b", "without columns", 0.82, 0.004)], "b"),
    ([choice("a", "mixed", 0.9, 0.001), choice("b", "without columns", 0.82, 0.008)], "b"),
    ([choice("a", "mixed", 0.9, 0.001), choice("b", "without columns", 0.82, 0.02)], "a"),
    ([choice("a", "longer list", 0.95, 0.0), choice("b", "all columns", 0.95, 0.0)], None),
])
def test_the_cheapest_choice_that_restores_four_fifths_is_marked(others, chosen):
    found = choose_alternative([NOW, *others])
    assert [one.name for one in found if one.chosen] == ([] if chosen is None else [chosen])


def told(*alternatives, **more):
    return {f.code: f for f in disparities(Fairness(1_000, 300, alternatives=tuple(alternatives), **more))}


def test_a_choice_is_told_with_what_to_write_and_the_lack_of_one_too():
    found = told(NOW, replace(choice("a model without 'zip'", "without columns", 0.85, 0.004, ("zip",)), chosen=True))
    assert list(found) == ["F331"]
    assert 'exclude = ["zip"]' in found["F331"].remedy
    assert "0.60 to 0.85" in found["F331"].message
    none = told(NOW, choice("naive Bayes", "another learner", 0.7, 0.005), choice("b", "without columns", 0.9, 0.05, ("x",)))
    assert list(none) == ["F332"]
    assert "naive Bayes: 0.70" in none["F332"].message
    assert none["F332"].severity == "info"


def test_of_each_attribute_the_group_most_given_away_is_told():
    areas = {"a": 0.7, "b": 0.8, "c": 0.55}
    proxies = tuple(Proxy("age", group, 90, Figure(auc, auc - 0.02, auc + 0.02), (("zip", 0.7),), auc > 0.6) for group, auc in areas.items())
    found = told(proxies=proxies, tested=("age",))
    assert list(found) == ["F321"]
    assert "age b: AUC 0.80" in found["F321"].message
    assert "'zip' (0.70)" in found["F321"].message


def test_pairs_are_told_only_where_neither_column_says_it_alone():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, 4_000), rng.integers(0, 2, 4_000)
    y, p = rng.integers(0, 2, 4_000), np.full(4_000, 0.5)
    single = [Grouping((name,), ("0", "1"), codes) for name, codes in (("a", a), ("b", b))]
    both = Grouping(("a", "b"), ("0, 0", "0, 1", "1, 0", "1, 1"), 2 * a + b)
    by_pair = audit([*single, both], y, p, rng.random(4_000) < np.where(a == b, 0.2, 0.5))
    found = disparities(Fairness(4_000, 1_400, by_pair))
    assert {(f.code, f.column) for f in found} == {("F314", None)}
    by_one = audit([*single, both], y, p, rng.random(4_000) < np.where(a == 0, 0.2, 0.5))
    assert {(f.code, f.column) for f in disparities(Fairness(4_000, 1_400, by_one))} == {("F311", "a"), ("F312", "a")}
