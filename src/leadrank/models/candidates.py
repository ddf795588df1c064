"""The learners that may compete, by name."""

from __future__ import annotations

from dataclasses import replace

from leadrank.models.baseline import DUMMY, NAIVE_BAYES
from leadrank.models.catboost_forest import CATBOOST
from leadrank.models.lightgbm_trees import LIGHTGBM
from leadrank.models.logistic import LOGISTIC
from leadrank.models.predictor import Candidate
from leadrank.models.pursuit import summing
from leadrank.models.random_forest import RANDOM_FOREST
from leadrank.models.symmetric_forest import load_deployed
from leadrank.models.xgboost_trees import XGBOOST

CANDIDATES: dict[str, Candidate] = {
    c.name: c for c in (DUMMY, NAIVE_BAYES, summing(LOGISTIC), replace(CATBOOST, load=load_deployed), LIGHTGBM, XGBOOST, RANDOM_FOREST)
}
DEFAULT = ("dummy", "logistic", "lightgbm", "xgboost", "catboost", "blend")
"""What competes when the project file names nothing."""
FEW = ("dummy", "logistic")
"""What competes when outcomes are few: anything richer would fit noise."""
FEW_OUTCOMES = 100
"""Outcomes of the rarer class below which only the shrunken models compete."""
