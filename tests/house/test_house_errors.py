"""What an error offers instead of a name that is not there."""

from __future__ import annotations

import pytest

from leadrank.errors import nearest


@pytest.mark.parametrize(("name", "known", "offered"), [
    ("convertd", ["need", "converted"], "converted"), ("yse", ["no", "yes"], "yes"), ("Total_Visits", ["TotalVisits"], "TotalVisits"),
    ("CITY", ["City"], "City"), ("max_dept", ["max_depth", "max_bin"], "max_depth"), ("visit", ["visits"], "visits"),
])
def test_a_name_that_a_slip_makes_is_offered(name, known, offered):
    assert nearest(name, known) == f"Did you mean {offered!r}?"


@pytest.mark.parametrize(("name", "known"), [("converted", ["need", "City"]), ("stage", ["page"]), ("", ["a"]), ("x", []), ("revenue", ["tenure"])])
def test_a_name_that_is_not_near_is_not_offered(name, known):
    assert nearest(name, known) == ""
