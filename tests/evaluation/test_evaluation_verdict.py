"""The verdict follows its written rule."""

import numpy as np
import pytest

from leadrank.evaluation.bootstrap import interval
from leadrank.evaluation.metrics import roc_auc
from leadrank.evaluation.verdict import doubted, outcomes_to_show, verdict
from leadrank.types import Figure

GAIN = Figure(0.2, 0.1, 0.3)


def outcomes(positives, negatives):
    return np.array([1] * positives + [0] * negatives)


def judged(positives, negatives, auc, gain=GAIN, error=0.01, noise=0.02, slope=None):
    return verdict(outcomes(positives, negatives), auc, gain=gain, calibration_error=error, noise=noise, slope=slope)


def test_much_evidence_of_a_good_model_is_ready_and_needs_nothing():
    found = judged(3000, 5000, Figure(0.88, 0.87, 0.89))
    assert (found.word, found.outcomes_needed) == ("ready", 0)


def test_forty_and_forty_is_provisional_and_says_how_many_are_missing():
    found = judged(40, 40, Figure(0.8, 0.7, 0.9))
    assert found.word == "provisional"
    assert found.outcomes_needed >= 80


def test_below_twenty_outcomes_nothing_is_ready():
    found = judged(12, 500, Figure(0.95, 0.9, 0.99))
    assert found.word == "not enough evidence"
    assert found.outcomes_needed > 0


def test_no_signal_is_said_plainly_and_more_rows_are_not_promised_to_help():
    found = judged(4000, 2500, Figure(0.503, 0.49, 0.517), gain=Figure(-0.001, -0.002, 0.0))
    assert found.word == "not enough evidence"
    assert found.because[0].startswith("There is no signal here")
    assert found.outcomes_needed == 0


def test_an_area_that_may_be_chance_asks_for_the_rows_that_would_settle_it():
    found = judged(60, 60, Figure(0.58, 0.48, 0.68))
    assert found.word == "not enough evidence"
    assert "cannot be told from chance" in found.because[0]
    assert 20 <= found.outcomes_needed <= 200


def test_probabilities_worse_than_a_constant_are_not_enough():
    found = judged(500, 500, Figure(0.7, 0.67, 0.73), gain=Figure(-0.05, -0.1, 0.0))
    assert found.word == "not enough evidence"
    assert "no better than a constant" in found.because[0]


@pytest.mark.parametrize(
    ("auc", "gain", "error", "said"),
    [
        (Figure(0.58, 0.57, 0.59), GAIN, 0.01, "faint"),
        (Figure(0.8, 0.7, 0.9), GAIN, 0.01, "known to within"),
        (Figure(0.8, 0.79, 0.81), Figure(0.01, -0.01, 0.03), 0.01, "within noise"),
        (Figure(0.8, 0.79, 0.81), GAIN, 0.05, "off by 0.050"),
    ],
)
def test_each_doubt_makes_it_provisional(auc, gain, error, said):
    found = judged(500, 500, auc, gain, error)
    assert found.word == "provisional"
    assert said in found.because[0]


def test_a_calibration_error_within_noise_is_no_doubt():
    assert judged(500, 500, Figure(0.8, 0.78, 0.82), error=0.05, noise=0.06).word == "ready"


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (Figure(0.71, 0.52, 0.86), "too bold"), (Figure(1.4, 1.2, 1.6), "too timid"), (Figure(0.71, 0.4, 1.02), None),
        (Figure(0.93, 0.9, 0.96), None), (Figure(1.0, 0.9, 1.1), None), (None, None),
    ],
)
def test_a_slope_that_is_surely_and_clearly_off_is_a_doubt(slope, said):
    found = judged(500, 500, Figure(0.8, 0.79, 0.81), slope=slope)
    assert found.word == ("provisional" if said else "ready")
    assert said is None or said in found.because[0]


def test_a_doubt_from_outside_comes_first_and_holds_ready_back():
    ready, too_few = judged(3000, 5000, Figure(0.88, 0.87, 0.89)), judged(12, 500, Figure(0.95, 0.9, 0.99))
    assert doubted(ready, "Odd.").word == "provisional"
    assert doubted(ready, "Odd.").because == ("Odd.", *ready.because)
    assert doubted(too_few, "Odd.").word == "not enough evidence"


def test_one_class_is_not_enough():
    assert verdict(np.ones(50, int), None, gain=None, calibration_error=None, noise=0.1).word == "not enough evidence"


def test_the_verdict_agrees_with_what_many_rows_show():
    rng, agreed = np.random.default_rng(0), 0
    for trial in range(60):
        n, strength = int(rng.choice([60, 200, 800])), float(rng.choice([0.0, 1.5]))
        signal = rng.normal(size=n)
        y = (rng.random(n) < 1 / (1 + np.exp(-strength * signal))).astype(int)
        found = verdict(y, interval(roc_auc, y, signal, seed=trial), gain=None, calibration_error=None, noise=0.1)
        agreed += (found.word != "not enough evidence") == (strength > 0)
    assert agreed / 60 >= 0.9


CONSTANT = Figure(0.5, 0.5, 0.5)
NO_GAIN = Figure(0.0, 0.0, 0.0)


def beside(positives, negatives, auc, rival):
    y = outcomes(positives, negatives)
    return verdict(y, auc, gain=NO_GAIN, calibration_error=0.0, noise=0.02, rival=None if rival is None else ("naive Bayes", rival))


def test_a_constant_beside_a_model_that_ranks_is_not_called_no_signal():
    found = beside(122, 900, CONSTANT, Figure(0.6, 0.54, 0.66))
    assert found.word == "not enough evidence"
    assert "no signal" not in found.because[0]
    assert "naive Bayes, has 0.600 (0.540–0.660), so the columns do hold some signal" in found.because[0]
    assert found.outcomes_needed == 0


def test_a_constant_says_no_signal_only_where_the_rivals_have_none_either():
    found = beside(4000, 4000, CONSTANT, Figure(0.503, 0.49, 0.516))
    assert found.because[0].startswith("There is no signal here")
    assert "naive Bayes, has 0.503" in found.because[0]
    assert beside(4000, 4000, CONSTANT, None).because[0].startswith("This model gives all leads the same probability")


def test_few_outcomes_pinned_to_chance_are_not_called_no_signal():
    found = judged(30, 30, Figure(0.42, 0.3, 0.54), gain=None)
    assert "no signal" not in found.because[0]
    assert found.outcomes_needed == 70


@pytest.mark.parametrize(("positives", "needed"), [(20, 40), (40, 19), (59, 0), (122, 0)])
def test_a_small_edge_asks_for_the_outcomes_at_which_an_area_of_058_shows(positives, needed):
    found = beside(positives, 10 * positives, CONSTANT, Figure(0.53, 0.44, 0.62))
    assert found.outcomes_needed == needed
    assert any("would probably show" in reason for reason in found.because) == (needed == 0)


def test_an_area_shows_at_the_number_of_outcomes_that_is_given():
    rng, seen = np.random.default_rng(3), []
    many = outcomes_to_show(0.58, 1.0)
    shift = 2**0.5 * 0.20189  # the normal quantile of 0.58: scores this far apart have that area
    for trial in range(40):
        y = outcomes(many, many)
        seen.append(interval(roc_auc, y, rng.normal(size=2 * many) + shift * y, draws=100, seed=trial).low > 0.5)
    assert 0.3 < np.mean(seen) < 0.7
