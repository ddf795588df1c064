"""The first rows of a scored list on the page."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl

from leadrank.bundle import Bundle
from leadrank.pages import report_page
from leadrank.pages.calls import call_list_of
from leadrank.reasoning import PARTS
from leadrank.scored_rows import BY_DAY


def with_days_and_parts(simulated: SimpleNamespace) -> pl.DataFrame:
    cells = dict(zip(BY_DAY, (0.197913, 0.61234, 0.8277, 0.9111), strict=True)) | dict.fromkeys(PARTS, -1.23456)
    made: pl.DataFrame = simulated.call_list().with_columns(**{name: pl.lit(value) for name, value in cells.items()})
    return made


def test_days_stand_below_the_probability_and_parts_are_left_out(binary: Bundle, simulated: SimpleNamespace) -> None:
    frame = with_days_and_parts(simulated)
    shown = call_list_of(frame, binary)
    page = report_page(binary, call_list=frame, version="0.1.0")
    assert shown.kept == ()
    assert shown.rows[0].days == ("20% by day 7", "61% by day 30", "83% by day 90")
    assert all(f">{said}<" in page for said in shown.rows[0].days)
    assert "0.197913" not in page
    assert "1.23456" not in page


def test_own_columns_are_kept_and_no_days_are_said_where_none_were_foretold(binary: Bundle, simulated: SimpleNamespace) -> None:
    frame = simulated.call_list()
    shown = call_list_of(frame.insert_column(1, pl.Series("city", ["Ulm"] * frame.height)), binary)
    assert shown.kept == ("city",)
    assert not shown.days
    assert "by which day" not in report_page(binary, call_list=frame, version="0.1.0")
