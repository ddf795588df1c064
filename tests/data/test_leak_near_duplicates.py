from __future__ import annotations

import numpy as np
import polars as pl

from leadrank.data.near_duplicates import merge_groups, near_duplicates


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
