"""What does not fit is refused with a sentence, and what nobody can read counts as missing: one lead and a table alike, no raw error from either."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from leadrank.bundle import load_bundle
from leadrank.errors import UsageError
from leadrank.score import Scorer

HUGE = 10**5000
WEST, EAST = timezone(timedelta(hours=-5)), timezone(timedelta(hours=5))


UNREADABLE = {
    "long": HUGE, "long and negative": -HUGE, "after the last moment": datetime.max.replace(tzinfo=WEST),
    "before the first moment": datetime.min.replace(tzinfo=EAST),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("field", ["source", "visits", "seen", "deal"])
@pytest.mark.parametrize("kind", ["logistic", "catboost", "per-lead economics"])
def test_a_cell_that_nobody_can_read_counts_as_missing_in_one_lead_and_in_a_table(trained, leads, kind, field, name):
    scorer, complete = Scorer(trained(kind)), leads().row(0, named=True)
    lead, blank = {**complete, field: UNREADABLE[name]}, {**complete, field: None}
    found = scorer.one(lead, reasons=2)
    assert found._replace(problems=()) == scorer.one(blank, reasons=2)._replace(problems=())
    if field in scorer.needed:
        assert [f"{field}: " in problem and "it counts as missing" in problem for problem in found.problems] == [True]
    for table in (pd.DataFrame([lead, complete], dtype=object), [lead, complete]):
        assert scorer.many(table)["probability"][0] == pytest.approx(found.probability, abs=1e-12)


@pytest.mark.parametrize("field", ["source", "visits", "seen"])
def test_a_signalling_nan_is_a_blank_as_any_nan(trained, leads, field):
    scorer, complete = Scorer(trained("logistic")), leads().row(0, named=True)
    lead, blank = {**complete, field: Decimal("sNaN")}, {**complete, field: None}
    assert scorer.one(lead) == scorer.one(blank)
    assert scorer.many([lead, complete]).equals(scorer.many([blank, complete]))


@pytest.mark.parametrize("cell", [10**30, Decimal("1e60"), Decimal("1E-9999"), Decimal("Infinity"), Decimal("2.50"), True, 2.5, b"web"])
@pytest.mark.parametrize("field", ["source", "visits", "fit"])
def test_a_list_of_leads_and_one_of_them_agree_whatever_a_cell_holds(trained, leads, field, cell):
    scorer, complete = Scorer(trained("catboost")), leads().row(0, named=True)
    lead = {**complete, field: cell}
    assert scorer.many([lead, complete])["probability"][0] == pytest.approx(scorer.one(lead).probability, abs=1e-12)


def test_a_list_of_anything_else_is_no_table(trained):
    with pytest.raises(UsageError, match="list of dictionaries"):
        Scorer(trained("catboost")).many([{"fit": "1"}, 7])


def test_a_key_that_nobody_can_write_counts_as_missing(trained, leads):
    scorer, complete = Scorer(trained("catboost")), leads().row(0, named=True)
    found = scorer.one({**complete, "id": HUGE})
    assert found.key is None
    assert found.problems == ("id: int too long to be shown is not an identifier; it counts as missing",)
    assert scorer.one({**complete, "id": 7}).key == "7"


@pytest.mark.parametrize("reasons", [2.5, "3", None, -1, pytest.param(-HUGE, id="long"), True, [1]])
def test_a_number_of_reasons_that_is_none_is_refused(trained, leads, reasons):
    scorer, table = Scorer(trained("catboost")), leads(5)
    for ask in (
        lambda: scorer.one(table.row(0, named=True), reasons=reasons), lambda: scorer.many(table, reasons=reasons),
        lambda: scorer.explain(table, 0, reasons=reasons),
    ):
        with pytest.raises(UsageError, match="Expected the number of reasons to give"):
            ask()


def test_numbers_of_other_libraries_are_numbers_of_reasons(trained, leads):
    scorer, lead = Scorer(trained("catboost")), leads(5).row(0, named=True)
    assert scorer.one(lead, reasons=np.int64(2)) == scorer.one(lead, reasons=2)


@pytest.mark.parametrize("top", [2.5, "3", -1, True])
def test_a_number_of_leads_that_is_none_is_refused(trained, leads, top):
    with pytest.raises(UsageError, match="Expected the number of leads to keep"):
        Scorer(trained("catboost")).many(leads(5), top=top)


@pytest.mark.parametrize("row", [2.5, "3", None, -1, 5, pytest.param(HUGE, id="long")])
def test_a_row_that_is_not_there_is_refused(trained, leads, row):
    with pytest.raises(UsageError, match="There is no row"):
        Scorer(trained("catboost")).explain(leads(5), row)


@pytest.mark.parametrize(("keep", "said"), [
    ("tier", "list of the columns to keep, got 'tier'"), (None, "list of the columns to keep, got None"), (5, "got 5"),
    ([5], "column 5 to keep is not there"), (["teir"], "Did you mean 'tier'"),
])
def test_columns_to_keep_that_name_none_are_refused(trained, leads, keep, said):
    with pytest.raises(UsageError, match=said):
        Scorer(trained("catboost")).many(leads(5), keep=keep)


@pytest.mark.parametrize("given", [None, 5, b"leads.leadrank", {}])
@pytest.mark.parametrize("ask", [Scorer, load_bundle])
def test_what_is_no_bundle_is_refused(ask, given):
    with pytest.raises(UsageError, match=f"Expected a bundle or the path of one, got {type(given).__name__}"):
        ask(given)
