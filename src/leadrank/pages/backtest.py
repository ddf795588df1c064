"""A backtest as a page of its own, and as a section of the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadrank.backtest import Backtest, Line, Period
from leadrank.backtest.said import COLUMNS, heading, notes
from leadrank.pages.environment import environment
from leadrank.pages.measured import Head, Table
from leadrank.pages.measured import Line as Shown
from leadrank.pages.svg import OTHER, OURS, QUIET, Chart, draw
from leadrank.pages.words import Said, count, decimal, percent, plural, say, say_money

LESS = frozenset({"log_loss", "brier", "ece"})
ROWS = ("auc", "log_loss", "brier", "ece", "expected", "lift_10", "caught", "profit")
LABELS = {key: label for key, (label, _) in COLUMNS.items()} | {"expected": "promised"}
STYLES = ((OURS, "-"), (OTHER, "-"), (QUIET, "-"))
MARKERS = "os^Dv"
RIVALS = ((OTHER, (0, (5, 1.5))), (QUIET, (0, (1, 1.2))), (OTHER, (0, (1, 1.2))), (QUIET, (0, (6, 1.5, 1, 1.5))))
"""Told apart by colour and dash, and by their markers where neither is seen."""
NAMED = 6
"""More periods than these are numbered on an axis, not named."""


def backtest_page(result: Backtest, *, version: str) -> str:
    """Render one self-contained page: no network, no script, pictures inline.

    Parameters
    ----------
    result
        What the page is about.
    version
        The product's version, for the foot of the page.

    Raises
    ------
    MissingExtraError
        Jinja2 or matplotlib is not installed.
    """
    return environment().get_template("backtest.html").render(backtest=section_of(result), title=result.name, version=version)


def section_of(result: Backtest) -> dict[str, Any]:
    """Gather what `sections/backtest.html` shows, as `backtest`."""
    shown = [key for key in ROWS if any(key in line.figures for line in result.overall) and key != "expected"]
    each = [key for key in ROWS if any(key in line.figures for line in result.overall)]
    how, *more = notes(result)
    return {
        "lead": heading(result),
        "warnings": result.warnings,
        "overall": Table(tuple(map(_head, shown)), tuple(_line(line, shown, result.currency) for line in result.overall)),
        "how": how,
        "words": tuple(f"{one.words[:1].upper()}{one.words[1:]}." for one in result.comparisons),
        "charts": charts_of(result),
        "heads": tuple(map(_head, each)),
        "periods": tuple(_period(period, each, result.currency) for period in result.periods),
        "notes": tuple(zip(("The call list", "The scorecard"), more, strict=False)),
    }


def charts_of(result: Backtest) -> tuple[Chart, ...]:
    """Draw how the policies did from period to period, what they promised, and the ranking beside what could be done without them."""
    if len(result.periods) < 2:
        return ()
    rivals = [line.name for line in result.overall if not line.policy]
    best = result.policies[:1]
    return (
        _by_period(result, "log_loss", "Log loss by period", "Lower is better; the gap between the curves is what refitting or recalibrating brings.",
                   result.policies),
        _promised(result),
        _by_period(result, "auc", "ROC AUC by period", "How well leads are told apart, beside what could be done without a model of ours.",
                   (*best, *rivals)),
    )


def _by_period(result: Backtest, key: str, title: str, says: str, names: Sequence[str]) -> Chart:
    def paint(axes: Any) -> None:
        at = list(range(len(result.periods)))
        for k, name in enumerate(names):
            values = [_value(period, name, key) for period in result.periods]
            colour, style = STYLES[k] if k < len(STYLES) and len(names) <= len(STYLES) else _quieter(k)
            axes.plot(at, values, color=colour, linestyle=style, marker=MARKERS[k % len(MARKERS)], markersize=5, label=name)
        _time(axes, result, LABELS[key])

    return draw(f"backtest-{key.replace('_', '-')}", title, says, paint)


def _promised(result: Backtest) -> Chart:
    def paint(axes: Any) -> None:
        at = list(range(len(result.periods)))
        axes.bar(at, [period.rate for period in result.periods], color=QUIET, alpha=0.35, width=0.6, label="what came")
        for (colour, style), name in zip(STYLES, result.policies, strict=False):
            values = [_value(period, name, "expected") for period in result.periods]
            axes.plot(at, values, color=colour, linestyle=style, marker="o", markersize=4, label=name)
        _time(axes, result, "share that converts")
        axes.yaxis.set_major_formatter(lambda value, _: percent(value))

    says = "The share of leads promised to convert, and the share that did: a model is honest where its curve meets the bars."
    return draw("backtest-promised", "Promised and come", says, paint)


def _quieter(k: int) -> tuple[str, Any]:
    return (OURS, "-") if k == 0 else RIVALS[(k - 1) % len(RIVALS)]


def _time(axes: Any, result: Backtest, label: str) -> None:
    many = len(result.periods)
    axes.set_xticks(range(many), [f"{k + 1}" if many > NAMED else _short(period.name) for k, period in enumerate(result.periods)])
    axes.set_xlabel("period")
    axes.set_ylabel(label)
    axes.legend(loc="best", fontsize=8.5, handlelength=3.4)


def _short(name: str) -> str:
    """Name a period by its beginning."""
    return name.removeprefix("leads ").replace(" – ", "–").split("–", maxsplit=1)[0]


def _value(period: Period, name: str, key: str) -> float:
    line = period.line(name)
    return line.figures[key].value if line is not None and key in line.figures else float("nan")


def _head(key: str) -> Head:
    if key == "expected":
        return Head(LABELS[key], "nearest to what converted is best", "")
    return Head(LABELS[key], *(("lower is better", "↓") if key in LESS else ("higher is better", "↑")))


def _period(period: Period, keys: Sequence[str], currency: str) -> dict[str, Any]:
    told = f"{count(period.known)} outcomes known before; {plural(period.rows, 'lead')} judged, {percent(period.rate)} converted"
    if period.pending:
        told += f"; {count(period.pending)} without an outcome"
    return {
        "name": period.name, "said": told, "lines": tuple(_line(line, keys, currency) for line in period.lines),
    }


def _line(line: Line, keys: Sequence[str], currency: str) -> Shown:
    return Shown(line.name, line.policy, tuple(_cell(line, key, currency) for key in keys))


def _cell(line: Line, key: str, currency: str) -> Said:
    figure = line.figures.get(key)
    if key == "profit":
        return say_money(figure, currency)
    if key == "expected":
        return Said(percent(figure.value)) if figure is not None else Said("–")
    return say(figure, decimal({"caught": 0, "lift_10": 2, "log_loss": 4, "brier": 4}.get(key, 3)))
