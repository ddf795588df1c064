"""The honest table of one model as a record, and as text: one line per model, ours first with its intervals beneath."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.evaluation.curves import Curves
from leadrank.evaluation.verdict import Verdict
from leadrank.types import Figure

COLUMNS = {
    "macro_auc": ("macro AUC", "{:.3f}"),
    "auc": ("ROC AUC", "{:.3f}"),
    "average_precision": ("avg. prec.", "{:.3f}"),
    "log_loss": ("log loss", "{:.3f}"),
    "brier": ("Brier", "{:.3f}"),
    "ece": ("ECE", "{:.3f}"),
    "lift_10": ("lift 10 %", "{:.2f}"),
    "gain_20": ("gain 20 %", "{:.1%}"),
    "profit": ("profit", "{:,.0f}"),
}
TIERS = {"accuracy": ("accuracy", "{:.3f}")} | {key: COLUMNS[key] for key in ("log_loss", "brier", "macro_auc", "auc", "ece", "lift_10")}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a model or a rival, with each figure that is defined for it."""

    name: str
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One ordered class: how often it came, and how well it was named (None where undefined)."""

    name: str
    rows: int
    precision: Figure | None
    recall: Figure | None
    f1: Figure | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours against one rival on the same resamples; above 0 is better, whichever way the metric runs."""

    rival: str
    figures: dict[str, Figure]
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, how, on what, and what it amounts to. `table[0]` is ours; `cut` says how the call list was cut, where that needs saying."""

    measured: str
    rows: int
    positives: int
    base_rate: float
    classes: tuple[str, ...]
    table: tuple[Row, ...]
    per_class: tuple[ClassFigures, ...]
    differences: tuple[Difference, ...]
    curves: Curves
    calibration_noise: float
    verdict: Verdict
    currency: str = ""
    called: int | None = None
    draws: int = 200
    cut: str = ""

    @property
    def ours(self) -> dict[str, Figure]:
        """Figures of the model itself."""
        return self.table[0].figures

    def __str__(self) -> str:
        return text_table(self)


SHARED = ", tuned on the same folds"
"""Ends `Report.measured` where a short budget left no time to judge on fresh folds."""


def footnotes(report: Report) -> tuple[str, ...]:
    """Say what to bear in mind when reading the table: rivals without calibration, blocks that served twice."""
    said = []
    if any("log_loss" in row.figures and row.name != "constant" for row in report.table[1:]):
        said.append("Models other than ours: as trained, uncalibrated; that weighs on log loss, Brier and ECE, hardly on the ranking.")
    if report.measured.startswith("out of time"):
        said.append("Tuning, choosing, the allowance for drift and judging shared the forward blocks: the figures of ours are a little optimistic.")
    if report.measured.endswith(SHARED):
        said.append("The budget left no time to judge on folds that tuning had not seen: the figures of ours are a little optimistic.")
    return tuple(said)


def text_table(report: Report) -> str:
    """Return the report as lines of fixed-width text.

    Parameters
    ----------
    report
        As `judge` makes it.

    Returns
    -------
    str
        The heading, the table (lower is better for log loss, Brier, ECE), the figures at the threshold, the comparisons and the verdict.
    """
    columns = {key: said for key, said in (TIERS if report.classes else COLUMNS).items() if any(key in row.figures for row in report.table)}
    grid = [["", *(name for name, _ in columns.values())]]
    for row in report.table:
        grid.append([row.name, *(_value(row.figures.get(key), form) for key, (_, form) in columns.items())])
        if row is report.table[0]:
            grid.append(["  95 %", *(_between(row.figures.get(key), form) for key, (_, form) in columns.items())])
    margin = max(len(row.name) for row in report.table) + 2
    lines = [_heading(report), "", *_aligned(grid), *footnotes(report)]
    body = [*_classes(report), "", *_threshold(report), *_against(report, margin)]
    return "\n".join([*lines, *body, "", *_verdict(report.verdict)])


def _verdict(verdict: Verdict) -> list[str]:
    lines = [f"Verdict: {verdict.word}", *(f"  {reason}" for reason in verdict.because)]
    return [*lines, f"  Needed: about {verdict.outcomes_needed:,} more outcomes of the rarer class."] if verdict.outcomes_needed else lines


def _heading(report: Report) -> str:
    what = f"reached {report.classes[-1]}" if report.classes else "converted"
    return f"{report.rows:,} leads, {report.positives:,} {what} ({report.base_rate:.1%}); {report.measured}"


def _aligned(grid: list[list[str]]) -> list[str]:
    widths = [max(len(line[k]) for line in grid) for k in range(len(grid[0]))]
    cells = [[cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)] for line in grid]
    return ["  ".join([line[0].ljust(widths[0]), *row]) for line, row in zip(grid, cells, strict=True)]


def _value(figure: Figure | None, form: str) -> str:
    return form.format(figure.value) if figure else "–"


def _between(figure: Figure | None, form: str) -> str:
    if figure is None:
        return "–"
    low, high = form.format(figure.low), form.format(figure.high)
    return f"{low.removesuffix('%')}–{high}"


def _threshold(report: Report) -> list[str]:
    lines = []
    slope = report.ours.get("calibration_slope")
    if slope:
        lines.append(
            f"Calibration: slope {slope.value:.2f} ({_between(slope, '{:.2f}')}), 1 is right; "
            f"an ECE up to {report.calibration_noise:.3f} is noise on this many rows."
        )
    if report.called is not None:
        said = [f"{key} {report.ours[key].value:.1%}" for key in ("precision", "recall", "f1", "accuracy") if key in report.ours]
        if report.classes:
            said = [part for part in said if not part.startswith("accuracy")]
        lines.append(f"Calling {report.called:,} leads: {', '.join(said)}; each other row calls as many.")
        lines += [f"  {report.cut}"] if report.cut else []
    return lines


def _against(report: Report, margin: int) -> list[str]:
    return [f"  against {one.rival.ljust(margin)}{one.words}" for one in report.differences]


def _classes(report: Report) -> list[str]:
    if not report.per_class:
        return []
    grid = [["", "leads", "precision", "recall", "F1"]]
    grid += [[one.name, f"{one.rows:,}", *(_value(f, "{:.3f}") for f in (one.precision, one.recall, one.f1))] for one in report.per_class]
    return ["", *_aligned(grid)]
