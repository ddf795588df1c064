"""From matrix to probability: candidates, splits, calibration, intervals."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.models.calibrate import sigmoid
    from leadrank.models.contest import Limits
    from leadrank.models.fit import Drift, Fitted, fit_model, reach_of
    from leadrank.models.hazard import fit_timing
    from leadrank.models.held_out import class_loss
    from leadrank.models.interval import interval_around
    from leadrank.models.lead import Answer, LeadModel
    from leadrank.models.model import Model, load_model
    from leadrank.models.ordered import class_probabilities
    from leadrank.models.quick import quick_held_out, quick_loss, quick_ranks
    from leadrank.models.recalibrate import Recalibration, recalibrate
    from leadrank.models.resampling_cost import resampling_cost
    from leadrank.models.timing import Timing, at_level, by_day, ever, given_not_yet, judge_level
    from leadrank.models.timing_lead import teller

later(
    __name__, calibrate="sigmoid", contest="Limits", fit="Drift Fitted fit_model reach_of", hazard="fit_timing",
    held_out="class_loss", interval="interval_around", lead="Answer LeadModel", model="Model load_model", ordered="class_probabilities",
    quick="quick_held_out quick_loss quick_ranks",
    recalibrate="Recalibration recalibrate", resampling_cost="resampling_cost", timing="Timing at_level by_day ever given_not_yet judge_level",
    timing_lead="teller",
)
