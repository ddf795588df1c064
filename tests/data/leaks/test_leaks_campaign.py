"""A small sample of benchmarks/leak_campaign.py, and what its generator promises."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from leadrank.data.simulations.honest import simulate_honest, strongest_honest
from leadrank.data.simulations.planted import KINDS, plant_leaks


@pytest.fixture(scope="module")
def campaign(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("benchmarks/leak_campaign.py")


@pytest.mark.campaign
def test_a_sample_of_tables_keeps_the_promise(campaign: ModuleType) -> None:
    figures = campaign.run(6)
    assert figures["recall_flagged"] >= 0.8
    assert figures["false_quarantines"] == 0


def test_there_are_twelve_kinds_and_each_can_be_planted() -> None:
    assert len(KINDS) == 12
    table = plant_leaks(7, kinds=tuple(KINDS), rows=800)
    assert {leak.kind for leak in table.leaks} == set(KINDS)
    assert {leak.column for leak in table.leaks} - {None} == set(table.frame.columns) - set(table.honest)


def test_the_same_seed_plants_the_same_table() -> None:
    one, other = plant_leaks(8), plant_leaks(8)
    assert one.frame.equals(other.frame)
    assert np.array_equal(one.y, other.y)


def test_honest_tables_are_hard() -> None:
    tables = [simulate_honest(seed, rows=2000) for seed in range(20)]
    rates = [float(table.y.mean()) for table in tables]
    assert min(rates) < 0.1
    assert max(rates) > 0.35
    assert sum(strongest_honest(table) > 0.75 for table in tables) >= 5
