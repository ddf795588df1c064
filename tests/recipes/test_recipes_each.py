"""Rows as records: what `each` says of a table is what `many` and `one` say of its rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

from leadrank.bundle import Bundle
from leadrank.score import Scorer


def test_each_row_is_the_record_that_one_gives(bundle: Bundle, leads: Callable[..., pl.DataFrame]) -> None:
    scorer, table = Scorer(bundle), leads(60, seed=4)
    found, rows = scorer.each(table, reasons=3), scorer.many(table).to_dicts()
    for lead, scored, row in zip(table.to_dicts(), found, rows, strict=True):
        one = scorer.one(lead, reasons=3)
        assert scored.probability == row["probability"] == pytest.approx(one.probability, abs=1e-12)
        assert (scored.key, scored.score, scored.rank, scored.tier, scored.contact) == (one.key, one.score, None, one.tier, one.contact)
        assert (scored.action, scored.due_within, scored.model) == (one.action, one.due_within, one.model)
        assert scored.classes == pytest.approx(one.classes, abs=1e-12)
        assert [reason.sentence for reason in scored.reasons] == [reason.sentence for reason in one.reasons]


def test_a_cell_that_cannot_be_read_is_told_with_its_row(trained: Callable[[str], Bundle], leads: Callable[..., pl.DataFrame]) -> None:
    scorer = Scorer(trained("logistic"))
    table = leads(3).with_columns(visits=pl.Series(["3", "many", "4"]))
    found = scorer.each(table)
    assert [scored.problems for scored in found] == [(), ("visits: 'many' is not a finite number; it counts as missing",), ()]
    assert scorer.each(table[:0]) == []


def test_one_table_has_no_moment_of_asking_that_changes_it(trained: Callable[[str], Bundle], leads: Callable[..., pl.DataFrame]) -> None:
    scorer = Scorer(trained("logistic"))
    assert scorer.each(leads(5), at=datetime.fromisoformat("2030-01-01")) == scorer.each(leads(5))
