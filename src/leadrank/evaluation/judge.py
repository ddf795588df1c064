"""How good, beside whom, how sure: judge one model on rows that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadrank.errors import DataError
from leadrank.evaluation.bootstrap import figure, interval, resampled, resampled_means
from leadrank.evaluation.calibration import calibration_noise, expected_calibration_error, slope_influence
from leadrank.evaluation.classes import class_probabilities, likeliest, squared_distance, surprise_classes
from leadrank.evaluation.curves import draw_curves
from leadrank.evaluation.metrics import f1, precision, ranking_figures, recall
from leadrank.evaluation.report import ClassFigures, Difference, Report, Row
from leadrank.evaluation.verdict import Verdict, verdict
from leadrank.types import BoolArray, Figure, FloatArray, IntArray

LESS_IS_BETTER = frozenset({"log_loss", "brier", "ece"})


@dataclass(frozen=True, slots=True)
class _Test:
    y: IntArray
    hit: IntArray
    called: BoolArray | None
    value: FloatArray | float | None
    cost: FloatArray | float
    draws: int
    seed: int
    groups: IntArray | None

    @property
    def learned(self) -> bool:
        """Whether the outcome has more than two classes."""
        return self.hit is not self.y


def judge(
    y: IntArray,
    reach: FloatArray,
    *,
    rivals: Mapping[str, FloatArray] | None = None,
    rankings: Mapping[str, FloatArray] | None = None,
    called: BoolArray | None = None,
    value: FloatArray | float | None = None,
    cost: FloatArray | float = 0.0,
    measured: str = "held out",
    name: str = "this model",
    classes: Sequence[str] = (),
    currency: str = "",
    seed: int = 0,
    draws: int = 200,
    cut: str = "",
    groups: IntArray | None = None,
) -> Report:
    """Judge a model on rows that it did not learn from.

    Parameters
    ----------
    y
        Outcomes 0/1, or class numbers (worst first), shape (n,).
    reach
        Probability of reaching class t + 1 or better, shape (n, K − 1), or (n,) for a binary outcome.
    rivals
        The same of others: constant, naive Bayes, other candidates. The one named "constant" is the verdict's yardstick; without it a
        constant at the base rate of these rows is added. One with the model's own `name` is left out. Whether there is signal is judged
        on the best of the model and the rivals but the constant. The report calls rivals uncalibrated.
    rankings
        Scores without probabilities, shape (n,), e.g. the creation time for "newest first": they get ranking figures only.
    called
        Who would be called, shape (n,). Every other row of the table calls as many leads, its own best ones. Without it there are no
        figures at the threshold. For tiers this is the call list of the best class.
    value, cost
        Worth of a conversion and cost of a contact, one number or per lead (binary outcomes).
    measured
        How, in words: "5-fold cross-validated", "out of time: 5 forward blocks".
    name, classes, currency
        For people.
    seed, draws
        Of the bootstrap.
    cut
        How the call list was cut, as a sentence, where that needs saying.
    groups
        Whose row each is, shape (n,), where a lead may have several: leads are resampled, not rows.

    Returns
    -------
    Report
        Frozen and JSON-friendly; `str` gives a text table.

    Raises
    ------
    DataError
        If there are no rows, one outcome only, or shapes that do not fit.
    """
    reach = _two_dimensional(reach)
    _check(y, reach)
    best = reach.shape[1]
    test = _Test(y, y if best == 1 else (y == best).astype(np.int64), called, value, cost, draws, seed, groups)
    others = {key: _two_dimensional(theirs) for key, theirs in (rivals or {}).items() if key != name}
    if "constant" not in others:
        others["constant"] = _constant(y, best)
    measures = {name: _measure(test, reach, called)}
    measures |= {key: _measure(test, theirs, _as_many(test, theirs[:, -1])) for key, theirs in others.items()}
    measures |= {key: _measure(test, score, _as_many(test, score)) for key, score in (rankings or {}).items()}
    names = (tuple(classes) or tuple(f"class {k}" for k in range(best + 1))) if best > 1 else ()
    noise = calibration_noise(reach[:, -1])
    return Report(
        measured=measured,
        rows=len(y),
        positives=int(test.hit.sum()),
        base_rate=float(test.hit.mean()),
        classes=names,
        table=tuple(Row(key, _figures(found)) for key, found in measures.items()),
        per_class=_per_class(test, reach, names),
        differences=tuple(_difference(key, measures[name], found) for key, found in measures.items() if key != name),
        curves=draw_curves(test.hit, reach[:, -1], None if best > 1 else value, cost),
        calibration_noise=noise,
        verdict=_verdict(y, measures[name], measures["constant"], noise, {key: measures[key] for key in others if key != "constant"}),
        currency=currency,
        called=None if called is None else int(called.sum()),
        draws=draws,
        cut=cut,
    )


def _verdict(
    y: IntArray, ours: Mapping[str, FloatArray], constant: Mapping[str, FloatArray], noise: float, rivals: Mapping[str, Mapping[str, FloatArray]]
) -> Verdict:
    figures = _figures(ours)
    return verdict(
        y,
        _area(figures),
        gain=figure(constant["log_loss"] - ours["log_loss"]),
        calibration_error=figures["ece"].value,
        noise=noise,
        rival=_best_rival(rivals),
        slope=figures.get("calibration_slope"),
    )


def _area(figures: Mapping[str, Figure]) -> Figure | None:
    return figures.get("macro_auc", figures.get("auc"))


def _best_rival(rivals: Mapping[str, Mapping[str, FloatArray]]) -> tuple[str, Figure] | None:
    areas = [(name, area) for name, found in rivals.items() if (area := _area(_figures(found))) is not None]
    return max(areas, key=lambda one: one[1].value, default=None)


def _check(y: IntArray, reach: FloatArray) -> None:
    if len(y) == 0 or len(y) != len(reach):
        raise DataError(f"A judgement needs one outcome per probability; got {len(y)} and {len(reach)}.")
    if y.min() < 0 or y.max() > reach.shape[1]:
        raise DataError(f"Outcomes must be 0 to {reach.shape[1]}; got {y.min()} to {y.max()}.")
    if len(np.unique(y)) < 2 or not (y == reach.shape[1]).any():
        raise DataError("The outcome has one class on these rows: nothing to compare.", "Measure on rows with and without conversions.")
    if not ((reach >= 0) & (reach <= 1)).all():
        raise DataError("A probability is outside 0 to 1 or not a number.")


def _two_dimensional(reach: FloatArray) -> FloatArray:
    table = np.asarray(reach, dtype=np.float64)
    return table if table.ndim == 2 else table[:, None]


def _constant(y: IntArray, thresholds: int) -> FloatArray:
    return np.tile([float(np.mean(y > t)) for t in range(thresholds)], (len(y), 1))


def _as_many(test: _Test, score: FloatArray) -> BoolArray | None:
    """Call as many leads as ours, the best by `score`, ties in random order."""
    if test.called is None:
        return None
    shuffled = np.random.default_rng(test.seed).permutation(len(score))
    best = shuffled[np.argsort(-score[shuffled], kind="stable")][: int(test.called.sum())]
    chosen = np.zeros(len(score), np.bool_)
    chosen[best] = True
    return chosen


def _measure(test: _Test, score: FloatArray, called: BoolArray | None) -> dict[str, FloatArray]:
    """Take every figure that the kind of score allows: two dimensions are probabilities, one is a mere ranking."""
    best = score if score.ndim == 1 else score[:, -1]
    found = resampled(ranking_figures, test.hit, best, draws=test.draws, seed=test.seed, groups=test.groups)
    each: dict[str, FloatArray] = {}
    if score.ndim == 2:
        found |= resampled(_calibration, test.hit, best, draws=test.draws, seed=test.seed, groups=test.groups)
        each |= _losses(test, score)
    if test.learned and score.ndim == 2:
        found["macro_auc"] = _macro_auc(test, score)
    if called is not None:
        each |= _calls(test, called)
    return found | _ratios(resampled_means(each, draws=test.draws, seed=test.seed, groups=test.groups), len(best)) if each else found


def _calibration(y: IntArray, p: FloatArray, /, *, weight: FloatArray | None = None) -> dict[str, float]:
    return {"ece": expected_calibration_error(y, p, weight=weight)}


def _losses(test: _Test, reach: FloatArray) -> dict[str, FloatArray]:
    """Figures that are means over rows: they need no sort per resample."""
    losses = {
        "log_loss": surprise_classes(test.y, reach),
        "brier": squared_distance(test.y, reach),
        "calibration_slope": slope_influence(test.hit, reach[:, -1]),
    }
    return losses | ({"accuracy": (likeliest(reach) == test.y).astype(np.float64)} if test.learned else {})


def _calls(test: _Test, called: BoolArray) -> dict[str, FloatArray]:
    columns = {"called": called, "converted": test.hit, "caught": called * test.hit}
    if not test.learned:
        columns["accuracy"] = called == test.hit
    if test.value is not None and not test.learned:
        columns["profit"] = called * (test.hit * test.value - test.cost)
    return {key: np.asarray(column, dtype=np.float64) for key, column in columns.items()}


def _ratios(means: dict[str, FloatArray], n: int) -> dict[str, FloatArray]:
    """Turn the means of calls into precision, recall, F1 and the sum of profit."""
    if "profit" in means:
        means["profit"] = means["profit"] * n
    if "called" not in means:
        return means
    called, converted, caught = (means.pop(key) for key in ("called", "converted", "caught"))
    with np.errstate(invalid="ignore"):
        return means | {"precision": caught / called, "recall": caught / converted, "f1": 2 * caught / (called + converted)}


def _macro_auc(test: _Test, reach: FloatArray) -> FloatArray:
    """Average the classes' areas, each class sorted once for all resamples."""
    given = class_probabilities(reach)
    areas = [
        resampled(ranking_figures, (test.y == k).astype(np.int64), given[:, k], draws=test.draws, seed=test.seed, groups=test.groups)["auc"]
        for k in np.unique(test.y)
    ]
    averaged: FloatArray = np.mean(areas, axis=0)
    return averaged


