"""What people look at: one self-contained page, drawn from records. No protocol here."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.pages.backtest import backtest_page
    from leadrank.pages.report import report_page

later(__name__, backtest="backtest_page", report="report_page")
