"""From matrix to probability: candidates, splits, calibration, intervals."""

from leadrank.models.calibrate import sigmoid
from leadrank.models.contest import Limits
from leadrank.models.fit import Drift, Fitted, fit_model, reach_of
from leadrank.models.held_out import class_loss, class_probabilities
from leadrank.models.lead import Answer, LeadModel
from leadrank.models.model import Model, load_model
from leadrank.models.quick import quick_loss, quick_ranks
from leadrank.models.resampling_cost import resampling_cost

__all__ = [
    "Answer", "Drift", "Fitted", "LeadModel", "Limits", "Model", "class_loss", "class_probabilities", "fit_model", "load_model", "quick_loss",
    "quick_ranks", "reach_of", "resampling_cost", "sigmoid",
]
