from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank import data
from leadrank.data.leaks import find
from leadrank.data.leaks.near_duplicates import merge_groups, near_duplicates
from leadrank.prepare import check
from leadrank.project import Project, Target


def _people(rng: np.random.Generator, n: int) -> pl.DataFrame:
    return pl.DataFrame({
        "income": np.round(rng.lognormal(10, 1, n)), "seconds": np.round(rng.exponential(500, n)), "distance": rng.normal(size=n),
        "city": [f"city {k}" for k in rng.integers(0, 50, n)], "job": [f"job {k}" for k in rng.integers(0, 5, n)],
    })


def test_the_same_customer_with_one_cell_changed_is_found() -> None:
    people = _people(np.random.default_rng(0), 800)
    twins = people[:20].with_columns(job=pl.lit("another"))
    pairs = near_duplicates(pl.concat([people, twins]))
    assert {tuple(pair) for pair in pairs.tolist()} == {(k, 800 + k) for k in range(20)}


def test_strangers_are_not_taken_for_twins() -> None:
    assert len(near_duplicates(_people(np.random.default_rng(1), 3000))) == 0


def test_tables_of_few_coarse_columns_identify_nobody() -> None:
    rng = np.random.default_rng(2)
    frame = pl.DataFrame({f"c{k}": rng.integers(0, 4, 2000).astype(str) for k in range(6)})
    assert len(near_duplicates(frame)) == 0


def test_copies_of_one_column_count_once() -> None:
    rng = np.random.default_rng(3)
    code = rng.integers(0, 900, 3000).astype(float)
    frame = pl.DataFrame({"a": code, "b": code * 2, "c": code + 1, "d": code * 3, "e": -code})
    assert len(near_duplicates(frame)) == 0


def test_known_duplicates_are_left_out_and_empty_tables_have_none() -> None:
    people = _people(np.random.default_rng(4), 300)
    groups = np.concatenate([np.arange(300), np.arange(10)])
    assert len(near_duplicates(pl.concat([people, people[:10]]), groups)) == 0
    assert len(near_duplicates(people[:0])) == 0
    assert len(near_duplicates(pl.DataFrame())) == 0


def test_chains_of_pairs_become_one_group() -> None:
    assert merge_groups(np.array([5, 6, 7, 8]), np.array([[0, 1], [1, 3]])).tolist() == [5, 5, 7, 5]


def test_a_check_looks_once_keeps_twins_in_one_group_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[pl.DataFrame] = []

    def counted(frame: pl.DataFrame, groups: np.ndarray) -> np.ndarray:
        looked.append(frame)
        return near_duplicates(frame, groups)

    monkeypatch.setattr(data, "near_duplicates", counted)
    monkeypatch.setattr(find, "near_duplicates", counted)
    rng = np.random.default_rng(0)
    people = _people(rng, 800).with_columns(bought=pl.Series(rng.integers(0, 2, 800)))
    twins = people[:20].with_columns(job=pl.lit("another"))
    prepared = check(Project(target=Target(column="bought", positive="1")), pl.concat([people, twins]).cast(pl.String))
    assert len(looked) == 1
    assert prepared.groups[:20].tolist() == prepared.groups[800:].tolist()
    assert [finding.rows for finding in prepared.findings if finding.code == "L208"] == [40]


def test_a_search_of_its_own_counts_all_rows_also_when_few_are_probed() -> None:
    rng = np.random.default_rng(6)
    people = _people(rng, 600)
    table = pl.concat([people, people[:20].with_columns(job=pl.lit("another"))])
    found = find.find_leaks(table, rng.integers(0, 2, 620), rows=200)
    assert [finding.rows for finding in found if finding.code == "L208"] == [len(np.unique(near_duplicates(table)))]
