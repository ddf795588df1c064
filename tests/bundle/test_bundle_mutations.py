"""A sample of the campaign in benchmarks/bundle_campaign.py, which `make campaigns` runs whole."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import bundle_campaign

    return bundle_campaign


@pytest.fixture
def folder(campaign: ModuleType, tmp_path: Path) -> Path:
    for number, data in enumerate(campaign.small_bundles()):
        (tmp_path / f"{number}.leadrank").write_bytes(data)
    return tmp_path


def test_every_spoilt_bundle_is_refused_and_the_process_survives(campaign: ModuleType, folder: Path) -> None:
    report = campaign.run(400, folder, seed=1)
    outcomes = report["outcomes"]
    assert report["different_files"] >= 400
    assert set(report["kinds"]) == set(campaign.KINDS)
    assert (outcomes["other"], outcomes["deaths"], report["executed"]) == (0, 0, [])
    assert set(report["kinds"].pop("no_key_consistent_forgery")) == {"as_forged"}
    assert {name for counts in report["kinds"].values() for name in counts} <= {"refused", "identical"}


def test_the_campaign_notices_a_death_and_goes_on(campaign: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dies = "import os, sys; print('begin', sys.argv[3], sys.argv[3], flush=True); os._exit(9)"
    monkeypatch.setattr(campaign, "CHILD", [sys.executable, "-c", dies])
    assert campaign.run(3, tmp_path)["outcomes"]["deaths"] == 3


def test_the_campaign_notices_what_loads_as_something_else(campaign: ModuleType) -> None:
    good, other = (campaign.archive_bytes({"a": content}, {"version": "0.1.0"}) for content in (b"1", b"2"))
    assert campaign.outcome(campaign.base_of(good), campaign.Attempt(other)) == "changed"
    assert campaign.outcome(campaign.base_of(good), campaign.Attempt(good)) == "identical"
    assert campaign.outcome(campaign.base_of(good), campaign.Attempt(3, "no key")) == "refused"
