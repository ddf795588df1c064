"""Read a project file: TOML in, a Project out, or one ProjectError that lists every problem."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from leadrank.errors import ProjectError, nearest
from leadrank.project.project import Project

EITHER = {
    "threshold": 'a number from 0 to 1, "profit", "f1", "balanced", { precision = 0.9 }, { recall = 0.8 } or { capacity = 40 }',
    "missing": '"level", "mean", "median", "mode" or { group_median = ["City"] }',
}
"""Keys that may be one of several things."""
_TABLES = ("WantedThreshold", "GroupMedian")
"""The tables among those things; pydantic has their names in the place of an error."""


def read_project(path: str | Path) -> Project:
    """Read `leadrank.toml`.

    Parameters
    ----------
    path
        The project file. A relative `lead.table` is taken from the file's own folder.

    Returns
    -------
    Project
        Frozen and validated.

    Raises
    ------
    ProjectError
        If the file is missing, is not TOML, or declares something unknown; all problems at once.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise ProjectError(f"{path} is not there.", "Draft one with `leadrank init DATA --target COLUMN`.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise ProjectError(f"{path} is not a TOML file: {problem}", "See docs/project-file.md for a complete example.") from problem
    return beside(path, parse_project(raw, str(path)))


def parse_project(raw: dict[str, Any], where: str = "project") -> Project:
    """Validate a project given as nested dictionaries.

    Examples
    --------
    >>> parse_project({"target": {"column": "Converted"}}).lead.key is None
    True
    """
    try:
        return Project.model_validate(raw)
    except ValidationError as problem:
        lines = "\n".join(f"  {line}" for line in _lines(problem.errors()))
        raise ProjectError(f"{where} is not valid:\n{lines}", "See docs/project-file.md for a complete example.") from problem


def beside(path: Path, project: Project) -> Project:
    """Take every place from the project's source, or from the file's own folder."""
    source = project.source
    if source is not None and "://" not in source:
        source = str(path.parent / source)

    def found(place: str) -> str:
        if "://" in place or Path(place).is_absolute():
            return place
        if source is not None and "://" in source:
            return f"{source}#{place}"
        return str((Path(source) if source is not None else path.parent) / place)

    moved: dict[str, Any] = {
        "event": tuple(e.model_copy(update={"table": found(e.table)}) for e in project.event),
        "parent": tuple(p.model_copy(update={"table": found(p.table)}) for p in project.parent),
    }
    if project.lead.table is not None:
        moved["lead"] = project.lead.model_copy(update={"table": found(project.lead.table)})
    return project.model_copy(update={name: value for name, value in moved.items() if value})


def _lines(errors: Sequence[Any]) -> list[str]:
    """Say each problem once: where a key may be one of several things, pydantic tells of every one that it is not."""
    said: dict[str, None] = {}
    for error in errors:
        place, tried, inner = _parted(error["loc"])
        if not tried:
            said[_said(error, error["loc"])] = None
        elif isinstance(error["input"], dict) or inner:
            if any(name in tried for name in _TABLES):
                said[_said(error, (*place, *inner))] = None
        else:
            said[f"{_dotted(place)}: {EITHER[place[-1]]} was expected; {error['input']!r} came."] = None
    return list(said)


def _parted(loc: tuple[Any, ...]) -> tuple[tuple[Any, ...], str, tuple[Any, ...]]:
    """Part the place of an error into the key that may be several things, the one that was tried, and the place inside of that."""
    end = 2 if loc[:1] == ("decision",) else 4  # decision.threshold, lead.columns.NAME.missing
    if len(loc) <= end or loc[end - 1] not in EITHER:
        return loc, "", ()
    return loc[:end], str(loc[end]), loc[end + 1 :]


def _said(error: Any, loc: tuple[Any, ...]) -> str:
    place, kind, came = _dotted(loc), error["type"], repr(error.get("input"))
    if kind == "extra_forbidden":
        known = _fields_at(loc[:-1])
        hint = nearest(str(loc[-1]), known)
        return f"{place}: nobody knows this key. {hint or 'Known here: ' + ', '.join(sorted(known)) + '.'}"
    if kind == "missing":
        return f"{place}: is needed and is not given."
    if kind == "literal_error":
        choices = error["ctx"]["expected"]
        hint = nearest(str(error["input"]), re.findall("'([^']*)'", choices))
        return f"{place}: {choices} was expected; {came} came. {hint}".rstrip()
    said = _plain(error)
    told = said.endswith(".") or came in said or len(came) > 60
    end = "" if said.endswith("?") else "."
    return f"{place}: {said.rstrip('.')}{'' if told else f'; {came} came'}{end}".removeprefix(": ")


def _plain(error: Any) -> str:
    """Say in the words of a project file what pydantic says in those of Python."""
    kinds = {
        "string_type": "a text in quotes", "bool_type": "true or false", "bool_parsing": "true or false", "int_type": "a whole number",
        "int_parsing": "a whole number", "int_from_float": "a whole number", "float_type": "a number", "float_parsing": "a number",
        "tuple_type": "a list in brackets", "dict_type": "a table", "model_type": "a table", "model_attributes_type": "a table",
        "too_short": "a longer list",
    }
    if error["type"] in kinds:
        return f"{kinds[error['type']]} was expected"
    said: str = error["msg"]
    return said.removeprefix("Value error, ").replace("Input should be", "it should be")


def _dotted(place: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in place)


def _fields_at(place: tuple[Any, ...]) -> list[str]:
    model: type[BaseModel] = Project
    for part in place:
        if not isinstance(part, str) or part not in model.model_fields:
            continue
        for inner in _models_of(model.model_fields[part].annotation):
            model = inner
            break
    return [field.alias or name for name, field in model.model_fields.items()]


def _models_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_of(inner)]
