"""From an argument and flags to a project: the file says, the flags override."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadrank.cli.terminal import say
from leadrank.errors import UsageError, nearest

if TYPE_CHECKING:
    from leadrank.project import Project

STANDARD = "-"
_PLACES = {
    "target": ("target", "column"), "positive": ("target", "positive"), "classes": ("target", "classes"), "key": ("lead", "key"),
    "order": ("lead", "order"), "created_at": ("lead", "created_at"), "value": ("economics", "value"), "cost": ("economics", "contact_cost"),
    "threshold": ("decision", "threshold"), "budget": ("model", "budget"), "trials": ("model", "trials"), "threads": ("model", "threads"),
    "seed": ("model", "seed"),
}
_INSTEAD_OF = {"positive": "classes", "classes": "positive", "value": "value_column", "contact_cost": "contact_cost_column"}
"""What a flag gives in place of what the file declares."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the user asked for on the command line; None is not given."""

    target: str | None = None
    positive: str | None = None
    classes: tuple[str, ...] | None = None
    key: str | None = None
    order: str | None = None
    created_at: str | None = None
    exclude: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    budget: str | None = None
    trials: int | None = None
    threads: int | None = None
    seed: int | None = None
    value: float | None = None
    cost: float | None = None
    threshold: float | str | dict[str, float] | None = None


def declare(source: str, flags: Flags) -> Project:
    """Return the project that a command works on.

    Parameters
    ----------
    source
        A project file (`.toml`), or a table, for which the flags say the rest.
    flags
        Override what the file declares.

    Raises
    ------
    UsageError
        No outcome is named, or a flag does not fit.
    ProjectError
        The project file is not valid.
    """
    from leadrank.project import parse_project, read_project

    if source.endswith(".toml"):
        declared = read_project(source).model_dump(exclude_unset=True)
        if declared.get("lead", {}).get("table") is None:
            raise UsageError(f"{source} names no table; `table` in [lead] was expected.", 'Add e.g. table = "leads.csv".')
    elif flags.target is None:
        raise UsageError(
            "the outcome column was expected, none was given.",
            "Name it with --target COL, or draft a project with `leadrank init DATA --target COL`.",
        )
    else:
        declared = {"name": name_of(source), "lead": {"table": source}}
    return parse_project(overridden(declared, flags), "What the command line asks for")


def say_void(project: Project, flags: Flags) -> None:
    """Tell who gives a budget to trainings that count trials instead."""
    if flags.budget is not None and project.model.trials is not None:
        whose = "--trials" if flags.trials is not None else "`trials` in the project file"
        say(f"--budget plays no part: {whose} says how long to tune ({project.model.trials} for each learner).")


def overridden(declared: dict[str, Any], flags: Flags) -> dict[str, Any]:
    """Return the nested declaration with every given flag put in its place.

    Examples
    --------
    >>> overridden({"model": {"seed": 1, "threads": 1}}, Flags(seed=7))
    {'model': {'seed': 7, 'threads': 1}}
    """
    made: dict[str, Any] = {part: dict(value) if isinstance(value, dict) else value for part, value in declared.items()}
    target = made.get("target", {})
    if flags.target is not None and target.get("column") not in {None, flags.target}:
        made["target"] = {}
    for flag, (part, name) in _PLACES.items():
        value = getattr(flags, flag)
        if value is not None:
            made.setdefault(part, {})[name] = value
            if name in _INSTEAD_OF and (name not in {"positive", "classes"} or getattr(flags, _INSTEAD_OF[name]) is None):
                made[part].pop(_INSTEAD_OF[name], None)
    _columns(made, flags)
    made.setdefault("model", {}).setdefault("threads", cores())
    return made


def _columns(made: dict[str, Any], flags: Flags) -> None:
    lead = made.get("lead", {})
    if flags.exclude:
        made["lead"] = lead = lead | {"exclude": tuple(dict.fromkeys([*lead.get("exclude", ()), *flags.exclude]))}
    if flags.accept:
        from leadrank.project import ACCEPTED

        known = dict(lead.get("columns", {}))
        for name in flags.accept:
            own = known.get(name, {})
            reason = own.get("because") if own.get("known_at_scoring") is not False else None
            known[name] = own | {"known_at_scoring": True, "because": reason or ACCEPTED}
        made["lead"] = lead | {"columns": known}


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def name_of(source: str) -> str:
    """Name a project after its table.

    Examples
    --------
    >>> name_of("data/Leads.csv.gz"), name_of("postgresql://host/db#leads"), name_of("-")
    ('Leads', 'leads', 'leads')
    """
    if "://" in source:
        return source.rpartition("#")[2] if "#" in source else "leads"
    return Path(source).name.split(".")[0] or "leads" if source != STANDARD else "leads"


def classes_of(text: str | None) -> tuple[str, ...] | None:
    """Split `Low,Medium,High`."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def threshold_of(text: str | None) -> float | str | dict[str, float] | None:
    """Read a threshold rule.

    Examples
    --------
    >>> threshold_of("0.6"), threshold_of("f1"), threshold_of("precision=0.9")
    (0.6, 'f1', {'precision': 0.9})
    """
    if text is None or text in {"profit", "f1", "balanced"}:
        return text
    name, equals, number = text.partition("=")
    wanted = {"precision": float, "recall": float, "capacity": int}
    try:
        if equals and name in wanted:
            return {name: wanted[name](number)}
        return float(text)
    except ValueError:
        hint = nearest(name, ["profit", "f1", "balanced", *wanted])
        raise UsageError(
            f"--threshold expects a number, profit, f1, balanced, precision=P, recall=R or capacity=K; {text!r} came.",
            hint or "E.g. --threshold 0.6.",
        ) from None
