"""What a trained CatBoost model says about itself: its questions, trees and leaves, read from its JSON form."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from leadrank.forest.arrays import Float64Array
from leadrank.forest.bounds import DEEPEST


class NotExportableError(ValueError):
    """The model cannot be one of our forests; its own predictor must serve."""


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One digit of a table's place: a category's code, or whether a number is above a border (`missing` is the digit of nan)."""

    feature: int
    border: float | None = None
    missing: int = 0


@dataclass(frozen=True, slots=True)
class NumberQuestion:
    """Whether a number is above a border."""

    term: Term


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """Something that depends on these terms alone: one category's value, or a statistic of a combination.

    `group` is what CatBoost's ShapValues counts as the asked features: the categories of a combination, without its numbers.
    """

    terms: tuple[Term, ...]
    group: tuple[int, ...]


Question = NumberQuestion | TableQuestion


@dataclass(frozen=True, slots=True)
class Tree:
    """Numbers of the questions, lowest bit of the leaf number first; values and training weights of the leaves."""

    questions: tuple[int, ...]
    leaves: Float64Array
    weights: Float64Array


@dataclass(frozen=True, slots=True)
class Trained:
    """A model: its questions by number, its trees in order, and its bias."""

    questions: tuple[Question, ...]
    trees: tuple[Tree, ...]
    bias: float


def read_trained(model: Any, numbers: int, categories: int) -> Trained:
    """Read a fitted CatBoost model whose features are `numbers` numeric ones, then `categories` categorical ones.

    Raises
    ------
    NotExportableError
        The model is of another kind: several outputs, asymmetric trees, text features, or features in another order.
    """
    told = _as_json(model)
    if told.get("trees"):
        raise NotExportableError("The trees of this model are not symmetric.")
    questions = _questions(told["features_info"], numbers, categories)
    scale, bias = told["scale_and_bias"]
    if len(bias) != 1:
        raise NotExportableError(f"This model has {len(bias)} outputs; a forest has one.")
    trees = tuple(_tree(tree, float(scale), len(questions)) for tree in told.get("oblivious_trees") or ())
    return Trained(questions, trees, float(bias[0]))


def _as_json(model: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        return json.loads(path.read_bytes())


def _questions(info: Mapping[str, Any], numbers: int, categories: int) -> tuple[Question, ...]:
    """List the questions in CatBoost's order, which numbers them: borders of numbers, values of categories, borders of statistics."""
    foreign = {name for name, said in info.items() if said} - {"float_features", "categorical_features", "ctrs"}
    if foreign:
        raise NotExportableError(f"This model has features of other kinds: {', '.join(sorted(foreign))}.")
    floats, cats = info.get("float_features") or (), info.get("categorical_features") or ()
    _check_order(floats, 0, numbers)
    _check_order(cats, numbers, categories)
    missing = {f["feature_index"]: int(f["nan_value_treatment"] == "AsTrue") for f in floats}
    questions: list[Question] = []
    for f in floats:
        j = f["feature_index"]
        questions += [NumberQuestion(Term(j, float(np.float32(border)), missing[j])) for border in f["borders"] or ()]
    for f in cats:
        j = numbers + f["feature_index"]
        questions += [TableQuestion((Term(j),), (j,))] * len(f.get("values") or ())
    for ctr in info.get("ctrs") or ():
        terms = {_term(element, numbers, missing) for element in ctr["elements"]}
        group = {numbers + e["cat_feature_index"] for e in ctr["elements"] if e["combination_element"] == "cat_feature_value"}
        if not group:
            raise NotExportableError("This model has a statistic of no category.")
        questions += [TableQuestion(tuple(sorted(terms, key=_rank)), tuple(sorted(group)))] * len(ctr["borders"])
    return tuple(questions)


def _check_order(features: Any, first: int, count: int) -> None:
    if any(f["flat_feature_index"] != first + f["feature_index"] or f["feature_index"] >= count for f in features):
        raise NotExportableError("This model was not trained on the numbers first, then the categories.")


def _term(element: Mapping[str, Any], numbers: int, missing: Mapping[int, int]) -> Term:
    kind = element["combination_element"]
    if kind == "float_feature":
        j = element["float_feature_index"]
        return Term(j, float(np.float32(element["border"])), missing[j])
    if kind in {"cat_feature_value", "cat_feature_exact_value"}:
        return Term(numbers + element["cat_feature_index"])
    raise NotExportableError(f"This model combines features in a way that is not known: {kind}.")


def _rank(term: Term) -> tuple[int, float]:
    return term.feature, 0.0 if term.border is None else term.border


def _tree(told: Mapping[str, Any], scale: float, questions: int) -> Tree:
    asked = tuple(split["split_index"] for split in told["splits"] or ())
    leaves, weights = np.array(told["leaf_values"], dtype=np.float64), told.get("leaf_weights")
    if len(asked) > DEEPEST or len(leaves) != 1 << len(asked):
        raise NotExportableError(f"A tree has {len(asked)} questions and {len(leaves)} leaf values.")
    if not weights or len(weights) != len(leaves):
        raise NotExportableError("The model does not know how many rows trained each leaf, which exact reasons need.")
    if not all(0 <= number < questions for number in asked):
        raise NotExportableError("A tree asks a question that the model does not list.")
    return Tree(asked, leaves * scale, np.array(weights, dtype=np.float64))
