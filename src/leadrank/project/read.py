"""Read a project file: TOML in, a Project out, or one ProjectError that lists every problem."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from leadrank.errors import ProjectError, nearest
from leadrank.project.project import Project


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
    return _beside(path, parse_project(raw, str(path)))


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
        lines = [f"  {_said(error)}" for error in problem.errors()]
        raise ProjectError(f"{where} is not valid:\n" + "\n".join(lines), "See docs/project-file.md for a complete example.") from problem


def _beside(path: Path, project: Project) -> Project:
    table = project.lead.table
    if table is None or "://" in table or Path(table).is_absolute():
        return project
    lead = project.lead.model_copy(update={"table": str(path.parent / table)})
    return project.model_copy(update={"lead": lead})


def _said(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _fields_at(error["loc"][:-1])
        hint = nearest(str(error["loc"][-1]), known)
        return f"{place}: nobody knows this key. {hint or 'Known here: ' + ', '.join(sorted(known)) + '.'}"
    if error["type"] == "missing":
        return f"{place}: is needed and is not given."
    got = repr(error.get("input"))
    return f"{place}: {error['msg'].removeprefix('Value error, ')}" + (f"; got {got}." if len(got) < 60 else ".")


def _fields_at(place: tuple[Any, ...]) -> list[str]:
    model: type[BaseModel] = Project
    for part in place:
        if not isinstance(part, str) or part not in model.model_fields:
            continue
        for inner in _models_of(model.model_fields[part].annotation):
            model = inner
            break
    return list(model.model_fields)


def _models_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_of(inner)]
