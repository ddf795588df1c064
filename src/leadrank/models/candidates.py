"""The learners that may compete, by name; each is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadrank.models.predictor import Candidate

_HOMES = {
    "dummy": "baseline.DUMMY", "naive_bayes": "baseline.NAIVE_BAYES", "logistic": "pursuit.SUMMING", "catboost": "deployed.CATBOOST",
    "lightgbm": "lightgbm_trees.LIGHTGBM", "xgboost": "xgboost_trees.XGBOOST", "random_forest": "random_forest.RANDOM_FOREST",
}


class _Candidates(Mapping[str, "Candidate"]):
    def __getitem__(self, name: str) -> Candidate:
        module, _, constant = _HOMES[name].partition(".")
        candidate: Candidate = getattr(import_module(f"leadrank.models.{module}"), constant)
        return candidate

    def __contains__(self, name: object) -> bool:
        return name in _HOMES

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)


CANDIDATES = _Candidates()
DEFAULT = ("dummy", "logistic", "lightgbm", "xgboost", "catboost", "blend")
"""What competes when the project file names nothing."""
FEW = ("dummy", "logistic")
"""What competes when outcomes are few: anything richer would fit noise."""
FEW_OUTCOMES = 100
"""Outcomes of the rarer class below which only the shrunken models compete."""
