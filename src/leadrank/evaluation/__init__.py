"""How good, and how sure."""

from leadrank.evaluation.bootstrap import Measure, figure, interval, resampled, resampled_means, resamples
from leadrank.evaluation.calibration import (
    calibration_line,
    calibration_noise,
    calibration_slope,
    expected_calibration_error,
    slope_influence,
)
from leadrank.evaluation.classes import (
    accuracy_classes,
    class_probabilities,
    likeliest,
    log_loss_classes,
    macro_auc,
)
from leadrank.evaluation.curves import Curve, Curves, ReliabilityBin, draw_curves, profit_curve, reliability, wilson
from leadrank.evaluation.judge import judge
from leadrank.evaluation.metrics import (
    Metric,
    accuracy,
    average_precision,
    brier,
    expected_profit,
    f1,
    log_loss,
    operating_points,
    precision,
    ranking_figures,
    recall,
    roc_auc,
)
from leadrank.evaluation.report import SHARED, ClassFigures, Difference, Report, Row, text_table
from leadrank.evaluation.verdict import Verdict, doubted, verdict

__all__ = [
    "SHARED", "ClassFigures", "Curve", "Curves", "Difference", "Measure", "Metric", "ReliabilityBin", "Report", "Row", "Verdict",
    "accuracy", "accuracy_classes", "average_precision", "brier", "calibration_line", "calibration_noise",
    "calibration_slope", "class_probabilities", "doubted", "draw_curves", "expected_calibration_error", "expected_profit", "f1", "figure",
    "interval", "judge", "likeliest", "log_loss", "log_loss_classes", "macro_auc", "operating_points",
    "precision", "profit_curve", "ranking_figures", "recall", "reliability", "resampled", "resampled_means",
    "resamples", "roc_auc", "slope_influence", "text_table", "verdict", "wilson",
]
