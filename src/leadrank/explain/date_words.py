"""A weekday, month or hour made from a date, in words; the feature's name says which it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from leadrank.types import Feature


@dataclass(frozen=True, slots=True)
class DatePart:
    """How the numbers of a part of a date are said, from `first` on: where each begins and ends, and what is said of a lead that has it."""

    first: int
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    about: str

    def knows(self, value: float) -> bool:
        """Say whether a number is one of the part's."""
        return value == math.floor(value) and self.first <= value < self.first + len(self.begins)

    def span(self, low: float, high: float) -> str:
        """Say from where to where.

        Examples
        --------
        >>> PARTS["weekday"].span(4, 4), PARTS["month"].span(1, 3), PARTS["hour"].span(14, 14)
        ('Thursday', 'January to March', '14:00 to 15:00')
        """
        begin, end = self.begins[int(low) - self.first], self.ends[int(high) - self.first]
        return begin if begin == end else f"{begin} to {end}"

    def said(self, column: str, value: float) -> str:
        """Say what a lead has.

        Examples
        --------
        >>> PARTS["weekday"].said("created", 4), PARTS["month"].said("created", 3), PARTS["hour"].said("created", 14)
        ('created is a Thursday', 'created is in March', 'created is between 14:00 and 15:00')
        """
        at = int(value) - self.first
        return f"{column} is {self.about.format(self.begins[at], self.ends[at])}"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
PARTS = {
    "weekday": DatePart(1, _DAYS, _DAYS, "a {}"),
    "month": DatePart(1, _MONTHS, _MONTHS, "in {}"),
    "hour": DatePart(0, tuple(f"{h:02}:00" for h in range(24)), tuple(f"{h:02}:00" for h in range(1, 25)), "between {} and {}"),
}


def date_part(feature: Feature) -> DatePart | None:
    """Recognise a feature that is part of a date by its name, `COLUMN (weekday)` and the like."""
    if feature.kind != "number":
        return None
    return next((part for name, part in PARTS.items() if feature.name == f"{feature.column} ({name})"), None)
