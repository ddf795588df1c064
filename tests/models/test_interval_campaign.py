"""A small sample of benchmarks/interval_campaign.py, and what its intervals are made of."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from leadrank.models.halves import spread_of
from leadrank.models.interval import Spread


@pytest.fixture(scope="module")
def campaign(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("benchmarks/interval_campaign.py")

NOTHING = (0.0, 0.0, 0.0)
"""No doubt about the calibration."""


@pytest.mark.campaign
def test_a_sample_of_tables_holds_what_came_about_as_often_as_promised(campaign: ModuleType) -> None:
    figures = campaign.run(4, first_seed=90_000, learners=("logistic",))
    tiers = figures["conversions_by_tier"]
    assert tiers["cases"] == 24
    # Of 24 independent intervals that hold nine times in ten, fewer than 17 hold in two cases of a thousand.
    assert tiers["shared"] >= 17 / 24
    assert tiers["luck"] <= tiers["shared"] <= tiers["whole"]
    assert figures["probabilities"]["logistic"]["covered"] > 0.5


def test_errors_that_differ_from_lead_to_lead_move_no_tier() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 1, 6_000)
    spread = spread_of([(odds + rng.normal(0, 0.3, 6_000), odds + rng.normal(0, 0.3, 6_000))], 6_000, NOTHING)
    assert spread.standard_error(odds).mean() == pytest.approx(0.3, rel=0.05)
    assert spread.shared_error(odds).max() < 0.02


def test_an_error_that_all_leads_share_moves_every_tier() -> None:
    odds = np.random.default_rng(1).normal(0, 1, 6_000)
    spread = spread_of([(odds + 0.3, odds - 0.3)], 6_000, NOTHING)
    assert spread.shared_error(odds) == pytest.approx(spread.standard_error(odds))
    assert spread.shared_error(odds[:1])[0] == pytest.approx(0.6 / np.sqrt(2))


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_hardly_any_rows_give_a_table_without_gaps(rows: int) -> None:
    odds = np.linspace(-1, 1, rows)
    spread = spread_of([(odds, odds + 0.1)], rows, NOTHING)
    assert len(spread.shared_variance) == len(spread.model_variance) == len(spread.edges) + 1
    assert np.isfinite(spread.shared_error(np.array([-9.0, 9.0]))).all()


def test_a_spread_without_the_shared_part_has_the_calibrations_alone() -> None:
    spread = Spread(0.04, 0.0, 0.0, (0.0,), (1.0, 1.0), (0.0, 0.0))
    assert spread.shared_error(np.array([-1.0, 1.0])) == pytest.approx(0.2)
    assert spread.standard_error(np.array([-1.0, 1.0])) == pytest.approx(np.sqrt(1.04))
