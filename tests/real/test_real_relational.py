"""Public sets of several tables: what is joined, what is learned from, what is found."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from leadrank.cli.main import run
from leadrank.data import read_project_tables
from leadrank.evaluation import roc_auc
from leadrank.history import History, history_of
from leadrank.prepare import Prepared, check
from leadrank.project import Project, read_project
from leadrank.score import Scorer
from leadrank.train import train

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not present at ../shared/data")
AUGUST = datetime.fromisoformat("2017-08-01")
BASELINE = 0.787
"""ROC AUC of the best simple model by time, in the README of the set."""
STANDARD_ERROR = 0.0115
"""Of an AUC on the 3,739 later invitations, households drawn with all theirs."""


def placed(example: str, tables: Path, folder: Path) -> Project:
    """Read an example's project with links to its tables beside it."""
    for table in tables.iterdir():
        (folder / table.name).symlink_to(table)
    (folder / "leadrank.toml").write_text((ROOT / "examples" / example / "leadrank.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return read_project(folder / "leadrank.toml")


def looked_at(project: Project, **asked: object) -> History:
    return history_of(project, {name: raw.frame for name, raw in read_project_tables(project).items()}, **asked)


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crm")
    placed("crm", DATA / "crm_sales_opportunities", folder)
    return folder


@pytest.fixture(scope="module")
def deals(crm: Path) -> tuple[History, Prepared]:
    history = looked_at(read_project(crm / "leadrank.toml"))
    return history, check(history.project, history.frame)


def test_the_product_that_is_written_otherwise_is_joined_and_named(deals: tuple[History, Prepared]) -> None:
    history, _ = deals
    repaired = next(f for f in history.findings if f.code == "D174")
    assert (str(repaired.column).rpartition(".")[2], repaired.rows) == ("product", 1_480)
    assert history.frame["products.sales_price"].null_count() == 0
    assert "'GTXPro' is 'GTX Pro'" in repaired.message


def test_open_deals_are_never_learned_from(deals: tuple[History, Prepared]) -> None:
    history, prepared = deals
    assert len(prepared.y) == 6_711
    assert int(prepared.y.sum()) == 4_238
    assert set(history.frame["deal_stage"].gather(prepared.rows)) == {"Won", "Lost"}


def test_the_artefact_of_the_engagement_date_is_named(deals: tuple[History, Prepared]) -> None:
    found = {f.code: f for f in deals[1].findings}
    late, quick, forgotten = found["D181"], found["D182"], found["D183"]
    assert (late.column, late.severity) == ("engage_date", "warning")
    assert 0.70 < late.evidence["early_rate"] < 0.76
    assert 0.60 < late.evidence["later_rate"] < 0.63
    assert quick.evidence["bias"] < -0.02
    assert forgotten.rows > 1_300
    assert forgotten.evidence["rate_if_lost"] < 0.54


def test_open_deals_are_scored_and_a_sound_model_says_that_there_is_no_signal(crm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, bundle, scored = crm / "leadrank.toml", crm / "crm.leadrank", crm / "open.parquet"
    assert run(["train", str(project), "-o", str(bundle), "--trials", "1", "--threads", "1"]) == 0
    assert "not enough evidence" in capsys.readouterr().out
    assert run(["score", str(bundle), str(project), "-o", str(scored)]) == 0
    stage = pl.read_csv(DATA / "crm_sales_opportunities" / "sales_pipeline.csv").select("opportunity_id", "deal_stage")
    stages = pl.read_parquet(scored).join(stage, on="opportunity_id")["deal_stage"].value_counts(sort=True).rows()
    assert stages == [("Engaging", 1_589), ("Prospecting", 500)]


def test_the_training_table_of_the_deals_names_no_deal(crm: Path) -> None:
    assert run(["export-training", str(crm / "leadrank.toml"), "-o", str(crm / "training.csv")]) == 0
    written = (crm / "training.csv").read_bytes()
    names = pl.read_csv(DATA / "crm_sales_opportunities" / "sales_pipeline.csv")["opportunity_id"]
    assert not [name for name in names if name.encode() in written]
    assert pl.read_csv(crm / "training.csv").height == 6_711


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, script: Callable[[str], ModuleType]) -> Project:
    folder = tmp_path_factory.mktemp("journey")
    project = placed("complete_journey", DATA / "complete_journey", folder)
    script("examples/complete_journey/fitting.py").fitting_purchases(folder).write_csv(folder / "fitting_purchases.csv")
    return project


@pytest.fixture(scope="module")
def invitations(journey: Project) -> History:
    return looked_at(journey)


def redeemed() -> np.ndarray:
    """Say for each invitation whether a coupon of its campaign was redeemed, found without the library."""
    tables = DATA / "complete_journey"
    keys = ["household_id", "campaign_id"]
    lead, redemptions = (pl.read_csv(tables / name, infer_schema=False) for name in ("campaigns.csv", "coupon_redemptions.csv"))
    won = redemptions.select(keys).unique().with_columns(won=pl.lit(1))
    return lead.join(won, on=keys, how="left", maintain_order="left")["won"].fill_null(0).to_numpy()


def test_invitations_are_looked_at_when_their_campaign_starts(invitations: History) -> None:
    assert invitations.frame.height == 6_589
    assert invitations.frame["at"].n_unique() == 25
    assert (invitations.frame["redeemed all, ever"] == 0).all(), "no coupon of a campaign is known before it starts"
    assert (invitations.frame["redemptions all, ever"] > 0).any()


def test_no_silent_zero_for_campaigns_that_still_run(invitations: History) -> None:
    outcome, at = invitations.frame["converted"], invitations.frame["at"]
    young = at > datetime.fromisoformat("2017-11-02")
    assert outcome.filter(young).null_count() == int(young.sum())
    assert outcome.filter(~young).null_count() == 0
    final = outcome.is_not_null().to_numpy()
    same = (outcome.drop_nulls() == "converted").to_numpy() == redeemed()[final].astype(bool)
    assert int((~same).sum()) <= 3, "three redemptions came after 60 days"


def test_earlier_invitations_and_what_was_redeemed_of_the_same_type_are_those_of_before_the_start(invitations: History) -> None:
    """Counted once more without the library."""
    tables = DATA / "complete_journey"
    lead, redemptions, campaigns = (
        pl.read_csv(tables / name, infer_schema=False) for name in ("campaigns.csv", "coupon_redemptions.csv", "campaign_descriptions.csv"))
    told = lead.with_row_index("row").join(campaigns, on="campaign_id")
    earlier = told.join(told, on="household_id", suffix="_then").filter(pl.col("start_date_then") < pl.col("start_date"))
    typed = redemptions.join(campaigns, on="campaign_id").select("household_id", "redemption_date", campaign_type_then="campaign_type")
    used = told.join(typed, on="household_id").filter(pl.col("redemption_date") < pl.col("start_date"))
    alike = pl.col("campaign_type_then") == pl.col("campaign_type")
    wanted = {"invitations": earlier, "invitations_of_type": earlier.filter(alike), "redemptions": used, "redemptions_of_type": used.filter(alike)}
    for name, rows in wanted.items():
        counts = lead.with_row_index("row").join(rows.group_by("row").len(), on="row", how="left", maintain_order="left")["len"].fill_null(0)
        assert invitations.frame[f"{name} all, ever"].to_list() == counts.to_list(), name
        assert counts.sum() > 0


@pytest.mark.campaign
def test_coupons_are_foretold_out_of_time_better_than_by_the_baseline_by_more_than_a_standard_error(
    request: pytest.FixtureRequest, journey: Project, invitations: History
) -> None:
    if "campaign" not in request.config.getoption("-m"):
        pytest.skip("a campaign: run with -m campaign")
    project = invitations.project.model_copy(update={"model": journey.model.model_copy(update={"trials": 5, "threads": 1, "folds": 3})})
    early = (invitations.frame["at"] < AUGUST).to_numpy()
    rows = invitations.frame.with_columns(pl.Series("converted", redeemed()))
    bundle = train(project, rows.filter(pl.Series(early)), clock=time.monotonic)
    probability = Scorer(bundle).many(rows.filter(pl.Series(~early)).drop("converted"))["probability"].to_numpy()
    assert roc_auc(redeemed()[~early], probability) > BASELINE + STANDARD_ERROR
