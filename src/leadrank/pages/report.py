"""One bundle as one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadrank.bundle import Bundle
from leadrank.pages import backtest, calls, charts, drivers, fairness, headline, making, measured, money, noticed, tiers
from leadrank.pages.environment import environment
from leadrank.pages.words import count

if TYPE_CHECKING:
    import polars as pl

    from leadrank.backtest import Backtest

SECTIONS = (
    ("money", "What it is worth"), ("tiers", "What to do, by when"), ("threshold", "Where the list ends"), ("calls", "First on the list"),
    ("left_alone", "Not worth working"), ("drivers", "What drives the score"), ("quarantine", "Columns set aside"),
    ("findings", "What else was noticed"), ("figures", "How good it is"), ("curves", "Curves"),
    ("backtest", "How it would have gone"), ("drift", "Change over time"),
    ("classes", "Class by class"), ("fairness", "Who is treated differently"), ("columns", "Columns used"), ("effects", "Columns that say little"),
    ("recipe", "How it was made"), ("words", "Words used here"),
)


def report_page(bundle: Bundle, *, call_list: pl.DataFrame | None = None, rolled: Backtest | None = None, version: str) -> str:
    """Render one self-contained page: no network, no script, pictures inline.

    Parameters
    ----------
    bundle
        What the page is about.
    call_list
        Output of `Scorer.many` in the order to be shown; its first rows appear with their reasons.
    rolled
        A backtest of the same project.
    version
        The product's version, for the foot of the page.

    Returns
    -------
    str
        HTML; the same for the same bundle, list and version.

    Raises
    ------
    MissingExtraError
        Jinja2 or matplotlib is not installed.
    """
    template = environment().get_template("report.html")
    content = _content(bundle, call_list, version) | {"backtest": None if rolled is None else backtest.section_of(rolled)}
    contents = [(name, title) for name, title in SECTIONS if content[name]]
    return template.render(**content, contents=contents, titles=dict(SECTIONS), version=version, count=count)


def _content(bundle: Bundle, frame: pl.DataFrame | None, version: str) -> dict[str, Any]:
    """Gather every section; an empty one is left out of the page."""
    aside, kept = noticed.set_aside(bundle), noticed.accepted(bundle)
    return _decisions(bundle, frame) | {
        "head": headline.headline(bundle),
        "description": headline.described(bundle),
        "outcome": headline.outcome(bundle),
        "learned": bundle.facts.learned_tiers,
        "drivers": drivers.drivers(bundle),
        "things": bundle.origin is not None,
        "pictures": drivers.pictures(bundle),
        "quarantine": {"columns": aside, "figures": noticed.with_and_without(bundle), "accepted": kept} if aside or kept else None,
        "findings": noticed.groups(bundle),
        "counted": noticed.counted(bundle),
        "figures": measured.honest_table(bundle.report),
        "footnotes": measured.notes(bundle.report),
        "compared": measured.compared(bundle.report),
        "cut_figures": measured.cut_table(bundle.report),
        "called": bundle.report.called,
        "cut_note": bundle.report.cut,
        "calibration": measured.calibration_words(bundle.report),
        "how_measured": measured.how_measured(bundle),
        "curves": charts.performance(bundle.report, bundle.policy.threshold),
        "marked": bundle.policy.threshold.on == "probability",
        "drift": making.drift_lines(bundle),
        "drift_words": making.drift_words(bundle),
        "classes": measured.class_lines(bundle.report),
        "fairness": fairness.fairness(bundle),
        "columns": making.dictionary(bundle),
        "all_columns": len(bundle.profile.columns),
        "effects": making.effect_lines(bundle),
        "recipe": making.recipe(bundle, version),
        "identity": bundle.identity,
        "words": True,
    }


def _decisions(bundle: Bundle, frame: pl.DataFrame | None) -> dict[str, Any]:
    case, not_worth, policy = bundle.facts.business, bundle.facts.not_worth, bundle.policy
    hits = money.hits_of(bundle)
    return {
        "money": money.plan_lines(case, hits) if case else (),
        "hits": hits,
        "case": case,
        "best_plan": money.best_name(case) if case else "",
        "by_share": charts.by_share(case, hits) if case else None,
        "tiers": tiers.tier_lines(policy),
        "tiers_on": policy.tiers_on,
        "threshold": money.threshold_facts(bundle),
        "threshold_chart": charts.threshold_chart(bundle.report, policy.threshold, policy.currency),
        "calls": calls.call_list_of(frame, bundle) if frame is not None and frame.height else None,
        "left_alone": money.not_worth_words(not_worth, headline.outcome(bundle)) if not_worth else (),
        "rejects": calls.left_alone(frame, bundle) if frame is not None else (),
    }

