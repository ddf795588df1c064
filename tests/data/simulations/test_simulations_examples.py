from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import leadrank
from leadrank.data.simulations import SIMULATIONS, simulate
from leadrank.data.simulations.homebuyers import HOMEBUYER_COLUMNS
from leadrank.data.simulations.investors import NINE_LEADS
from leadrank.project import read_project

EXAMPLES = Path(__file__).parents[3] / "examples"
SIMULATED_BY = {
    "investor_tiers": "investor", "hot_leads": "courses", "roi": "courses", "homebuyer": "homebuyer", "real_estate": "real-estate",
}
FILES = ("leadrank.toml", "ancestor.toml")


@pytest.mark.parametrize("folder", SIMULATED_BY)
@pytest.mark.parametrize("file", FILES)
def test_each_project_file_is_valid_and_names_only_columns_that_its_simulation_has(folder: str, file: str) -> None:
    simulation = SIMULATIONS[SIMULATED_BY[folder]]
    project = read_project(EXAMPLES / folder / file)
    named = {project.lead.key, project.lead.order} - {None}
    assert named | set(project.lead.columns) | set(project.lead.exclude) <= set(simulate(simulation.name, rows=50).table.columns)
    assert project.lead.table == str(EXAMPLES / folder / simulation.file)
    assert project.target.column == simulation.target
    assert (project.target.classes or ()) == simulation.classes


@pytest.mark.parametrize("folder", SIMULATED_BY)
def test_our_project_sets_aside_every_planted_and_doubtful_column(folder: str) -> None:
    simulation = SIMULATIONS[SIMULATED_BY[folder]]
    columns = read_project(EXAMPLES / folder / "leadrank.toml").lead.columns
    assert all(columns[name].known_at_scoring is False and columns[name].because for name in simulation.leaks + simulation.doubtful)


@pytest.mark.parametrize("folder", SIMULATED_BY)
def test_the_ancestors_learner_competes_with_settings_that_are_not_tuned(folder: str) -> None:
    ours, original = (read_project(EXAMPLES / folder / file).model for file in FILES)
    (learner,) = original.candidates or ()
    assert learner in (ours.candidates or ())
    assert not ours.settings_of(learner).tune
    assert not original.settings_of(learner).tune


@pytest.mark.parametrize("folder", SIMULATED_BY)
def test_each_page_has_one_place_for_figures(folder: str) -> None:
    page = (EXAMPLES / folder / "README.md").read_text(encoding="utf-8")
    assert page.count("<!-- figures -->") == page.count("<!-- /figures -->") == 1
    assert page.index("<!-- figures -->") < page.index("<!-- /figures -->")


def test_homebuyer_columns_rename_the_public_course_table() -> None:
    assert set(HOMEBUYER_COLUMNS) <= set(simulate("courses", rows=10).table.columns)
    assert set(HOMEBUYER_COLUMNS.values()) == set(simulate("homebuyer", rows=10).table.columns)


@dataclass(frozen=True)
class StubScored:
    tier: str
    action: str
    classes: dict[str, float]


class StubScorer:
    def __init__(self, bundle: str) -> None:
        assert bundle == "investors.leadrank"

    def one(self, lead: dict[str, object]) -> StubScored:
        tier = "High" if lead["income"] == 350_000 else "Low"
        return StubScored(tier, f"do {tier}", {"Low": 0.1, "Medium": 0.2, "High": 0.7})


def load_class(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(leadrank, "Scorer", StubScorer, raising=False)
    spec = importlib.util.spec_from_file_location("lead_scoring_system", EXAMPLES / "investor_tiers" / "lead_scoring_system.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lead_scoring_system_answers_in_the_originals_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    system = load_class(monkeypatch).LeadScoringSystem("investors.leadrank")
    answer = system.predict_single(NINE_LEADS[0].cells)
    assert answer == {
        "lead_score": "High", "confidence": 0.7, "probabilities": {"Low": 0.1, "Medium": 0.2, "High": 0.7}, "recommendation": "do High",
    }
    assert [a["lead_score"] for a in system.predict_batch([NINE_LEADS[0].cells, NINE_LEADS[5].cells])] == ["High", "Low"]


def test_the_lead_scoring_system_takes_fewer_than_thirty_lines() -> None:
    assert len((EXAMPLES / "investor_tiers" / "lead_scoring_system.py").read_text(encoding="utf-8").splitlines()) < 30
