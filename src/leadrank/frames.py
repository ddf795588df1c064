"""Polars, loaded when the first frame is touched: one lead needs none, and a small package goes without it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["pl"]

if TYPE_CHECKING:
    import polars as pl
else:

    class _Later:
        """A module's names, each looked up once."""

        def __init__(self, module: str) -> None:
            self._module = module

        def __getattr__(self, name: str) -> object:
            found = getattr(import_module(self._module), name)
            setattr(self, name, found)
            return found

    pl = _Later("polars")
