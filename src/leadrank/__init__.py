"""Leadrank: who to call, by when, why, and when not to trust the model.

project = leadrank.read_project("leadrank.toml")
bundle = leadrank.train(project, leadrank.read_tables(project))
leadrank.save_bundle(bundle, "leads.leadrank")
leadrank.Scorer("leads.leadrank").one({"TotalVisits": 5, "Lead Source": "Google"})
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadrank import errors
    from leadrank.bundle import Bundle, load_bundle
    from leadrank.face import read_tables, save_bundle, train
    from leadrank.project import Project, read_project
    from leadrank.score import Scorer

__version__ = "0.1.0"
__all__ = ["Bundle", "Project", "Scorer", "__version__", "errors", "load_bundle", "read_project", "read_tables", "save_bundle", "train"]

_HOMES = {
    "Bundle": "bundle", "Project": "project", "Scorer": "score", "load_bundle": "bundle", "read_project": "project", "read_tables": "face",
    "save_bundle": "face", "train": "face",
}


def __getattr__(name: str) -> object:
    """Load a name when it is first asked for: `import leadrank` itself loads nothing."""
    if name == "errors":
        return import_module("leadrank.errors")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


class _Face(ModuleType):
    """The package: here `train` is the verb, although a module of that name holds the recipe."""

    def __setattr__(self, name: str, value: object) -> None:
        # Importing a submodule binds its name here, and would hide the function that users call.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
