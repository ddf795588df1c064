"""Where to look next: Optuna's tree-structured Parzen estimator, one study per candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from leadrank.errors import MissingExtraError
from leadrank.models.predictor import Candidate, Setting, Suggest
from leadrank.project import Settings


@dataclass(slots=True)
class Search:
    """The settings of one candidate still to try: the given ones, the proven first ones, then Optuna's suggestions."""

    candidate: Candidate
    given: Settings
    seed: int
    tried: int = 0
    _study: Any = field(default=None, repr=False)
    _open: Any = field(default=None, repr=False)

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to try."""
        known = 1 if not self.given.tune else len(self.candidate.first)
        return self.tried >= known and (not self.given.tune or not self._space)

    def ask(self) -> Setting:
        """Return the next setting."""
        self.tried += 1
        if not self.given.tune:
            return self.given.given
        if self.tried <= len(self.candidate.first):
            return {**self.candidate.first[self.tried - 1], **self.given.given}
        self._open = self.study.ask()
        return {**{name: _suggested(self._open, name, s) for name, s in self._space.items()}, **self.given.given}

    def tell(self, setting: Setting, loss: float) -> None:
        """Report what a setting cost."""
        if self._open is not None:
            self.study.tell(self._open, loss)
            self._open = None
        elif self._space and all(_inside(s, setting.get(name)) for name, s in self._space.items()):
            self.study.add_trial(_optuna().trial.create_trial(
                params={name: setting[name] for name in self._space}, value=loss,
                distributions={name: _distribution(s) for name, s in self._space.items()},
            ))

    @property
    def study(self) -> Any:
        """Optuna's study, made when first needed."""
        if self._study is None:
            optuna = _optuna()
            optuna.logging.set_verbosity(optuna.logging.ERROR)
            self._study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=self.seed, n_startup_trials=6))
        return self._study

    @property
    def _space(self) -> dict[str, Suggest]:
        return {name: s for name, s in self.candidate.space.items() if name not in self.given.given}


def _suggested(trial: Any, name: str, s: Suggest) -> Any:
    if s.choices:
        return trial.suggest_categorical(name, s.choices)
    if s.whole:
        return trial.suggest_int(name, int(s.low), int(s.high), log=s.log)
    return trial.suggest_float(name, s.low, s.high, log=s.log)


def _distribution(s: Suggest) -> Any:
    kinds = _optuna().distributions
    if s.choices:
        return kinds.CategoricalDistribution(s.choices)
    return kinds.IntDistribution(int(s.low), int(s.high), log=s.log) if s.whole else kinds.FloatDistribution(s.low, s.high, log=s.log)


def _inside(s: Suggest, value: Any) -> bool:
    if s.choices:
        return value in s.choices
    return isinstance(value, int | float) and s.low <= value <= s.high


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as problem:
        raise MissingExtraError("Tuning needs Optuna.", "pip install 'leadrank[train]'") from problem
    return optuna
