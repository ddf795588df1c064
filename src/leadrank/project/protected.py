"""Columns that the law or decency protects: which they are, and where they must not decide by themselves.

The packs follow what the law names, and not its exceptions: housing the Fair Housing Act (42 USC 3604), credit the Equal Credit Opportunity Act
(15 USC 1691; 12 CFR 1002), employment Title VII, the ADEA and the ADA, and in the EU the directives 2000/43, 2000/78, 2004/113 and 2006/54.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from leadrank.project.attribute_words import Attribute
from leadrank.project.attributes import SAID, attribute_of
from leadrank.project.project import Project
from leadrank.project.tables import ACCEPTED, Column
from leadrank.types import Finding

PEOPLE: frozenset[Attribute] = frozenset({"age", "gender", "family", "origin", "religion", "health", "place"})
GUARDED: dict[str, frozenset[Attribute]] = {"housing": PEOPLE | {"credit"}, "credit": PEOPLE | {"credit"}, "employment": PEOPLE}
"""Domains in which a protected column enters no model without a written reason, and what is protected there."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A protected column: what it speaks of (None: it is declared sensitive), what it was made of, and the user's reason to use it."""

    column: str
    attribute: Attribute | None
    source: str
    because: str

    @property
    def said(self) -> str:
        """What makes it protected, in words."""
        own = "is declared sensitive" if self.attribute is None else f"speaks of {SAID[self.attribute]}"
        return own if self.source == self.column else f"is made of {self.source!r}, which {own},"


def protected_columns(project: Project, names: Iterable[str] = ()) -> tuple[Protected, ...]:
    """Return the protected columns: those declared sensitive, those whose names speak of a protected attribute, and what is made of either.

    Parameters
    ----------
    project
        What the user declared.
    names
        The columns of the table; without them those that the project speaks of.

    Examples
    --------
    >>> from leadrank.project import parse_project
    >>> housing = parse_project({"domain": "housing", "target": {"column": "won"}})
    >>> [p.column for p in protected_columns(housing, ["AgeGroup", "page_views", "PLZ", "credit_score", "won"])]
    ['AgeGroup', 'PLZ', 'credit_score']
    """
    lead, pack = project.lead, GUARDED.get(project.domain, PEOPLE)
    never, ordering = {project.target.column, lead.key, *lead.exclude}, {lead.order, lead.created_at}
    elsewhere = _declared_elsewhere(project)
    declared = {name for name, column in lead.columns.items() if column.sensitive}
    wanted = [name for name in dict.fromkeys([*names] or lead.columns) if name not in never and (name in declared or name not in ordering)]
    found = (_protected(project, name, pack, elsewhere) for name in wanted)
    return tuple(one for one in found if one is not None)


def _declared_elsewhere(project: Project) -> dict[str, Column]:
    """Return the sensitive columns of event and parent tables, as the features that are made of them begin."""
    events = [(f"{e.name} {made}{name}", c) for e in project.event for name, c in e.columns.items() for made in ("", "different ")]
    parents = [(f"{p.name}.{name}", c) for p in project.parent for name, c in p.columns.items()]
    return {start: column for start, column in (*events, *parents) if column.sensitive}


def _protected(project: Project, name: str, pack: frozenset[Attribute], elsewhere: dict[str, Column]) -> Protected | None:
    """Say what protects a column: itself, or what it is made of, first of all what is used without a reason."""
    found = (_by(project, name, source, pack, elsewhere) for source in (name, *project.lead.made_of(name)))
    return min((one for one in found if one is not None), key=lambda one: bool(one.because), default=None)


def _by(project: Project, name: str, source: str, pack: frozenset[Attribute], elsewhere: dict[str, Column]) -> Protected | None:
    columns = project.lead.columns
    for start, column in elsewhere.items():
        if re.search(rf"(^|\s){re.escape(start)}($|[ ,])", source):
            return Protected(name, None, start, _justified(columns.get(name)) or _justified(column))
    attribute, declared = attribute_of(source), columns.get(source, Column()).sensitive
    if not declared and attribute not in pack:
        return None
    because = _justified(columns.get(name)) or _justified(columns.get(source))
    return Protected(name, None if declared else attribute, source, because)


def _justified(column: Column | None) -> str:
    """Return the user's reason to use a column; what is said of when it is known is no such reason."""
    if column is None or column.because.strip() == ACCEPTED or (column.known_at_scoring is not None and not column.sensitive):
        return ""
    return column.because.strip()


def blocked_columns(project: Project, names: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Say which columns may not enter the model (F301): in a guarded domain, the protected ones without a `because` of the user's own.

    Examples
    --------
    >>> from leadrank.project import parse_project
    >>> lead = {"columns": {"gender": {"sensitive": True}, "income": {"sensitive": True, "because": "ability to pay, Reg. B 1002.6"}}}
    >>> blocked_columns(parse_project({"domain": "credit", "target": {"column": "won"}, "lead": lead}))[0].message
    "The column 'gender' is declared sensitive and the domain is credit: it was set aside and does not enter the model."
    """
    if project.domain not in GUARDED:
        return ()
    return tuple(
        Finding(
            "F301", "quarantine", one.column, 0,
            f"The column {one.column!r} {one.said} and the domain is {project.domain}: it was set aside and does not enter the model.",
            'Leave it so; or, if the law allows its use, or the name deceives, write down why: because = "…" beside sensitive = true.',
        )
        for one in protected_columns(project, names) if not one.because
    )


def protect(project: Project, names: Iterable[str]) -> tuple[Project, tuple[Finding, ...]]:
    """Guard the protected columns of a table.

    Returns
    -------
    tuple
        The project, in a guarded domain with every protected column marked sensitive, so that no reason names one; and what is said: F301 columns
        that are set aside, F302 ones that are used where nothing forbids it, F303 ones that are used for a reason of the user's own.
    """
    names = tuple(names)
    found = protected_columns(project, names)
    if project.domain not in GUARDED:
        return project, tuple(_warned(one, project.domain) for one in found if one.attribute is not None)
    columns = project.lead.columns
    marked = {p.column: columns.get(p.column, Column()).model_copy(update={"sensitive": True, "because": _kept(columns, p)}) for p in found}
    lead = project.lead.model_copy(update={"columns": {**columns, **marked}})
    reasons = tuple(_reasoned(one) for one in found if one.because)
    return project.model_copy(update={"lead": lead}), (*blocked_columns(project, names), *reasons)


def _kept(columns: dict[str, Column], one: Protected) -> str:
    return one.because or columns.get(one.column, Column()).because


def _warned(one: Protected, domain: str) -> Finding:
    return Finding(
        "F302", "warning", one.column, 0,
        f"The column {one.column!r} {one.said} and is used: in the domain {domain} nothing forbids it.",
        "Ask whether it should decide who is called. sensitive = true keeps it out of every reason, exclude = […] out of the model; for homes, loans "
        'and jobs declare domain = "housing", "credit" or "employment".',
    )


def _reasoned(one: Protected) -> Finding:
    return Finding(
        "F303", "info", one.column, 0, f"The column {one.column!r} {one.said} and is used, because: {one.because}",
        "Have the reason checked by whoever answers for it; the audit by group shows what comes of it.",
    )
