"""A small sample of benchmarks/delay_campaign.py: twelve past dates of one simulated history whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def campaign(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("benchmarks/delay_campaign.py")


def test_the_youngest_leads_are_foretold_within_a_tenth_at_twelve_past_dates(campaign: ModuleType) -> None:
    [history] = campaign.campaign([91_000], ["rising"])
    figures = campaign.figures(history["cuts"])
    assert figures["cuts"] == 12
    assert figures["error_ours"] <= 0.1
    assert figures["better_than_naive"] >= 10
    assert figures["better_than_mature"] >= 10
    assert figures["error_ever"] <= 0.1
