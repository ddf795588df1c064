"""The little that scoring asks of the project, the profile and the facts, read without the rest of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadrank.records import checked_record


@dataclass(frozen=True, slots=True)
class Terms:
    """How leads are named, what they may hold, and what their outcomes are called.

    `classes` are the outcomes, worst first. `declared` are the columns that the project speaks of, and whether each is sensitive; `expected` are
    other columns that a table may well have; `always_given` are those that were never blank in training; `kinds` says which tell of who a lead is
    (fit), what it did (engagement), or when (timing), as far as that is declared.
    """

    key: str | None
    value_column: str | None
    contact_cost_column: str | None
    classes: tuple[str, ...]
    declared: dict[str, bool]
    expected: tuple[str, ...]
    always_given: tuple[str, ...]
    kinds: dict[str, str]

    @property
    def learned_tiers(self) -> bool:
        """Whether the outcome has more than two ordered classes."""
        return len(self.classes) > 2

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The columns that no reason may name."""
        return tuple(name for name, sensitive in self.declared.items() if sensitive)


def terms_of(project: Mapping[str, Any], profile: Mapping[str, Any], facts: Mapping[str, Any]) -> Terms:
    """Take from three records, as the JSON of a bundle has them, what scoring needs.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        They are not such records.
    """
    lead, money, serving = project["lead"], project["economics"], project.get("serving", {})
    told = (serving.get("do_not_call"), serving.get("do_not_email"), *serving.get("title", ()))
    expected = (lead["key"], lead["order"], lead["created_at"], project["target"]["column"], *lead["exclude"], *told)
    return checked_record(Terms, {
        "key": lead["key"], "value_column": money["value_column"], "contact_cost_column": money["contact_cost_column"],
        "classes": facts["classes"],
        "declared": {name: column["sensitive"] for name, column in lead["columns"].items()},
        "expected": [name for name in expected if name is not None],
        "kinds": {name: column["kind"] for name, column in lead["columns"].items() if column.get("kind") is not None},
        "always_given": [column["name"] for column in profile["columns"] if column["rows"] and not column["blank"]],
    })
