"""A backtest as text: all periods together, period by period, and what can be told apart."""

from __future__ import annotations

from collections.abc import Sequence

from leadrank.backtest.result import RECALIBRATED, Backtest, Line, Period
from leadrank.types import Figure

COLUMNS = {
    "auc": ("ROC AUC", "{:.3f}"), "log_loss": ("log loss", "{:.4f}"), "brier": ("Brier", "{:.4f}"), "ece": ("ECE", "{:.3f}"),
    "lift_10": ("lift 10 %", "{:.2f}"), "caught": ("caught", "{:,.0f}"), "profit": ("profit", "{:,.0f}"),
}


def said(result: Backtest) -> str:
    """Return the backtest as lines of fixed-width text."""
    shown = [key for key in COLUMNS if any(key in line.figures for line in result.overall)]
    return "\n".join([
        heading(result), *result.warnings, "", *_aligned(_overall(result, shown)), "", *notes(result), "", *_aligned(_by_period(result)),
        *_aside(result), "",
        *(f"{one.words[:1].upper()}{one.words[1:]}." for one in result.comparisons),
    ])


def heading(result: Backtest) -> str:
    """Say what was rolled over what."""
    periods, times = len(result.periods), result.trainings
    hits = sum(period.conversions for period in result.periods)
    return (
        f"{result.name}: {periods} period{'s' * (periods != 1)}, {result.rows:,} leads judged, {hits:,} converted ({hits / result.rows:.1%}); "
        f"trained {'once' if times == 1 else f'{times} times'}, on the outcomes known then{f' ({result.delay})' if result.delay else ''}."
    )


def notes(result: Backtest) -> list[str]:
    """Say how to read the figures."""
    capacity = sorted({period.capacity for period in result.periods})
    many = f"{capacity[0]:,}" if len(capacity) == 1 else f"{capacity[0]:,} to {capacity[-1]:,}"
    lines = [
        "AUC, ECE and lift are averaged over the periods. 95 % intervals are from resampled leads: they tell of these periods, not of those to come.",
        f"Caught: conversions among the best {many} leads of each period. Rivals are as trained, uncalibrated.",
    ]
    if again := sum(period.again for period in result.periods):
        lines[1] += f" A lead is judged and worked once in a period, at its first cutoff there; {again:,} later ones are left out."
    if result.scorecard:
        whose = "as declared" if result.declared else "drafted from the first window"
        lines.append(f"Scorecard ({whose}): {'; '.join(result.scorecard)}.")
    return lines


def _overall(result: Backtest, shown: Sequence[str]) -> list[list[str]]:
    grid = [["", *(COLUMNS[key][0] for key in shown)]]
    for line in result.overall:
        grid.append([line.name, *(_value(line.figures.get(key), COLUMNS[key][1]) for key in shown)])
        if line.policy:
            grid.append(["  95 %", *(_between(line.figures.get(key), COLUMNS[key][1]) for key in shown)])
    return grid


def _by_period(result: Backtest) -> list[list[str]]:
    heads = ["period", "known", "leads", "converted", *(f"{name}: AUC" for name in result.policies[:1])]
    for name in result.policies:
        heads += [f"{name}: promised", "log loss"]
    return [heads, *(_period(result, period) for period in result.periods)]


def _period(result: Backtest, period: Period) -> list[str]:
    lines = {line.name: line for line in period.lines}
    cells = [period.name, f"{period.known:,}", f"{period.rows:,}", f"{period.rate:.1%}", _cell(lines[result.policies[0]], "auc", "{:.3f}")]
    for name in result.policies:
        cells += [_cell(lines[name], "expected", "{:.1%}"), _cell(lines[name], "log_loss", "{:.4f}")]
    return cells


def _aside(result: Backtest) -> list[str]:
    """Name the columns that were set aside at some boundary, and the last recalibration."""
    lines = []
    columns = dict.fromkeys(column for period in result.periods for column in period.quarantined)
    if columns:
        times = {column: sum(column in period.quarantined for period in result.periods) for column in columns}
        told = ", ".join(f"{column} ({n} of {len(result.periods)} periods)" for column, n in times.items())
        lines.append(f"Set aside by the leak checks, each from what was known then: {told}.")
    last = result.periods[-1].recalibration
    if RECALIBRATED in result.policies and last is not None:
        lines.append(f"The last recalibration: log-odds × {last.slope:.2f} {last.shift:+.2f}, from {last.outcomes:,} outcomes.")
    return ["", *lines] if lines else []


def _cell(line: Line, key: str, form: str) -> str:
    return _value(line.figures.get(key), form)


def _value(figure: Figure | None, form: str) -> str:
    return "–" if figure is None else form.format(figure.value)


def _between(figure: Figure | None, form: str) -> str:
    return "" if figure is None else f"{form.format(figure.low)}–{form.format(figure.high)}"


def _aligned(grid: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in grid) for k in range(len(grid[0]))]
    padded = ([cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))] for row in grid)
    return ["  ".join(row).rstrip() for row in padded]
