from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.data.simulations import simulate
from leadrank.data.simulations.investors import INVESTOR_CLASSES, INVESTOR_COLUMNS, NINE_LEADS, NamedLead, investor_points, investor_truth

POINTS = (17, 16, 10, 10, 3, 3, 9, 9, 9)
PUBLISHED = {"Low": 3_305, "Medium": 5_802, "High": 893}


@pytest.mark.parametrize(("lead", "points"), list(zip(NINE_LEADS, POINTS, strict=True)), ids=[lead.name for lead in NINE_LEADS])
def test_the_nine_leads_have_the_points_and_probabilities_of_the_rule(lead: NamedLead, points: int) -> None:
    counted = investor_points({name: np.array([value]) for name, value in lead.cells.items()})
    assert counted.tolist() == [points]
    assert investor_truth(counted)[0] == pytest.approx([lead.truth[name] for name in INVESTOR_CLASSES])
    assert max(lead.truth, key=lead.truth.__getitem__) in lead.expected


def test_class_shares_match_the_published_counts_within_noise() -> None:
    share = simulate("investor", rows=100_000, seed=1).truth.mean(axis=0)
    for name, expected in zip(INVESTOR_CLASSES, share, strict=True):
        noise = np.sqrt(expected * (1 - expected) * 10_000)
        assert abs(PUBLISHED[name] - 10_000 * expected) < 4 * noise


def test_the_published_optimum_lies_within_the_noise_of_ten_thousand_rows() -> None:
    simulated = simulate("investor", rows=100_000, seed=2)
    tier = simulated.table["lead_score"].replace_strict(INVESTOR_CLASSES, [0, 1, 2], return_dtype=pl.Int64).to_numpy()
    right = simulated.truth.argmax(axis=1) == tier
    loss = -np.log(simulated.truth[np.arange(len(tier)), tier])
    assert right.mean() == pytest.approx(0.8725, abs=0.004)
    assert loss.mean() == pytest.approx(0.2435, abs=0.006)
    assert abs(right.mean() - 0.868) < 3 * right.std() / 100
    assert abs(loss.mean() - 0.247) < 3 * loss.std() / 100


def test_no_label_contradicts_the_truth_and_the_truth_sums_to_one() -> None:
    simulated = simulate("investor", rows=5_000, seed=3)
    tier = simulated.table["lead_score"].replace_strict(INVESTOR_CLASSES, [0, 1, 2], return_dtype=pl.Int64).to_numpy()
    assert simulated.truth[np.arange(5_000), tier].min() > 0.3
    assert simulated.truth.sum(axis=1) == pytest.approx(1.0)


def test_columns_stay_in_their_ranges() -> None:
    table = simulate("investor", rows=20_000, seed=4).table
    assert tuple(table.columns) == (*INVESTOR_COLUMNS, "lead_score")
    for name, low, high in (("age", 22, 69), ("income", 30_000, 499_999), ("credit_score", 300, 849), ("inquiry_submitted", 0, 1)):
        assert low <= table[name].min() <= table[name].max() <= high
