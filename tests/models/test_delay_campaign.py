"""A small sample of benchmarks/delay_campaign.py: twelve past dates of one simulated history whose truth is known."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def campaign() -> ModuleType:
    spec = importlib.util.spec_from_file_location("delay_campaign", Path(__file__).parents[2] / "benchmarks" / "delay_campaign.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["delay_campaign"] = module
    spec.loader.exec_module(module)
    return module


def test_the_youngest_leads_are_foretold_within_a_tenth_at_twelve_past_dates(campaign: ModuleType) -> None:
    [history] = campaign.campaign([91_000], ["rising"])
    figures = campaign.figures(history["cuts"])
    assert figures["cuts"] == 12
    assert figures["error_ours"] <= 0.1
    assert figures["better_than_naive"] >= 10
    assert figures["better_than_mature"] >= 10
    assert figures["error_ever"] <= 0.1
