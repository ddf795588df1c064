"""A key that nobody declared: adopted at training, carried by scores, found by explanations."""

from __future__ import annotations

from leadrank.cli.intake import row_of
from leadrank.score import Scorer
from leadrank.train import train


def test_the_adopted_key_is_in_the_bundle_and_goes_with_every_score(project, leads):
    bundle = train(project(lead={"key": None}, model={"trials": 1, "candidates": ["logistic"], "threads": 1}), leads(), clock=lambda: 0.0)
    assert bundle.project.lead.key == "id"
    scored = Scorer(bundle).many(leads().head(5))
    assert scored.columns[0] == "id"
    assert scored["id"].to_list() == leads()["id"].head(5).to_list()
    assert Scorer(bundle).one(leads().row(3, named=True)).key == str(leads()["id"][3])
    assert row_of(leads(), bundle.project.lead.key, str(leads()["id"][7])) == 7


def test_a_declared_key_and_an_excluded_column_are_left_as_they_are(project, leads):
    quick = {"trials": 1, "candidates": ["logistic"], "threads": 1}
    bundle = train(project(lead={"key": None, "exclude": ("id",)}, model=quick), leads(), clock=lambda: 0.0)
    assert bundle.project.lead.key is None
    assert Scorer(bundle).many(leads().head(5)).columns[0] == "row"
