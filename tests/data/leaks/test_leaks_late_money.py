"""Money that only the outcome brings is not what a lead is weighed by."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadrank.data.leaks.late_money import settle_money
from leadrank.errors import UsageError
from leadrank.project import parse_project


def leads(rows=600, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < 0.3).astype(np.int64)
    amount = rng.uniform(80, 400, rows)
    return y, pl.DataFrame({
        "zero_for_lost": amount * y, "blank_for_lost": pl.Series(np.where(y == 1, amount, np.nan), nan_to_null=True), "asked_for": amount,
        "spent": np.where(y == 1, 30.0, 5.0), "refunds": np.where(y == 1, -amount, 0.0),
    })


def settled(column="zero_for_lost", *, field="value_column", known=None, probed=(), quarantined=()):
    y, clean = leads()
    columns = {} if known is None else {column: {"known_at_scoring": known}}
    project = parse_project({"target": {"column": "won"}, "lead": {"columns": columns}, "economics": {field: column}})
    return settle_money(project, clean, y, probed=probed, quarantined=quarantined, groups=np.arange(len(y)))


@pytest.mark.parametrize("column", ["zero_for_lost", "blank_for_lost"])
@pytest.mark.parametrize("firewall", [{"probed": (), "quarantined": ()}, "column"])
def test_an_amount_that_only_converters_have_gives_way_to_their_mean(column, firewall):
    y, clean = leads()
    economics, findings = settled(column, **(firewall if isinstance(firewall, dict) else {"probed": (column,), "quarantined": (column,)}))
    assert economics.value_column is None
    assert economics.value == pytest.approx(clean[column].to_numpy()[y == 1].mean())
    assert [(f.code, f.severity, f.column, f.rows) for f in findings] == [("L214", "warning", column, y.sum())]


def test_a_declaration_is_enough():
    economics, findings = settled("asked_for", known=False)
    assert economics.value_column is None
    assert findings[0].code == "L214"


def test_an_amount_that_all_leads_have_is_kept():
    economics, findings = settled("asked_for")
    assert (economics.value_column, economics.value, findings) == ("asked_for", None, ())


def test_an_amount_is_kept_on_the_users_word_and_what_speaks_against_it_is_said():
    economics, findings = settled(known=True)
    assert economics.value_column == "zero_for_lost"
    assert [(f.code, f.severity) for f in findings] == [("L201", "warning")]
    assert settled("asked_for", known=True)[1] == ()


def test_a_cost_that_only_the_outcome_brings_gives_way_to_the_mean_of_all():
    economics, findings = settled("spent", field="contact_cost_column")
    assert economics.contact_cost_column is None
    assert economics.contact_cost == pytest.approx(leads()[1]["spent"].mean())
    assert findings[0].code == "L214"


def test_amounts_without_a_usable_mean_are_an_error_in_words():
    with pytest.raises(UsageError, match="no mean to use"):
        settled("refunds")
