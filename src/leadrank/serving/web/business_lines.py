"""Business figures as lines of a table: of one period, or before and after a day."""

from __future__ import annotations

from dataclasses import dataclass

from leadrank.evaluation.business_figures import BeforeAfter, BusinessFigure
from leadrank.pages.words import NONE, Said, count, decimal, percent, say, say_money
from leadrank.types import Figure

SETTINGS = {"cost per acquisition": "contact_cost = 3.25", "revenue per unit of marketing spend": "marketing_cost = 3000.00  # in a month"}
"""What a project file can say under [economics] so that a figure is known."""


@dataclass(frozen=True, slots=True)
class Line:
    """One business figure: of the whole period, or before and after, and whether chance explains the difference."""

    name: str
    tier: str
    before: Said
    after: Said | None
    difference: Said | None
    clear: bool
    note: str
    counted: str

    @property
    def empty(self) -> bool:
        """Whether there is too little to say anything."""
        return self.before.value == NONE and (self.after is None or self.after.value == NONE)

    @property
    def setting(self) -> str:
        """The line of a project file that is missing for it."""
        return SETTINGS.get(self.name, "") if "not known" in self.note else ""


def lines(found: tuple[BusinessFigure, ...] | BeforeAfter, currency: str) -> list[Line]:
    """Put the figures of one period, or of two, into lines."""
    if not isinstance(found, BeforeAfter):
        return [
            Line(one.name, one.tier, _say(one.figure, one.unit, currency), None, None, clear=False, note=one.note, counted=count(one.n))
            for one in found
        ]
    return [
        Line(
            one.before.name, one.before.tier, _say(one.before.figure, one.before.unit, currency), _say(one.after.figure, one.after.unit, currency),
            _say(one.difference, one.before.unit, currency, signed=True), clear=one.clear, note=_note(one.before, one.after),
            counted=f"{count(one.before.n)} / {count(one.after.n)}",
        )
        for one in found.rows
    ]


def _note(before: BusinessFigure, after: BusinessFigure) -> str:
    if before.note == after.note:
        return before.note
    return "; ".join(f"{when}: {one.note}" for when, one in (("before", before), ("after", after)) if one.note)


def _say(figure: Figure | None, unit: str, currency: str, *, signed: bool = False) -> Said:
    if figure is None:
        return Said(NONE)
    words, between = _written(figure, unit, currency)
    return Said(f"+{words}" if signed and figure.value > 0 else words, between)


def _written(figure: Figure, unit: str, currency: str) -> tuple[str, str]:
    if unit == "hours":
        days = max(abs(figure.value), abs(figure.low), abs(figure.high)) >= 48
        said = say(Figure(*(end / 24 for end in (figure.value, figure.low, figure.high))) if days else figure, decimal(1))
        return f"{said.value} {'days' if days else 'hours'}", said.interval
    said = say_money(figure, currency) if unit == "money" else say(figure, percent if unit == "share" else decimal(2))
    return said.value, said.interval
