"""Groups, their rates beside each other, and what chance does not explain."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.evaluation import Grouping, audit, crossed, grouping_of, roc_auc
from leadrank.evaluation.slices import area_of, ratio_of, reference_of, z_of

COLUMNS = {
    "levels": pl.Series("x", ["a", "b", None, "a"] * 30),
    "numbers": pl.Series("x", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, None, 10.0] * 30),
    "flags": pl.Series("x", [0.0, 1.0, None] * 40),
    "dates": pl.Series("x", pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 12, 31), "1d", eager=True)),
    "alike": pl.Series("x", [3.0] * 100),
    "blanks": pl.Series("x", [None] * 100, dtype=pl.Float64),
}


def treated(sizes, rates, seed=0, *, promise=0.5, outcome=0.5):
    """Leads of so many groups, called at given rates, converting at one."""
    rng, n = np.random.default_rng(seed), sum(sizes)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    called = rng.random(n) < np.asarray(rates)[codes]
    y = (rng.random(n) < np.broadcast_to(outcome, len(sizes))[codes]).astype(np.int64)
    return Grouping(("who",), tuple("abcdefghijklmnop"[: len(sizes)]), codes), y, np.full(n, promise), called


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_belongs_to_one_group_or_is_counted_as_left_out(name):
    found = grouping_of(COLUMNS[name], smallest=10)
    sizes = np.bincount(found.codes[found.codes >= 0], minlength=len(found.labels))
    assert len(found.codes) == COLUMNS[name].len()
    assert (sizes >= 10).all()
    assert int((found.codes == -1).sum()) == found.left_out
    assert len(set(found.labels)) == len(found.labels)


def test_numbers_are_cut_at_the_bands_or_into_quarters():
    ages = pl.Series("age", np.arange(18.0, 90.0).repeat(10))
    assert grouping_of(ages, bands=(30, 60)).labels == ("below 30", "30 to 60", "60 and more")
    quarters = grouping_of(ages)
    assert np.bincount(quarters.codes).tolist() == [180] * 4
    assert quarters.labels[1] == "36 to 54"
    assert grouping_of(pl.Series("n", [0.0, 1.0] * 100)).labels == ("0", "1")


def test_a_blank_is_a_group_and_small_groups_are_counted():
    found = grouping_of(pl.Series("city", ["Rome"] * 60 + ["Oslo"] * 50 + [None] * 55 + ["Pisa"] * 9 + ["Bonn"]))
    assert found.labels == ("Rome", "blank", "Oslo")
    assert (found.small, found.left_out) == (2, 10)


def test_of_very_many_groups_the_largest_are_judged():
    found = grouping_of(pl.Series("zip", np.repeat(np.arange(40), np.arange(60, 100)).astype(str)))
    assert len(found.labels) == 30
    assert found.small == 10
    assert found.left_out == sum(range(60, 70))


def test_two_columns_are_crossed_row_by_row():
    a, b = (pl.Series(name, np.random.default_rng(k).choice(["x", "y", "z"], 900)) for k, name in enumerate("ab"))
    first, second = grouping_of(a), grouping_of(b)
    both = crossed(first, second)
    assert both.columns == ("a", "b")
    for row in range(0, 900, 50):
        assert both.labels[both.codes[row]] == f"{a[row]}, {b[row]}"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.booleans())
def test_counts_add_up_and_rates_are_what_they_say(seed, groups, small):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 400))
    codes = rng.integers(-1 if small else 0, groups, n)
    y, called, p = rng.integers(0, 2, n), rng.random(n) < 0.4, rng.random(n)
    labels = tuple(f"g{k}" for k in range(groups))
    if len(set(codes[codes >= 0].tolist())) < groups:
        return
    cut, = audit([Grouping(("who",), labels, codes)], y, p, called)
    for k, one in enumerate(cut.slices):
        own = codes == k
        assert (one.rows, one.called, one.converted) == (own.sum(), called[own].sum(), y[own].sum())
        assert one.caught == (called & (y == 1))[own].sum()
        assert one.rate.low <= one.rate.value <= one.rate.high
        assert one.promised == pytest.approx(p[own].mean())
        if one.auc is not None:
            assert one.auc.value == pytest.approx(roc_auc(y[own], p[own]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_names_of_groups_and_the_order_of_rows_change_nothing(seed):
    who, y, p, called = treated([200, 300, 150], [0.3, 0.5, 0.2], seed)
    rng = np.random.default_rng(seed)
    rows, names = rng.permutation(len(y)), rng.permutation(3)
    other = Grouping(("who",), tuple(who.labels[k] for k in np.argsort(names)), names[who.codes])
    one = {s.group: s for s in audit([who], y, p, called)[0].slices}
    two = {s.group: s for s in audit([other.take(rows)], y[rows], p[rows], called[rows])[0].slices}
    assert {g: (s.called, s.ratio, s.beyond) for g, s in one.items()} == {g: (s.called, s.ratio, s.beyond) for g, s in two.items()}


def test_without_any_difference_hardly_an_audit_names_one():
    named = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        p = rng.beta(2, 5, 1_500)
        y, called = (rng.random(1_500) < p).astype(np.int64), p > 0.35
        groups = [grouping_of(pl.Series(name, rng.choice(list("abcd"), 1_500, p=[0.5, 0.3, 0.15, 0.05]))) for name in "xyz"]
        pairs = [crossed(groups[0], groups[1]), crossed(groups[1], groups[2])]
        named += any(s.beyond for cut in audit([*groups, *pairs], y, p, called) for s in cut.slices)
    assert named <= 18  # 10 expected at most; a binomial of 200 and 0.05 exceeds 18 once in 180 times


@pytest.mark.parametrize("seed", range(5))
def test_a_real_difference_is_named_and_its_measure_with_it(seed):
    cut, = audit([(data := treated([800, 800, 400], [0.4, 0.25, 0.4], seed))[0]], *data[1:])
    assert [s.group for s in cut.slices if "rate" in s.beyond] == ["b"]
    assert cut.worst.group == "b"
    assert cut.reference in {"a", "c"}


@pytest.mark.parametrize("seed", range(5))
def test_a_broken_promise_is_named(seed):
    cut, = audit([(data := treated([800, 800], [0.4, 0.4], seed, promise=0.3, outcome=[0.3, 0.45]))[0]], *data[1:])
    assert [(s.group, s.beyond) for s in cut.slices] == [("a", ()), ("b", ("promise",))]


def test_a_difference_of_less_than_four_fifths_is_none_however_sure():
    cut, = audit([(data := treated([100_000, 100_000], [0.50, 0.43]))[0]], *data[1:])
    assert not any("rate" in s.beyond for s in cut.slices)


def test_a_small_lucky_group_is_no_yardstick():
    assert reference_of(np.array([400.0, 20.0]), np.array([1_000.0, 40.0])) == 0
    cut, = audit([(data := treated([1_000, 1_000, 50], [0.4, 0.4, 0.55], 3))[0]], *data[1:])
    assert cut.reference in {"a", "b"}
    assert not any(s.beyond for s in cut.slices)


def test_the_interval_of_a_ratio_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    pairs = [(rng.binomial(300, 0.24), rng.binomial(500, 0.3)) for _ in range(1_000)]
    held = sum((r := ratio_of(a, 300, b, 500)) is not None and r.low <= 0.8 <= r.high for a, b in pairs)
    assert 925 <= held <= 975


@pytest.mark.parametrize("called", [True, False])
def test_lists_of_all_or_of_nobody_are_no_difference(called):
    who, y, p, _ = treated([100, 200], [0.5, 0.5])
    cut, = audit([who], y, p, np.full(300, called))
    assert not any(s.beyond for s in cut.slices)
    assert [s.ratio is None for s in cut.slices] == [not called] * 2


def test_a_group_without_conversions_has_no_finding_rate():
    who, y, p, called = treated([300, 300], [0.5, 0.5], outcome=[0.5, 0.0])
    first, second = audit([who], y, p, called)[0].slices
    assert first.recall is not None
    assert first.auc is not None
    assert second.recall is second.recall_ratio is second.auc is None


def test_one_group_alone_is_not_audited():
    assert audit([Grouping(("x",), ("a",), np.zeros(9, np.int64)), Grouping(("y",), (), np.full(9, -1))], np.zeros(9, np.int64), np.zeros(9),
                 np.zeros(9, np.bool_)) == ()


def test_normal_distances_are_those_of_the_tables():
    assert [round(z_of(level), 4) for level in (0.3173, 0.05, 0.01, 1e-6)] == [1.0, 1.96, 2.5758, 4.8916]


def test_the_area_has_an_interval_where_there_is_enough_to_say():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 500)
    p = rng.normal(size=500) + y
    area = area_of(y, p)
    assert area is not None
    assert area.low < area.value == roc_auc(y, p) < area.high
    assert area_of(y[:25], p[:25]) is None
