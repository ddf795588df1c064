"""What became of teaching one forest to say what a slower model says, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fate = Literal["served", "dear", "unsure", "late", "shapeless", "unwanted", "formless"]


@dataclass(frozen=True, slots=True)
class Distilled:
    """How a slow best model was dealt with.

    Parameters
    ----------
    names, weights
        Its members.
    fate
        Whether one forest is served instead; or why not: it would cost too much log loss, nobody can
        tell because rows have an order, there was no time, it has no form that serves, or
        nobody wants it. `formless` is what turned out so only when it was fitted on all rows.
    cost
        Log loss that the forest adds on held-out rows, where that was measured.
    faster
        How many times as fast as the model it scores, where that was measured.
    trees
        How many trees it has.
    because
        Why CatBoost's own trees have no form that serves, where there are such.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]
    fate: Fate
    cost: float | None = None
    faster: float | None = None
    trees: int = 0
    because: str = ""

    def __str__(self) -> str:
        """Say what was done, at what price.

        Examples
        --------
        >>> print(Distilled(("xgboost",), (1.0,), "served", 0.00018, 41.3, 600))
        The best model was xgboost; one forest of 600 trees says the same at a cost of 0.0002 log loss and is served instead: about 41 times as fast.
        """
        kept = f"{self._short} is served, {self._slower} than one forest of symmetric trees"
        said = {
            "served": f"one forest of {self.trees} trees says the same {self._price} and is served instead{self._gain}",
            "dear": f"one forest of {self.trees} trees in its place would have cost {self.cost or 0.0:.4f} log loss: {kept}",
            "unsure": f"under an order in time nobody can tell what one forest in its place would cost on the rows to come: {kept}",
            "late": f"there was no time to teach one forest to say the same: {kept}",
            "shapeless": f"one forest that says the same could not be built: {kept}",
            "unwanted": f"one forest in its place was not wanted (model.distil = false): {kept}",
            "formless": f"CatBoost itself scores what is served, {self._slower} than one forest of symmetric trees of our own form",
        }
        return f"The best model was {self._model}; {said[self.fate]}{self._why}."

    @property
    def _why(self) -> str:
        return f" (CatBoost's trees have no form that serves without it: {self.because.rstrip('.')})" if self.because else ""

    @property
    def _model(self) -> str:
        if len(self.names) == 1:
            return _plain(self.names[0])
        each = [f"{_plain(name)} ({100 * weight:.0f} %)" for name, weight in zip(self.names, self.weights, strict=True)]
        return f"a blend of {', '.join(each[:-1])} and {each[-1]}"

    @property
    def _short(self) -> str:
        return "the blend" if len(self.names) > 1 else "it"

    @property
    def _price(self) -> str:
        cost = self.cost or 0.0
        if round(cost, 4) == 0.0:
            return "at no cost in log loss"
        return f"at a cost of {cost:.4f} log loss" if cost > 0 else f"with {-cost:.4f} less log loss"

    @property
    def _gain(self) -> str:
        return "" if self.faster is None else f": about {_times(self.faster)} as fast"

    @property
    def _slower(self) -> str:
        return "several times slower" if self.faster is None else f"about {_times(self.faster)} slower"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