def _figures(found: Mapping[str, FloatArray]) -> dict[str, Figure]:
    made = {key: figure(values, recentre=key == "ece") for key, values in found.items()}
    return {key: one for key, one in made.items() if one is not None}


def _difference(rival: str, ours: Mapping[str, FloatArray], theirs: Mapping[str, FloatArray]) -> Difference:
    shared = [key for key in ("log_loss", "macro_auc", "auc", "average_precision", "profit") if key in ours and key in theirs]
    made = {key: figure((theirs[key] - ours[key]) if key in LESS_IS_BETTER else (ours[key] - theirs[key])) for key in shared}
    figures = {key: one for key, one in made.items() if one is not None}
    decisive = "log_loss" if "log_loss" in figures else "auc"
    return Difference(rival, figures, _words(decisive.replace("_", " ").replace("auc", "ROC AUC"), figures.get(decisive)))


def _words(metric: str, one: Figure | None) -> str:
    if one is None:
        return "cannot be compared"
    if one.low > 0:
        return f"better by more than noise on {metric}"
    if one.high < 0:
        return f"worse by more than noise on {metric}"
    return f"no difference beyond noise on {metric}"


def _per_class(test: _Test, reach: FloatArray, classes: Sequence[str]) -> tuple[ClassFigures, ...]:
    named = likeliest(reach)
    made = []
    for k, label in enumerate(classes):
        came, said = (test.y == k).astype(np.int64), named == k
        found = {
            metric.__name__: interval(metric, came, said, draws=test.draws, seed=test.seed, groups=test.groups) for metric in (precision, recall, f1)
        }
        made.append(ClassFigures(label, int(came.sum()), **found))
    return tuple(made)
