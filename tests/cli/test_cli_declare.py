"""Flags and project files become one project."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrank.cli.declare import Flags, classes_of, cores, declare, threshold_of
from leadrank.errors import ProjectError, UsageError
from leadrank.project import ACCEPTED

FILE = """
name = "spring"
[lead]
table = "leads.csv"
exclude = ["a"]
[lead.columns]
"Tags" = { known_at_scoring = false, because = "later", description = "set by the rep" }
[target]
column = "won"
classes = ["Low", "High"]
[economics]
value_column = "amount"
[model]
budget = "1 minute"
threads = 1
[model.xgboost]
tune = false
max_depth = 6
"""


@pytest.fixture
def project_file(tmp_path: Path) -> str:
    path = tmp_path / "leadrank.toml"
    path.write_text(FILE)
    return str(path)


def test_a_table_needs_only_its_outcome() -> None:
    project = declare("some/Leads.csv.gz", Flags(target="Converted"))
    assert (project.name, project.lead.table, project.target.column) == ("Leads", "some/Leads.csv.gz", "Converted")
    assert project.model.threads == cores()


def test_a_table_without_an_outcome_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="the outcome column was expected, none was given"):
        declare("leads.csv", Flags())


def test_a_project_file_is_taken_as_it_stands(project_file: str, tmp_path: Path) -> None:
    project = declare(project_file, Flags())
    assert project.lead.table == str(tmp_path / "leads.csv")
    assert project.target.classes == ("Low", "High")
    assert project.model.xgboost.given == {"max_depth": 6}
    assert (project.model.budget, project.model.threads) == (60.0, 1)


def test_a_reason_in_the_file_outlives_the_flag_that_accepts_the_column(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text('[lead]\ntable = "a.csv"\n[lead.columns]\nage = { sensitive = true, because = "the law asks" }\n[target]\ncolumn = "won"\n')
    age = declare(str(file), Flags(accept=("age",))).lead.columns["age"]
    assert (age.known_at_scoring, age.because) == (True, "the law asks")


def test_flags_override_the_file(project_file: str) -> None:
    flags = Flags(
        positive="High", key="id", exclude=("b",), accept=("Tags",), budget="5", trials=2, seed=3, value=10.0, cost=1.5, threshold={"recall": 0.8},
    )
    project = declare(project_file, flags)
    assert (project.target.positive, project.target.classes) == ("High", None)
    assert project.lead.key == "id"
    assert project.lead.exclude == ("a", "b")
    tags = project.lead.columns["Tags"]
    assert (tags.known_at_scoring, tags.because, tags.description) == (True, ACCEPTED, "set by the rep")
    assert (project.model.budget, project.model.trials, project.model.seed) == (5.0, 2, 3)
    assert (project.economics.value, project.economics.value_column, project.economics.contact_cost) == (10.0, None, 1.5)
    assert project.decision.threshold is not None
    assert project.decision.threshold.recall == 0.8


def test_another_outcome_forgets_what_was_declared_of_the_first(project_file: str) -> None:
    target = declare(project_file, Flags(target="bought")).target
    assert (target.column, target.positive, target.classes) == ("bought", None, None)


def test_contradicting_flags_are_refused() -> None:
    with pytest.raises(ProjectError, match="either `positive`"):
        declare("leads.csv", Flags(target="won", positive="1", classes=("a", "b")))


def test_a_project_without_a_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leadrank.toml"
    path.write_text('[target]\ncolumn = "won"\n')
    with pytest.raises(UsageError, match="names no table"):
        declare(str(path), Flags())


@pytest.mark.parametrize("text", ["often", "precision", "capacity=many", "balance"])
def test_a_threshold_that_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--threshold expects"):
        threshold_of(text)


def test_a_capacity_is_a_number_of_leads() -> None:
    assert threshold_of("capacity=40") == {"capacity": 40}


def test_classes_are_split_at_commas() -> None:
    assert classes_of(" Low, Medium ,High") == ("Low", "Medium", "High")
    assert classes_of(None) is None
