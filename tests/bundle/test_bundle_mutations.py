"""A sample of the campaign in benchmarks/bundle_campaign.py, which `make campaigns` runs whole."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def campaign() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import bundle_campaign

        return bundle_campaign


@pytest.fixture(scope="module")
def folder(campaign: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bundles")
    for number, data in enumerate(campaign.small_bundles()):
        (made / f"{number}.leadrank").write_bytes(data)
    return made


def test_every_spoilt_bundle_is_refused_or_scores_as_before_and_the_process_survives(campaign: ModuleType, folder: Path) -> None:
    report = campaign.run(400, folder, seed=1)
    outcomes = report["outcomes"]
    assert report["different_files"] >= 400
    assert set(report["kinds"]) == set(campaign.KINDS)
    assert (outcomes["other"], outcomes["deaths"], report["executed"]) == (0, 0, [])
    assert set(report["kinds"].pop("no_key_untouched")) == {"identical"}
    assert set(report["kinds"].pop("no_key_part_left_out")) == {"refused"}
    for forgery in ("no_key_consistent_forgery", "no_key_values_forged"):
        assert set(report["kinds"].pop(forgery)) <= {"refused", "as_forged"}
    assert {name for counts in report["kinds"].values() for name in counts} == {"refused"}


def test_the_campaign_notices_a_death_and_goes_on(campaign: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dies = "import os, sys; print('begin', sys.argv[3], sys.argv[3], flush=True); os._exit(9)"
    monkeypatch.setattr(campaign, "CHILD", [sys.executable, "-c", dies])
    assert campaign.run(3, tmp_path)["outcomes"]["deaths"] == 3


def test_the_campaign_notices_what_loads_as_something_else(campaign: ModuleType, folder: Path) -> None:
    good, other = (folder / f"{number}.leadrank" for number in (0, 2))
    known = campaign.known(good)
    assert campaign.outcome(known, campaign.Attempt(other.read_bytes()), other) == "changed"
    assert campaign.outcome(known, campaign.Attempt(good.read_bytes()), good) == "identical"


def test_the_campaign_notices_other_scores_from_the_same_bytes(campaign: ModuleType, folder: Path) -> None:
    good = folder / "0.leadrank"
    known = campaign.known(good)
    moved = campaign.Known(known.base, known.rows, known.scores.reverse())
    assert campaign.outcome(moved, campaign.Attempt(good.read_bytes()), good) == "changed"
