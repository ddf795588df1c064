"""Categories frozen into tables: the trained model itself is asked about every combination, so no hash or statistic is computed anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadrank.forest.arrays import ByteArray, Float32Array, Int32Array, Int64Array
from leadrank.forest.trained import NotExportableError, TableQuestion, Term, Trained

Bits = npt.NDArray[np.bool_]
Terms = tuple[Term, ...]
Asked = tuple[int, int]
"""The number of a model, and that of one of its questions."""

LARGEST_TABLES = 1_000_000
"""No forest may need more table entries in all."""
AT_A_TIME = 1 << 13
CHAIN = 255


@dataclass(frozen=True, slots=True)
class Table:
    """A code for every combination of the terms; the questions it answers, each with the threshold that its code must exceed."""

    terms: Terms
    codes: ByteArray
    thresholds: Mapping[Asked, int]


def probe_pool(numbers: Float32Array, codes: Int32Array, y: Int64Array | None = None) -> Any:
    """Hand rows to CatBoost as training does: float32 numbers, category codes as text."""
    import catboost

    names = np.array([str(i).encode() for i in range(int(codes.max(initial=0)) + 1)], dtype=object)
    texts = names[codes] if codes.shape[1] else None
    return catboost.Pool(catboost.FeaturesData(num_feature_data=numbers if numbers.shape[1] else None, cat_feature_data=texts), label=y)


def freeze_tables(models: Sequence[Any], trained: Sequence[Trained], digits: Sequence[int], numbers: int) -> list[Table]:
    """Return tables that answer every question about categories, those over the same terms together.

    Parameters
    ----------
    digits
        For each feature the values of its digit: 2 for a number, the number of codes for a category.

    Raises
    ------
    NotExportableError
        The tables would be too large.
    """
    needed = _needed(trained)
    lengths = {terms: math.prod(digits[term.feature] for term in terms) for terms in needed}
    _check_entries(sum(lengths.values()))
    tables = []
    for sheet in _sheets(lengths):
        answers = _ask(models, sheet, needed, digits, numbers)
        for terms in sheet:
            tables += _chained(terms, answers[terms])
            _check_entries(sum(len(table.codes) for table in tables))
    return tables


def _check_entries(count: int) -> None:
    if count > LARGEST_TABLES:
        raise NotExportableError(f"The model's categories and their combinations need {count:,} table entries; {LARGEST_TABLES:,} may be kept.")


def _needed(trained: Sequence[Trained]) -> dict[Terms, dict[Asked, tuple[int, int]]]:
    """Return for each combination the questions about it, each with a tree and a level that asks it."""
    needed: dict[Terms, dict[Asked, tuple[int, int]]] = {}
    for k, one in enumerate(trained):
        for t, tree in enumerate(one.trees):
            for level, number in enumerate(tree.questions):
                question = one.questions[number]
                if isinstance(question, TableQuestion):
                    needed.setdefault(question.terms, {}).setdefault((k, number), (t, level))
    return needed


def _sheets(lengths: Mapping[Terms, int]) -> list[dict[Terms, int]]:
    """Put combinations that share no feature on one sheet of rows, the long ones first, so that they are asked about at once."""
    sheets: list[tuple[set[int], dict[Terms, int]]] = []
    for terms, length in sorted(lengths.items(), key=lambda item: -item[1]):
        features = {term.feature for term in terms}
        taken, sheet = next((one for one in sheets if not one[0] & features), (set(), {}))
        if not sheet:
            sheets.append((taken, sheet))
        taken.update(features)
        sheet[terms] = length
    return [sheet for _, sheet in sheets]


def _ask(
    models: Sequence[Any], sheet: Mapping[Terms, int], needed: Mapping[Terms, Mapping[Asked, tuple[int, int]]], digits: Sequence[int], numbers: int,
) -> dict[Terms, dict[Asked, Bits]]:
    answers = {terms: {asked: np.zeros(length, dtype=bool) for asked in needed[terms]} for terms, length in sheet.items()}
    concerned = sorted({k for terms in sheet for k, _ in needed[terms]})
    for start in range(0, max(sheet.values()), AT_A_TIME):
        rows = _rows(sheet, np.arange(start, min(start + AT_A_TIME, max(sheet.values()))), digits, numbers)
        leaves = {k: models[k].calc_leaf_indexes(rows, thread_count=1) for k in concerned}
        for terms, length in sheet.items():
            for (k, number), (tree, level) in needed[terms].items():
                part = answers[terms][k, number][start : start + AT_A_TIME]
                part[:] = (leaves[k][: min(len(part), max(length - start, 0)), tree] >> level) & 1
    return answers


def _rows(sheet: Mapping[Terms, int], place: Int64Array, digits: Sequence[int], numbers: int) -> Any:
    """Return rows that run through all combinations of each of the sheet's terms; where one is through, it begins again."""
    X = np.zeros((len(place), numbers), dtype=np.float32)
    codes = np.zeros((len(place), len(digits) - numbers), dtype=np.int32)
    for terms, length in sheet.items():
        above: dict[int, tuple[list[float], Int64Array]] = {}
        stride = length
        for term in terms:
            stride //= digits[term.feature]
            digit = place // stride % digits[term.feature]
            if term.border is None:
                codes[:, term.feature - numbers] = digit
            else:
                borders, count = above.get(term.feature, ([], np.zeros(len(place), dtype=np.int64)))
                above[term.feature] = [*borders, term.border], count + digit
        for feature, (borders, count) in above.items():
            X[:, feature] = _between(borders)[count]
    return probe_pool(X, codes)


def _between(borders: Sequence[float]) -> Float32Array:
    """Return a number that is above none of the rising borders, one that is above the first, and so on."""
    edges = np.array(borders, dtype=np.float32)
    return np.concatenate([edges[:1], just_above(edges)])


def just_above(borders: Float32Array) -> Float32Array:
    """Return the next larger float32 of each border; CatBoost may put one at the largest, which infinity alone is above."""
    with np.errstate(over="ignore"):
        return np.nextafter(borders, np.float32(np.inf))


def _chained(terms: Terms, answers: Mapping[Asked, Bits]) -> list[Table]:
    """Turn yes-or-no answers into few tables: where one question's "yes" implies another's, one code answers both."""
    distinct: dict[bytes, list[Asked]] = {}
    for asked, answer in answers.items():
        distinct.setdefault(np.packbits(answer).tobytes(), []).append(asked)
    chains: list[list[list[Asked]]] = []
    for same in sorted(distinct.values(), key=lambda same: int(answers[same[0]].sum())):
        wider = answers[same[0]]
        fitting = [chain for chain in chains if len(chain) < CHAIN and not (answers[chain[-1][0]] & ~wider).any()]
        if fitting:
            max(fitting, key=lambda chain: int(answers[chain[-1][0]].sum())).append(same)
        else:
            chains.append([same])
    return [_table(terms, chain, answers) for chain in chains]


def _table(terms: Terms, chain: Sequence[Sequence[Asked]], answers: Mapping[Asked, Bits]) -> Table:
    codes: ByteArray = np.asarray(np.sum([answers[same[0]] for same in chain], axis=0, dtype=np.uint8), dtype=np.uint8)
    thresholds = {asked: len(chain) - 1 - k for k, same in enumerate(chain) for asked in same}
    return Table(terms, codes, thresholds)
