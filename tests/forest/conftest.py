"""Random forests with everything in them that a forest may have, and rows that nobody would send on purpose."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from leadrank.forest import make_forest

NASTY_NUMBERS = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308, 5e-324, 1e39, 0.1, 0.1 + 1e-9)
NASTY_CODES = (0, 1, 2, -1, -(2**31), 2**31 - 1, 255, 256, 65536)


def starts(lengths):
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64))]).astype(np.int64)


def forest_values(rng, trees=7, depths=(0, 1, 3, 6, 8, 9, 11), numbers=3, sizes=(2, 5, 9), most_borders=40):
    """Fields of a valid forest, for `make_forest`; a feature may have several code columns, tables may share their terms or combine them."""
    features = numbers + len(sizes)
    number_feature = rng.integers(0, numbers, rng.integers(1, 5)) if numbers else np.zeros(0, dtype=np.int32)
    borders = [np.unique(rng.normal(size=rng.integers(0, most_borders + 1)).astype(np.float32)) for _ in number_feature]
    asked = [list(rng.choice(features, rng.integers(1, min(3, features) + 1), replace=False)) for _ in range(rng.integers(1, 6))] if features else []
    asked = [terms for terms in asked for _ in range(rng.integers(1, 3))]
    terms = np.array([term for table in asked for term in table], dtype=np.int64)
    number = terms < numbers
    size = np.array([2 if term < numbers else sizes[term - numbers] for term in terms], dtype=np.int64)
    term_start = starts([len(table) for table in asked])
    table_start = starts([np.prod(size[a:b]) for a, b in pairwise(term_start)])
    columns = len(number_feature) + len(asked)
    depth = rng.choice(depths, trees) if columns else np.zeros(trees, dtype=np.int64)
    players = [rng.choice(features, rng.integers(0, features + 1), replace=False) for _ in range(trees)]
    cells = starts([len(who) << d for who, d in zip(players, depth, strict=True)])
    return {
        "features": features, "numbers": numbers, "number_feature": number_feature, "border_start": starts([len(b) for b in borders]),
        "borders": np.concatenate([*borders, np.zeros(0, dtype=np.float32)]), "nan_code": [len(b) * rng.integers(2) for b in borders],
        "term_start": term_start, "term_feature": terms, "term_size": size, "term_border": np.where(number, 0.1, np.nan),
        "term_nan": number & (rng.random(len(terms)) < 0.5), "table_start": table_start, "table": rng.integers(0, 256, table_start[-1]),
        "split_start": starts(depth), "split_column": rng.integers(0, max(columns, 1), depth.sum()),
        "split_threshold": rng.choice([0, 1, 2, 5, 100, 254, 255], depth.sum()), "leaf_start": starts(1 << depth),
        "leaves": rng.normal(size=(1 << depth).sum()), "bias": float(rng.normal()), "player_start": starts([len(who) for who in players]),
        "player_feature": np.concatenate([*players, np.zeros(0)]).astype(np.int64), "shap_start": cells,
        "shap": rng.normal(size=cells[-1]), "base": 0.5,
    }  # fmt: skip


def spelt_out(fields):
    """The same columns, but trees that say which codes a row has: one for each threshold of each column, so that the margin counts up to the code."""
    columns = len(fields["number_feature"]) + len(fields["term_start"]) - 1
    trees = 255 * columns
    weight = np.repeat(256.0 ** (np.arange(columns) % 6), 255)  # whole numbers, whose sums are exact; more columns share a digit
    return {
        **fields, "split_start": np.arange(trees + 1), "split_column": np.repeat(np.arange(columns), 255),
        "split_threshold": np.tile(np.arange(255), columns), "leaf_start": 2 * np.arange(trees + 1),
        "leaves": np.stack([np.zeros(trees), weight], axis=1).ravel(), "bias": 0.0, "player_start": np.zeros(trees + 1, dtype=int),
        "player_feature": np.zeros(0, dtype=int), "shap_start": np.zeros(trees + 1, dtype=int), "shap": np.zeros(0),
    }  # fmt: skip


def nasty_rows(rng, rows, numbers, categories):
    """Rows of which many cells are missing, infinite, beyond float32 or no code at all."""
    X = np.where(rng.random((rows, numbers)) < 0.4, rng.choice(NASTY_NUMBERS, (rows, numbers)), rng.normal(size=(rows, numbers)))
    odd = rng.random((rows, categories)) < 0.4
    return X, np.where(odd, rng.choice(NASTY_CODES, (rows, categories)), rng.integers(0, 9, (rows, categories))).astype(np.int32)


def settled(forest, codes):
    """The same codes with those outside their category counted as unseen."""
    codes = codes.copy()
    for feature, size in zip(forest.term_feature, forest.term_size, strict=True):
        if feature >= forest.numbers:
            column = codes[:, feature - forest.numbers]
            column[(column < 0) | (column >= size)] = 1
    return codes


@pytest.fixture
def values():
    return forest_values


@pytest.fixture(name="spelt_out")
def _spelt_out():
    return spelt_out


@pytest.fixture
def nasty():
    return nasty_rows


@pytest.fixture
def settle():
    return settled


@pytest.fixture
def drawn(values, nasty, settle):
    """A forest, rows for it, and the codes as the twin may have them."""

    def draw(seed, rows=700, **given):
        rng = np.random.default_rng(seed)
        forest = make_forest(values(rng, **given))
        numbers, codes = nasty(rng, rows, forest.numbers, forest.features - forest.numbers)
        return forest, numbers, codes, settle(forest, codes)

    return draw
