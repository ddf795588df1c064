import numpy as np
import pytest

from leadrank.explain import permutation_importance
from leadrank.types import Feature, Matrix

FEATURES = (Feature("strong", "strong", "number"), Feature("weak", "weak", "number"), Feature("idle", "idle", "number"))


def log_loss(y, p):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def score(matrix):
    return 1 / (1 + np.exp(-(2 * matrix.numbers[:, 0] + 0.5 * matrix.numbers[:, 1])))


@pytest.fixture(scope="module")
def held_out():
    rng = np.random.default_rng(3)
    matrix = Matrix(rng.normal(size=(1500, 3)), np.empty((1500, 0), dtype=np.int32), FEATURES, ())
    return matrix, (rng.random(1500) < score(matrix)).astype(np.int64)


def test_columns_rank_by_what_the_model_loses_without_them(held_out):
    matrix, y = held_out
    found = permutation_importance(score, matrix, y, log_loss)
    assert [item.column for item in found] == ["strong", "weak", "idle"]
    assert found[0].drop.low > found[1].drop.high > found[1].drop.low > 0


def test_a_column_the_model_ignores_loses_exactly_nothing(held_out):
    matrix, y = held_out
    drop = permutation_importance(score, matrix, y, log_loss, columns=["idle"])[0].drop
    assert (drop.value, drop.low, drop.high) == (0.0, 0.0, 0.0)


def test_the_same_seed_gives_the_same_figures_whatever_else_is_asked(held_out):
    matrix, y = held_out
    both = permutation_importance(score, matrix, y, log_loss, seed=5, columns=["strong", "weak"])
    alone = permutation_importance(score, matrix, y, log_loss, seed=5, columns=["strong"])
    assert both[0] == alone[0]
    assert permutation_importance(score, matrix, y, log_loss, seed=6, columns=["strong"]) != alone


def test_features_of_one_column_are_shuffled_together():
    made = (Feature("day (a)", "day", "number"), Feature("other", "other", "number"))
    level = (Feature("day (b)", "day", "category", ("x", "y")),)
    rng = np.random.default_rng(0)
    bit = rng.integers(0, 2, 200)
    matrix = Matrix(np.column_stack([bit, rng.random(200)]).astype(np.float64), (bit + 2).astype(np.int32).reshape(-1, 1), made, level)

    def agree(rows):
        return (rows.numbers[:, 0] == rows.codes[:, 0] - 2).astype(np.float64)

    found = permutation_importance(agree, matrix, bit, lambda _, p: float(1 - p.mean()), columns=["day"])
    assert found[0].drop.value == 0.0


def test_columns_about_one_thing_are_shuffled_together_and_no_longer_stand_in_for_each_other():
    rng = np.random.default_rng(0)
    told = rng.normal(size=1_000)
    made = tuple(Feature(name, name, "number") for name in ("calls, 7 days", "calls, 30 days", "other"))
    matrix = Matrix(np.column_stack([told, told, rng.normal(size=1_000)]), np.empty((1_000, 0), dtype=np.int32), made, ())
    y = (rng.random(1_000) < 1 / (1 + np.exp(-3 * told))).astype(np.int64)

    def either(rows):
        return 1 / (1 + np.exp(-3 * np.where(np.abs(rows.numbers[:, 0] - told) < 1e-9, rows.numbers[:, 0], rows.numbers[:, 1])))

    things = {"calls, 7 days": "calls", "calls, 30 days": "calls"}
    apart = permutation_importance(either, matrix, y, log_loss)
    together = permutation_importance(either, matrix, y, log_loss, things=things)
    assert max(item.drop.value for item in apart) < 1e-9
    assert [item.column for item in together] == ["calls", "other"]
    assert together[0].drop.low > 0.5


def test_the_table_is_left_as_it_was(held_out):
    matrix, y = held_out
    before = matrix.numbers.copy()
    permutation_importance(score, matrix, y, log_loss, repeats=1, draws=2)
    assert (matrix.numbers == before).all()
