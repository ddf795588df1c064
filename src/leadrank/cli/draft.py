"""A project file as text: what was inferred stands there, what one may want stands there as a comment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from leadrank import data
from leadrank.project import Project

if TYPE_CHECKING:
    from leadrank.prepare import Prepared
    from leadrank.types import Finding

COMMENT_AT = 40
REST = """\
# [economics]                          # with these, a lead is worth a contact when probability x value exceeds the cost
# value = 50.0                         # what a conversion brings; or value_column = "..."
# contact_cost = 3.0
# currency = "EUR"

# [decision]                           # without it: by profit when the value is known, else where precision equals recall
# threshold = "profit"                 # or 0.6, "f1", "balanced", { precision = 0.9 }, { recall = 0.8 }, { capacity = 40 }

# [[tier]]                             # your own tiers; without them High, Medium and Low follow from the threshold
# name = "High"
# at_least = 0.7
# action = "Call first."
# within = "24 hours"

# [validation]
# share = 0.1                          # set aside before anything is looked at, for `leadrank verify`

# [model]
# budget = "45 seconds"                # wall time of the whole training
# folds = 5
"""


def draft(project: Project, prepared: Prepared, place: str) -> str:
    """Write a commented project file.

    Parameters
    ----------
    project
        What the user said on the command line, with the key that was adopted.
    prepared
        What was found in the table.
    place
        The table, as seen from the file.
    """
    head = ["# Drafted by `leadrank init`. Agree or change, then: leadrank train leadrank.toml", f"name = {quoted(project.name)}", ""]
    return "\n".join([*head, *_lead(project, prepared, place), *_columns(prepared), "", *_target(project, prepared), "", REST])


def quoted(text: str) -> str:
    r"""Write a TOML string.

    Examples
    --------
    >>> quoted('say "hi"')
    '"say \\"hi\\""'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def noted(line: str, why: str) -> str:
    """Put a comment behind a line, in one column where there is room."""
    return f"{line.ljust(COMMENT_AT - 1)} # {' '.join(why.split())}" if why else line


def _lead(project: Project, prepared: Prepared, place: str) -> list[str]:
    lead = project.lead
    lines = ["[lead]", noted(f"table = {quoted(place)}", f"{len(prepared.rows):,} leads with an outcome")]
    if lead.key is not None:
        repeated = sum(f.rows for f in prepared.findings if f.code == "D130")
        why = f"{repeated:,} rows repeat one: one row of each is learned from" if repeated else "every lead has its own"
        lines.append(noted(f"key = {quoted(lead.key)}", why))
    else:
        lines.append(noted('# key = "..."', "no column names each lead once; exact copies are kept in one fold"))
    if lead.order is not None:
        lines.append(noted(f"order = {quoted(lead.order)}", "judged on the newest leads, as you will use it"))
    if lead.created_at is not None:
        lines.append(noted(f"created_at = {quoted(lead.created_at)}", "judged on the newest leads, as you will use it"))
    if lead.order is None and lead.created_at is None:
        dates = [c.name for c in prepared.schema.features if c.type == "date"]
        lines.append(noted(f"# created_at = {quoted(dates[0] if dates else '...')}", 'if leads come in time order, say so; or order = "#row"'))
    lines.append(noted('# null_words = ["Select"]', "your own words for a blank cell"))
    if lead.exclude:
        lines.append(f"exclude = [{', '.join(quoted(c) for c in lead.exclude)}]")
    return lines


def _columns(prepared: Prepared) -> list[str]:
    suspects: dict[str | None, Finding] = {}
    for finding in prepared.findings:
        if finding.code.startswith("L") and finding.severity in {"quarantine", "warning"}:
            suspects.setdefault(finding.column, finding)
    seen = {p.name: p for p in data.profile(prepared.clean, prepared.schema).columns}
    lines = [noted("[lead.columns]", "only what must differ from what was inferred; what was is said in comments")]
    for column in prepared.schema.features:
        suspect, profile = suspects.get(column.name), seen[column.name]
        blank = f", {profile.blank / profile.rows:.0%} blank" if profile.blank else ""
        what = f"{column.type}, {profile.distinct:,} different{blank}"
        if suspect is None:
            lines.append(noted(f"# {quoted(column.name)} = {{ type = {quoted(column.type)} }}", what))
        elif suspect.severity == "quarantine":
            lines.append(noted(f"{quoted(column.name)} = {{ known_at_scoring = false }}", f"{suspect.code}: {suspect.message}"))
        else:
            lines.append(noted(f"# {quoted(column.name)} = {{ known_at_scoring = false }}", f"{suspect.code}: {suspect.message}"))
    return lines


def _target(project: Project, prepared: Prepared) -> list[str]:
    y, names = prepared.y, prepared.classes
    shares = ", ".join(f"{name} {(y == k).mean():.1%}" for k, name in enumerate(names))
    lines = ["[target]", f"column = {quoted(project.target.column)}"]
    if len(names) > 2:
        return [*lines, noted(f"classes = [{', '.join(quoted(n) for n in names)}]", f"worst first; {shares}")]
    return [*lines, noted(f"positive = {quoted(names[-1])}", shares)]
