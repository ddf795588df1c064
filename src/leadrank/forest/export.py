"""From trained CatBoost models to one forest of our own: the same margins, the same exact reasons, no CatBoost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from leadrank.forest.arrays import Float32Array, Forest, Int32Array
from leadrank.forest.bounds import make_forest
from leadrank.forest.codes import code_columns
from leadrank.forest.plain import margins
from leadrank.forest.probing import CHAIN, Asked, Table, freeze_tables, just_above, probe_pool
from leadrank.forest.reasons import Explained, Questioned, explain_trees
from leadrank.forest.trained import NotExportableError, NumberQuestion, Term, Trained, read_trained

TOLERANCE = 1e-9
LEAST_CHECKED = 512

Place = tuple[int, int]
"""A code column and the threshold that its code must exceed."""


def export_forest(models: Sequence[Any], numeric: int, sizes: Sequence[int]) -> Forest:
    """Return one forest whose margin is the mean of the models' margins.

    Parameters
    ----------
    models
        Fitted `catboost.CatBoost` models with one output, trained on the same features: numbers first, then categories given as the text of
        their code, ``b"0"``, ``b"1"``, …
    numeric
        How many features are numbers.
    sizes
        How many codes each category has, the codes of missing and unseen included.

    Raises
    ------
    NotExportableError
        The models are of another kind, or their combinations of categories or their trees are too large for tables. Use CatBoost's predictor.
    """
    if not models:
        raise NotExportableError("There is no model to export.")
    trained = [read_trained(model, numeric, len(sizes)) for model in models]
    digits = [2] * numeric + [int(size) for size in sizes]
    columns, places = _numeric_columns(trained)
    tables = freeze_tables(models, trained, digits, numeric)
    for k, table in enumerate(tables, start=len(columns)):
        places.update({asked: (k, threshold) for asked, threshold in table.thresholds.items()})
    forest = make_forest({
        "features": len(digits), "numbers": numeric, **_numeric_arrays(columns), **_table_arrays(tables, digits),
        **_tree_arrays(trained, places), **_reason_arrays(trained),
    })
    _check_parity(forest, models, trained, digits)
    return forest


def _numeric_columns(trained: Sequence[Trained]) -> tuple[list[list[Term]], dict[Asked, Place]]:
    """Return the terms of each numeric column, their borders rising, and where each question about a number is answered."""
    asked: dict[tuple[int, int], dict[float, list[Asked]]] = {}
    for k, one in enumerate(trained):
        for number in sorted({number for tree in one.trees for number in tree.questions}):
            question = one.questions[number]
            if isinstance(question, NumberQuestion) and question.term.border is not None:
                borders = asked.setdefault((question.term.feature, question.term.missing), {})
                borders.setdefault(question.term.border, []).append((k, number))
    columns: list[list[Term]] = []
    places: dict[Asked, Place] = {}
    for feature, missing in sorted(asked):
        rising = sorted(asked[feature, missing])
        for start in range(0, len(rising), CHAIN):
            chain = rising[start : start + CHAIN]
            places.update({one: (len(columns), i) for i, border in enumerate(chain) for one in asked[feature, missing][border]})
            columns.append([Term(feature, border, missing) for border in chain])
    return columns, places


def _starts(lengths: Sequence[int]) -> list[int]:
    return [0, *accumulate(lengths)]


def _numeric_arrays(columns: Sequence[Sequence[Term]]) -> dict[str, Any]:
    return {
        "number_feature": [terms[0].feature for terms in columns],
        "border_start": _starts([len(terms) for terms in columns]),
        "borders": [term.border for terms in columns for term in terms],
        "nan_code": [len(terms) * terms[0].missing for terms in columns],
    }


def _table_arrays(tables: Sequence[Table], digits: Sequence[int]) -> dict[str, Any]:
    terms = [term for table in tables for term in table.terms]
    return {
        "term_start": _starts([len(table.terms) for table in tables]),
        "term_feature": [term.feature for term in terms],
        "term_size": [digits[term.feature] for term in terms],
        "term_border": [math.nan if term.border is None else term.border for term in terms],
        "term_nan": [term.missing for term in terms],
        "table_start": _starts([len(table.codes) for table in tables]),
        "table": np.concatenate([np.zeros(0, dtype=np.uint8), *[table.codes for table in tables]]),
    }


def _tree_arrays(trained: Sequence[Trained], places: Mapping[Asked, Place]) -> dict[str, Any]:
    trees = [tree for one in trained for tree in one.trees]
    splits = [places[k, number] for k, one in enumerate(trained) for tree in one.trees for number in tree.questions]
    return {
        "split_start": _starts([len(tree.questions) for tree in trees]),
        "split_column": [column for column, _ in splits],
        "split_threshold": [threshold for _, threshold in splits],
        "leaf_start": _starts([len(tree.leaves) for tree in trees]),
        "leaves": np.concatenate([np.zeros(0), *[tree.leaves for tree in trees]]) / len(trained),
        "bias": math.fsum(one.bias for one in trained) / len(trained),
    }


def _reason_arrays(trained: Sequence[Trained]) -> dict[str, Any]:
    questioned = [
        Questioned(tree.leaves / len(trained), tree.weights, tuple(_group(one, number) for number in tree.questions))
        for one in trained for tree in one.trees
    ]
    explained = _explained(questioned)
    bias = math.fsum(one.bias for one in trained) / len(trained)
    return {
        "player_start": _starts([len(tree.players) for tree in explained]),
        "player_feature": [feature for tree in explained for feature in tree.players],
        "shap_start": _starts([tree.table.size for tree in explained]),
        "shap": np.concatenate([np.zeros(0), *[tree.table.ravel() for tree in explained]]),
        "base": math.fsum([bias, *[tree.expected for tree in explained]]),
    }


def _explained(questioned: Sequence[Questioned]) -> list[Explained]:
    try:
        return explain_trees(questioned)
    except ValueError as problem:
        raise NotExportableError(str(problem)) from None


def _group(one: Trained, number: int) -> tuple[int, ...]:
    question = one.questions[number]
    return (question.term.feature,) if isinstance(question, NumberQuestion) else question.group


def _check_parity(forest: Forest, models: Sequence[Any], trained: Sequence[Trained], digits: Sequence[int]) -> None:
    """Compare with the models on rows at and beside every border, with missing numbers and with every code."""
    numbers, codes = edge_rows(forest, digits)
    rows = probe_pool(numbers, codes)
    grown = [model for model, one in zip(models, trained, strict=True) if one.trees]  # CatBoost itself serves no model without trees
    bare = math.fsum(one.bias for one in trained if not one.trees)
    theirs = (bare + sum(model.predict(rows, prediction_type="RawFormulaVal", thread_count=1) for model in grown)) / len(models)
    ours = margins(forest, code_columns(forest, numbers.astype(np.float64), codes))
    apart = float(np.abs(ours - theirs).max())
    if not apart <= TOLERANCE * max(1.0, float(np.max(np.abs(theirs)))):
        raise NotExportableError(f"The forest and the models it was exported from differ by {apart:.3g}.")


def edge_rows(forest: Forest, digits: Sequence[int]) -> tuple[Float32Array, Int32Array]:
    """Return rows in which every number comes to each of its edges and every category to each of its codes, in ever other company.

    Returns
    -------
    tuple
        Numbers and codes, a row each for as many rows as the longest list has places, `LEAST_CHECKED` at least.
    """
    edges, sizes = [_edges(forest, feature) for feature in range(forest.numbers)], digits[forest.numbers :]
    row = np.arange(max(LEAST_CHECKED, *map(len, edges), *sizes))
    numbers = np.zeros((len(row), forest.numbers), dtype=np.float32)
    codes = np.zeros((len(row), len(sizes)), dtype=np.int32)
    for feature, own in enumerate(edges):
        numbers[:, feature] = own[_turn(row, len(own), feature)]
    for j, size in enumerate(sizes):
        codes[:, j] = _turn(row, size, j)
    return numbers, codes


def _edges(forest: Forest, feature: int) -> Float32Array:
    """Return the values at and just above the borders of all the columns that a number has, and what is no common number."""
    own = [forest.borders[forest.border_start[k] : forest.border_start[k + 1]] for k in np.flatnonzero(forest.number_feature == feature)]
    borders = np.unique(np.concatenate([np.zeros(0, dtype=np.float32), *own]))
    return np.concatenate([borders, just_above(borders), np.array([np.nan, -np.inf, np.inf], dtype=np.float32)])


def _turn(row: npt.NDArray[np.int64], size: int, column: int) -> npt.NDArray[np.int64]:
    """Go round all places of a column, one round after the other, each round and each column beginning elsewhere."""
    return (row + row // size + 7 * column) % size
