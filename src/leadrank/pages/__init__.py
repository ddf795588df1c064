"""What people look at: one self-contained page, drawn from records. No protocol here."""

from leadrank.pages.report import report_page

__all__ = ["report_page"]
