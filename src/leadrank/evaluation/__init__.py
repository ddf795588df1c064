"""How good, and how sure."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.evaluation.alternatives import Alternative, Board, choose_alternative, worst_ratio
    from leadrank.evaluation.audited import Fairness, Gap
    from leadrank.evaluation.bootstrap import Measure, figure, interval, resampled, resampled_means
    from leadrank.evaluation.business_figures import (
        NOT_CAUSAL,
        BeforeAfter,
        BusinessFigure,
        Compared,
        Period,
        Responses,
        before_after,
        business_figures,
    )
    from leadrank.evaluation.calibration import calibration_line, calibration_noise, calibration_slope, expected_calibration_error, slope_influence
    from leadrank.evaluation.classes import accuracy_classes, class_probabilities, likeliest, log_loss_classes, macro_auc
    from leadrank.evaluation.curves import Curve, Curves, ReliabilityBin, draw_curves, profit_curve, reliability, wilson
    from leadrank.evaluation.disparities import disparities
    from leadrank.evaluation.groups import Grouping, crossed, grouping_of
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
    from leadrank.evaluation.proxy import Proxy, binned, find_proxies
    from leadrank.evaluation.report import SHARED, ClassFigures, Difference, Report, Row, text_table
    from leadrank.evaluation.slices import FOUR_FIFTHS, Cut, Slice, audit
    from leadrank.evaluation.verdict import Verdict, doubted, verdict

later(
    __name__, alternatives="Alternative Board choose_alternative worst_ratio", audited="Fairness Gap",
    bootstrap="Measure figure interval resampled resampled_means",
    business_figures="NOT_CAUSAL BeforeAfter BusinessFigure Compared Period Responses before_after business_figures",
    calibration="calibration_line calibration_noise calibration_slope expected_calibration_error slope_influence",
    classes="accuracy_classes class_probabilities likeliest log_loss_classes macro_auc",
    curves="Curve Curves ReliabilityBin draw_curves profit_curve reliability wilson", disparities="disparities",
    groups="Grouping crossed grouping_of", judge="judge",
    metrics="Metric accuracy average_precision brier expected_profit f1 log_loss operating_points precision ranking_figures recall roc_auc",
    proxy="Proxy binned find_proxies", report="SHARED ClassFigures Difference Report Row text_table",
    slices="FOUR_FIFTHS Cut Slice audit", verdict="Verdict doubted verdict",
)
