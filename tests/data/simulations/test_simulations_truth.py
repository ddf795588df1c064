from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.data.simulations.table import Simulated, Simulation
from leadrank.errors import UsageError

BINARY = [name for name, simulation in SIMULATIONS.items() if not simulation.classes]
BASE_RATE = {"leads": (0.18, 0.25), "courses": (0.37, 0.40), "homebuyer": (0.36, 0.40), "real-estate": (0.23, 0.27)}
HONEST_AUC = {"leads": (0.78, 0.83), "courses": (0.855, 0.885), "homebuyer": (0.84, 0.87), "real-estate": (0.78, 0.82)}
LEAKY_AUC = {"leads": 0.97, "courses": 0.975, "homebuyer": 0.95, "real-estate": 0.985}


def outcomes(simulated: Simulated, simulation: Simulation) -> np.ndarray:
    return (simulated.table[simulation.target].cast(pl.String) == simulation.positive).to_numpy()


def roc_auc(converted: np.ndarray, score: np.ndarray) -> float:
    ranks = pl.Series(score).rank("average").to_numpy()
    won = converted.sum()
    return float((ranks[converted].sum() - won * (won + 1) / 2) / (won * (len(converted) - won)))


def evidence(column: pl.Series, converted: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """Log of how much likelier each cell is among the converted, counted on the `learn` rows."""
    codes = column.cast(pl.String).fill_null("(blank)").rank("dense").to_numpy().astype(int)
    won = np.bincount(codes[learn & converted], minlength=codes.max() + 1) + 0.5
    lost = np.bincount(codes[learn & ~converted], minlength=codes.max() + 1) + 0.5
    return np.log(won / won.sum() / (lost / lost.sum()))[codes]


def leaked_log_odds(simulated: Simulated, simulation: Simulation, learn: np.ndarray) -> np.ndarray:
    converted = outcomes(simulated, simulation)
    score = np.log(simulated.truth / (1 - simulated.truth))
    return score + sum(evidence(simulated.table[name], converted, learn) for name in simulation.leaks)


@pytest.mark.parametrize("name", BINARY)
def test_the_truth_is_calibrated_in_every_tenth(name: str) -> None:
    simulated = simulate(name, rows=20_000, seed=11)
    converted = outcomes(simulated, SIMULATIONS[name])
    for tenth in np.array_split(np.argsort(simulated.truth), 10):
        truth = simulated.truth[tenth]
        noise = np.sqrt((truth * (1 - truth)).mean() / len(tenth))
        assert abs(converted[tenth].mean() - truth.mean()) < 4.5 * noise


@pytest.mark.parametrize("name", BINARY)
def test_base_rate_and_best_possible_auc_are_as_documented(name: str) -> None:
    simulated = simulate(name, rows=20_000, seed=5)
    converted = outcomes(simulated, SIMULATIONS[name])
    low, high = BASE_RATE[name]
    assert low < converted.mean() < high
    low, high = HONEST_AUC[name]
    assert low < roc_auc(converted, simulated.truth) < high


@pytest.mark.parametrize("name", BINARY)
def test_planted_leaks_lift_the_auc_beyond_what_is_honest(name: str) -> None:
    simulated = simulate(name, rows=10_000, seed=5)
    learn = np.arange(10_000) % 2 == 0
    score = leaked_log_odds(simulated, SIMULATIONS[name], learn)
    assert roc_auc(outcomes(simulated, SIMULATIONS[name])[~learn], score[~learn]) > LEAKY_AUC[name]


@pytest.mark.parametrize("name", BINARY)
def test_each_leak_alone_and_no_doubtful_column_decides(name: str) -> None:
    simulation = SIMULATIONS[name]
    simulated = simulate(name, rows=10_000, seed=6)
    converted = outcomes(simulated, simulation)
    learn = np.arange(10_000) % 2 == 0
    alone = {
        column: roc_auc(converted[~learn], evidence(simulated.table[column], converted, learn)[~learn])
        for column in simulation.leaks + simulation.doubtful
    }
    assert all(alone[column] > 0.73 for column in simulation.leaks)
    assert max(alone[column] for column in simulation.leaks) > 0.88
    assert all(alone[column] < 0.78 for column in simulation.doubtful)


@pytest.mark.parametrize("name", SIMULATIONS)
def test_the_same_seed_gives_the_same_table_and_another_seed_another(name: str) -> None:
    first, again, other = (simulate(name, rows=300, seed=seed) for seed in (1, 1, 2))
    assert first.table.equals(again.table)
    assert np.array_equal(first.truth, again.truth)
    assert not first.table.equals(other.table)


@pytest.mark.parametrize("name", SIMULATIONS)
@settings(max_examples=15, deadline=None)
@given(rows=st.integers(1, 400), seed=st.integers(0, 2**32))
def test_any_size_and_seed_gives_that_many_rows_with_probabilities(name: str, rows: int, seed: int) -> None:
    simulated = simulate(name, rows=rows, seed=seed)
    assert simulated.table.height == len(simulated.truth) == rows
    assert np.all((simulated.truth >= 0) & (simulated.truth <= 1))
    assert SIMULATIONS[name].target in simulated.table.columns
    assert simulated.table[SIMULATIONS[name].target].null_count() == 0


@pytest.mark.parametrize("name", SIMULATIONS)
def test_columns_keep_their_types_whatever_the_size(name: str) -> None:
    assert simulate(name, rows=1, seed=3).table.schema == simulate(name, rows=500, seed=4).table.schema


@pytest.mark.parametrize(("name", "rows"), [("leeds", None), ("leads", 0)])
def test_unknown_names_and_empty_tables_are_refused(name: str, rows: int | None) -> None:
    with pytest.raises(UsageError, match="simulat"):
        simulate(name, rows=rows)
