"""The face of a package: its names, each loaded from the module that holds it when it is first asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

__all__ = ["later"]


class _Face(ModuleType):
    """A package whose names may be those of its modules: `train` is the verb, although a module of that name holds the recipe."""

    def __setattr__(self, name: str, value: object) -> None:
        # Importing a submodule binds its name here, and would hide what users ask for.
        if not (isinstance(value, ModuleType) and name in self.__all__):
            super().__setattr__(name, value)


def later(package: str, **homes: str) -> None:
    """Give a package its names without loading them (PEP 562); its imports under `TYPE_CHECKING` say the same to the type checker.

    Parameters
    ----------
    package
        Its `__name__`.
    homes
        Module to the names that it holds, with a space between them; a module without any is itself a name.

    Examples
    --------
    >>> import leadrank.project
    >>> "Economics" in dir(leadrank.project), leadrank.project.Economics.__module__
    (True, 'leadrank.project.economics')
    """
    home = {name: module for module, names in homes.items() for name in names.split() or [module]}
    face = sys.modules[package]

    def load(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{home[name]}")
        found = getattr(module, name) if homes[home[name]] else module
        setattr(face, name, found)
        return found

    vars(face).update(__getattr__=load, __dir__=lambda: sorted(home), __all__=sorted(home))
    face.__class__ = _Face
