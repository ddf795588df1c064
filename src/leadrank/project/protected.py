"""Columns that the law or decency protects, where they must not decide by themselves: in the domains in which scoring people is regulated."""

from __future__ import annotations

from leadrank.project.project import Project
from leadrank.project.tables import ACCEPTED
from leadrank.types import Finding

GUARDED = ("housing", "credit", "employment")
"""Domains in which a column that is declared sensitive enters no model without a written reason."""


def blocked_columns(project: Project) -> tuple[Finding, ...]:
    """Say which sensitive columns may not enter the model: in a guarded domain, those without a `because` of the user's own.

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
            "F301", "quarantine", name, 0,
            f"The column {name!r} is declared sensitive and the domain is {project.domain}: it was set aside and does not enter the model.",
            'Leave it so; or, if the law allows its use, write down why: because = "…" beside sensitive = true.',
        )
        for name, column in project.lead.columns.items() if column.sensitive and column.because.strip() in {"", ACCEPTED}
    )
