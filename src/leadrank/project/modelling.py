"""Which learners may compete, for how long, on which split."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from leadrank.project.frozen import Frozen
from leadrank.project.learners import wrong_settings

CandidateName = Literal["dummy", "naive_bayes", "logistic", "random_forest", "lightgbm", "xgboost", "catboost", "blend"]

_UNITS = {"": 1.0, "s": 1.0, "second": 1.0, "seconds": 1.0, "m": 60.0, "minute": 60.0, "minutes": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0}


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value.lower())
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"{value!r} is no length of time; write e.g. '45 seconds' or '2 minutes'")
    return float(match[1]) * _UNITS[match[2]]


Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0)]


class Settings(Frozen):
    """Fixed settings of one learner, by the library's own names; `tune = false` keeps exactly these."""

    tune: bool = True
    given: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        own = {k: v for k, v in raw.items() if k in cls.model_fields}
        others = {k: v for k, v in raw.items() if k not in cls.model_fields}
        return own | {"given": {**own.get("given", {}), **others}}


def _fitting(learner: str) -> AfterValidator:
    def check(settings: Settings) -> Settings:
        wrong = wrong_settings(learner, settings.given)
        if wrong:
            raise ValueError(" ".join(wrong))
        return settings

    return AfterValidator(check)


class Modelling(Frozen):
    """Candidates, budget and split of one training."""

    candidates: tuple[CandidateName, ...] | None = None
    budget: Seconds = 45.0
    trials: int | None = Field(default=None, ge=1)
    folds: int = Field(default=5, ge=2, le=20)
    split: Literal["random", "ordered"] | None = None
    resampling: Literal["none", "smote", "weights"] = "none"
    recent_prior: bool = False
    distil: bool = True
    seed: int = Field(default=0, ge=0)
    threads: int = Field(default=1, ge=1)
    dummy: Annotated[Settings, _fitting("dummy")] = Settings()
    naive_bayes: Annotated[Settings, _fitting("naive_bayes")] = Settings()
    logistic: Annotated[Settings, _fitting("logistic")] = Settings()
    random_forest: Annotated[Settings, _fitting("random_forest")] = Settings()
    lightgbm: Annotated[Settings, _fitting("lightgbm")] = Settings()
    xgboost: Annotated[Settings, _fitting("xgboost")] = Settings()
    catboost: Annotated[Settings, _fitting("catboost")] = Settings()
    blend: Annotated[Settings, _fitting("blend")] = Settings()

    def settings_of(self, name: str) -> Settings:
        """Return the fixed settings of one candidate."""
        settings: Settings = getattr(self, name)
        return settings


class Validation(Frozen):
    """Rows set aside before anything is looked at, for `leadrank verify`."""

    share: float = Field(default=0.0, ge=0, lt=0.9)
