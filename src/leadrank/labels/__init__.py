"""What happened: outcomes as codes, never a silent zero."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.labels.ahead import Ahead, as_known_at, final_labels, look_ahead, settled
    from leadrank.labels.delay import Delay, conversion_delay
    from leadrank.labels.horizon import Horizon, judge_horizon, suggest_horizon
    from leadrank.labels.labels import UNLABELLED, Outcomes, is_labelled, read_outcomes

later(
    __name__, ahead="Ahead as_known_at final_labels look_ahead settled", delay="Delay conversion_delay",
    horizon="Horizon judge_horizon suggest_horizon", labels="UNLABELLED Outcomes is_labelled read_outcomes",
)
