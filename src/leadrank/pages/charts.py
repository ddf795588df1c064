"""The charts of the report, each with the one sentence that says what to see in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from leadrank.decisions import BusinessCase, Plan, Threshold
from leadrank.evaluation import Curve, Report
from leadrank.pages.svg import OTHER, OURS, QUIET, Chart, draw
from leadrank.pages.words import clip, compact, money, percent, plural

Painter = Callable[[Any], None]


def performance(report: Report, threshold: Threshold) -> list[Chart]:
    """Draw how well the model ranks and how well it keeps its promises; curves without points are left out."""
    cut = threshold.cut if threshold.on == "probability" else None
    curves = report.curves
    drawn = [
        _gains(report, cut), _reliability(report), _lift(report, cut), _roc(report, cut), _precision_recall(report, cut), _profit(report, cut),
    ]
    enough = len(curves.gains.x) > 1
    return [chart for chart in drawn if chart is not None and enough]


def threshold_chart(report: Report, threshold: Threshold, currency: str) -> Chart | None:
    """Draw what any other cut would have brought: profit where it is known, else precision and F1."""
    if threshold.regret is not None and len(threshold.regret.cut) > 1:
        return _regret(threshold, currency)
    return _precision_by_cut(report, threshold)


def by_share(case: BusinessCase, hits: str) -> Chart | None:
    """Draw what working more or fewer leads would bring, with its interval; `hits` names the leads that succeed."""
    profits = [plan.profit for plan in case.by_share]
    if len(profits) > 1 and all(one is not None for one in profits):
        unit = f", {case.currency}" if case.currency else ""
        says = "Profit when only the best leads are worked, by their share of all leads; the band is the 95% interval."
        return _band("by-share", "Working more or fewer leads", says, case.by_share, lambda p: p.profit, f"profit{unit}", compact)
    if len(case.by_share) > 1 and all(plan.share_of_conversions for plan in case.by_share):
        says = f"Share of all {hits} that is caught when only the best leads are worked; the band is the 95% interval."
        caught = f"{hits} caught"
        return _band("by-share", "Working more or fewer leads", says, case.by_share, lambda p: p.share_of_conversions, caught, percent)
    return None


def _band(
    name: str, title: str, says: str, plans: Sequence[Plan], figure: Callable[[Plan], Any], label: str, form: Callable[[float], str]
) -> Chart:
    share = [_share(plan, plans) for plan in plans]
    figures = [figure(plan) for plan in plans]

    def paint(axes: Any) -> None:
        axes.fill_between(share, [f.low for f in figures], [f.high for f in figures], color=OURS, alpha=0.18, linewidth=0)
        axes.plot(share, [f.value for f in figures], color=OURS, marker="o", markersize=4)
        _axes(axes, "best share of the leads worked", label, x=percent, y=form)
        axes.set_xlim(0, 1.02)

    return draw(name, title, says, paint)


def _share(plan: Plan, plans: Sequence[Plan]) -> float:
    return plan.worked / max(plans[-1].worked, 1)


def _regret(threshold: Threshold, currency: str) -> Chart:
    curve = threshold.regret
    assert curve is not None  # noqa: S101 - asked by the caller
    on = threshold.on == "probability"
    here = f" The line marks the cut in use, {percent(threshold.cut)}." if on else " Leads are decided one by one here, by their own value."
    if threshold.regret_here is not None:
        less = money(currency)(threshold.regret_here)
        here += f" With hindsight another cut earned {less} more." if threshold.regret_here >= 0.5 else " No single cut earned more."

    def paint(axes: Any) -> None:
        if threshold.empirical is not None:
            axes.axvspan(threshold.empirical.low, threshold.empirical.high, color=QUIET, alpha=0.15, linewidth=0)
        axes.plot(curve.cut, curve.profit, color=OURS)
        if on:
            _cut_in_use(axes, threshold.cut)
        _axes(axes, "call every lead at or above this probability", f"profit, {currency}" if currency else "profit", x=percent, y=compact)
        axes.set_xlim(0, 1)

    shaded = " The shaded strip holds the best cut in 90 of 100 repetitions." if threshold.empirical is not None else ""
    return draw("threshold", "Profit at every cut", f"What calling every lead above a cut would have earned.{here}{shaded}", paint)


def _precision_by_cut(report: Report, threshold: Threshold) -> Chart | None:
    curves = report.curves
    if len(curves.precision.x) < 2:
        return None
    hit = f"reach {report.classes[-1]}" if report.classes else "convert"

    def paint(axes: Any) -> None:
        axes.plot(curves.precision.x, curves.precision.y, color=OURS)
        axes.plot(curves.f1.x, curves.f1.y, color=QUIET, linestyle=(0, (4, 2)))
        _end_label(axes, curves.precision, "precision", OURS)
        _end_label(axes, curves.f1, "F1", QUIET)
        if threshold.on == "probability":
            _cut_in_use(axes, threshold.cut)
        _axes(axes, "call every lead at or above this probability", "", x=percent, y=percent)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.03)

    says = f"Precision (the share of called leads that {hit}) and F1 (its balance with the share of such leads caught) at every cut."
    return draw("threshold", "Precision at every cut", says, paint)


def _cut_in_use(axes: Any, cut: float) -> None:
    axes.axvline(cut, color=OTHER, linewidth=1.4)
    spot, aligned = ((-5, 0), "right") if cut > 0.8 else ((5, 0), "left")
    axes.annotate(
        "cut in use", (cut, 0.03), xycoords=("data", "axes fraction"), xytext=spot, textcoords="offset points", ha=aligned, color=OTHER,
    )


def _hits(report: Report) -> str:
    """Name the leads that succeeded."""
    return f"{clip(report.classes[-1], 30)} leads" if report.classes else "conversions"


def _gains(report: Report, cut: float | None) -> Chart:
    curve, base, hits = report.curves.gains, report.base_rate, _hits(report)
    fifth = report.ours.get("gain_20")
    caught = f" The best 20% hold {percent(fifth.value)} of them." if fifth else ""

    def paint(axes: Any) -> None:
        axes.plot([0, base, 1], [0, 1, 1], color=QUIET, linewidth=1, linestyle=(0, (1, 2)))
        _dashed(axes, (0, 1), (0, 1))
        _line(axes, curve, cut)
        axes.annotate("perfect", (base, 1), xytext=(4, -3), textcoords="offset points", va="top", color=QUIET)
        axes.annotate("at random", (0.72, 0.72), xytext=(6, -8), textcoords="offset points", va="top", color=QUIET)
        _axes(axes, "leads worked, best first", f"{hits} caught", x=percent, y=percent)
        _unit(axes)

    return draw("gains", "Gains", f"How many of the {hits} are caught by working only the best leads.{caught}", paint)


def _lift(report: Report, cut: float | None) -> Chart:
    curve = report.curves.lift
    tenth = report.ours.get("lift_10")
    best = f" In the best 10% it is {tenth.value:.1f} times." if tenth else ""

    def paint(axes: Any) -> None:
        _dashed(axes, (0, 1), (1, 1))
        _line(axes, curve, cut, rising=False)
        _axes(axes, "leads worked, best first", "times the average", x=percent, y=lambda v: f"{v:g}×")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, None)

    return draw("lift", "Lift", f"How many times more {_hits(report)} there are among the best leads than on average.{best}", paint)


def _roc(report: Report, cut: float | None) -> Chart:
    area = report.ours.get("auc")
    says = "The further the curve bends to the upper left, the better leads are told apart; the dashed line is chance."
    if area is not None:
        says += f" In {percent(area.value)} of pairs the lead that succeeded was ranked above the one that did not."

    def paint(axes: Any) -> None:
        _dashed(axes, (0, 1), (0, 1))
        _line(axes, report.curves.roc, cut)
        _axes(axes, "other leads called in vain", f"{_hits(report)} caught", x=percent, y=percent)
        _unit(axes)

    return draw("roc", "ROC curve", says, paint)


def _precision_recall(report: Report, cut: float | None) -> Chart:
    base = report.base_rate
    says = f"The longer the list, the more {_hits(report)} it catches and the smaller their share on it; called at random it is {percent(base)}."

    def paint(axes: Any) -> None:
        _dashed(axes, (0, 1), (base, base))
        _line(axes, report.curves.precision_recall, cut, rising=False)
        _axes(axes, f"{_hits(report)} caught (recall)", "share on the list (precision)", x=percent, y=percent)
        _unit(axes)

    return draw("precision-recall", "Precision and recall", says, paint)


def _reliability(report: Report) -> Chart | None:
    bins = report.curves.reliability
    if not bins:
        return None
    error = report.ours.get("ece")
    says = "Promised against real shares in ten groups of leads: on the diagonal the promise was kept; in the grey band only luck differs."
    if error is not None:
        says += f" On average they differ by {100 * error.value:.1f} points."
    promised = [b.promised for b in bins]
    luck = [1.959964 * math.sqrt(b.promised * (1 - b.promised) / b.rows) for b in bins]

    def paint(axes: Any) -> None:
        low = [max(0.0, p - one) for p, one in zip(promised, luck, strict=True)]
        high = [min(1.0, p + one) for p, one in zip(promised, luck, strict=True)]
        axes.fill_between(promised, low, high, color=QUIET, alpha=0.2, linewidth=0)
        _dashed(axes, (0, 1), (0, 1))
        reach = [[max(0.0, b.came - b.low) for b in bins], [max(0.0, b.high - b.came) for b in bins]]
        axes.errorbar(promised, [b.came for b in bins], yerr=reach, fmt="o", color=OURS, markersize=5, elinewidth=1.3, capsize=0)
        _axes(axes, "promised probability", "what came", x=percent, y=percent)
        top = min(1.0, 1.12 * max([*promised, *(b.high for b in bins)]))
        axes.set_xlim(0, top)
        axes.set_ylim(0, top)

    return draw("reliability", "Reliability", says, paint)


def _profit(report: Report, cut: float | None) -> Chart | None:
    curve = report.curves.profit
    if curve is None or len(curve.x) < 2:
        return None
    top = max(range(len(curve.y)), key=lambda k: curve.y[k])
    says = (
        f"Profit of calling the best leads first: it peaked at {money(report.currency)(curve.y[top])} with {percent(curve.x[top])} of them called, "
        f"that is {plural(curve.x[top] * report.rows, 'lead')}."
    )

    def paint(axes: Any) -> None:
        axes.plot([0, 1], [0, curve.y[-1]], color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))
        _line(axes, curve, cut, rising=False)
        _axes(axes, "leads called, best first", f"profit, {report.currency}" if report.currency else "profit", x=percent, y=compact)
        axes.set_xlim(0, 1)

    return draw("profit", "Profit", says, paint)


def _line(axes: Any, curve: Curve, cut: float | None, *, rising: bool = True) -> None:
    """Draw the curve and mark the call list, its label on the side where the curve is not."""
    axes.plot(curve.x, curve.y, color=OURS, solid_joinstyle="round")
    at = None if cut is None else _place(curve, cut)
    if at is None:
        return
    spot = (curve.x[at], curve.y[at])
    axes.plot([spot[0]], [spot[1]], color=OTHER, marker="o", markersize=7, clip_on=False)
    offset, side = ((8, -4), "top") if rising else ((4, 7), "bottom")
    aligned = "right" if spot[0] > 0.85 else "left"
    axes.annotate("call list", spot, xytext=offset, textcoords="offset points", va=side, ha=aligned, color=OTHER)


def _place(curve: Curve, cut: float) -> int | None:
    """Find the last point whose cut is at or above the one in use."""
    found = [k for k, at in enumerate(curve.cut) if at is not None and at >= cut]
    return found[-1] if found else None


def _dashed(axes: Any, x: tuple[float, float], y: tuple[float, float]) -> None:
    axes.plot(x, y, color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))


def _end_label(axes: Any, curve: Curve, words: str, colour: str) -> None:
    """Write the curve's name where high cuts part precision from F1."""
    k = min(range(len(curve.x)), key=lambda at: abs(curve.x[at] - 0.75 * max(curve.x)))
    axes.annotate(words, (curve.x[k], curve.y[k]), xytext=(4, 6), textcoords="offset points", color=colour)


def _unit(axes: Any) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.03)


def _axes(axes: Any, across: str, up: str, *, x: Callable[[float], str], y: Callable[[float], str]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: x(value))
    axes.yaxis.set_major_formatter(lambda value, _: y(value))
