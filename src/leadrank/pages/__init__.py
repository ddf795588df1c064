"""What people look at: one self-contained page, drawn from records. No protocol here."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.pages.report import report_page

later(__name__, report="report_page")
