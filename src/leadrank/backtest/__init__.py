"""Roll the cutoff through time: train on what was known then, score, wait, judge."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.backtest.past import Past, Rolling, past_of
    from leadrank.backtest.result import Backtest, Comparison, Line, Period
    from leadrank.backtest.roll import POLICIES, backtest
    from leadrank.backtest.said import said
    from leadrank.backtest.tables import past_of_tables

later(
    __name__, past="Past Rolling past_of", result="Backtest Comparison Line Period", roll="POLICIES backtest", said="said",
    tables="past_of_tables",
)
