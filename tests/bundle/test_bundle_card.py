"""The model card says what is known, plainly, and believes no name."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from leadrank.bundle import Bundle, HeldOut
from leadrank.bundle.card import model_card
from leadrank.bundle.learned import DIGITS, Learned
from leadrank.project import Target
from leadrank.types import Finding

HOSTILE = "<script>|x`y\n# z"
SECTIONS = (
    "Purpose", "Intended users", "Out-of-scope uses", "Data", "Features", "Columns set aside, and columns kept on somebody's word",
    "How it was trained and measured", "Figures", "Calibration", "Decision rule and tiers", "Limits", "Fairness", "Privacy",
    "Monitoring and retraining", "Version",
)


def load_simulated() -> ModuleType:
    """The bundles that the tests of pages draw, too."""
    spec = importlib.util.spec_from_file_location("simulated_bundles", Path(__file__).parents[1] / "pages" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def simulated() -> ModuleType:
    return load_simulated()


@pytest.fixture(scope="module")
def bundle(simulated: ModuleType) -> Bundle:
    return simulated.make_binary(400)


def part(card: str, title: str) -> str:
    return card.split(f"## {title}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]


def test_every_section_is_there_in_order(bundle: Bundle) -> None:
    assert tuple(re.findall(r"^## (.+)$", model_card(bundle, version="0.1.0"), re.MULTILINE)) == SECTIONS


def test_same_bundle_gives_the_same_card(bundle: Bundle) -> None:
    assert model_card(bundle, version="0.1.0") == model_card(bundle, version="0.1.0")


def test_figures_stand_beside_those_of_the_constant_with_intervals(bundle: Bundle) -> None:
    figures = part(model_card(bundle, version="0.1.0"), "Figures")
    auc = bundle.report.ours["auc"]
    assert "| figure | logistic | naive Bayes | constant | newest first |" in figures
    assert f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})" in figures


def test_tables_have_as_many_cells_in_every_row(bundle: Bundle) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", model_card(bundle, version="0.1.0"), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_columns_set_aside_and_kept_are_named_with_whose_word(bundle: Bundle) -> None:
    said = part(model_card(bundle, version="0.1.0"), SECTIONS[5])
    assert "Set aside: `close_reason`" in said
    assert "`phone`; because asked for on the form" in said
    assert "| ROC AUC | 0.985 | 0.781 |" in said


def test_columns_that_the_domain_blocks_are_set_aside_with_their_reason(bundle: Bundle) -> None:
    blocked = Finding("F301", "quarantine", "gender", 0, "The column 'gender' is declared sensitive and the domain is housing.", "Leave it so.")
    nothing = replace(bundle, findings=(), facts=replace(bundle.facts, quarantined=(), accepted=(), excluded=()))
    assert "None." in part(model_card(nothing, version="0.1.0"), SECTIONS[5])
    said = part(model_card(replace(nothing, findings=(blocked,)), version="0.1.0"), SECTIONS[5])
    assert "Set aside: `gender`. The column 'gender' is declared sensitive and the domain is housing." in said
    assert "None." not in said


def test_the_outcome_is_promised_with_its_horizon(bundle: Bundle) -> None:
    target = Target(event="sales|<b>", within=60.0, final_after=75.0)
    dated = model_card(replace(bundle, project=bundle.project.model_copy(update={"target": target})), version="0.1.0")
    assert "Outcome: sales\\|&lt;b> within 60 days, final after 75 days; from worst to best" in part(dated, "Data")
    assert "the probability that a lead converts (sales\\|&lt;b> within 60 days, final after 75 days)" in part(dated, "Purpose")
    assert f"Outcome: column `{bundle.project.target.column}`; from" in part(model_card(bundle, version="0.1.0"), "Data")


def test_the_quick_models_figures_are_headed_without_ambiguity(bundle: Bundle) -> None:
    assert "| figure of a quick model | if they were used | as trained |" in part(model_card(bundle, version="0.1.0"), SECTIONS[5])


def test_a_column_kept_against_the_evidence_shows_it(bundle: Bundle) -> None:
    against = Finding("L201", "warning", "phone", 600, "Column 'phone' seems to know the answer: AUC 0.979.", "Make sure.")
    card = model_card(replace(bundle, findings=(*bundle.findings, against)), version="0.1.0")
    assert "**It would have been set aside.** Column 'phone' seems to know the answer: AUC 0.979." in part(card, SECTIONS[5])
    assert "L201: Column 'phone' seems to know the answer" in part(card, "Limits")


def test_figures_at_the_cut_say_how_it_was_chosen(bundle: Bundle) -> None:
    report, cut = replace(bundle.report, cut="Chosen elsewhere."), replace(bundle.policy.threshold, cross_fitted=True)
    card = model_card(replace(bundle, report=report, policy=replace(bundle.policy, threshold=cut)), version="0.1.0")
    assert "Chosen elsewhere." in part(card, "Figures")
    assert "each chosen without the leads it is measured on" in part(card, "Decision rule and tiers")


def test_limits_carry_the_verdict_the_drift_and_the_warnings(bundle: Bundle) -> None:
    said = part(model_card(bundle, version="0.1.0"), "Limits")
    for words in (bundle.report.verdict.word, "log-odds +0.05, -0.22, +0.10", "L205", "D151", "no time order"):
        assert words in said


def test_sensitive_columns_are_named_and_what_was_not_audited(bundle: Bundle) -> None:
    said = part(model_card(bundle, version="0.1.0"), "Fairness")
    assert "Marked as sensitive: `gender`. The model uses `gender`." in said
    assert said.count("Not audited") == 2


def test_without_sensitive_columns_nothing_is_claimed(bundle: Bundle) -> None:
    schema = replace(bundle.schema, columns=tuple(replace(c, sensitive=False) for c in bundle.schema.columns))
    assert "nobody has checked" in part(model_card(replace(bundle, schema=schema), version="0.1.0"), "Fairness")


def test_regulated_domains_are_warned_about(bundle: Bundle) -> None:
    project = bundle.project.model_copy(update={"domain": "housing"})
    said = part(model_card(replace(bundle, project=project), version="0.1.0"), "Out-of-scope uses")
    assert "declared as housing" in said
    assert "only decision-maker" in said


def test_rows_set_aside_are_told_under_privacy(bundle: Bundle) -> None:
    held = replace(bundle, held_out=HeldOut("salt", 0.1, ("a", "b"), (0.1, 0.2)))
    assert "2 rows that were set aside are remembered by keyed hash" in part(model_card(held, version="0.1.0"), "Privacy")


def test_learned_rows_are_told_under_privacy(bundle: Bundle) -> None:
    held = replace(bundle, learned=Learned("salt", "0" * 3 * DIGITS, "f" * DIGITS, 0.0))
    assert "3 rows that were learned from are remembered" in part(model_card(held, version="0.1.0"), "Privacy")



def test_ordered_classes_have_figures_of_their_own(simulated: ModuleType) -> None:
    card = model_card(simulated.make_tiers(600, economics=True), version="0.1.0")
    assert "| class | leads | precision | recall | F1 |" in card
    assert "never measured" in part(card, "Limits")
    assert "likeliest class" in part(card, "Decision rule and tiers")


def test_names_are_text_and_break_no_table(simulated: ModuleType) -> None:
    bundle = simulated.make_binary(300, name=HOSTILE, renamed=HOSTILE, purpose=HOSTILE)
    bundle = replace(bundle, findings=(*bundle.findings, Finding("D1", "warning", HOSTILE, 1, HOSTILE, HOSTILE)))
    card = model_card(bundle, version="0.1.0")
    assert "\n# z" not in card
    assert not re.search(r"<script", re.sub(r"(`+).*?\1", "", card))
    test_tables_have_as_many_cells_in_every_row(bundle)


def test_training_says_what_is_fitted_where_and_ends_each_sentence_once(bundle: Bundle) -> None:
    spoken = replace(bundle, facts=replace(bundle.facts, speed="A forest of symmetric trees."))
    said = part(model_card(spoken, version="0.1.0"), "How it was trained and measured")
    assert "Served form: A forest of symmetric trees.\n" in said
    assert "taken from all training rows (no outcomes are used for it)" in said
    assert ".." not in said


def test_figures_say_what_flatters_whom(bundle: Bundle) -> None:
    ordered = replace(bundle, report=replace(bundle.report, measured="out of time, 5 forward blocks"))
    for card, shared in ((bundle, False), (ordered, True)):
        said = part(model_card(card, version="0.1.0"), "Figures")
        assert said.count("uncalibrated") == 1
        assert ("shared the forward blocks" in said) == shared
    assert "promises nothing about the lead" in part(model_card(bundle, version="0.1.0"), "Limits")


def test_a_model_with_hardly_any_facts_has_a_card(simulated: ModuleType, bundle: Bundle) -> None:
    card = model_card(simulated.without_figures(bundle), version="0.1.0")
    assert "Not measured." in part(card, "Calibration")
    assert tuple(re.findall(r"^## (.+)$", card, re.MULTILINE)) == SECTIONS
