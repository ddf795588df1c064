"""The honest tables: ours beside what could be done without it, and class by class."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.bundle import Bundle
from leadrank.evaluation import Report
from leadrank.evaluation.report import COLUMNS, TIERS, footnotes
from leadrank.pages.words import Said, count, decimal, percent, say, say_money
from leadrank.types import Figure

LESS = frozenset({"log_loss", "brier", "ece"})
AT_CUT = {"precision": "precision", "recall": "recall", "f1": "F1", "accuracy": "accuracy"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading and which way is better, in words and as an arrow."""

    label: str
    better: str
    arrow: str


@dataclass(frozen=True, slots=True)
class Line:
    """One model's figures."""

    name: str
    ours: bool
    cells: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Models by figures."""

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]


def honest_table(report: Report) -> Table:
    """Ours beside its rivals; only the figures that some model has."""
    keys = {key: label for key, (label, _) in (TIERS if report.classes else COLUMNS).items()}
    return _table(report, keys)


def compared(report: Report) -> tuple[tuple[str, str], ...]:
    """Say how ours compares with each rival, beyond noise or not."""
    return tuple((one.rival, one.words) for one in report.differences)


def notes(report: Report) -> str:
    """Say what to bear in mind when reading the table."""
    return " ".join(footnotes(report))


def cut_table(report: Report) -> Table:
    """Figures of the call list, every rival calling as many leads."""
    return _table(report, {key: label for key, label in AT_CUT.items() if not (report.classes and key == "accuracy")})


def _table(report: Report, keys: dict[str, str]) -> Table:
    used = [key for key in keys if any(key in row.figures for row in report.table)]
    heads = tuple(Head(keys[key], *(("lower is better", "↓") if key in LESS else ("higher is better", "↑"))) for key in used)
    lines = tuple(
        Line(row.name, row is report.table[0], tuple(_cell(row.figures.get(key), key, report.currency) for key in used))
        for row in report.table
    )
    return Table(heads, lines)


def _cell(figure: Figure | None, key: str, currency: str) -> Said:
    if key == "profit":
        return say_money(figure, currency)
    return say(figure, percent if key.startswith("gain") or key in AT_CUT else decimal(2 if key.startswith("lift") else 3))


def class_lines(report: Report) -> tuple[tuple[str, str, Said, Said, Said], ...]:
    """Return how well each ordered class is named, best class first."""
    return tuple(
        (one.name, count(one.rows), say(one.precision, percent), say(one.recall, percent), say(one.f1, decimal(2)))
        for one in reversed(report.per_class)
    )


def calibration_words(report: Report) -> str:
    """Say whether probabilities are spread too far or too little."""
    slope = report.ours.get("calibration_slope")
    if slope is None:
        return ""
    said = say(slope, decimal(2))
    told = "1 lies within: promises are neither too bold nor too timid"
    if slope.high < 1:
        told = "below 1: promises are too bold, the high ones too high and the low ones too low"
    elif slope.low > 1:
        told = "above 1: promises are too timid, the high ones too low and the low ones too high"
    return f"Calibration slope {said.value} ({said.interval}); {told}."


def how_measured(bundle: Bundle) -> str:
    """Say on which leads the figures were measured."""
    report = bundle.report
    what = f"reached {report.classes[-1]}" if report.classes else "converted"
    return (
        f"Measured on {count(report.rows)} leads that the model had not learned from ({report.measured}); {count(report.positives)} of them {what} "
        f"({percent(report.base_rate)}). Intervals are 95% ones from {count(report.draws)} bootstrap resamples."
    )
