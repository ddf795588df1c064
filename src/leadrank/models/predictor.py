"""What every learner gives back, and the record by which it is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from leadrank import project
from leadrank.errors import LeadrankError, UsageError
from leadrank.types import FloatArray, IntArray, Matrix

Scale = Literal["log-odds", "probability"]
Setting = Mapping[str, Any]


class Predictor(Protocol):
    """A fitted learner."""

    @property
    def scale(self) -> Scale:
        """The scale on which its contributions add up by nature; they are handed over in log-odds all the same."""

    def margin(self, X: Matrix) -> FloatArray:
        """Return the log-odds of each row, shape (rows,)."""

    def contributions(self, X: Matrix) -> tuple[FloatArray, float]:
        """Return (rows, features) contributions and their base; together they sum to the margin."""

    def parts(self) -> dict[str, bytes]:
        """Return what `load` needs, in safe formats."""


@dataclass(frozen=True, slots=True)
class Suggest:
    """One tunable setting: its bounds or its choices."""

    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A learner that may compete: how to fit and load it, where to search, which settings to try first.

    `complexity` orders the candidates: a more complex one must win by more than noise.
    `trees` names the setting that counts trees, where a fitted model can be cut short.
    """

    name: str
    fit: Callable[[Matrix, IntArray, FloatArray | None, Setting, int], Predictor]
    load: Callable[[Mapping[str, bytes]], Predictor]
    first: tuple[Setting, ...]
    space: Mapping[str, Suggest]
    complexity: int


def answerable(candidate: Candidate, given: project.Settings) -> Candidate:
    """Return a candidate whose refusal is laid to the settings that the user gave, in the learner's words; as it is where none were given."""
    if not given.given:
        return candidate

    def fit(X: Matrix, y: IntArray, weight: FloatArray | None, setting: Setting, seed: int) -> Predictor:
        try:
            return candidate.fit(X, y, weight, setting, seed)
        except (LeadrankError, MemoryError):
            raise
        except Exception as refusal:  # every learner's library has errors of its own
            asked = ", ".join(f"{name} = {value!r}" for name, value in given.given.items())
            said = " ".join(str(refusal).split())[:300].rstrip(".")
            raise UsageError(f"[model.{candidate.name}] with {asked} was refused by the learner: {said}.", "Change these settings.") from refusal

    return replace(candidate, fit=fit)
